"""dcchost why: one screen that says what happened, where the files are and what to do."""

import json
import os
import pathlib
import re
import signal
import time

import pytest

from conftest import until

SOON = ["--backoff", "fixed:30ms", "--set", "jitter=0", "--set", "instant-crash=0"]


def crash(box, number=signal.SIGSEGV):
    status = box.status()
    os.kill(status["pid"], number)
    return status


def again(box, before):
    return until(lambda: (lambda s: s if s["ready"] and s["pid"] != before["pid"] else None)(box.status()),
                 "the next run")


def over(box, name="fake"):
    return until(lambda: (lambda s: s if not s["attended"] else None)(box.status(name)), "the end")


def plain(text, box):
    """What differs from run to run, by its name."""
    text = text.replace(str(box.state), "STATE")
    text = re.sub(r"\d{8}-\d{6}-\d{3}-[0-9a-f]{8}", "BUNDLE", text)
    text = re.sub(r"\b[0-9a-f]{8}-", "LIFE-", text)
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "TIME", text)
    text = re.sub(r"[\d.]+ (ms|s) after", "SPAN after", text)
    text = re.sub(r"\b\d+_autosave", "PID_autosave", text)
    text = re.sub(r"fake-\d+\.crash", "fake-PID.crash", text)
    return re.sub(r"pid \d+", "pid PID", text)


def fits(text):
    lines = text.splitlines()
    return len(lines) <= 24 and all(len(line) <= 100 for line in lines)


def test_nothing_is_known(box):
    done = box.run("why")
    assert (done.status, done.out) == (1, "")
    assert done.err == ("dcchost: nothing has ended badly that is on record; 'dcchost ps --all' shows what there is, "
                        "'dcchost why NAME' looks at one\n")
    done = box.run("why", "nobody")
    assert (done.status, done.out) == (1, "") and "no instance called 'nobody'" in done.err


def test_wrong_usage(box):
    assert box.run("why", "a", "b").status == 2
    assert box.run("why", "--nonsense").status == 2
    assert "newest bad end" in box.run("why", "--help").out


def test_it_runs_and_has_not_ended(box):
    box.launch()
    done = box.run("why", "fake")
    assert done.status == 0, done
    assert plain(done.out, box) == ("fake: running, pid PID; it has not ended badly\n"
                                    "  log      STATE/dcchost/fake/output.log\n")


def test_a_crash_that_was_mended(box):
    box.launch(*SOON, "--", "--print", "loading the rig")
    again(box, crash(box))
    done = box.run("why")
    assert done.status == 0, done
    assert plain(done.out, box) == (
        "fake crashed: signal 11\n"
        "  when     TIME, SPAN after its start\n"
        "  signal   11 (Segmentation fault), not sent by dcchost; the kernel does not say by whom\n"
        "  it was   fake 1.2.3, ready\n"
        "  scene    none with a name\n"
        "  last     loading the rig\n"
        "  bundle   STATE/dcchost/fake/crashes/BUNDLE\n"
        "  log      STATE/dcchost/fake/output.log\n"
        "  then     started again; now running, pid PID\n"
        "  do       nothing: it goes on; 'dcchost events fake' tells the rest\n")
    assert fits(plain(done.out, box))


def test_work_that_is_back_is_not_offered_again(box):
    box.launch(*SOON, "--recover", "auto", "--", "--crash-save", "--crash-after", "1000", "--crash-times", "1",
               "--count-file", str(box.work / "lives"))
    until(lambda: (lambda s: s if s["ready"] and s["restart_count"] == 1 else None)(box.status()), "the next run")
    done = box.run("why")
    assert "  then     started again, from the newest unsaved work; now running" in done.out, done
    assert done.out.endswith("  do       nothing, but to save what was brought back: it goes on\n"), done
    assert "--recover" not in box.run("status", "fake").out


def newer(box, status, name="7_autosave.scene"):
    """An autosave in the directory of the run."""
    record = json.loads((box.runtime / "dcchost" / "fake" / "record.json").read_text())
    assert record["incarnation"] == status["incarnation"]
    path = pathlib.Path(record["temp_dir"], name)
    path.write_text("work")
    return path


