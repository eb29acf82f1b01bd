"""100,000 calls leave nothing behind: no memory, no descriptors, no threads; nor does a watcher that nobody reads."""

import gc
import os
import subprocess

import pytest

from conftest import until
from dcchost import PyCrashRecoveryPolicy, PyDccLauncher, PyProcessMonitor, PyProcessWatcher

CALLS = 100000
MEBIBYTE = 1024 * 1024


def held():
    """(resident bytes, descriptors, threads) of this process."""
    gc.collect()
    with open("/proc/self/statm") as file:
        resident = int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")
    return resident, len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))


def monitor_calls():
    monitor = PyProcessMonitor()
    monitor.track(os.getpid(), "self")

    def call(number):
        monitor.track(1, str(number))
        monitor.refresh()
        monitor.query(os.getpid())
        monitor.list_all()
        monitor.is_alive(os.getppid())
        monitor.untrack(1)
    return call, 6


def launcher_calls():
    launcher = PyDccLauncher()
    launcher.launch("x", "/bin/true")
    until(lambda: launcher.running_count() == 0, "the end")

    def call(number):
        launcher.pid_of("x")
        launcher.running_count()
        launcher.restart_count("x")
        launcher.terminate("x")
        with pytest.raises(RuntimeError):
            launcher.kill(str(number))
    return call, 5


def launches():
    launcher, watcher = PyDccLauncher(), PyProcessWatcher(0)
    watcher.start()

    def call(_number):
        watcher.track(launcher.launch("x", "/bin/true")["pid"], "x")
        until(lambda: any(each["type"] == "exited" for each in watcher.poll_events()), "the end")
    return call, CALLS / 200  # the full number: ./dev bench python


def policy_calls():
    policy = PyCrashRecoveryPolicy(5)

    def call(number):
        policy.use_exponential_backoff(1000 + number % 7, 30000)
        policy.should_restart("crashed")
        policy.next_delay_ms("x", number % 5)
        with pytest.raises(RuntimeError):
            policy.next_delay_ms("x", 5)
    return call, 4


def watcher_calls():
    watcher = PyProcessWatcher(1)
    watcher.start()

    def call(number):
        watcher.track(os.getpid(), str(number))
        watcher.poll_events()
        watcher.is_watched(1)
        watcher.untrack(os.getpid())
    return call, 4


def objects():
    def call(_number):
        watcher = PyProcessWatcher(0)
        watcher.track(os.getpid(), "self")
        watcher.start()
        PyProcessMonitor().track(os.getpid(), "self")
        PyDccLauncher()
    return call, CALLS / 1000


@pytest.mark.parametrize("make", [monitor_calls, launcher_calls, launches, policy_calls, watcher_calls, objects])
def test_nothing_is_left(make):
    call, each = make()
    number = int(CALLS / each)
    for i in range(number // 10):
        call(i)
    before = held()
    for i in range(number):
        call(i)
    after = held()
    assert after[0] - before[0] < 2 * MEBIBYTE
    # An object lets go of what it has when it goes, and the reaper of one that has ended a moment later.
    assert after[1] <= before[1] + 1 and after[2] <= before[2]


def test_nobody_reads_for_an_hour():
    """As many heartbeats as there are in an hour of one every half second, and ends between them: the newest heartbeat
    is there, and every end."""
    watcher = PyProcessWatcher(poll_interval_ms=1)
    watcher.track(os.getpid(), "self")
    watcher.start()
    before, children = None, []
    for number in range(60):
        child = subprocess.Popen(["/bin/sh", "-c", "exit %d" % number])
        watcher.track(child.pid, str(number))
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        children.append(child)
        before = before or held()
    begin = sleeps()
    until(lambda: sleeps() - begin >= 7200, "an hour's heartbeats", 60)
    after = held()
    events = watcher.poll_events()
    watcher.stop()
    assert sorted(int(each["name"]) for each in events if each["type"] == "exited") == list(range(60))
    assert {each["name"]: each["exit_code"] for each in events if each["type"] == "exited"} == {
        str(number): number for number in range(60)}
    beats = [each["name"] for each in events if each["type"] == "heartbeat"]
    assert "self" in beats and len(beats) == len(set(beats))
    assert after[0] - before[0] < 2 * MEBIBYTE
    for child in children:
        child.wait()


def sleeps():
    """How often threads of this process but this one have gone to sleep: once a heartbeat."""
    total = 0
    for task in os.listdir("/proc/self/task"):
        if task != str(os.getpid()):
            with open("/proc/self/task/%s/status" % task) as file:
                total += next(int(line.split()[1]) for line in file if line.startswith("voluntary"))
    return total
