"""PyProcessMonitor: the contract and what is true of processes."""

import gc
import os
import subprocess
import sys
import threading
import time

import pytest

from conftest import short, until
from dcchost import PyProcessMonitor

KEYS = ["pid", "name", "status", "cpu_usage_percent", "memory_bytes", "restart_count"]
UNUSED = 2 ** 31 - 1  # above what Linux gives to anybody


@pytest.fixture
def child():
    process = subprocess.Popen(["/bin/sleep", "60"])
    yield process
    process.kill()
    process.wait()


def test_own_process():
    monitor = PyProcessMonitor()
    assert repr(monitor) == "PyProcessMonitor(tracked=0)"
    monitor.track(os.getpid(), "self")
    assert (repr(monitor), monitor.tracked_count()) == ("PyProcessMonitor(tracked=1)", 1)
    assert monitor.query(os.getpid()) is None
    monitor.refresh()
    info = monitor.query(pid=os.getpid())
    assert list(info) == KEYS
    assert (info["pid"], info["name"], info["status"], info["restart_count"]) == (os.getpid(), "self", "running", 0)
    assert isinstance(info["cpu_usage_percent"], float) and info["memory_bytes"] > 1024 * 1024
    assert monitor.list_all() == [info]
    info["name"] = "changed"
    assert monitor.query(os.getpid())["name"] == "self"


def test_a_new_name():
    monitor = PyProcessMonitor()
    monitor.track(os.getpid(), "one")
    monitor.refresh()
    monitor.track(os.getpid(), "two")
    assert monitor.tracked_count() == 1
    assert monitor.query(os.getpid())["name"] == "two"


def test_untrack_is_no_op_for_what_is_not_tracked():
    monitor = PyProcessMonitor()
    monitor.track(pid=os.getpid(), name="self")
    for pid in (0, -1, UNUSED, 2 ** 40, os.getppid()):
        monitor.untrack(pid=pid)
    assert monitor.tracked_count() == 1
    monitor.untrack(os.getpid())
    assert (monitor.tracked_count(), monitor.list_all()) == (0, [])


def test_with_nothing_tracked_everybody_can_be_asked_for(child):
    monitor = PyProcessMonitor()
    monitor.refresh()
    assert monitor.query(os.getpid())["status"] == "running"
    assert monitor.query(child.pid)["name"] == "sleep"
    assert monitor.list_all() == []


def test_the_dead_are_listed(child):
    monitor = PyProcessMonitor()
    monitor.track(UNUSED, "nobody")
    monitor.track(child.pid, "child")
    assert [each["status"] for each in monitor.list_all()] == ["unknown", "unknown"]
    monitor.refresh()
    assert [each["status"] for each in monitor.list_all()] == ["stopped", "running"]
    child.kill()
    child.wait()
    monitor.refresh()
    assert monitor.query(child.pid) is None
    assert monitor.list_all()[1] == {"pid": child.pid, "name": "child", "status": "stopped",
                                     "cpu_usage_percent": 0.0, "memory_bytes": 0, "restart_count": 0}


@pytest.mark.parametrize("end, status", [("kill -SEGV $$", "crashed"), ("exit 3", "crashed"), ("exit 0", "stopped")])
def test_a_zombie_is_not_running(end, status):
    process = subprocess.Popen(["/bin/sh", "-c", end])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    monitor = PyProcessMonitor()
    monitor.track(process.pid, "zombie")
    monitor.refresh()
    assert monitor.query(process.pid)["status"] == status
    assert monitor.is_alive(process.pid) is monitor.is_running(process.pid) is False
    process.wait()


def test_is_alive_needs_no_track(child):
    monitor = PyProcessMonitor()
    assert monitor.is_alive(child.pid) is True
    assert monitor.is_running(pid=1) is True
    for pid in (0, -1, UNUSED, 2 ** 31, 2 ** 80):
        assert monitor.is_alive(pid) is False
    child.kill()
    child.wait()
    assert monitor.is_alive(child.pid) is False