def test_what_is_kept_is_named_whatever_the_end(box):
    """An application that ends in order may have left work behind all the same: os._exit(0)."""
    box.launch("--restart", "never", "--", "--exit-after", "1500")
    name = newer(box, box.status()).name
    status = over(box)
    assert status["state"] == "stopped" and status["kept"]["path"].endswith(name), status
    done = box.run("why", "fake")
    assert "  kept     %s\n" % status["kept"]["path"] in done.out, done
    assert "  do       dcchost restart fake --recover" in done.out, done
    assert status["kept"]["path"] in box.run("status", "fake").out


def test_work_that_is_older_than_the_scene_can_be_had(box):
    scene = box.work / "shot.scene"
    scene.write_text("scene")
    box.launch("--file", str(scene), "--restart", "never")
    crashed = box.status()
    newer(box, crashed)
    ahead = time.time() + 3600
    os.utime(str(scene), (ahead, ahead))
    os.kill(crashed["pid"], signal.SIGSEGV)
    status = over(box)
    assert status["recovery"] is None and status["kept"]["path"].endswith("7_autosave.scene"), status
    done = box.run("why", "fake")
    assert done.out.count(status["kept"]["path"]) == 1, done
    assert "dcchost restart fake --recover, to go on from what was kept\n" in done.out, done
    assert "'dcchost restart fake --recover' goes on from it\n" in box.run("status", "fake").out
    assert box.run("restart", "fake", "--recover").status == 0
    assert box.status()["recovered"] == status["kept"]["path"]
    assert "--recover" not in box.run("why", "fake").out


def test_three_on_one_scene(box):
    scene = box.work / "shot.scene"
    scene.write_text("scene")
    done = box.run("launch", "fake", "--file", str(scene), *SOON, "--", "--crash-save", "--print", "FAKE CRASH soon",
                   "--crash-after", "1")
    assert done.status == 139, done
    assert "starting again" in done.out and "in safe mode" in done.out
    assert "3 crashes in a row on shot.scene" in done.out
    done = box.run("why", "fake")
    assert done.status == 0, done
    said = plain(done.out, box).replace(str(box.work), "WORK")
    assert said == (
        "fake crashed: signal 11\n"
        "  when     TIME, SPAN after its start\n"
        "  signal   11 (Segmentation fault), not sent by dcchost; the kernel does not say by whom\n"
        "  it was   fake 1.2.3, ready, in safe mode\n"
        "  scene    WORK/shot.scene\n"
        "  it said  FAKE CRASH soon\n"
        "           FAKE CRASH: signal 11\n"
        "  bundle   STATE/dcchost/fake/crashes/BUNDLE\n"
        "  log      STATE/dcchost/fake/output.log\n"
        "  report   STATE/dcchost/fake/rescue/LIFE-fake-PID.crash.txt\n"
        "  autosave STATE/dcchost/fake/rescue/LIFE-PID_autosave.scene\n"
        "  recovery STATE/dcchost/fake/rescue/LIFE-recovery.scene\n"
        "  then     not started again: 3 crashes in a row on shot.scene, the last in safe mode: crash, signal 11\n"
        "  do       dcchost restart fake --recover\n")
    assert len(done.out.splitlines()) <= 24
    status = box.run("status", "fake").out
    assert "'dcchost restart fake --recover' brings it back" in status
    assert box.run("restart", "fake", "--recover").status in (0, 139)


def test_a_line_that_says_nothing_is_no_evidence(box):
    done = box.run("launch", "fake", "--restart", "never", "--", "--print", "words\n\n", "--exit-after", "50",
                   "--code", "5")
    assert done.status == 5, done
    lines = box.run("why", "fake").out.splitlines()
    assert "words" in [line.split()[-1] for line in lines], lines
    assert [line for line in lines if not line.strip()] == []


def test_for_programs(box):
    box.launch("--restart", "never")
    crash(box)
    over(box)
    why = box.run("why", "--json").json
    assert sorted(why) == ["death", "do", "hung", "name", "status", "unattended_end"]
    death = why["death"]
    assert (death["result"]["kind"], death["result"]["signal"], death["result"]["verdict"]) == (
        "signaled", signal.SIGSEGV, "crash")
    assert death["next"] == {"action": "rest", "reason": "restart is never: crash, signal 11", "safe": False,
                             "recover": False, "work": None}
    assert why["do"][0] == "dcchost restart fake" and "dcchost launch fake --safe" in why["do"]
    assert os.path.isfile(os.path.join(death["bundle"], "death.json"))


