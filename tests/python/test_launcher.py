"""PyDccLauncher: children by name, ended with all that they started."""

import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

import pytest

from conftest import environment, short, until
from dcchost import PyDccLauncher, PyProcessWatcher

SH = "/bin/sh"
UNKNOWN = r"^process 'nobody' is not running$"


@pytest.fixture
def launcher():
    made = PyDccLauncher()
    yield made
    for name in list(made._known):
        try:
            made.kill(name)
        except RuntimeError as problem:
            assert "is not running" in str(problem)
    assert made.running_count() == 0


def sh(launcher, text, name="x", **more):
    return launcher.launch(name, SH, ["-c", text], **more)


def gone(pid):
    return not os.path.exists("/proc/%d" % pid)


def test_launch(launcher):
    info = launcher.launch(name="maya", executable="/bin/sleep", args=["60"], launch_timeout_ms=60000)
    assert info == {"pid": info["pid"], "name": "maya", "status": "starting"}
    assert (launcher.pid_of("maya"), launcher.running_count(), launcher.restart_count("maya")) == (info["pid"], 1, 0)
    assert repr(launcher) == "PyDccLauncher(running=1)"
    # launch() returns when the new program has taken over; its arguments are shown a moment later.
    until(lambda: pathlib.Path("/proc/%d/cmdline" % info["pid"]).read_bytes() == b"/bin/sleep\x0060\x00", "exec")
    assert os.readlink("/proc/%d/fd/0" % info["pid"]) == "/dev/null"
    for fd in (1, 2):
        assert os.readlink("/proc/%d/fd/%d" % (info["pid"], fd)) == os.readlink("/proc/self/fd/%d" % fd)


def test_terminate_asks_first(launcher, tmp_path):
    said = tmp_path / "said"
    ready = tmp_path / "ready"
    pid = sh(launcher, "trap 'echo asked >%s; exit 0' TERM; >%s; while :; do sleep 0.05; done" % (said, ready))["pid"]
    until(ready.exists, "the trap")
    assert launcher.terminate("x") is None
    assert gone(pid) and said.read_text() == "asked\n"
    assert (launcher.pid_of("x"), launcher.running_count()) == (None, 0)


def test_terminate_ends_the_whole_tree(launcher, tmp_path):
    pids = tmp_path / "pids"
    text = "trap '' TERM; sleep 60 & echo $! >>%s; setsid sleep 60 & echo $! >>%s; wait; sleep 60" % (pids, pids)
    pid = sh(launcher, text)["pid"]
    until(lambda: pids.exists() and len(pids.read_text().split()) == 2, "the children")
    start = time.monotonic()
    launcher.terminate("x", timeout_ms=200)
    assert 0.15 < time.monotonic() - start < 10
    for each in [pid] + [int(word) for word in pids.read_text().split()]:
        assert gone(each) or "Z" in pathlib.Path("/proc/%d/stat" % each).read_text().rsplit(")", 1)[1]


def test_what_has_ended_can_be_ended(launcher):
    pid = sh(launcher, "exit 0")["pid"]
    until(lambda: launcher.running_count() == 0, "the end")
    until(lambda: gone(pid), "no zombie to be left")
    launcher.terminate("x")
    launcher.kill("x")


@pytest.mark.parametrize("first", ["terminate", "kill"])
def test_what_was_ended_here_is_not_running(launcher, first):
    for _ in range(2):
        launcher.launch("nobody", "/bin/sleep", ["60"])
        getattr(launcher, first)("nobody")
        for again in (launcher.terminate, launcher.kill):
            with pytest.raises(RuntimeError, match=UNKNOWN):
                again("nobody")
    assert launcher.restart_count("nobody") == 0


def test_an_unknown_name(launcher):
    with pytest.raises(RuntimeError, match=UNKNOWN):
        launcher.terminate("nobody")
    with pytest.raises(RuntimeError, match=UNKNOWN):
        launcher.kill("nobody")
    for name in ("nobody", "", "a\0b", "\udcff"):
        assert (launcher.pid_of(name), launcher.restart_count(name)) == (None, 0)


def test_a_live_name_is_taken(launcher):
    first = launcher.launch("x", "/bin/sleep", ["60"])
    with pytest.raises(RuntimeError, match="x"):
        launcher.launch("x", "/bin/sleep", ["60"])
    assert (launcher.pid_of("x"), launcher.running_count()) == (first["pid"], 1)


@pytest.mark.parametrize("executable", ["/nowhere/maya", "/etc/passwd", "/tmp", "", "no-such-command-at-all"])
def test_a_bad_executable(launcher, executable):
    with pytest.raises(RuntimeError):
        launcher.launch("x", executable)
    with pytest.raises(RuntimeError, match="nowhere"):
        launcher.launch("x", "/bin/sleep", ["1"], working_directory="/nowhere")
    assert launcher.running_count() == 0


@pytest.mark.parametrize("end, restarts", [("kill -SEGV $$", 1), ("exit 3", 1), ("exit 0", 0)])
def test_restarts_are_counted_after_a_crash(launcher, end, restarts):
    sh(launcher, end)
    until(lambda: launcher.running_count() == 0, "the end")
    sh(launcher, "sleep 60")
    assert launcher.restart_count("x") == restarts
    launcher.kill("x")
    sh(launcher, "sleep 60")
    assert launcher.restart_count("x") == restarts


