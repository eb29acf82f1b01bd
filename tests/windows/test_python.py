"""The Python package in a Windows Python: launched, watched, ended; and what it says of it."""

import os
import select
import time

import pytest

from dcchost import PyDccLauncher, PyProcessMonitor, PyProcessWatcher, is_gui_executable

HANDS = os.environ["DCC_TEST_HANDS"]
PATIENCE = 60


def until(condition):
    end = time.monotonic() + PATIENCE
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def launcher():
    launcher = PyDccLauncher()
    yield launcher
    for each in ("one", "two"):
        try:
            launcher.kill(each)
        except RuntimeError:
            pass


@pytest.fixture
def watcher():
    watcher = PyProcessWatcher()
    watcher.start()
    yield watcher
    watcher.stop()


def ends(watcher, number):
    seen = []

    def look():
        seen.extend(each for each in watcher.poll_events() if each["type"] == "exited")
        return len(seen) >= number
    until(look)
    return seen


def test_an_end_is_told_with_its_code(launcher, watcher):
    pid = launcher.launch("one", HANDS, ["exit", "42"])["pid"]
    watcher.track(pid, "one")
    end, = ends(watcher, 1)
    assert (end["pid"], end["name"], end["exit_code"], end["signal"], end["result"]) == (pid, "one", 42, None, "exited")


def test_an_access_violation_is_a_crash(launcher, watcher):
    watcher.track(launcher.launch("one", HANDS, ["crash"])["pid"], "one")
    end, = ends(watcher, 1)
    assert (end["exit_code"], end["signal"], end["result"]) == (None, 11, "signaled")


def test_environment_and_words(launcher, watcher):
    """What Python gives, the program gets: as text or as bytes."""
    pid = launcher.launch("one", HANDS.encode(), [b"exit-as", "ANSWER"], environment={"ANSWER": b"7"})["pid"]
    watcher.track(pid, "one")
    assert ends(watcher, 1)[0]["exit_code"] == 7


def test_a_tree_is_ended(launcher):
    monitor = PyProcessMonitor()
    pid = launcher.launch("two", HANDS, ["grow", "3"])["pid"]
    assert monitor.is_alive(pid)
    launcher.terminate("two", 200)
    assert not monitor.is_alive(pid)
    assert launcher.running_count() == 0


def test_readings(launcher):
    monitor = PyProcessMonitor()
    pid = launcher.launch("one", HANDS, ["sleep"])["pid"]
    monitor.track(pid, "one")
    monitor.refresh()
    reading = monitor.query(pid)
    assert reading["status"] == "running" and reading["memory_bytes"] > 100000


def test_no_such_program(launcher):
    with pytest.raises(RuntimeError) as failure:
        launcher.launch("one", "C:/no such.exe")
    assert "exec of C:" in str(failure.value)


def test_executables_of_windows():
    assert is_gui_executable("C:\\Program Files\\Autodesk\\Maya2025\\bin\\maya.exe") is not None


def test_other_main_loops_may_wait(launcher):
    """The descriptor is a socket, which is what select() takes on this system."""
    from gi.repository import DccHost
    watcher = DccHost.Watcher(heartbeat_interval=0)
    watcher.start()
    assert select.select([watcher.get_fd()], [], [], 0)[0] == []
    watcher.track(launcher.launch("one", HANDS, ["exit", "3"])["pid"])
    assert select.select([watcher.get_fd()], [], [], PATIENCE)[0] == [watcher.get_fd()]
    watcher.stop()
