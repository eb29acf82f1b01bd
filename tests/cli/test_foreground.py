"""A launch in the foreground, not on a terminal: plain lines, and the application's own exit status."""

import json
import os
import re
import signal
import subprocess

import pytest

from conftest import until


@pytest.mark.parametrize("code", [0, 1, 2, 42, 255])
def test_ends_with_the_code_of_the_application(box, code):
    done = box.run("launch", "fake", "--restart", "never", "--", "--exit-after", "10", "--code", str(code))
    assert done.status == code, done
    assert done.err == ""


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL, signal.SIGBUS])
def test_ends_as_a_shell_shows_a_signal(box, number):
    done = box.run("launch", "fake", "--restart", "never", "--", "--crash-after", "10", "--signal", str(int(number)))
    assert done.status == 128 + number, done
    assert "signal %d" % number in done.out


def test_the_account(box):
    done = box.run("launch", "fake", "--", "--exit-after", "50")
    lines = done.out.splitlines()
    assert done.status == 0
    assert all(line.startswith("fake: ") for line in lines)
    assert lines[0].startswith("fake: started, pid ")
    assert lines[1].startswith("fake: running, ready after ")
    assert lines[-1].startswith("fake: stopped")
    assert "\x1b" not in done.out and "\r" not in done.out


def test_what_the_application_prints_stays_in_its_log(box):
    done = box.run("launch", "fake", "--", "--print", "chatter", "--exit-after", "50")
    assert "chatter" not in done.out + done.err
    assert "chatter\n" in box.run("logs", "fake").out


def test_a_bad_end_shows_the_last_output(box):
    done = box.run("launch", "fake", "--restart", "never", "--", "--print", "a clue\x1b[2J", "--crash-after", "50")
    assert done.status == 139
    assert "fake: the last lines of its output:\n" in done.out
    assert "    a clue\\x1b[2J\n" in done.out


def test_a_job_that_decides_to_fail_has_not_crashed(box):
    done = box.run("launch", "fake", "--", "--job", "--exit-before-ready", "5")
    assert done.status == 5, done
    assert "fake: failed: exited with code 5 after " in done.out and "crash" not in done.out
    assert box.status()["state"] == "failed"
    said = box.run("why", "fake").out
    assert said.startswith("fake failed: exited with code 5\n") and "crash" not in said.replace("/crashes/", "")


def test_what_was_ended_beside_it_is_said(box):
    """After the end that it belongs to, whatever else is told in one line with that."""
    done = box.run("launch", "fake", "--set", "tree-timeout=100ms", "--", "--tree", "ignore-term", "--exit-after", "50")
    assert done.status == 0, done
    lines = done.out.splitlines()
    assert re.match(r"fake: ended beside it: \d+ fake-dcc$", lines[-2]), done
    assert lines[-1] == "fake: stopped: exited with code 0: quit"
    told = [line for line in box.run("events", "fake").out.splitlines() if " cleared " in line]
    assert len(told) == 1 and re.search(r"ended beside it: \d+ fake-dcc$", told[0]), told


def test_what_was_ended_beside_a_crash_is_said_after_what_follows(box):
    done = box.run("launch", "fake", "--max-restarts", "1", "--backoff", "fixed:10ms", "--set", "jitter=0", "--set",
                   "instant-crash=0", "--set", "crash-grace=0", "--set", "tree-timeout=100ms", "--", "--tree", "fork",
                   "--crash-after", "10")
    lines = done.out.splitlines()
    crash = [i for i, line in enumerate(lines) if line.startswith("fake: crashed: signal 11 ")]
    beside = [i for i, line in enumerate(lines) if "ended beside it: " in line]
    assert beside and beside[0] > crash[0] and "starting again" in lines[crash[0]], done


def test_a_crash_and_what_follows_are_one_line(box):
    done = box.run("launch", "fake", "--max-restarts", "2", "--backoff", "fixed:10ms", "--set", "jitter=0", "--set",
                   "instant-crash=0", "--", "--crash-after", "10")
    assert done.status == 139
    crashes = [line for line in done.out.splitlines() if "crashed: signal 11" in line and "starting again" in line]
    assert len(crashes) == 2, done
    assert "(1 of 2)" in crashes[0] and "(2 of 2)" in crashes[1]
    assert any("not started again" in line for line in done.out.splitlines())