def test_bytes_arrive_as_they_are(launcher, tmp_path):
    odd = b"caf\xe9 \n*\"'"
    out = tmp_path / "out"
    launcher.launch("x", SH, ["-c", 'printf %s "$1$2$ODD" >$OUT; pwd >>$OUT', "sh", os.fsdecode(odd), odd],
                    environment={"ODD": os.fsdecode(odd), "OUT": str(out)}, working_directory="/")
    until(lambda: launcher.running_count() == 0, "the end")
    assert out.read_bytes() == odd * 3 + b"/\n"


@pytest.mark.parametrize("name", ["a\nb", "\N{SNOWMAN}\N{PILE OF POO}", " ", "a/b", "x" * 2 ** 20], ids=short)
def test_any_text_is_a_name(launcher, name):
    launcher.launch(name, "/bin/sleep", ["60"])
    assert launcher.pid_of(name)
    launcher.terminate(name)


@pytest.mark.parametrize("bad", [dict(name=""), dict(name="a\0b"), dict(name="\udcff"), dict(executable="a\0b"),
                                 dict(args=["a\0b"]), dict(environment={"": "1"}), dict(environment={"a=b": "1"}),
                                 dict(environment={"A": "\0"}), dict(launch_timeout_ms=-1),
                                 dict(launch_timeout_ms=2 ** 70)])
def test_bad_values(launcher, bad):
    with pytest.raises(ValueError) as caught:
        launcher.launch(**dict(dict(name="x", executable="/bin/true"), **bad))
    # What the other package finds out when it starts a process is a RuntimeError there.
    assert isinstance(caught.value, OverflowError if "launch_timeout_ms" in bad else RuntimeError)


@pytest.mark.parametrize("timeout", [2 ** 53, 2 ** 53 + 1, 2 ** 64 - 1])
def test_a_timeout_for_ever(launcher, timeout):
    launcher.launch("x", "/bin/sleep", ["60"], launch_timeout_ms=timeout)
    launcher.terminate("x", timeout_ms=timeout)


@pytest.mark.parametrize("bad", [dict(name=3), dict(name=b"x"), dict(executable=None), dict(args="60"), dict(args=[3]),
                                 dict(environment={"A": 1}), dict(launch_timeout_ms="1"),
                                 dict(working_directory=3)])
def test_bad_types(launcher, bad):
    with pytest.raises(TypeError):
        launcher.launch(**dict(dict(name="x", executable="/bin/true"), **bad))


def test_other_threads_run_while_it_waits(launcher, tmp_path):
    ready = tmp_path / "ready"
    sh(launcher, "trap '' TERM; >%s; while :; do sleep 1; done" % ready)
    until(ready.exists, "the trap")
    counted = [0]
    over = threading.Event()

    def count():
        while not over.is_set():
            counted[0] += 1
            time.sleep(0.001)

    counter = threading.Thread(target=count)
    counter.start()
    start = counted[0]
    launcher.terminate("x", timeout_ms=500)
    seen = counted[0] - start
    over.set()
    counter.join()
    assert seen > 50


def test_a_kill_hurries_a_terminate(launcher, tmp_path):
    ready = tmp_path / "ready"
    sh(launcher, "trap '' TERM; >%s; while :; do sleep 1; done" % ready)
    until(ready.exists, "the trap")
    other = threading.Thread(target=launcher.terminate, args=("x", 60000))
    other.start()
    time.sleep(0.1)
    start = time.monotonic()
    launcher.kill("x")
    other.join()
    assert launcher.running_count() == 0 and time.monotonic() - start < 20


def test_every_end_once_with_its_code(launcher):
    watcher = PyProcessWatcher(poll_interval_ms=0)
    watcher.start()
    expected, seen = {}, []
    for number in range(200):
        name = "x%d" % number
        info = launcher.launch(name, SH, ["-c", "exit %d" % (number % 256)])
        watcher.track(info["pid"], name)
        expected[name] = number % 256
    until(lambda: seen.extend(each for each in watcher.poll_events() if each["type"] == "exited") or
          len(seen) >= 200, "every end")
    assert {each["name"]: each["exit_code"] for each in seen} == expected
    watcher.stop()
    assert launcher.running_count() == 0
    for each in seen:
        assert gone(each["pid"])


def test_a_forked_child_may_not_touch_it(launcher):
    launcher.launch("x", "/bin/sleep", ["60"])
    child = os.fork()
    if child == 0:
        try:
            launcher.kill("x")
        except RuntimeError:
            os._exit(0)
        os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    assert launcher.pid_of("x")


STORY = """
import sys
from dcchost import PyDccLauncher, PyProcessWatcher
launcher, watcher = PyDccLauncher(), PyProcessWatcher(50)
info = launcher.launch("x", "/bin/sleep", ["60"])
watcher.track(info["pid"], "x")
watcher.start()
%s
print(info["pid"], flush=True)
"""


@pytest.mark.parametrize("end", ["", "sys.exit(3)", "import os; pid = os.fork()"])
def test_the_interpreter_ends_and_children_live_on(end, tmp_path):
    out = tmp_path / "out"
    story = STORY % "" + end
    with open(str(out), "wb") as file:
        done = subprocess.run([sys.executable, "-c", story], env=environment(), stdout=file,
                              stderr=file, timeout=20)
    assert done.returncode == (3 if "3" in end else 0)
    pid = int(out.read_text().split()[0])
    assert not gone(pid), out.read_text()
    os.kill(pid, signal.SIGKILL)
