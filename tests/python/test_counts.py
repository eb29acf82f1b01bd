"""What must not become dear: system calls and wake-ups, which are the same on every machine, where seconds are not."""

import os
import re
import subprocess
import sys
import time

import pytest

from call_counts import AT_HAND, STRACE, cost_of_an_end, lines
from conftest import environment
from counting import MANY, NUMBER, READINGS
from dcchost import PyProcessWatcher


def calls(case, tmp_path):
    """The names of the system calls."""
    found, _ = lines(case, tmp_path / "calls", sys.executable, environment())
    return [name for name in (line.split("(")[0] for line in found) if name not in AT_HAND]


# By what is asked for once: readings of one process, calls. An idle process is looked at more closely each 20th time.
@pytest.mark.skipif(not STRACE, reason="no strace here")
@pytest.mark.parametrize("case, times, most", [
    ("idle", NUMBER * READINGS, 1.1), ("idle-many", MANY * READINGS, 1.1), ("busy", NUMBER * 3, 2.0),
    ("alive", READINGS, 3), ("poll", READINGS, 0), ("launch", READINGS, 6)])
def test_system_calls(case, times, most, tmp_path):
    found = calls(case, tmp_path)
    counts = {name: found.count(name) for name in set(found)}
    assert len(found) <= most * times, counts
    assert len(found) > 0 or most == 0


@pytest.mark.skipif(not STRACE, reason="no strace here")
def test_an_end_costs_the_same_among_many(tmp_path):
    """A stranger that ends meanwhile may have been of the tree, and so costs another look, some times at most. If each
    of the others were looked at it would be hundreds."""
    few, many = (cost_of_an_end(case, tmp_path / case, sys.executable, environment())
                 for case in ("end-few", "end-many"))
    print("figure: an end by name: %.1f looks and %.1f other calls among few, %.1f and %.1f among many" % (*few, *many))
    assert 0 < few[0] < 10 and 0 < many[0] < 10, (few, many)
    assert 0 < few[1] < 30 and 0 < many[1] < 30, (few, many)


def sleeps():
    """{thread: how often it has gone to sleep} of all threads but this one."""
    found = {}
    for task in os.listdir("/proc/self/task"):
        with open("/proc/self/task/%s/status" % task) as file:
            text = file.read()
        found[task] = int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", text, re.M).group(1))
    found.pop(str(os.getpid()))
    return found


@pytest.mark.parametrize("interval, most", [(0, 0), (100, 11)])
def test_wakeups(interval, most):
    """Nothing happens for a second: who wants no heartbeats wakes nobody, however many are watched."""
    children = [subprocess.Popen(["/bin/sleep", "1000"]) for _ in range(30)]
    watcher = PyProcessWatcher(interval)
    for child in children:
        watcher.track(child.pid, "x")
    watcher.start()
    before = {}
    while before != sleeps():
        before = sleeps()
        time.sleep(0.02 if interval == 0 else 0)
    time.sleep(1)
    after = sleeps()
    watcher.stop()
    for child in children:
        child.kill()
        child.wait()
    assert sum(after.values()) - sum(before.values()) <= most
    assert set(after) == set(before) and len(after) >= 1