def test_progress_in_lines(box):
    done = box.run("launch", "fake", "--headless", "--", "--progress", "4", "--frames", "2", "--exit-after", "1500",
                   timeout=30)
    assert done.status == 0
    assert any("] " in line and " %" in line and "frame " in line for line in done.out.splitlines()), done


def test_events_as_json_lines(box):
    done = box.run("launch", "fake", "--json", "--", "--exit-after", "50")
    types = [json.loads(line)["type"] for line in done.out.splitlines()]
    assert done.status == 0
    assert types[-1] == "ended" and "started" in types


@pytest.fixture
def shown(box):
    """A launch in the foreground, ready, with its output in a file."""
    output = box.work / "shown"
    with open(str(output), "wb") as file:
        child = box.popen("launch", "fake", stdout=file, stderr=subprocess.STDOUT)
    until(lambda: "running, ready" in output.read_text(), "ready")
    yield child, output
    child.kill()
    child.wait()


@pytest.mark.parametrize("number, status", [(signal.SIGINT, 0), (signal.SIGTERM, 143)])
def test_an_interrupt_saves_and_quits(box, shown, number, status):
    """Ctrl-C is its user's; SIGTERM is somebody else's, who is told that it was cancelled."""
    child, output = shown
    child.send_signal(number)
    assert child.wait(20) == status
    text = output.read_text()
    assert "fake: asking it to save and quit; once more hurries\n" in text
    assert "rescue copy: " in text
    until(lambda: not box.processes(), "everything to be gone")


def test_three_interrupts_end_it_at_once(box):
    output = box.work / "shown"
    with open(str(output), "wb") as file:
        child = box.popen("launch", "fake", "--", "--slow-save", "60000", "--ignore-term", stdout=file)
    until(lambda: "running, ready" in output.read_text(), "ready")
    for word in ["asking it", "hurrying", "ending it at once"]:
        child.send_signal(signal.SIGINT)
        until(lambda: word in output.read_text(), word)
    assert child.wait(20) in (0, 137)
    until(lambda: not box.processes(), "everything to be gone")


def test_a_signal_that_a_script_hands_on_is_one_request(box):
    """A batch system tells the script and the command below it, and the script hands its own signal on."""
    output = box.work / "shown"
    with open(str(output), "wb") as file:
        child = box.popen("launch", "fake", "--", "--slow-save", "60000", stdout=file)
    until(lambda: "running, ready" in output.read_text(), "ready")
    child.send_signal(signal.SIGTERM)
    until(lambda: "asking it" in output.read_text(), "the request")
    child.send_signal(signal.SIGTERM)
    child.send_signal(signal.SIGINT)  # what counts, and comes after the one that does not
    until(lambda: "hurrying" in output.read_text(), "the second request")
    until(lambda: child.poll() is not None, "the end")
    assert "at once" not in output.read_text().replace("once more ends it at once", "")
    until(lambda: not box.processes(), "everything to be gone")


def test_without_its_viewer_it_goes_on(box, shown):
    child, _ = shown
    pid = box.status()["pid"]
    child.kill()
    child.wait()
    assert box.run("probe").status == 0
    assert box.status()["pid"] == pid


def test_a_lost_session_is_no_end(box, shown):
    child, output = shown
    pid = box.status()["pid"]
    os.kill(box.status()["session_pid"], signal.SIGKILL)
    assert child.wait(20) == 125
    assert "the session of fake went away; the application goes on: 'dcchost adopt fake'" in output.read_text()
    assert os.path.exists("/proc/%d" % pid)


def test_a_reader_that_leaves_ends_it_quietly(box):
    reading, writing = os.pipe()
    child = box.popen("launch", "fake", stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    until(lambda: box.run("ps", "--json").json, "the launch")
    os.close(reading)
    until(lambda: box.run("ps", "--json").json[0]["ready"], "ready")
    box.run("stop")
    assert child.wait(20) == -signal.SIGPIPE
    assert child.stderr.read() == b""
    child.stderr.close()
