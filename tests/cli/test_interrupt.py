"""Ctrl-C and SIGTERM at any moment of a start end it at once, and nothing is left of it."""

import os
import re
import signal
import subprocess
import time

import pytest

from conftest import until

SOON = 10  # seconds; what is waited for would take a minute, and the machine may be busy
SLOW = {"DCCHOST_FAKE_PLAN_MS": "60000"}


def begin(box, *args, **env):
    return box.popen("launch", "fake", *args, env=dict(box.env, **env), stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def end(child, number):
    began = time.monotonic()
    child.send_signal(number)
    out, err = child.communicate(timeout=SOON)
    return child.returncode, out.decode(), err.decode(), time.monotonic() - began


def expect_nothing(box):
    until(lambda: not box.processes(), "everything to be gone")
    assert box.run("ps", "--all", "--json").json == []
    assert list((box.runtime / "dcchost").iterdir()) == []
    assert list((box.state / "dcchost").iterdir()) == []
    assert list((box.top / "tmp").iterdir()) == []


@pytest.mark.parametrize("args", [[], ["-d"], ["--wait", "ready"]])
@pytest.mark.parametrize("number, word", [(signal.SIGINT, "Ctrl-C"), (signal.SIGTERM, "SIGTERM")])
def test_while_the_session_process_is_held_up(box, args, number, word):
    child = begin(box, *args, **SLOW)
    until(lambda: (box.runtime / "dcchost" / "fake" / "record.json").exists(), "the start to be under way")
    status, out, err, _ = end(child, number)
    assert (status, out) == (128 + number, "")
    assert err == "dcchost: fake: interrupted by %s during its start; nothing of it is left\n" % word
    expect_nothing(box)


def test_the_name_is_free_afterwards(box):
    child = begin(box, "-d", **SLOW)
    until(lambda: (box.runtime / "dcchost" / "fake" / "record.json").exists(), "the start to be under way")
    end(child, signal.SIGTERM)
    box.launch()
    assert box.status()["state"] == "running"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_while_it_is_not_ready(box, number):
    child = begin(box, "--wait", "ready", "--", "--never-ready")
    until(lambda: box.run("ps", "--json").json and box.status()["pid"], "the application")
    status, out, err, _ = end(child, number)
    assert (status, out) == (128 + number, "")
    # What it was waiting for is the machine's affair.
    when = r"(during its start|before it was (started|ready))"
    assert re.fullmatch(r"dcchost: fake: interrupted by \S+ %s; nothing of it is left\n" % when, err), err
    until(lambda: not box.processes(), "everything to be gone")
    assert box.run("ps", "--json").json == []


@pytest.mark.parametrize("ms", [1, 5, 10, 20, 40, 80, 160])
def test_at_any_moment(box, ms):
    """Whatever it was doing: either nothing is left, or the start was over and is told as such."""
    child = begin(box, "-d")
    time.sleep(ms / 1000)  # not a wait for something: the moment is what is tried
    status, out, err, _ = end(child, signal.SIGTERM)
    if status == 0:  # it was faster
        assert "started" in out or "ready" in out
        assert box.status()["pid"]
        return
    assert status in (128 + signal.SIGTERM, -signal.SIGTERM), (status, err)
    until(lambda: not box.processes(), "everything to be gone")
    assert box.run("ps", "--json").json == []


def test_another_one_of_the_name_is_left_alone(box):
    box.launch()
    before = box.status()
    child = begin(box, "-d", **SLOW)
    assert child.wait(SOON) == 75
    child.stdout.close()
    child.stderr.close()
    assert box.status()["pid"] == before["pid"] and os.path.exists("/proc/%d" % before["pid"])
