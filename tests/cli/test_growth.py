"""What is asked of one instance costs the same, however many others there are. Counts of system calls are the same on
every machine; seconds are not."""

import os
import re
import shutil
import subprocess
import time

import pytest

from conftest import until

STRACE = shutil.which("strace", path="/usr/bin:/bin")
FEW, MANY = 2, 22
STARTS = 4
# Whoever looks at another instance names it to the kernel first. How often threads and processes of a start talk to
# each other until it is seen to be ready differs.
NAMING = ("open", "openat", "openat2", "stat", "lstat", "newfstatat", "statx", "access", "faccessat", "faccessat2",
          "readlink", "readlinkat", "getdents64", "connect", "unlink", "unlinkat", "mkdir", "rename", "kill",
          "pidfd_open", "pidfd_send_signal")
# A look at the machine's processes costs by how many there are, whosever; whether one falls into a start is chance.
PROCESSES = re.compile(r'"/proc/\d+')
# How often a thread waits for another one is the machine's affair.
WAITS = ("futex", "poll", "ppoll", "restart_syscall", "sched_yield", "madvise")

pytestmark = pytest.mark.skipif(not STRACE, reason="no strace here")


def crowd(box, begin, end):
    for number in range(begin, end):
        box.launch("--name", "other-%d" % number, "--set", "settle=0", "--", "--no-agent", "--lifetime", "0")


def traced(box, out, *args):
    return subprocess.Popen([STRACE, "-f", "-qq", "-s", "400", "-o", str(out), os.environ["DCCHOST"], *args],
                            env=box.env, cwd=str(box.work), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def calls(out):
    found = [line for line in out.read_text(errors="replace").splitlines() if re.match(r"\d+ +\w+\(", line)]
    return [line for line in found if re.match(r"\d+ +(\w+)", line).group(1) not in WAITS]


def look(box, *args):
    out = box.work / "calls"
    assert traced(box, out, *args).wait(60) == 0
    return calls(out)


def start(box):
    """The calls of a start up to its being ready, of the session and what it starts as well: the fewest of some, for
    how often each is woken differs."""
    return min((start_once(box) for _ in range(STARTS)), key=len)


def at_rest(out):
    """Nothing was called for a second."""
    seen = [None]

    def is_at_rest():
        time.sleep(1)  # what is waited for is that nothing happens in it
        seen.append(out.stat().st_size)
        return seen[-1] == seen[-2]
    until(is_at_rest, "the calls to end", 60)


def start_once(box):
    out = box.work / "calls"
    follower = traced(box, out, "launch", "fake", "-d", "--name", "one", "--restart", "never", "--set", "settle=0",
                      "--", "--no-agent", "--lifetime", "0")
    journal = box.state / "dcchost" / "one" / "events.jsonl"  # to ask its session would be calls of its own
    until(lambda: journal.exists() and '"to":"running"' in journal.read_text().replace(" ", ""), "ready", 60)
    at_rest(out)  # the trace may lag behind, and the command that waits for the start has not ended yet
    found = [line for line in calls(out)
             if re.match(r"\d+ +(\w+)", line).group(1) in NAMING and not PROCESSES.search(line)]
    assert box.run("kill", "one").status == 0
    follower.wait(60)
    journal.unlink()
    return found


def assert_alike(what, few, many):
    met = [line for line in many if "other-" in line]
    assert not met, (what, met[:5])
    # A call for each of the others would be twenty.
    assert len(many) - len(few) < (MANY - FEW) * 3 / 4, (what, len(few), len(many))


def test_one_costs_the_same_among_many(box):
    found = []
    box.launch("--name", "first", "--set", "settle=0", "--", "--no-agent", "--lifetime", "0")
    for number in (FEW, MANY):
        crowd(box, 0 if number == FEW else FEW, number)
        found.append({"status": look(box, "status", "first"), "logs": look(box, "logs", "first"),
                      "events": look(box, "events", "first"), "launch": start(box)})
    few, many = found
    for what, lines in few.items():
        print("figure: %s: %d system calls among %d, %d among %d" % (what, len(lines), FEW, len(many[what]), MANY))
        assert_alike(what, lines, many[what])


def test_ps_asks_each_once(box):
    """Each is a connection, a question and an answer; its files are not read where its session answers."""
    crowd(box, 0, FEW)
    few = look(box, "ps")
    crowd(box, FEW, MANY)
    many = look(box, "ps")
    each = (len(many) - len(few)) / (MANY - FEW)
    print("figure: ps: %.1f system calls for each instance" % each)
    assert 5 < each < 14
    everything = look(box, "ps", "--all")
    assert len(everything) - len(many) < 2 * (MANY + 5), (len(everything), len(many))
