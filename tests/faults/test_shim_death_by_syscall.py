"""The shim is killed at each of its system calls, and a session attends: whatever the shim had done by then, how the
application ended is told, once and truly, where the kernel tells strangers."""

import collections
import concurrent.futures
import json
import random
import shlex
import subprocess

import pytest

from box import until
from faults import SEED, events, figure, place, start_session
from test_session_death_by_syscall import STRACE

CODE = 3
OPTIONS = ["--set", "max-restarts=0", "--start-timeout", "60s"]
MODES = ["--exit-after", "100", "--code", str(CODE), "--oracle"]
CALLS = "waitid,pwrite64,write,read,recvmsg,sendmsg,sendto,poll,ppoll,kill,pidfd_send_signal,fdatasync,accept4"
MOMENTS = 60

pytestmark = pytest.mark.skipif(not STRACE, reason="no strace here")


def oracle(box, name):
    return box.work / (name + ".oracle")


def start(box, name, *under):
    """A session whose shim runs under strace, which keeps out of the way of who is whose child."""
    wrapper = box.work / (name + ".shim")
    shim = box.env["DCCHOST_SHIM"]
    wrapper.write_text("#!/bin/sh\nexec %s -D -qq %s %s \"$@\"\n" % (shlex.quote(STRACE), shlex.join(under),
                                                                   shlex.quote(shim)))
    wrapper.chmod(0o755)
    return start_session(box, name, *OPTIONS, "--", *MODES, str(oracle(box, name)),
                         env=dict(box.env, DCCHOST_SHIM=str(wrapper)))


def count_calls(box):
    trace = box.work / "trace"
    start(box, "plain", "-o", str(trace), "-e", "trace=" + CALLS).wait(60)
    calls = collections.Counter(line.split("(")[0] for line in trace.read_text().splitlines() if "(" in line)
    return [(call, when + 1) for call, n in sorted(calls.items()) for when in range(n)]


def play(box, number, call, when):
    name = "n%d" % number
    session = start(box, name, "-o", "/dev/null", "-e", "trace=" + call, "-e",
                    "inject=%s:signal=SIGKILL:when=%d" % (call, when))
    try:
        session.wait(60)
    except subprocess.TimeoutExpired:
        return "%s number %d: the session does not end" % (call, when)
    starts, exits = events(box, name, "started"), events(box, name, "exit")
    ends = [each["result"] for each in exits]
    if len(ends) != len(starts):
        return "%s number %d: %d starts, %d ends" % (call, when, len(starts), len(ends))
    wrong = [end for end in ends if end["kind"] != "lost" and end["code"] != CODE and not end["signal"]]
    begun = oracle(box, name).exists()  # else there was a process that never became the application
    lost = [end for end in ends if end["kind"] == "lost" and begun]
    return "%s number %d: %s" % (call, when, json.dumps(ends)) if wrong or lost else None


def test_how_it_ended_is_known_at_every_call(box):
    if "readable from any pidfd" not in box.run("doctor").out:
        pytest.skip("this kernel does not tell strangers how a process ended")
    points = count_calls(box)
    assert len(points) > 20, points
    chosen = random.Random(SEED).sample(points, min(MOMENTS, len(points)))
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        failed = list(filter(None, pool.map(lambda job: play(box, job[0], *job[1]), enumerate(chosen))))
    figure("%d of %d moments" % (len(chosen), len(points)))
    assert not failed, "\n".join(failed)
    until(lambda: not box.processes() and not place(box, "plain").exists(), "everything to be gone")
