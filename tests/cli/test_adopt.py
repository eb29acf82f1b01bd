"""Applications outlive their session, and are taken up again."""

import fcntl
import json
import os
import signal
import subprocess

import pytest

from conftest import until


def lose_session(box):
    status = box.status()
    os.kill(status["session_pid"], signal.SIGKILL)
    until(lambda: not box.status()["attended"], "the session to be gone")
    return status


def test_an_unattended_instance_is_shown_and_adopted(box):
    box.launch()
    before = lose_session(box)
    assert box.status()["pid"] == before["pid"]
    assert "(unattended)" in box.run("ps").out
    assert "dcchost adopt fake" in box.run("doctor", "fake").out
    done = box.run("adopt")
    after = box.status()
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("fake: adopted, ")
    assert after["attended"] is True
    assert (after["pid"], after["incarnation"]) == (before["pid"], before["incarnation"])
    assert after["session_pid"] != before["session_pid"]
    until(lambda: box.run("probe").status == 0, "the agent to come back")


def hold_lock(box):
    """As a session process does that the kernel is still taking down: the lock is held, and nobody answers."""
    lock = open(str(box.runtime / "dcchost" / "fake" / "session.lock"), "r+")
    until(lambda: take(lock), "the lock")
    return lock


def take(lock):
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def test_the_end_of_a_dying_session_is_waited_for(box):
    box.launch()
    before = lose_session(box)
    lock = hold_lock(box)
    adopting = box.popen("adopt", "fake", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    log = box.state / "dcchost" / "fake" / "session.log"
    with pytest.raises(subprocess.TimeoutExpired):
        adopting.wait(0.5)
    lock.close()
    out, err = adopting.communicate(timeout=20)
    assert (adopting.returncode, err) == (0, b""), (out, log.read_text())
    assert box.status()["pid"] == before["pid"]


def test_a_session_that_dies_for_ever_is_not_waited_for(box):
    box.launch()
    lose_session(box)
    lock = hold_lock(box)
    done = box.run("adopt", "fake")
    assert (done.status, done.err) == (
        75, "dcchost: the session of 'fake' has died, and the kernel has not taken it down yet; try again\n")
    lock.close()
    assert box.run("adopt", "fake").status == 0


def test_an_attended_instance_is_not_adopted(box):
    box.launch()
    before = box.status()
    done = box.run("adopt", "fake")
    assert (done.status, done.out, done.err) == (75, "", "dcchost: a session attends 'fake' already\n")
    assert box.status()["session_pid"] == before["session_pid"]


@pytest.mark.parametrize("verb", ["stop", "kill"])
def test_verbs_adopt_by_themselves(box, verb):
    box.launch()
    lose_session(box)
    done = box.run(verb)
    assert done.status == 0, done
    until(lambda: not box.processes(), "everything to be gone")


def test_restart_adopts_by_itself(box):
    box.launch()
    before = lose_session(box)
    done = box.run("restart")
    assert done.status == 0, done
    assert box.status()["pid"] != before["pid"]


def test_a_crash_while_nobody_looked_is_told_once(box):
    box.launch("--restart", "never")
    before = lose_session(box)
    os.kill(before["pid"], signal.SIGSEGV)
    until(lambda: (box.status()["result"] or {}).get("kind") == "signaled", "the end on the record of its shim")
    done = box.run("adopt", "fake")
    assert done.status == 0, done
    assert "signal 11" in done.out
    exits = [line for line in box.run("events", "fake").out.splitlines() if line.split()[1] == "exit"]
    assert len(exits) == 1 and "signal 11" in exits[0]


def test_logs_and_status_need_no_session(box):
    box.launch("--", "--print", "words")
    until(lambda: "words" in box.run("logs").out, "output")
    lose_session(box)
    assert "words\n" in box.run("logs").out
    assert box.run("status").status == 0
    assert box.run("events").status == 0
    assert box.status()["attended"] is False


def test_an_end_that_a_newer_dcchost_wrote_is_told_as_such(box):
    """It is not said that there is no such instance."""
    box.launch()
    box.run("stop")
    last = box.state / "dcchost" / "fake" / "last.json"
    record = json.loads(last.read_text())
    record["record_version"] = 99
    last.write_text(json.dumps(record))
    for done in (box.run("status", "fake"), box.run("ps", "--all")):
        assert str(last) in done.err and "newer" in done.err, done
