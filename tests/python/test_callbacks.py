"""Handlers that raise, objects that are over, and objects in other threads: through gi.repository.DccHost."""

import subprocess
import sys
import threading

import gi
import pytest

from conftest import PATIENCE, environment, until
from dcchost import PyDccLauncher, PyProcessWatcher

gi.require_version("DccHost", "1.0")
from gi.repository import DccHost, GLib  # noqa: E402


@pytest.fixture
def raised(monkeypatch):
    """What a handler of a signal raises goes to sys.excepthook; the list of it."""
    found = []
    monkeypatch.setattr(sys, "excepthook", lambda _kind, value, _trace: found.append(value))
    return found


def turn(condition):
    until(lambda: GLib.MainContext.default().iteration(False) and None or condition(), "the handler", PATIENCE)


def test_a_handler_that_raises_costs_nobody_an_event(raised):
    watcher, seen = DccHost.Watcher.new(), []
    watcher.connect("exited", lambda _watcher, pid, _info: 1 / 0)
    watcher.connect("exited", lambda _watcher, pid, info: seen.append((pid, info.get_code())))
    children = [subprocess.Popen(["/bin/sh", "-c", "read x; exit 3"], stdin=subprocess.PIPE) for _ in range(5)]
    for child in children:
        watcher.track(child.pid)
    watcher.attach()
    for child in children:
        child.stdin.close()
        child.wait()
    turn(lambda: len(seen) == 5)
    assert sorted(pid for pid, _code in seen) == sorted(child.pid for child in children)
    assert [type(each) for each in raised] == [ZeroDivisionError] * 5
    watcher.stop()


def test_a_handler_of_a_session_that_raises_does_not_hold_it_up(box, raised):
    host = DccHost.Host()
    with host.launch("fake") as session:
        session.connect("event", lambda *_: 1 / 0)
        pid = session.get_pid()
    assert session.is_over() and raised and {type(each) for each in raised} == {ZeroDivisionError}
    assert subprocess.run(["test", "-e", "/proc/%d" % pid]).returncode == 1


def test_a_session_that_is_over_says_so_and_stays_so(box):
    host = DccHost.Host()
    with host.launch("fake") as session:
        pass
    result = session.get_result()
    session.stop(0)
    session.kill()
    assert session.wait(1) is result or session.get_result().get_kind() == result.get_kind()
    assert session.is_over() and list(session.events(1)) == []
    session.wait_ready(1)
    assert "over" in repr(session) or "stopped" in repr(session)


def test_a_watcher_after_stop():
    watcher = PyProcessWatcher(0)
    watcher.start()
    watcher.stop()
    child = subprocess.Popen(["/bin/sh", "-c", "exit 4"])
    watcher.track(child.pid, "later")
    assert (watcher.poll_events(), watcher.tracked_count(), watcher.is_running()) == ([], 1, False)
    watcher.untrack(child.pid)
    watcher.track(child.pid, "later")
    watcher.start()
    seen = []
    until(lambda: seen.extend(watcher.poll_events()) or any(each["type"] == "exited" for each in seen), "the end")
    assert [each["exit_code"] for each in seen if each["type"] == "exited"] == [4]
    watcher.stop()
    child.wait()


def test_threads_use_one_launcher():
    launcher, wrong = PyDccLauncher(), []

    def work(number):
        try:
            for round in range(15):
                name = "%d-%d" % (number, round)
                pid = launcher.launch(name, "/bin/sleep", ["1000"])["pid"]
                assert launcher.pid_of(name) == pid
                launcher.kill(name)
                assert launcher.pid_of(name) is None
        except BaseException as problem:
            wrong.append(problem)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert wrong == [] and launcher.running_count() == 0


def test_one_name_for_many_threads_is_one_process():
    launcher, came = PyDccLauncher(), []

    def work():
        try:
            came.append(launcher.launch("x", "/bin/sleep", ["1000"])["pid"])
        except RuntimeError:
            came.append(None)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [pid for pid in came if pid] == [launcher.pid_of("x")]
    launcher.kill("x")


# Each in a process of its own, that begins to wait while another thread counts: if the wait kept the interpreter to
# itself, that one would stand still. The counter's own turns are long and many, so that luck does not pass for it.
WAITS = {
    "watcher.wait": "watcher = DccHost.Watcher.new(); watcher.start(); wait = lambda: watcher.wait(400)",
    "session.wait": "wait = lambda: expect(lambda: launch().wait(0.4))",
    "session.wait_ready": "wait = lambda: expect(lambda: launch().wait_ready(0.4))",
    "session.events": "wait = lambda: expect(lambda: list(launch().events(0.4)))",
    "session.with": "wait = lambda: stop(host.launch('fake', args=['--ready-after', '400']))",
    "launcher.terminate": "wait = lambda: end(launcher.terminate, 400)",
}
STORY = """
import sys, threading, time
import gi
gi.require_version("DccHost", "1.0")
from gi.repository import DccHost, GLib
from dcchost import PyDccLauncher
launcher = PyDccLauncher()
host = DccHost.Host()


def launch():
    return host.launch("fake", args=["--never-ready"])


def expect(call):
    try:
        call()
    except GLib.Error:
        pass


def stop(session):
    with session:
        pass


def end(call, timeout):
    launcher.launch("x", "/bin/sh", ["-c", "trap '' TERM; while :; do sleep 1; done"])
    time.sleep(0.2)
    call("x", timeout)


%s
gaps, last, over = [], time.monotonic(), False


def count():
    global last
    while not over:
        now = time.monotonic()
        gaps.append(now - last)
        last = now
        time.sleep(0.001)


counter = threading.Thread(target=count)
counter.start()
begin = time.monotonic()
wait()
took = time.monotonic() - begin
over = True
counter.join()
for session in host:
    session.kill()
    session.wait()
print(took > 0.2, len(gaps) > 40, max(gaps) < took / 2)
"""


@pytest.mark.parametrize("wait", sorted(WAITS))
def test_other_threads_run_in_every_wait(box, wait):
    done = subprocess.run([sys.executable, "-c", STORY % WAITS[wait]], env=environment(), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60)
    assert (done.stdout.decode(), done.stderr.decode()) == ("True True True\n", "")


FORKED = """
import gc, os, sys
import gi
gi.require_version("DccHost", "1.0")
from gi.repository import DccHost, GLib
host = DccHost.Host()
session = host.launch("fake", settings={"probe-period": "50ms"})
session.wait_ready(20)
pid = session.get_pid()
child = os.fork()
if child == 0:
    if sys.argv[1] == "leave":
        del session, host
        gc.collect()
        sys.exit(0)
    try:
        getattr(session, sys.argv[1])()
    except RuntimeError:
        os._exit(7)
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == (0 if sys.argv[1] == "leave" else 7)
try:
    session.wait(0.5)
    sys.exit("it ended by the hand of the child")
except GLib.Error as problem:
    assert DccHost.Error.is_timeout(problem)
assert session.get_state() == DccHost.State.RUNNING and session.get_pid() == pid, repr(session)
session.stop(0)
result = session.wait(20)
assert result.get_kind() == DccHost.ResultKind.STOPPED, result
print("well")
"""


@pytest.mark.parametrize("what", ["leave", "wait", "stop", "kill"])
def test_a_forked_child_takes_nothing_along(box, what):
    done = subprocess.run([sys.executable, "-c", FORKED, what], env=environment(), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60)
    assert (done.returncode, done.stdout) == (0, b"well\n"), done.stderr.decode()
