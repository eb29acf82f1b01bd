"""PyProcessWatcher: every end once and at once, heartbeats that do not pile up."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from conftest import environment, short, until
from dcchost import PyProcessWatcher

UNUSED = 2 ** 31 - 1


@pytest.fixture
def child():
    process = subprocess.Popen(["/bin/sleep", "60"])
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def watcher():
    made = PyProcessWatcher(poll_interval_ms=20)
    yield made
    made.stop()


def wait_for(watcher, kind, seen=None):
    """The first event of a kind; all that come go into seen."""
    seen = [] if seen is None else seen
    until(lambda: seen.extend(watcher.poll_events()) or any(each["type"] == kind for each in seen), kind)
    return next(each for each in seen if each["type"] == kind)


def test_defaults():
    watcher = PyProcessWatcher()
    assert repr(watcher) == "PyProcessWatcher(running=False, tracked=0)"
    watcher.add_watch(os.getpid(), "self")
    watcher.start()
    watcher.start()
    assert repr(watcher) == "PyProcessWatcher(running=True, tracked=1)"
    assert watcher.is_running() and watcher.is_watched(os.getpid()) and watcher.watch_count() == 1
    watcher.stop()
    watcher.stop()
    assert not watcher.is_running()
    watcher.remove_watch(os.getpid())
    assert (watcher.tracked_count(), watcher.is_watched(os.getpid())) == (0, False)


def test_heartbeats(watcher):
    watcher.track(os.getpid(), "self")
    watcher.start()
    beat = wait_for(watcher, "heartbeat")
    assert set(beat) == {"type", "pid", "name", "new_status", "cpu_usage_percent", "memory_bytes"}
    assert (beat["pid"], beat["name"], beat["new_status"]) == (os.getpid(), "self", "running")
    assert isinstance(beat["cpu_usage_percent"], float) and beat["memory_bytes"] > 1024 * 1024


@pytest.mark.parametrize("end, expected", [
    ("exit 0", dict(exit_code=0, signal=None, result="exited")),
    ("exit 7", dict(exit_code=7, signal=None, result="exited")),
    ("kill -SEGV $$", dict(exit_code=None, signal=int(signal.SIGSEGV), result="signaled")),
])
def test_the_end_of_a_child_is_told_once_and_says_how(watcher, end, expected):
    process = subprocess.Popen(["/bin/sh", "-c", "read x; " + end], stdin=subprocess.PIPE)
    watcher.track(process.pid, "x")
    watcher.start()
    process.stdin.close()
    seen = []
    event = wait_for(watcher, "exited", seen)
    assert set(event) == {"type", "pid", "name", "exit_code", "signal", "core_dumped", "result"}
    assert {key: event[key] for key in expected} == expected
    assert isinstance(event["core_dumped"], bool)
    changed = [each for each in seen if each["type"] == "status_changed"]
    word = "stopped" if expected["exit_code"] == 0 else "crashed"
    assert [(each["old_status"], each["new_status"]) for each in changed] == [("running", word)]
    time.sleep(0.1)
    assert [each for each in watcher.poll_events() if each["name"] == "x"] == []
    assert watcher.tracked_count() == 0
    process.wait()


def test_the_end_is_told_at_once():
    watcher = PyProcessWatcher(poll_interval_ms=3600 * 1000)
    process = subprocess.Popen(["/bin/sleep", "60"])
    watcher.track(process.pid, "x")
    watcher.start()
    process.kill()
    start = time.monotonic()
    wait_for(watcher, "exited")
    assert time.monotonic() - start < 2
    process.wait()
    watcher.stop()


def test_a_pid_that_nobody_has(watcher):
    watcher.track(UNUSED, "nobody")
    watcher.start()
    event = wait_for(watcher, "exited")
    assert (event["name"], event["exit_code"], event["signal"], event["result"]) == ("nobody", None, None, "lost")


def test_two_watchers_on_one_pid(child):
    watchers = [PyProcessWatcher(0), PyProcessWatcher(0)]
    for number, each in enumerate(watchers):
        each.track(child.pid, str(number))
        each.start()
    child.kill()
    for number, each in enumerate(watchers):
        assert wait_for(each, "exited")["name"] == str(number)
        each.stop()


def test_a_reader_who_sleeps_finds_the_newest(child):
    watcher = PyProcessWatcher(poll_interval_ms=1)
    watcher.track(os.getpid(), "self")
    watcher.track(child.pid, "child")
    watcher.start()
    time.sleep(0.5)
    child.kill()
    seen = []
    wait_for(watcher, "exited", seen)
    assert len(seen) < 20
    watcher.stop()


def test_without_heartbeats(child):
    watcher = PyProcessWatcher(poll_interval_ms=0)
    watcher.track(child.pid, "x")
    watcher.start()
    child.kill()
    seen = []
    wait_for(watcher, "exited", seen)
    assert [each["type"] for each in seen] == ["status_changed", "exited"]
    watcher.stop()


def test_stop_and_start_lose_no_end(child):
    watcher = PyProcessWatcher(0)
    watcher.track(child.pid, "x")
    watcher.start()
    watcher.stop()
    child.kill()
    watcher.start()
    assert wait_for(watcher, "exited")["name"] == "x"
    watcher.stop()
    assert watcher.poll_events() == []


def test_a_new_name_and_a_name_again(child, watcher):
    watcher.track(child.pid, "one")
    watcher.track(child.pid, "two")
    assert watcher.tracked_count() == 1
    watcher.start()
    assert wait_for(watcher, "heartbeat")["name"] == "two"
    watcher.untrack(child.pid)
    assert watcher.poll_events() == []
    watcher.track(child.pid, "three")
    assert wait_for(watcher, "heartbeat")["name"] == "three"


@pytest.mark.parametrize("interval", [-1, 2 ** 64, 2 ** 70])
def test_bad_intervals(interval):
    for kind in (ValueError, OverflowError):
        with pytest.raises(kind):
            PyProcessWatcher(interval)


@pytest.mark.parametrize("interval", [2 ** 32, 2 ** 53 + 1, 2 ** 64 - 1])
def test_an_interval_that_never_comes(interval):
    watcher = PyProcessWatcher(interval)
    watcher.track(os.getpid(), "self")
    watcher.start()
    child = subprocess.Popen(["/bin/sh", "-c", "exit 4"])
    watcher.track(child.pid, "x")
    assert wait_for(watcher, "exited")["exit_code"] == 4
    watcher.stop()
    child.wait()


@pytest.mark.parametrize("interval", ["500", None, 0.5])
def test_what_is_no_interval(interval):
    with pytest.raises(TypeError):
        PyProcessWatcher(poll_interval_ms=interval)


@pytest.mark.parametrize("pid", [0, -1, 2 ** 31, 2 ** 64])
def test_no_such_pid_can_be(watcher, pid):
    with pytest.raises(ValueError):
        watcher.track(pid, "x")
    watcher.untrack(pid)
    assert (watcher.tracked_count(), watcher.is_watched(pid)) == (0, False)


@pytest.mark.parametrize("pid", ["1", None, 1.5])
def test_what_is_no_pid(watcher, pid):
    for call in (lambda: watcher.track(pid, "x"), lambda: watcher.untrack(pid), lambda: watcher.is_watched(pid)):
        with pytest.raises(TypeError):
            call()


@pytest.mark.parametrize("name", ["", "a\0b", "a\nb", "\N{SNOWMAN}", "\udcff", "x" * 2 ** 20], ids=short)
def test_any_text_is_a_name(watcher, name):
    watcher.track(os.getpid(), name)
    watcher.start()
    assert wait_for(watcher, "heartbeat")["name"] == name


def test_threads_poll_one_watcher():
    watcher = PyProcessWatcher(0)
    watcher.start()
    seen = []
    over = threading.Event()

    def poll():
        while not over.is_set():
            seen.extend(watcher.poll_events())
            time.sleep(0.001)

    threads = [threading.Thread(target=poll) for _ in range(3)]
    for each in threads:
        each.start()
    processes = [subprocess.Popen(["/bin/true"]) for _ in range(50)]
    for number, process in enumerate(processes):
        watcher.track(process.pid, str(number))
    until(lambda: len([each for each in seen if each["type"] == "exited"]) == 50, "every end")
    over.set()
    for each in threads:
        each.join()
    watcher.stop()
    assert sorted(int(each["name"]) for each in seen if each["type"] == "exited") == list(range(50))
    for process in processes:
        process.wait()


STORY = """
import os, sys
from dcchost import PyProcessWatcher
watcher = PyProcessWatcher(1)
watcher.track(os.getpid(), "self")
watcher.start()
while not watcher.poll_events():
    pass
