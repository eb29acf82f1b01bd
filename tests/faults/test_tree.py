"""The way down: trees that do not want to die, daemons that may live, and the signals that are never sent."""

import os
import pathlib
import re
import shutil
import signal
import time

import pytest

from box import until
from faults import figure, is_alive, start_session

STRACE = shutil.which("strace", path="/usr/bin:/bin")
SHORT = ["--set", "term-timeout=300ms", "--set", "tree-timeout=300ms", "--set", "save-timeout=500ms"]


def find(box, word):
    return [pid for pid in box.processes() if comm(pid) == word]


def comm(pid):
    try:
        return pathlib.Path("/proc/%d/comm" % pid).read_text().strip()
    except OSError:
        return ""


def test_term_is_ignored(box):
    box.launch(*SHORT, "--", "--ignore-term", "--refuse-quit")
    done = box.run("stop", "--json")
    assert done.status == 0, done
    steps = {each["step"]: each["outcome"] for each in done.json["steps"]}
    assert steps["signal"] == "timed-out" and steps["kill"] == "done", steps
    assert done.json["result"]["signal"] == signal.SIGKILL


def test_a_forest_of_unwilling_processes(box):
    kinds = ["fork", "double-fork", "setsid", "refork", "refork", "stopped", "ignore-term"]
    box.launch(*SHORT, "--", *[word for kind in kinds for word in ("--tree", kind)], "--hold-stdout")
    until(lambda: len(box.processes()) >= 8, "the forest")
    pid = box.status()["pid"]
    began = time.monotonic()
    done = box.run("stop", "--json")
    took = time.monotonic() - began
    assert done.status == 0, done
    assert done.json["left"] == []
    assert not is_alive(pid)
    until(lambda: not box.processes(), "nothing to be left", 1)
    figure("%d unwilling processes gone %.2f s after stop" % (len(kinds) + 2, took))
    assert took < 10


def test_a_stopped_application_is_continued_to_be_stopped(box):
    box.run("launch", "fake", "-d", *SHORT, "--", "--no-agent", "--term-exit", "7")
    pid = box.status()["pid"]
    os.kill(pid, signal.SIGSTOP)
    until(lambda: box.status()["paused"], "the pause to be seen")
    done = box.run("stop", "--json")
    assert done.status == 0, done
    assert done.json["result"]["code"] == 7
    assert not is_alive(pid)


def test_a_daemon_that_may_live_is_named_and_not_waited_for(box):
    box.launch(*SHORT, "--env", "DCCHOST_FAKE_DAEMON=fakeserver", "--", "--daemon", "fakeserver", "--tree", "fork")
    daemon = until(lambda: find(box, "fakeserver"), "the daemon")[0]
    began = time.monotonic()
    done = box.run("stop", "--json")
    took = time.monotonic() - began
    try:
        assert done.status == 0, done
        assert is_alive(daemon)
        assert took < 5, took
        assert any("fakeserver" in line for line in done.json["left"]), done.json
    finally:
        os.kill(daemon, signal.SIGKILL)


def nest(box):
    """An executable that starts the instance 'inner' before it becomes the application of 'outer'."""
    script = box.work / "nest"
    script.write_text('''#!/bin/sh
export DCCHOST_FAKE_EXECUTABLE='%s'
[ "$DCCHOST_NAME" = outer ] && '%s' launch fake --name inner -d --wait ready
exec "$DCCHOST_FAKE_EXECUTABLE" "$@"
''' % (os.environ["DCCHOST_FAKE_EXECUTABLE"], os.environ["DCCHOST"]))
    script.chmod(0o755)
    return {"DCCHOST_FAKE_EXECUTABLE": str(script)}


@pytest.mark.parametrize("end", ["stop", "kill", "session", "shim"])
def test_an_instance_that_was_started_from_inside_another_outlives_it(box, end):
    """It is no part of the other's tree: not ended with it, not named as left, and nothing to wait for."""
    done = box.run("launch", "fake", "--name", "outer", "-d", "--wait", "ready", *SHORT, **nest(box))
    assert done.status == 0, done
    outer, inner = box.status("outer"), box.status("inner")
    if end in ("session", "shim"):  # lost, and stopped by an adopter, or without a shim
        os.kill(outer[end + "_pid"], signal.SIGKILL)
        until(lambda: not is_alive(outer[end + "_pid"]), "its end")
    done = box.run("kill" if end == "kill" else "stop", "outer", "--json")
    assert done.status == 0, done
    assert done.json["left"] == []
    assert not is_alive(outer["pid"])
    assert all(is_alive(inner[name]) for name in ("pid", "shim_pid", "session_pid"))
    after = box.status("inner")
    assert (after["pid"], after["session_pid"], after["state"]) == (inner["pid"], inner["session_pid"], "running")
    assert box.run("kill", "inner").status == 0


def test_what_a_run_was_told_to_let_go_has_a_long_name(box):
    """The kernel keeps 15 bytes of a name."""
    name = "fake-server-of-licences"
    box.launch(*SHORT, "--env", "DCCHOST_FAKE_DAEMON=" + name, "--", "--daemon", name)
    daemon = until(lambda: find(box, name[:15]), "the daemon")[0]
    done = box.run("stop", "--json")
    try:
        assert done.status == 0, done
        assert is_alive(daemon)
        assert any(name[:15] in line for line in done.json["left"]), done.json
    finally:
        os.kill(daemon, signal.SIGKILL)


def test_an_application_that_takes_long_to_die(box):
    """As one of many gibibytes does: the end is when the kernel says so."""
    box.launch(*SHORT, "--", "--slow-quit", "700")
    pid = box.status()["pid"]
    done = box.run("stop", "--json")
    assert done.status == 0
    assert done.json["result"]["code"] == 0
    assert not is_alive(pid)


@pytest.mark.skipif(not STRACE, reason="no strace here")
def test_abort_and_quit_are_never_sent(box):
    """Both would make an application throw its own rescue files away. A whole stop sequence, with all who can send."""
    trace = box.work / "trace"
    calls = "kill,tgkill,tkill,rt_sigqueueinfo,pidfd_send_signal"
    session = start_session(box, "fake", *SHORT, "--", "--ignore-term", "--refuse-quit", "--refuse-save",
                            "--tree", "setsid", "--tree", "refork",
                            under=[STRACE, "-f", "-qq", "-o", str(trace), "-e", "trace=" + calls])
    until(lambda: box.run("status", "fake").status == 0 and box.status()["ready"], "ready")
    done = box.run("stop", timeout=40)
    assert done.status == 0, done
    session.wait(20)
    sent = set(re.findall(r"SIG[A-Z0-9]+(?=[,)])", trace.read_text()))
    figure("signals sent in a whole stop sequence: " + " ".join(sorted(sent)))
    assert {"SIGTERM", "SIGKILL"} <= sent
    assert not sent & {"SIGABRT", "SIGQUIT", "SIGINT", "SIGHUP"}, sent
