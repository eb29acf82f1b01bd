"""dcchost.client against real sessions of the fake application."""

import ast
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading

import pytest

from conftest import PACKAGE, environment, until
from dcchost import client


def launch(*args, **more):
    return client.launch("fake", args, **more)


def test_a_whole_life(box):
    status = launch("--print", "words")
    assert (status["state"], status["ready"]) == ("running", True)
    session = client.Session("fake")
    assert session.status()["pid"] == status["pid"]
    assert session.probe()["health"] == "ok"
    assert [each["name"] for each in client.list_instances()] == ["fake"]
    until(lambda: "words\n" in pathlib.Path(session.log_path()).read_text(), "output")
    report = session.stop()
    assert report["result"]["kind"] == "stopped" and report["saved"] in ("saved", "skipped", "not-supported")
    assert [step["step"] for step in report["steps"]][:1] == ["save"]
    until(lambda: not client.list_instances(), "the instance to leave")
    with pytest.raises(client.NotFoundError, match="no instance called 'fake' is running"):
        session.status()


def test_launch_hands_everything_on(box):
    odd = os.fsdecode(b"caf\xe9 \n*\"'")
    (box.work / "there").mkdir()
    launch("--print-args", "--print-env", "--print-process", "--print", odd, b"--print", b"\xff", name="two",
           headless=True, environment={"ODD": odd}, working_directory="there", start_timeout=20, restart="never",
           settings={"probe-period": "500ms"})
    session = client.Session("two")
    log = until(lambda: pathlib.Path(session.log_path()).read_text("utf-8", "replace"), "output")
    shown = "caf\\xe9 \\x0a*\"'"
    assert "ODD=" + shown in log
    assert session.status()["headless"] is True
    session.kill()


def test_what_cannot_be_launched(box):
    with pytest.raises(client.Error, match="fakes") as caught:
        client.launch("fakes")
    assert (caught.value.name, caught.value.status) == ("not-installed", 69)
    with pytest.raises(client.Error, match="gone.fake"):
        launch(file="gone.fake")
    with pytest.raises(client.NotFoundError, match="not on PATH"):
        launch(command="/nowhere/dcchost")
    with pytest.raises(TypeError):
        client.launch("fake", "--print")
    with pytest.raises(ValueError):
        launch(wait="for ever")
    with pytest.raises(ValueError):
        launch("a\0b")
    with pytest.raises(ValueError):
        launch(start_timeout=-1)


def test_a_taken_name_is_busy(box):
    launch()
    with pytest.raises(client.BusyError) as caught:
        launch()
    assert caught.value.status == 75
    client.Session("fake").kill()


def test_events_follow_until_the_end(box):
    launch()
    session = client.Session("fake")
    seen = []
    reader = threading.Thread(target=lambda: seen.extend(session.events(follow=True)))
    reader.start()
    session.stop()
    reader.join(20)
    types = [each["type"] for each in seen]
    assert types.count("started") == types.count("exit") == types.count("ended") == 1
    assert types[-1] == "ended"
    numbers = [each["seq"] for each in seen]
    assert numbers == sorted(set(numbers))


def test_events_since_and_idle(box):
    launch()
    session = client.Session("fake")
    kept = list(session.events())
    assert kept[0]["seq"] == 1
    later = list(session.events(since=kept[0]["seq"]))
    assert [each["seq"] for each in later][:len(kept) - 1] == [each["seq"] for each in kept[1:]]
    with pytest.raises(client.TimeoutError):
        for _event in session.events(follow=True, idle=0.2):
            pass
    with pytest.raises(TypeError):
        session.events(since="1")
    with pytest.raises(ValueError):
        session.events(idle=0)
    session.kill()


def test_restart_and_a_crash_seen(box):
    before = launch(backoff="fixed:50ms")
    session = client.Session("fake")
    after = session.restart()
    assert after["state"] == "running" and after["pid"] != before["pid"]
    os.kill(after["pid"], signal.SIGSEGV)
    for event in session.events(follow=True, idle=20):
        if event["type"] == "exit" and event["pid"] == after["pid"]:
            assert event["result"]["signal"] == signal.SIGSEGV
            break
    session.kill()


