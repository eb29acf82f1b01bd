"""What an instance costs."""

import os
import re
import shutil
import signal
import time

import pytest

from box import until
from faults import figure, memory_kib, start_session

STRACE = shutil.which("strace", path="/usr/bin:/bin")

IDLE_S = 20
RESTARTS = 50
EARLY, LATE = 100, 200


def switches(pid):
    with open("/proc/%d/status" % pid) as status:
        return next(int(line.split()[1]) for line in status if line.startswith("voluntary_ctxt_switches"))


def test_idle(box):
    """Nothing to tell and nothing to ask: nobody wakes up."""
    box.launch("--set", "probe-period=0", "--set", "reset-after=0")
    status = box.status()
    session, shim = status["session_pid"], status["shim_pid"]
    settled = [0, -1]

    def is_settled():
        settled.append(switches(session) + switches(shim))
        time.sleep(0.5)
        return settled[-1] == settled[-2]

    until(is_settled, "the start to be over")
    before = {pid: switches(pid) for pid in (session, shim)}
    end = time.monotonic() + IDLE_S
    until(lambda: time.sleep(0.5) or time.monotonic() > end, "a time of idleness", IDLE_S + 10)
    woken = {pid: switches(pid) - before[pid] for pid in before}
    rss = {pid: memory_kib(pid) for pid in before}
    figure("idle for %d s: session woke %d times, shim %d; session %d KiB (own %d KiB), shim %d KiB" % (
        IDLE_S, woken[session], woken[shim], rss[session], memory_kib(session, "RssAnon"), rss[shim]))
    assert woken[session] <= 2 and woken[shim] <= 2
    sanitized = "ASAN_OPTIONS" in box.env
    assert sanitized or rss[session] < 20 << 10
    assert sanitized or rss[shim] < 2 << 10


def looks_at_each(box, number):
    """How many files of each descendant of the application a session opens for one sample."""
    out, many, name = box.work / "calls", box.work / "many", "n%d" % number
    many.write_text("""#!/bin/sh
[ "$1" = --version ] || for each in $(seq %d); do sleep 1000 & done
exec '%s' "$@"
""" % (number, os.environ["DCCHOST_FAKE_EXECUTABLE"]))
    many.chmod(0o755)
    box.env["DCCHOST_FAKE_EXECUTABLE"] = str(many)
    session = start_session(box, "fake", "--name", name, "--set", "probe-period=300ms",
                            under=[STRACE, "-qq", "-e", "trace=openat", "-o", str(out)])
    until(lambda: box.run("status", name).status == 0 and box.status(name)["ready"], "ready", 60)
    pid = box.status(name)["pid"]
    children = [each for each, command in box.processes().items() if command.startswith("sleep")]
    assert len(children) == number
    sample = '"/proc/%d/io"' % pid

    def samples():
        return out.read_text(errors="replace").split(sample)

    until(lambda: len(samples()) > 4, "four samples", 60)
    whole = "".join(samples()[1:4])
    assert box.run("kill", name).status == 0
    session.wait(60)
    return len(re.findall(r'"/proc/(?:%s)/' % "|".join(map(str, children)), whole)) / 3 / number


@pytest.mark.skipif(not STRACE, reason="no strace here")
def test_a_sample_costs_each_descendant_the_same(box):
    few, many = looks_at_each(box, 10), looks_at_each(box, 100)
    figure("files opened for each descendant and sample: %.1f of 10, %.1f of 100" % (few, many))
    assert 1 <= few <= 5 and many < few * 1.2


def crash_often(box, times, *options):
    """It crashes so often, and then lives. Returns what tells its lives so far."""
    box.run("launch", "fake", "-d", "--backoff", "fixed:1ms", "--max-restarts", "4000", "--set", "instant-crash=0",
            *options, "--", "--crash-after", "0", "--count-file", str(box.work / "lives"),
            "--crash-times", str(times))

    def lives():
        try:
            return int((box.work / "lives").read_text())
        except (OSError, ValueError):
            return 0

    return lives


def test_descriptors_and_memory_are_flat_over_restarts(box):
    lives = crash_often(box, RESTARTS)
    until(lambda: lives() >= 5, "the first lives")
    session = box.status()["session_pid"]
    early = memory_kib(session)
    until(lambda: lives() == RESTARTS + 1 and box.status()["ready"], "the last life", 60)
    fds = os.listdir("/proc/%d/fd" % session)
    first_run = len(fds)
    late = memory_kib(session)
    assert box.run("restart").status == 0
    again = len(os.listdir("/proc/%d/fd" % session))
    figure("after %d restarts: %d descriptors (%d after one more), %d KiB (%d KiB after 5)" % (
        RESTARTS, first_run, again, late, early))
    assert first_run < 40 and abs(again - first_run) <= 1
    assert late - early < 3 << 10
    assert box.status()["restart_count"] == RESTARTS + 1
    assert box.run("kill").status == 0


def test_memory_levels_off(box):
    """What a session keeps of the past is bounded in bytes, and the bound is reached early."""
    lives = crash_often(box, LATE, "--set", "crash-grace=0", "--set", "scene-crashes=0")
    session = box.status()["session_pid"]
    until(lambda: lives() >= EARLY, "the first half", 100)
    early = memory_kib(session)
    until(lambda: lives() == LATE + 1 and box.status()["ready"], "the last life", 100)
    late = memory_kib(session)
    figure("memory after %d restarts: %d KiB, after %d: %d KiB" % (EARLY, early, LATE, late))
    assert late < early * 1.15
    os.kill(session, signal.SIGKILL)
    assert box.run("adopt", "fake").status == 0
    adopted = memory_kib(box.status()["session_pid"])
    figure("memory of the session that adopts it: %d KiB" % adopted)
    assert box.run("kill").status == 0
    assert adopted < early * 1.15
