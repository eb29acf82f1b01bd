"""Ctrl-C is heard in every wait that this package or the library offers to Python; so is any other signal."""

import os
import signal
import threading
import time

import gi
import pytest

from conftest import until
from dcchost import PyDccLauncher, client

gi.require_version("DccHost", "1.0")
from gi.repository import DccHost  # noqa: E402

DEAF = ["-c", "trap '' TERM; >$READY; while :; do sleep 0.2; done"]
LONG = 60  # seconds that each wait would take
SOON = 5


class Interrupted:
    """SIGINT comes while the block waits."""

    def __enter__(self):
        self.timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
        self.start = time.monotonic()
        self.timer.start()

    def __exit__(self, kind, problem, _trace):
        self.timer.cancel()
        assert kind is KeyboardInterrupt, "it was not interrupted: %r" % problem
        assert time.monotonic() - self.start < SOON
        return True


@pytest.fixture
def deaf(tmp_path):
    """How a child that ignores SIGTERM is started."""
    ready = tmp_path / "ready"

    def start(launch):
        launch(dict(os.environ, READY=str(ready)))
        until(ready.exists, "the trap")
    return start


@pytest.fixture
def launcher(deaf):
    made = PyDccLauncher()
    deaf(lambda env: made.launch("x", "/bin/sh", DEAF, environment=env))
    yield made
    if made.pid_of("x"):
        made.kill("x")
    assert made.running_count() == 0


def test_while_a_child_is_asked_to_end(launcher):
    with Interrupted():
        launcher.terminate("x", timeout_ms=LONG * 1000)
    # It was asked, lives, and is still ours to end.
    assert launcher.pid_of("x")
    with pytest.raises(RuntimeError, match="running"):
        launcher.launch("x", "/bin/true")
    launcher.kill("x")
    assert launcher.pid_of("x") is None
    launcher.launch("x", "/bin/true")


def ended(pid):
    """Gone, or a zombie that process 1 has not come to yet."""
    try:
        with open("/proc/%s/stat" % pid) as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_what_dies_after_the_interruption_leaves_nothing(tmp_path):
    """The child ends a little after Ctrl-C; what it had started is ended with the name all the same."""
    launcher, pids, ready = PyDccLauncher(), tmp_path / "pids", tmp_path / "ready"
    launcher.launch("x", "/bin/sh", ["-c", "setsid sleep 600 & echo $! >%s; trap 'sleep 1; exit' TERM; >%s; "
                                     "while :; do sleep 0.05; done" % (pids, ready)])
    until(ready.exists, "the trap")
    with Interrupted():
        launcher.terminate("x", timeout_ms=LONG * 1000)
    until(lambda: launcher.pid_of("x") is None, "the end")
    launcher.kill("x")
    assert ended(pids.read_text().strip())
    with pytest.raises(RuntimeError, match="^process 'x' is not running$"):
        launcher.kill("x")


def test_another_signal_is_handled_and_the_wait_goes_on(launcher):
    heard = []
    before = signal.signal(signal.SIGUSR1, lambda *_: heard.append(time.monotonic()))
    try:
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGUSR1)).start()
        start = time.monotonic()
        launcher.terminate("x", timeout_ms=1500)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert len(heard) == 1 and heard[0] - start < 1.4 and time.monotonic() - start >= 1.5


def test_the_library_s_launcher(deaf):
    launcher = DccHost.Launcher.new()
    deaf(lambda env: launcher.launch("x", ["/bin/sh"] + DEAF, ["%s=%s" % each for each in env.items()], None))
    with Interrupted():
        launcher.terminate("x", LONG * 1000)
    assert launcher.pid_of("x") > 0
    assert launcher.kill("x") and launcher.pid_of("x") is None


@pytest.mark.parametrize("timeout", [-1, LONG * 1000])
def test_a_watcher_that_waits(timeout):
    watcher = DccHost.Watcher.new()
    watcher.track(os.getpid())
    watcher.start()
    with Interrupted():
        watcher.wait(timeout)
    watcher.stop()


def test_a_watcher_s_wait_ends_with_its_stop():
    watcher = DccHost.Watcher.new()
    watcher.start()
    threading.Timer(0.2, watcher.stop).start()
    assert watcher.wait(-1) is False
    assert watcher.wait(100) is False


def test_a_session_of_this_process(box):
    host = DccHost.Host()
    with host.launch("fake") as session:
        with Interrupted():
            session.wait(LONG)
        with Interrupted():
            for _event in session.events(timeout=LONG):
                pass
        assert session.get_state() == DccHost.State.RUNNING
    with Interrupted():  # nothing is waited for here but news of nobody
        with host.launch("fake", settings={"settle": "60s"}, args=["--no-agent"]) as session:
            pass
    assert session.is_over() and session.get_pid() is None


def test_a_session_of_another_process(box):
    box.launch()
    session = client.Session("fake")
    with Interrupted():
        for _event in session.events(follow=True):
            pass
    other = DccHost.Client.new(DccHost.Runtime.open(), "fake")
    with Interrupted():
        other.next_event(-1)
    assert session.status()["state"] == "running"


def test_a_session_that_is_long_in_stopping(box):
    box.launch("--set", "term-timeout=60s", "--set", "settle=10ms", "--", "--no-agent", "--ignore-term")
    other = DccHost.Client.new(DccHost.Runtime.open(), "fake")
    with Interrupted():
        client.Session("fake").stop()
    with Interrupted():
        other.call("stop", None, -1)
    client.Session("fake").kill()


def test_a_command_is_not_left_alone(box, monkeypatch):
    """Nobody waits any longer for what launch() was about to start, nor does the command that it ran."""
    monkeypatch.setenv("DCCHOST", os.environ["DCCHOST"])
    with Interrupted():
        client.launch("fake", settings={"settle": "60s"}, args=["--no-agent"])
    until(lambda: not any(" launch " in each for each in box.processes().values()), "the end of the command")
