"""What a new session must not do to work that its forerunner left."""

import json
import os
import signal

import pytest

from box import until
from faults import events, is_alive, murder, place, told_ends


def lose_session(box):
    status = box.status()
    murder(status["session_pid"])
    return status


def test_a_stop_of_an_unattended_application_saves_first(box):
    box.launch()
    before = lose_session(box)
    done = box.run("stop", "--json")
    assert done.status == 0, done
    assert done.json["saved"] == "saved", done
    assert len(done.json["rescue"]) == 1
    assert done.json["result"]["code"] == 0
    assert not is_alive(before["pid"])


def test_who_asks_twice_does_not_wait_for_the_agent(box):
    box.launch("--set", "term-timeout=300ms", "--", "--freeze-after", "0")
    lose_session(box)
    first = box.popen("stop", stdout=-3)
    until(lambda: events(box, "fake", "adopted"), "a new session")
    assert box.run("stop").status == 0
    first.wait(20)


def test_a_session_that_died_before_it_was_ready_goes_by_the_settle_time(box):
    """Without an agent being ready is a matter of time, and an adopter's time counts, too."""
    box.run("launch", "fake", "-d", "--set", "settle=1s", "--start-timeout", "2s", "--", "--no-agent")
    before = lose_session(box)
    assert box.run("adopt").status == 0
    until(lambda: box.status()["ready"], "ready")
    assert box.status()["pid"] == before["pid"]
    assert box.status()["restart_count"] == 0


def test_the_place_of_a_refused_start_is_cleared(box):
    done = box.run("launch", "fake", "-d", DCCHOST_FAKE_EXECUTABLE="/bin/sh/no")
    assert done.status in (69, 126, 127), done
    assert box.run("launch", "fake", "-d").status == 0
    assert box.run("kill").status == 0


@pytest.mark.parametrize("victims", [["session"], ["session", "shim"]], ids=["session", "both"])
def test_what_is_left_of_an_end_that_was_told_is_ended_by_the_adopter(box, victims):
    """Nobody else does: the session that was about to is dead."""
    box.launch("--set", "tree-timeout=10s", "--", "--tree", "ignore-term", "--exit-after", "0")
    until(lambda: any(each["to"] == "stopped" for each in events(box, "fake", "state")), "the end to be told")
    before = box.status()
    for victim in victims:
        murder(before[victim + "_pid"])
    assert box.run("adopt").status == 0
    until(lambda: not place(box, "fake").exists() and not box.processes(), "nothing to be left")
    assert len(events(box, "fake", "exit")) == len(events(box, "fake", "ended")) == 1


def test_an_application_that_ends_with_its_shim_is_known_where_the_kernel_tells(box):
    """The session hears of both when they are gone and reaped: what it was to look at it has opened before."""
    box.launch("--restart", "never")
    before = box.status()
    os.kill(before["session_pid"], signal.SIGSTOP)
    murder(before["shim_pid"])
    os.kill(before["pid"], signal.SIGSEGV)
    until(lambda: not os.path.exists("/proc/%d" % before["pid"]), "somebody to reap it")
    os.kill(before["session_pid"], signal.SIGCONT)
    until(lambda: not place(box, "fake").exists(), "the end")
    tells = "readable from any pidfd" in box.run("doctor").out
    assert list(told_ends(box, "fake").values()) == [("signal", signal.SIGSEGV) if tells else ("lost", 0)]


def test_an_end_that_nobody_saw_is_not_called_too_early(box):
    """Whether it had been ready it had told a session that was killed before it heard."""
    box.run("launch", "fake", "-d", "--", "--ready-after", "700", "--term-exit", "0")
    before = lose_session(box)
    os.kill(before["pid"], signal.SIGTERM)
    until(lambda: not is_alive(before["pid"]), "its end")
    assert box.run("adopt").status in (0, 1)
    until(lambda: not place(box, "fake").exists(), "the end")
    result = events(box, "fake", "exit")[0]["result"]
    assert (result["kind"], result["code"]) == ("exited", 0)


def test_what_a_shim_took_along_of_a_kill_is_done_by_the_session(box):
    """The order lies in the shim's socket when it dies."""
    box.launch("--", "--tree", "ignore-term", "--ignore-term")
    before = box.status()
    os.kill(before["shim_pid"], signal.SIGSTOP)
    kill = box.popen("kill", stdout=-3)
    until(lambda: any(each["to"] == "stopping" for each in events(box, "fake", "state")), "the kill")
    murder(before["shim_pid"])
    assert kill.wait(20) == 0
    until(lambda: not box.processes(), "nothing to be left")


def test_a_directory_that_was_half_removed_is_removed_by_who_asks_for_it(box):
    """Its session was killed between the record and the rest."""
    ruin = place(box, "fake")
    temporary = box.top / "tmp" / "dcchost-fake-abcdef"
    box.launch()
    assert box.run("kill").status == 0
    for path in (ruin, temporary):
        path.mkdir(mode=0o700)
    for name in ("lock", "session.lock"):
        (ruin / name).touch(0o600)
    (ruin / "tmp").symlink_to(temporary)
    assert box.run("adopt", "fake").status == 1
    assert not ruin.exists() and not temporary.exists()


