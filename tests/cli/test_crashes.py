"""Bad days: crashes, early ends, an application that never is ready."""

import os
import signal

import pytest

from conftest import until


def test_a_crash_is_seen_and_mended(box):
    box.launch("--set", "backoff-initial=50ms")
    before = box.status()
    os.kill(before["pid"], signal.SIGSEGV)
    after = until(lambda: (lambda s: s if s["ready"] and s["restart_count"] == 1 else None)(box.status()),
                  "the second life")
    assert after["pid"] != before["pid"]
    assert after["state"] == "running"
    exits = [line for line in box.run("events").out.splitlines() if line.split()[1] == "exit"]
    assert len(exits) == 1 and "signal 11" in exits[0]


def test_it_gives_up(box):
    done = box.run("launch", "fake", "-d", "--wait", "ready", "--max-restarts", "1", "--backoff", "fixed:20ms",
                   "--set", "instant-crash=0", "--", "--exit-before-ready", "7")
    assert done.status == 7, done
    assert done.out == ""
    assert done.err.startswith("dcchost: fake ended before it was ready: ")
    assert box.status()["state"] == "failed"
    assert box.status()["restart_count"] == 1


def test_never_ready(box):
    done = box.run("launch", "fake", "--wait", "ready", "--start-timeout", "300ms", "--", "--never-ready", "--print",
                   "still loading", "--tree", "double-fork")
    assert (done.status, done.out) == (124, "")
    assert done.err.startswith("dcchost: fake did not start (ready): not ready within 300ms\n")
    assert "still loading" in done.err
    until(lambda: not box.processes(), "the tree to be gone")


def test_never_ready_in_the_foreground(box):
    done = box.run("launch", "fake", "--start-timeout", "300ms", "--", "--never-ready", "--print", "still loading")
    assert done.status == 124
    assert "    still loading\n" in done.out


@pytest.mark.parametrize("mode, status", [
    (["--licence-fail"], 75),
    (["--bad-scene"], 78),
])
def test_a_failed_start_has_its_own_status(box, mode, status):
    done = box.run("launch", "fake", "--wait", "ready", "--restart", "never", "--", *mode)
    assert (done.status, done.out) == (status, "")
    assert done.err.startswith("dcchost: ")


def test_an_end_in_order_before_it_was_ready_is_told_in_its_own_words(box):
    """A failure of what was asked for, and none of dcchost's (125)."""
    done = box.run("launch", "fake", "-d", "--wait", "ready", "--restart", "never", "--", "--print", "no seat is free",
                   "--exit-before-ready", "0")
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("dcchost: fake did not start (early-exit): it ended with code 0 before it was ready; "
                               "its last words: "), done
    assert "    no seat is free\n" in done.err


def test_an_executable_that_is_not_there(box):
    done = box.run("launch", "fake", "-d", DCCHOST_FAKE_EXECUTABLE=str(box.work / "gone"))
    assert (done.status, done.out) == (69, "")
    assert str(box.work / "gone") in done.err and "DCCHOST_FAKE_EXECUTABLE" in done.err


def test_an_interpreter_that_is_not_there(box):
    (box.work / "script").write_text("#!/nowhere/sh\n")
    os.chmod(str(box.work / "script"), 0o755)
    done = box.run("launch", "fake", "-d", DCCHOST_FAKE_EXECUTABLE=str(box.work / "script"))
    assert (done.status, done.out) == (127, "")
    assert done.err == ("dcchost: fake did not start (exec): cannot execute %s: No such file or directory\n"
                        % (box.work / "script"))


def test_an_executable_that_cannot_be_executed(box):
    (box.work / "plain").write_text("no program")
    os.chmod(str(box.work / "plain"), 0o755)
    done = box.run("launch", "fake", "-d", DCCHOST_FAKE_EXECUTABLE=str(box.work / "plain"))
    assert (done.status, done.out) == (126, "")
    assert done.err == ("dcchost: fake did not start (exec): cannot execute %s: Exec format error\n"
                        % (box.work / "plain"))
