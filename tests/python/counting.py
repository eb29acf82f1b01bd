"""What test_counts.py has strace look at: counting.py CASE. A call of access() on a path that tells what comes stands
before and behind what is counted."""

import os
import subprocess
import sys
import time

from dcchost import PyDccLauncher, PyProcessMonitor, PyProcessWatcher

NUMBER, READINGS = 50, 40
FEW, MANY = 50, 500


def mark(word):
    os.access("/counting-" + word, os.F_OK)


def children(number, command, **more):
    found = [subprocess.Popen(command, **more) for _ in range(number)]
    monitor = PyProcessMonitor()
    for child in found:
        monitor.track(child.pid, "x")
    return found, monitor


def settle(found):
    """Returns when they have long computed nothing."""
    clocks = [(~child.pid << 3) | 2 for child in found]
    before = None
    while before != [time.clock_gettime_ns(clock) for clock in clocks]:
        before = [time.clock_gettime_ns(clock) for clock in clocks]
        time.sleep(0.1)


def idle(number=NUMBER):
    found, monitor = children(number, ["/bin/sleep", "1000"])
    settle(found)
    monitor.refresh()
    mark("begin")
    for _ in range(READINGS):
        monitor.refresh()
        monitor.list_all()
    mark("end")
    return found


def idle_many():
    return idle(MANY)


def busy():
    found, monitor = children(NUMBER, ["/bin/sh", "-c", "while read x; do :; done"], stdin=subprocess.PIPE)
    for _ in range(3):
        settle(found)
        for child in found:
            child.stdin.write(b"\n" * 500)
            child.stdin.flush()
        settle(found)
        mark("begin")
        monitor.refresh()
        monitor.list_all()
        mark("end")
    return found


def alive():
    found, monitor = children(1, ["/bin/sleep", "1000"])
    monitor.untrack(found[0].pid)
    monitor.is_alive(found[0].pid)
    mark("begin")
    for _ in range(READINGS):
        assert monitor.is_alive(found[0].pid)
    mark("end")
    return found


def poll():
    watcher = PyProcessWatcher(0)
    watcher.track(os.getpid(), "self")
    watcher.start()
    watcher.poll_events()
    mark("begin")
    for _ in range(READINGS):
        watcher.poll_events()
    mark("end")
    watcher.stop()
    return []


def launch():
    launcher = PyDccLauncher()
    launcher.launch("first", "/bin/true")
    mark("begin")
    for number in range(READINGS):
        launcher.launch(str(number), "/bin/sleep", ["1000"])
    mark("end")
    for number in range(READINGS):
        launcher.kill(str(number))
    return []


def end(number):
    """Children by name, each of which is ended: what test_counts.py compares for few and for many."""
    launcher = PyDccLauncher()
    pids = [launcher.launch(str(each), "/bin/sleep", ["1000"])["pid"] for each in range(number)]
    print(*pids)
    launcher.launch("first", "/bin/sleep", ["1000"])
    launcher.kill("first")
    mark("begin")
    for each in range(number):
        launcher.kill(str(each))
    mark("end")
    return []


def end_few():
    return end(FEW)


def end_many():
    return end(MANY)


CASES = {"end-few": end_few, "end-many": end_many, "idle": idle, "idle-many": idle_many, "busy": busy, "alive": alive,
         "poll": poll, "launch": launch}

if __name__ == "__main__":
    for each in CASES[sys.argv[1]]():
        each.kill()
        each.wait()
