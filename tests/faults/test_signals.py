"""Signals that somebody else sends, and signal settings that somebody else has left behind."""

import os
import signal
import subprocess
import time

import pytest

from box import until
from faults import events, is_alive, murder, start_session


def ready(box, name="fake"):
    until(lambda: box.run("status", name).status == 0 and box.status(name)["ready"], "ready")
    return box.status(name)


def ignore_children():
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)


def block_everything():
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())


@pytest.mark.parametrize("habit", [ignore_children, block_everything])
@pytest.mark.parametrize("how, result", [(["--exit-after", "50", "--code", "42"], ("exited", 42, 0)),
                                         (["--crash-after", "50", "--signal", "8"], ("signaled", -1, 8)),
                                         (["--exit-after", "50"], ("exited", 0, 0))])
def test_the_exit_is_known_whatever_was_inherited(box, habit, how, result):
    session = start_session(box, "fake", "--restart", "never", "--", *how, preexec_fn=habit)
    session.wait(20)
    told = events(box, "fake", "exit")
    assert len(told) == 1
    assert tuple(told[0]["result"][key] for key in ("kind", "code", "signal")) == result


def test_the_exit_is_known_though_a_crash_reporter_traces_it(box):
    """Killed under a tracer that takes its time, the end comes when the tracer lets go, and comes right."""
    box.launch("--restart", "never")
    pid = box.status()["pid"]
    tracer = subprocess.Popen(["strace", "-qq", "-f", "-o", "/dev/null", "-p", str(pid)], stdin=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    try:
        until(lambda: "TracerPid:\t%d" % tracer.pid in open("/proc/%d/status" % pid).read(), "the tracer", 10)
        os.kill(tracer.pid, signal.SIGSTOP)
        os.kill(pid, signal.SIGKILL)
        assert not events(box, "fake", "exit")
        assert box.status()["state"] in ("running", "crashed")
    finally:
        os.kill(tracer.pid, signal.SIGCONT)
        until(lambda: events(box, "fake", "exit"), "the end")
        tracer.kill()
        tracer.wait()
    result = events(box, "fake", "exit")[0]["result"]
    assert (result["kind"], result["signal"]) == ("signaled", 9)


def test_a_hangup_of_the_session_s_group_leaves_the_application_alone(box):
    session = start_session(box, "fake")
    pid = ready(box)["pid"]
    os.killpg(session.pid, signal.SIGHUP)
    status = ready(box)
    assert (status["pid"], status["restart_count"], status["session_pid"]) == (pid, 0, session.pid)
    assert box.run("kill").status == 0
    session.wait(20)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_the_session_s_group_is_a_stop(box, number):
    """And the session lives until it is done: the exit is told by it, and nothing is left to adopt."""
    session = start_session(box, "fake")
    ready(box)
    os.killpg(session.pid, number)
    assert session.wait(20) == 0
    told = events(box, "fake", "exit")
    assert len(told) == 1 and told[0]["result"]["kind"] == "stopped", told
    assert box.run("ps", "--json").json == []


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGKILL, signal.SIGQUIT])
def test_the_end_of_the_viewer_is_not_that_of_the_application(box, number):
    viewer = box.popen("launch", "fake", stdout=subprocess.DEVNULL, start_new_session=True,
                       preexec_fn=lambda: signal.signal(number, signal.SIG_DFL) if number != signal.SIGKILL else None)
    before = ready(box)
    os.killpg(viewer.pid, number)
    viewer.wait(20)
    status = box.status()
    assert (status["pid"], status["session_pid"]) == (before["pid"], before["session_pid"])
    assert is_alive(before["pid"])


def test_a_session_that_slept_makes_no_false_accusations(box):
    box.launch("--set", "probe-period=200ms", "--set", "probe-timeout=500ms", "--set", "probe-failures=2", "--set",
               "progress-window=0")
    status = box.status()
    until(lambda: box.status()["health"]["state"] == "ok", "a probe")
    os.kill(status["session_pid"], signal.SIGSTOP)
    time.sleep(3)
    os.kill(status["session_pid"], signal.SIGCONT)
    seen = len(events(box, "fake"))
    until(lambda: box.status()["health"]["age_ms"] >= 0 and box.run("probe").status == 0, "a fresh probe")
    for _ in range(5):
        assert box.status()["state"] == "running"
        assert box.run("probe").status == 0
    told = [each for each in events(box, "fake")[:seen + 50] if each.get("to") == "unresponsive"]
    assert not told, told


def test_a_session_that_slept_through_the_start_still_counts_it_as_ready(box):
    session = start_session(box, "fake", "--start-timeout", "2s", "--", "--ready-after", "300")
    until(lambda: box.run("status", "fake").status == 0 and box.status()["pid"], "the start")
    os.kill(session.pid, signal.SIGSTOP)
    time.sleep(3)
    os.kill(session.pid, signal.SIGCONT)
    ready(box)
    assert not events(box, "fake", "exit")
    assert box.run("kill").status == 0
    session.wait(20)


def test_the_shim_is_deaf_to_what_ends_others(box):
    box.launch()
    status = box.status()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE, signal.SIGUSR1):
        os.kill(status["shim_pid"], number)
    murder(status["session_pid"])
    assert box.run("adopt").status == 0
    assert box.status()["owned"] is True and box.status()["pid"] == status["pid"]
