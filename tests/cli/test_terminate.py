"""SIGTERM to a session process, as batch systems, service managers and a shutdown send it: a stop like any other."""

import contextlib
import os
import signal

import pytest

from conftest import until


def events(box, kind):
    lines = box.run("events", "fake").out.splitlines()
    return [line for line in lines if line.split()[1] == kind]


def over(box):
    return until(lambda: (lambda s: s if not s["attended"] else None)(box.status()), "the end")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_is_a_stop(box, number):
    box.launch()
    os.kill(box.status()["session_pid"], number)
    status = over(box)
    assert (status["state"], status["result"]["kind"]) == ("stopped", "stopped"), status
    assert status["result"]["verdict"] == "cancelled", status
    assert any("rescue copy" in line for line in events(box, "rescue")), events(box, "rescue")
    assert [line.split()[2] for line in events(box, "step")][:2] == ["save:", "quit:"]
    until(lambda: not box.processes(), "everything to be gone")


def test_all_get_it_at_once(box):
    """What a batch system does: no process is left out. The end is the end of a stop, whoever is first."""
    box.launch("--backoff", "fixed:10ms")
    status = box.status()
    for pid in (status["session_pid"], status["shim_pid"], status["pid"]):
        os.kill(pid, signal.SIGTERM)
    status = over(box)
    assert status["state"] == "stopped", status
    assert status["restart_count"] == 0
    until(lambda: not box.processes(), "everything to be gone")


def foreground(box, *args):
    child = box.popen("launch", "fake", *args, stdout=-1, stderr=-2)
    until(lambda: box.run("status", "fake", "--json").status == 0 and box.status()["ready"], "ready")
    return child


@pytest.mark.parametrize("how, verdict, code", [
    ("SIGTERM to the command", "cancelled", 143), ("SIGTERM to the session", "cancelled", 143),
    ("SIGTERM to the application", "cancelled", 143), ("Ctrl-C", "clean", 0), ("stop", "clean", 0),
    ("kill", "clean", 0)])
def test_who_asked_is_told(box, how, verdict, code):
    """An application that quits in order: clean where its user wanted that, cancelled where somebody else did."""
    child = foreground(box, "--", "--term-quit")
    status = box.status()
    if how in ("stop", "kill"):
        assert box.run(how, "fake").status == 0
    elif how == "Ctrl-C":
        child.send_signal(signal.SIGINT)
    else:
        os.kill({"command": child.pid, "session": status["session_pid"], "application": status["pid"]}[how.split()[-1]],
                signal.SIGTERM)
    said = child.communicate(timeout=60)[0].decode()
    result = over(box)["result"]
    assert (result["verdict"], child.returncode) == (verdict, code), (result, said)
    assert box.status()["state"] == "stopped"
    if how == "SIGTERM to the application":
        assert result["code"] == 0 and "quit in order after signal 15" in said, said
    if "SIGTERM" in how and "application" not in how:
        assert "rescue" in said and status["pid"] and box.status()["rescue"], said


@pytest.mark.parametrize("first, verdict", [("stop", "clean"), ("term", "cancelled")])
def test_whoever_asked_first_counts(box, first, verdict):
    box.launch("--", "--slow-save", "1500")
    session = box.status()["session_pid"]
    asks = [lambda: box.popen("stop", "fake", stdout=-1), lambda: os.kill(session, signal.SIGTERM)]
    for ask in asks if first == "stop" else asks[::-1]:
        ask()
        until(lambda: box.status()["state"] != "running", "the stop to begin")
    assert over(box)["result"]["verdict"] == verdict


def test_an_adopter_knows_who_asked(box):
    """The session is killed while it does what SIGTERM asked it for; the next one goes on with that."""
    session = stop_slowly(box, signal.SIGTERM)
    os.kill(session, signal.SIGKILL)
    until(lambda: not box.status()["attended"], "the session to be gone")
    box.run("adopt", "fake")
    box.run("stop", "fake", "--timeout", "1s")
    assert over(box)["result"]["verdict"] == "cancelled"


def stop_slowly(box, *numbers):
    """The signals, one after another at once, to the session of an instance whose save takes a minute."""
    box.launch("--set", "save-timeout=60s", "--", "--slow-save", "60000")
    session = box.status()["session_pid"]
    os.kill(session, numbers[0])
    until(lambda: box.status()["state"] == "stopping", "the stop to begin")
    for number in numbers[1:]:
        os.kill(session, number)
    return session


@pytest.mark.parametrize("second", [signal.SIGINT, signal.SIGTERM])
def test_a_second_one_hurries(box, second):
    """One of SIGTERM if it does not come with the first: whoever means it will say so again."""
    session = stop_slowly(box, signal.SIGTERM)

    def hurried():
        with contextlib.suppress(ProcessLookupError):
            os.kill(session, second)
        return not box.status()["attended"]

    until(hurried, "the end")
    assert over(box)["state"] == "stopped"
    assert not any("saved" in line for line in events(box, "step"))


def test_two_that_come_together_are_one(box):
    """A batch system tells each process, and the job's script hands its own signal on."""
    stop_slowly(box, signal.SIGTERM, signal.SIGTERM)
    status = box.status()
    assert status["state"] == "stopping", status
    assert not [line for line in events(box, "step") if line.split()[2] == "save:"], "the save was given up"
    os.kill(status["session_pid"], signal.SIGINT)
    over(box)


def test_it_stops_what_would_be_started_again(box):
    box.launch("--restart", "always", "--backoff", "fixed:10ms")
    os.kill(box.status()["session_pid"], signal.SIGTERM)
    status = over(box)
    assert (status["state"], status["restart_count"]) == ("stopped", 0)


def test_a_hangup_is_survived(box):
    box.launch()
    before = box.status()
    os.kill(before["session_pid"], signal.SIGHUP)
    assert box.run("probe").status == 0
    after = box.status()
    assert (after["session_pid"], after["pid"], after["state"]) == (before["session_pid"], before["pid"], "running")


def test_one_that_ends_between_two_lives(box):
    """While it waits to start the application again there is nothing to stop but the waiting."""
    box.launch("--backoff", "fixed:60s", "--set", "jitter=0", "--set", "instant-crash=0")
    status = box.status()
    os.kill(status["pid"], signal.SIGSEGV)
    until(lambda: box.status()["restart_in_ms"] is not None, "the delay")
    os.kill(status["session_pid"], signal.SIGTERM)
    over(box)
    until(lambda: not box.processes(), "everything to be gone")


@pytest.mark.parametrize("name", ["SIGUSR1", "SIGUSR2", "SIGXCPU", "SIGALRM"])
def test_a_notice_of_a_scheduler_is_survived(box, name):
    """Sent to all processes of a job some time before its end; to the application it goes as well."""
    box.launch()
    before = box.status()
    os.kill(before["session_pid"], getattr(signal, name))
    os.kill(before["shim_pid"], getattr(signal, name))
    assert box.run("probe").status == 0
    after = box.status()
    assert (after["session_pid"], after["pid"], after["attended"]) == (before["session_pid"], before["pid"], True)
    box.run("kill", "fake")