child = os.fork()
if child == 0:
    for call in (watcher.poll_events, watcher.stop, watcher.start):
        try:
            call()
        except RuntimeError:
            continue
        os._exit(1)
    assert not watcher.is_running()
    own = PyProcessWatcher(1)
    own.track(os.getpid(), "child")
    own.start()
    while not own.poll_events():
        pass
    sys.exit(7)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
while not watcher.poll_events():
    pass
print("fine")
"""


def test_a_forked_child_has_its_own_and_both_end():
    done = subprocess.run([sys.executable, "-c", STORY], env=environment(), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=20)
    assert (done.stdout.decode(), done.stderr.decode(), done.returncode) == ("fine\n", "", 0)


def test_asyncio_waits_for_the_descriptor(child):
    import asyncio

    from gi.repository import DccHost

    async def wait():
        watcher = DccHost.Watcher.new()
        watcher.track(child.pid)
        watcher.start()
        readable = asyncio.Event()
        asyncio.get_running_loop().add_reader(watcher.get_fd(), readable.set)
        child.kill()
        await asyncio.wait_for(readable.wait(), 20)
        assert len(watcher.drain()) % 48 == 0
        asyncio.get_running_loop().remove_reader(watcher.get_fd())
        watcher.stop()

    asyncio.run(wait())


def test_many_polls_cost_no_memory(watcher):
    watcher.track(os.getpid(), "self")
    watcher.start()
    seen = []

    def polls(number):
        for _ in range(number):
            watcher.poll_events()
        del seen[:]
        return wait_for(watcher, "heartbeat")["memory_bytes"]

    before = polls(1000)
    assert polls(100000) - before < 2 * 1024 * 1024