def test_cpu_of_a_busy_process():
    process = subprocess.Popen([sys.executable, "-S", "-c", "while True: pass"])
    try:
        monitor = PyProcessMonitor()
        monitor.track(process.pid, "busy")
        monitor.refresh()
        deadline = time.monotonic() + 20
        while True:
            before, used = time.monotonic(), times(process.pid)
            monitor.refresh()
            time.sleep(0.5)
            monitor.refresh()
            share = (times(process.pid) - used) / (time.monotonic() - before) * 100
            if abs(monitor.query(process.pid)["cpu_usage_percent"] - share) < 10 or time.monotonic() > deadline:
                break
        assert abs(monitor.query(process.pid)["cpu_usage_percent"] - share) < 10
    finally:
        process.kill()
        process.wait()


def times(pid):
    """CPU seconds that the kernel's clock of the process shows."""
    return time.clock_gettime((~pid << 3) | 2)


@pytest.mark.parametrize("pid", [0, -1, 2 ** 31, 2 ** 32, 2 ** 64, -2 ** 64])
def test_no_such_pid_can_be(pid):
    monitor = PyProcessMonitor()
    for kind in (ValueError, OverflowError):
        with pytest.raises(kind):
            monitor.track(pid, "x")
    assert monitor.tracked_count() == 0
    assert monitor.query(pid) is None


@pytest.mark.parametrize("pid", ["1", None, 1.5])
def test_what_is_no_pid(pid):
    monitor = PyProcessMonitor()
    for call in (lambda: monitor.track(pid, "x"), lambda: monitor.untrack(pid), lambda: monitor.query(pid),
                 lambda: monitor.is_alive(pid)):
        with pytest.raises(TypeError):
            call()


@pytest.mark.parametrize("name", ["", "a\0b", "a\nb", "\N{SNOWMAN}", "\udcff", "x" * 2 ** 20], ids=short)
def test_any_text_is_a_name(name):
    monitor = PyProcessMonitor()
    monitor.track(os.getpid(), name)
    monitor.refresh()
    assert monitor.query(os.getpid())["name"] == name
    with pytest.raises(TypeError):
        monitor.track(os.getpid(), name.encode("utf-8", "surrogatepass"))


def test_many_calls_cost_no_memory():
    monitor = PyProcessMonitor()
    monitor.track(os.getpid(), "self")

    def calls(number):
        for _ in range(number):
            monitor.refresh()
            monitor.list_all()
            monitor.is_alive(1)
        gc.collect()
        monitor.refresh()
        return monitor.query(os.getpid())["memory_bytes"]

    before = calls(2000)
    assert calls(30000) - before < 2 * 1024 * 1024


def test_threads_use_one_monitor():
    monitor = PyProcessMonitor()
    wrong = []

    def work(number):
        for _ in range(300):
            monitor.track(os.getpid(), str(number))
            monitor.refresh()
            found = [each for each in monitor.list_all() if each["pid"] != os.getpid()]
            wrong.extend(found)
            monitor.untrack(os.getpid())

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert wrong == []


def test_a_forked_child_makes_its_own():
    monitor = PyProcessMonitor()
    monitor.track(os.getpid(), "self")
    child = os.fork()
    if child == 0:
        code = 1
        try:
            monitor.refresh()
        except RuntimeError:
            own = PyProcessMonitor()
            own.track(os.getpid(), "child")
            own.refresh()
            code = 0 if own.query(os.getpid())["status"] == "running" else 2
        os._exit(code)
    until(lambda: os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT | os.WNOHANG), "the child")
    assert os.waitpid(child, 0)[1] == 0


def test_is_running_without_a_pid():
    """A script of that ecosystem asks so."""
    monitor = PyProcessMonitor()
    assert monitor.is_running() is False
    child = subprocess.Popen(["/bin/sleep", "60"])
    monitor.track(child.pid, "x")
    assert monitor.is_running() is True is monitor.is_running(None)
    child.kill()
    child.wait()
    assert monitor.is_running() is False
    monitor.track(os.getpid(), "self")
    assert monitor.is_running() is True
    with pytest.raises(TypeError):
        monitor.is_running("1")
