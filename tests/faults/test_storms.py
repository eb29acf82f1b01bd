"""Crash after crash, and crashes in the middle of something."""

import os
import pathlib
import signal

from box import until
from faults import events, figure, is_alive, murder, place, told_ends


def states(box):
    return [each["to"] for each in events(box, "fake", "state")]


def over(box):
    until(lambda: not place(box, "fake").exists(), "the end", 30)


def test_a_storm_ends_in_giving_up(box):
    """An hour of crashes in two seconds: five more lives are granted, and no more."""
    box.run("launch", "fake", "-d", "--backoff", "fixed:10ms", "--set", "instant-crash=0", "--", "--crash-after", "0")
    over(box)
    assert len(told_ends(box, "fake")) == 6
    assert len(events(box, "fake", "gave-up")) == 1
    status = box.status()
    assert (status["state"], status["restart_count"]) == ("failed", 5)
    deaths = (box.state / "dcchost" / "fake" / "deaths.jsonl").read_text().splitlines()
    assert len(deaths) == 6


def test_the_same_instant_crash_twice_is_enough(box):
    box.run("launch", "fake", "-d", "--backoff", "fixed:10ms", "--", "--crash-after", "0")
    over(box)
    assert len(told_ends(box, "fake")) == 2
    assert box.status()["state"] == "failed"


def test_rare_crashes_always_wait_as_for_the_first(box):
    """reset-after is a month here."""
    box.run("launch", "fake", "-d", "--set", "backoff-initial=20ms", "--set", "jitter=0", "--set", "instant-crash=0",
            "--set", "reset-after=50ms", "--max-restarts", "2", "--", "--crash-after", "200", "--count-file",
            str(box.work / "lives"), "--crash-times", "6")
    until(lambda: (box.work / "lives").exists() and (box.work / "lives").read_text().strip() == "7" and
          box.status()["ready"], "the seventh life", 30)
    delays = {each["delay_ms"] for each in events(box, "fake", "restart")}
    assert delays == {20}
    assert box.status()["restart_count"] == 6
    assert box.run("kill").status == 0


def test_a_crash_while_it_saves(box):
    box.launch("--", "--slow-save", "5000")
    pid = box.status()["pid"]
    stop = box.popen("stop", "--json", stdout=-1)
    until(lambda: "stopping" in states(box), "the stop")
    os.kill(pid, signal.SIGSEGV)
    out, _err = stop.communicate(timeout=20)
    assert stop.returncode == 0
    assert '"signal" : 11' in out.decode() or '"signal":11' in out.decode(), out
    over(box)
    assert told_ends(box, "fake") and "restarting" not in states(box)
    assert states(box)[-1] in ("stopped", "crashed")


def test_a_crash_on_the_way_down(box):
    box.launch("--set", "term-timeout=5s", "--", "--ignore-term", "--refuse-quit")
    pid = box.status()["pid"]
    stop = box.popen("stop", stdout=-3)
    until(lambda: any(each["step"] == "quit" for each in events(box, "fake", "step")), "the signal's turn")
    os.kill(pid, signal.SIGSEGV)
    assert stop.wait(20) == 0
    over(box)
    assert list(told_ends(box, "fake").values()) == [("signal", 11)]
    assert "restarting" not in states(box)


def test_stop_while_it_is_buried(box):
    box.launch("--set", "crash-grace=20s", "--set", "tree-timeout=200ms", "--", "--tree", "setsid", "--crash-after",
               "50")
    until(lambda: "crashed" in states(box), "the crash")
    assert box.run("stop").status == 0
    over(box)
    assert "restarting" not in states(box)
    assert list(told_ends(box, "fake").values()) == [("signal", 11)]
    until(lambda: not box.processes(), "everything to be gone")


def test_a_crash_reporter_is_left_alone_for_the_grace(box):
    """The child of a crashed application writes its recovery file for two seconds."""
    reporter = box.work / "reporter"
    reporter.write_text("#!/bin/sh\n(trap '' HUP; sleep 2; echo late > \"$TMPDIR/late_autosave.scene\") &\n"
                        "exec '%s' \"$@\"\n" % os.environ["DCCHOST_FAKE_EXECUTABLE"])
    reporter.chmod(0o755)
    done = box.run("launch", "fake", "-d", "--restart", "never", "--set", "crash-grace=5s", "--", "--crash-after",
                   "100", DCCHOST_FAKE_EXECUTABLE=str(reporter))
    assert done.status == 0, done
    over(box)
    rescued = [pathlib.Path(each["path"]) for each in events(box, "fake", "rescue")]
    assert any(path.name.endswith("late_autosave.scene") and path.read_text() == "late\n" for path in rescued), rescued
    steps = [each for each in events(box, "fake", "step") if each["step"] in ("tree", "kill")]
    assert not steps, steps


def test_a_crash_at_the_exit_after_the_work_was_done(box):
    """Whoever says bye and then falls over its own feet is not brought back."""
    box.launch("--set", "backoff-initial=20ms", "--", "--slow-quit", "3000")
    pid = box.status()["pid"]
    stop = box.popen("stop", "--json", stdout=-1)
    until(lambda: any(each["step"] == "save" for each in events(box, "fake", "step")), "the save")
    os.kill(pid, signal.SIGSEGV)
    stop.communicate(timeout=20)
    assert stop.returncode == 0
    over(box)
    assert "restarting" not in states(box)
    assert not is_alive(pid)


def test_an_unattended_storm(box):
    """The budget is that of the instance, not of a session."""
    box.run("launch", "fake", "-d", "--backoff", "fixed:100ms", "--set", "instant-crash=0", "--max-restarts", "3", "--",
            "--crash-after", "150")
    murders = 0
    while place(box, "fake").exists():
        status = box.run("status", "fake", "--json")
        if status.status != 0 or status.json["state"] in ("failed", "stopped"):
            break
        if status.json["attended"]:
            murder(status.json["session_pid"])
            murders += 1
        box.run("adopt", "fake")
    over(box)
    ends = told_ends(box, "fake")
    figure("%d sessions killed in a storm of %d lives" % (murders, len(ends)))
    assert len(ends) == 4
    assert set(ends.values()) == {("signal", 11)}
    assert box.status()["restart_count"] == 3