def test_unattended_is_said_and_adopted(box, monkeypatch):
    before = launch()
    os.kill(before["session_pid"], signal.SIGKILL)
    session = client.Session("fake")
    until(lambda: gone(session), "the session to be gone")
    with pytest.raises(client.GoneError, match="dcchost adopt fake"):
        session.probe()
    assert (client.status("fake")["attended"], client.status("fake")["pid"]) == (False, before["pid"])
    monkeypatch.setenv("DCCHOST", "/nowhere/dcchost")
    assert client.list_instances() == [{"name": "fake", "attended": False, "state": None}]
    with pytest.raises(client.GoneError):
        client.status("fake")
    monkeypatch.undo()
    for name in ("XDG_RUNTIME_DIR", "XDG_STATE_HOME", "DCC_ADAPTER_PATH", "DCCHOST_SHIM"):
        monkeypatch.setenv(name, box.env[name])
    adopted = client.adopt("fake")
    assert adopted.status()["pid"] == before["pid"]
    adopted.kill()


def gone(session):
    try:
        session.status()
    except client.GoneError:
        return True
    return False


def test_a_session_that_dies_in_the_middle_of_a_call(box):
    status = launch("--refuse-quit", "--ignore-term")
    session = client.Session("fake")
    failed = []

    def stop():
        try:
            session.stop(timeout=60)
        except client.GoneError as problem:
            failed.append(problem)

    waiter = threading.Thread(target=stop)
    waiter.start()
    until(lambda: session.status()["state"] == "stopping", "the stop to begin")
    os.kill(status["session_pid"], signal.SIGKILL)
    waiter.join(20)
    assert failed and "closed the connection" in str(failed[0])


def test_a_paused_session_times_out(box):
    status = launch()
    os.kill(status["session_pid"], signal.SIGSTOP)
    with pytest.raises(client.TimeoutError) as caught:
        client.Session("fake", timeout=0.2).status()
    assert isinstance(caught.value, TimeoutError)
    os.kill(status["session_pid"], signal.SIGCONT)
    client.Session("fake").kill()


@pytest.mark.parametrize("order", ["stop", "kill", "restart"])
def test_who_waits_for_an_end_does_not_wait_for_a_silent_session(box, order):
    status = launch()
    os.kill(status["session_pid"], signal.SIGSTOP)
    with pytest.raises(client.TimeoutError):
        getattr(client.Session("fake", timeout=0.5), order)()
    os.kill(status["session_pid"], signal.SIGCONT)
    assert client.Session("fake").status()["pid"] == status["pid"]
    client.Session("fake").kill()


def test_a_method_with_a_nul_is_no_other_method(box):
    status = launch()
    with pytest.raises(client.Error, match="no such method"):
        client.Session("fake").agent("quit\0x")
    assert client.Session("fake").status()["pid"] == status["pid"]
    client.Session("fake").kill()


def test_a_runtime_directory_longer_than_a_socket_path(box, monkeypatch):
    long = box.top / ("d" * 120) / "run"
    long.mkdir(parents=True, mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    launch(restart="never")
    session = client.Session("fake")
    assert session.status()["state"] == "running"
    assert session.kill()["result"]["kind"] in ("stopped", "signaled")


def test_the_agent_answers_through_the_session(box):
    launch()
    session = client.Session("fake")
    assert session.agent("ping")["pid"] == session.status()["pid"]
    with pytest.raises(client.Error):
        session.agent("no-such-method")
    with pytest.raises(ValueError):
        session.agent("ping", {"odd": "\udcff"})
    session.kill()


def test_the_file_is_python_37():
    ast.parse((PACKAGE / "dcchost" / "client.py").read_text(), feature_version=(3, 7))


STORY = """
import sys
from dcchost import client
assert "gi" not in sys.modules
client.launch("fake")
session = client.Session("fake")
print(session.status()["state"], session.probe()["health"])
session.stop()
print("stopped")
"""


def runs(python):
    """Version managers put a stand-in into PATH that only says that this version is not chosen."""
    return subprocess.run([python, "-c", ""], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def pythons():
    """This Python, and the oldest that is meant to do, where one is at hand."""
    old = os.environ.get("DCCHOST_TEST_PYTHON37")
    found = shutil.which("python3.7")
    if not old and found and runs(found):
        old = found
    return [sys.executable] + ([old] if old else [])


@pytest.mark.parametrize("python", pythons())
def test_a_python_without_gi(box, python):
    done = subprocess.run([python, "-S", "-c", STORY], env=environment(), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60)
    assert (done.returncode, done.stderr.decode()) == (0, "")
    assert done.stdout.decode() == "running ok\nstopped\n"