def test_it_ended_while_nobody_attended_it(box):
    box.launch("--restart", "never")
    status = box.status()
    os.kill(status["session_pid"], signal.SIGKILL)
    os.kill(status["pid"], signal.SIGSEGV)
    until(lambda: (box.status()["result"] or {}).get("kind") == "signaled", "the shim to have written it down")
    done = box.run("why", "fake")
    assert done.status == 0, done
    assert plain(done.out, box) == (
        "fake: signal 11: no session attended it when it ended\n"
        "  then     no session attended it; what the end means has not been looked at yet\n"
        "  log      STATE/dcchost/fake/output.log\n"
        "  do       dcchost adopt fake\n")
    assert box.run("adopt", "fake").status == 0
    over(box)
    assert box.run("why", "fake").out.startswith("fake crashed: signal 11\n")


def test_it_hangs(box):
    box.launch("--set", "probe-period=50ms", "--set", "probe-timeout=200ms", "--set", "probe-failures=2",
               "--set", "progress-window=300ms", "--", "--hang-after", "1")
    until(lambda: box.status()["health"].get("report"), "the report on the hang")
    done = box.run("why", "fake")
    assert done.status == 0, done
    lines = done.out.splitlines()
    assert lines[0] == "fake: hangs: it neither answers nor works"
    assert any(line.startswith("  report   ") and "-hang-" in line for line in lines)
    assert lines[-2:] == ["  do       dcchost restart fake, which saves first if it can",
                          "           dcchost kill fake, if it is past help"]
    assert box.run("why", "fake", "--json").json["hung"] is True


def test_the_newest_of_any(box):
    for name in ("one", "two"):
        assert box.run("launch", "fake", "--name", name, "--restart", "never", "--", "--crash-after", "1").status == 139
    assert box.run("why").out.startswith("two crashed: ")
    assert box.run("why", "one").out.startswith("one crashed: ")


def test_a_damaged_bundle_is_passed_over(box):
    box.launch("--restart", "never")
    crash(box)
    over(box)
    for path in (box.state / "dcchost/fake/crashes").glob("*/death.json"):
        path.write_text('{"version":1,"name":')
    done = box.run("why", "fake")
    assert done.status == 0 and done.out.startswith("fake: crashed: signal 11"), done


@pytest.mark.parametrize("adopted", [False, True])
def test_a_restart_that_is_due_and_then_does_not_come(box, adopted):
    box.launch("--backoff", "fixed:60s", "--set", "jitter=0", "--set", "instant-crash=0")
    crash(box)
    until(lambda: box.status()["state"] == "restarting", "the delay")
    assert "then     to be started again; now restarting\n" in box.run("why").out
    if adopted:
        os.kill(box.status()["session_pid"], signal.SIGKILL)
        until(lambda: not box.status()["attended"], "the session to be gone")
        assert box.run("adopt", "fake").status == 0
    assert box.run("stop").status == 0
    assert "then     not started again: it was stopped while that was waited for\n" in box.run("why", "fake").out


def test_it_is_paused(box):
    box.launch()
    os.kill(box.status()["pid"], signal.SIGSTOP)
    until(lambda: box.status()["paused"], "the pause")
    assert box.run("why", "fake").out.startswith("fake: running (paused), pid ")


def test_a_start_that_was_refused_was_decided_on(box):
    """Nobody's session has died: why it does not run is all that there is to say."""
    copy = box.work / "fake-dcc"
    copy.write_bytes(pathlib.Path(box.env["DCCHOST_FAKE_EXECUTABLE"]).read_bytes())
    copy.chmod(0o755)
    box.env["DCCHOST_FAKE_EXECUTABLE"] = str(copy)
    box.launch()
    copy.unlink()
    box.run("restart", "fake")
    said = box.run("why", "fake").out
    assert "then     not started again: " in said and "before it had decided" not in said, said
    assert re.search(r"when     [-0-9: ]+ UTC\n", said), said