def test_a_run_that_was_never_told_is_told_from_its_start_by_the_next_launch(box):
    box.launch()
    before = box.status()
    for pid in (before["session_pid"], before["shim_pid"], before["pid"]):
        murder(pid)
    journal = box.state / "dcchost" / "fake" / "events.jsonl"
    journal.write_text("")
    (place(box, "fake") / "spool").write_text("")
    box.launch()
    older = [json.loads(line) for line in (journal.parent / "events.jsonl.1").read_text().splitlines()]
    assert [each["type"] for each in older if each["type"] in ("started", "exit")] == ["started", "exit"]
    assert {each["incarnation"] for each in older if "incarnation" in each} == {before["incarnation"]}
    assert box.run("kill").status == 0


@pytest.mark.parametrize("rubbish", [b"", b"\xff{", b"[]", b"{}", b'{"status": 5}'])
def test_what_has_no_sound_record_is_seen_and_can_be_ended(box, rubbish):
    """Its shim holds the name and knows its processes: it is not told that nothing of that name is there."""
    box.launch("--restart", "never")
    before = box.status()
    murder(before["session_pid"])
    (place(box, "fake") / "record.json").write_bytes(rubbish)
    row, = box.run("ps", "--json").json
    assert set(row) == set(before)
    assert (row["name"], row["app"], row["pid"], row["attended"]) == ("fake", "fake", before["pid"], False)
    assert any("record" in line for line in row["degraded"])
    refused = box.run("adopt", "fake")
    assert refused.status != 0 and "record.json" in refused.err, refused
    assert is_alive(before["pid"])
    done = box.run("kill", "fake")
    assert done.status == 0 and "ended by its shim" in done.out, done
    until(lambda: not box.processes(), "everything to be gone")
    box.launch()


def findings(box, check):
    return [each for each in box.run("doctor", "fake", "--json").json if each["check"] == check]


def test_what_has_no_record_at_all_is_listed_and_can_be_ended(box):
    """Its directory is not one that is just being removed: its shim lives there."""
    box.launch("--restart", "never")
    before = lose_session(box)
    (place(box, "fake") / "record.json").unlink()
    row, = box.run("ps", "--json").json
    assert (row["name"], row["pid"], row["attended"]) == ("fake", before["pid"], False)
    assert any("record is missing" in line and "dcchost kill fake" in line for line in row["degraded"]), row
    assert [each["advice"] for each in findings(box, "instances")] == ["dcchost kill fake"]
    refused = box.run("adopt", "fake")
    assert refused.status != 0 and "dcchost kill" in refused.err, refused
    assert is_alive(before["pid"])
    assert box.run("kill", "fake").status == 0
    until(lambda: not box.processes(), "everything to be gone")


def test_what_has_lost_record_and_lock_is_not_removed_while_it_lives(box):
    box.launch("--restart", "never")
    before = lose_session(box)
    for file in ("record.json", "lock"):
        (place(box, "fake") / file).unlink()
    refused = box.run("adopt", "fake")
    assert refused.status != 0, refused
    assert is_alive(before["pid"]) and (place(box, "fake") / "exit").exists()
    assert [row["pid"] for row in box.run("ps", "--json").json] == [before["pid"]]
    assert box.run("kill", "fake").status == 0
    until(lambda: not box.processes(), "everything to be gone")


def test_work_to_which_no_record_leads_is_named(box):
    """In the directory of a run that nobody knows any more, and of an instance without a word of its end."""
    box.launch("--restart", "never", "--", "--autosave")
    before = lose_session(box)
    work = until(lambda: list(box.temp.glob("dcchost-fake-*/*_autosave.scene")), "an autosave")[0]
    murder(before["shim_pid"])
    murder(before["pid"])
    (place(box, "fake") / "record.json").unlink()
    assert box.run("ps", "--json").json == []
    found, = findings(box, "instances")
    assert str(work.parent) in found["detail"] and "copy" in found["advice"], found
    assert work.exists()
    lost = box.state / "dcchost" / "lost" / "rescue"
    lost.mkdir(parents=True, mode=0o700)
    (lost / "01234567-shot_rescue.scene").write_text("work")
    found, = findings(box, "rescue copies")
    assert str(lost) in found["detail"], found


@pytest.mark.parametrize("adopted", [False, True])
def test_a_shim_that_cannot_be_reached_keeps_nobody_from_killing(box, adopted):
    """A cleaner took its socket. Without it the session ends the processes itself."""
    box.launch("--restart", "never", "--", "--tree", "setsid")
    lose_session(box)
    (place(box, "fake") / "shim.sock").unlink()
    if adopted:
        assert box.run("adopt").status == 0
    done = box.run("kill", "fake")
    assert done.status == 0, done
    until(lambda: not box.processes(), "everything to be gone")
