"""dcchost adapter check: one line a question, whatever the module does to the process that asks."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

import pytest

from conftest import until

QUESTIONS = ["find_installations", "read_version", "plan_launch", "plan_probe", "read_probe", "plan_stop", "read_line",
             "judge_exit", "list_rescue_files", "plan_recovery", "read_scene_version", "plan_render"]
RUDE = os.environ["DCC_TEST_RUDE"]
FAKE = os.environ["DCC_TEST_ADAPTERS"] + "/dcchost-fake.so"
# Its process counts as crashed in fewer seconds than this, also on a busy machine.
BOUND = ("--timeout", "5s")


def check(box, conduct, *options, status=1):
    done = box.run("adapter", "check", RUDE, "--json", *(options or BOUND), DCCHOST_RUDE=conduct, timeout=120)
    assert done.status == status, done
    return done.json


def row(report, question):
    found, = [each for each in report["rows"] if each["question"] == question]
    return found


def test_all_is_well(box):
    done = box.run("adapter", "check", FAKE)
    assert (done.status, done.err) == (0, ""), done
    lines = done.out.splitlines()
    assert [line.split()[1] for line in lines[:-1]] == QUESTIONS
    assert {line.split()[0] for line in lines[:-1]} == {"ok", "default"}
    assert lines[-1] == "fake 1.0: all is well"


def test_for_programs(box):
    report = box.run("adapter", "check", FAKE, "--json").json
    assert (report["id"], report["title"], report["version"], report["type"], report["path"]) == (
        "fake", "Fake DCC", "1.0", "DccFakeAdapter", FAKE)
    assert (report["loaded"], report["reason"], report["well"]) == (True, None, True)
    assert [each["question"] for each in report["rows"]] == QUESTIONS
    assert row(report, "read_probe")["outcome"] == "default" and row(report, "plan_launch")["outcome"] == "ok"
    assert all(each["asked"] > 0 and each["slowest_us"] >= 0 and each["reason"] is None for each in report["rows"])
    assert all(set(each) == {"question", "outcome", "seen", "reason", "asked", "slowest_us"}
               for each in report["rows"])


BAD = {
    "find_installations=invent": "/opt/rude",
    "read_version=absurd": "no version",
    "plan_launch=nothing": "nothing, and no reason",
    "plan_launch=relative": "the executable 'rude', which is no absolute path",
    "plan_launch=empty": "an empty argument list",
    "plan_launch=many": "more than 4096 arguments",
    "plan_launch=meddle": "changed the request",
    "plan_launch=both": "and an error as well",
    "plan_launch=critical": "something is wrong",
    "plan_launch=fork": "started a process",
    "plan_launch=system": "started a process",
    "plan_probe=nameless": "no method to call",
    "read_probe=gullible": "took what says nothing for health 'ok'",
    "plan_stop=negative": "a quit timeout of -1 ms",
    "read_line=wrong": "no DccOutputEvent",
    "read_line=kind": "kind 77",
    "judge_exit=nothing": "nothing, and no reason",
    "judge_exit=mute": "a verdict without a reason",
    "judge_exit=kind-hearted": "called it clean",
    "list_rescue_files=wrong": "no DccRescueFile",
    "read_scene_version=guess": "read the version 4.2 out of what names none",
    "read_scene_version=absurd": "no version",
    "plan_render=stays": "a render that does not end by itself",
    "plan_render=nothing": "nothing, and no reason",
}


@pytest.mark.parametrize("conduct", sorted(BAD))
def test_a_bad_answer_is_named(box, conduct):
    question = conduct.split("=")[0]
    report = check(box, conduct)
    assert [each["question"] for each in report["rows"]] == QUESTIONS
    bad = row(report, question)
    assert bad["outcome"] == "refused" and BAD[conduct] in bad["reason"] and question in bad["reason"], bad
    # plan_recovery asks plan_launch where it is left to the default.
    others = [each for each in report["rows"] if each["question"] not in (question, "plan_recovery")]
    if "system" not in conduct and "fork" not in conduct:
        assert all(each["outcome"] in ("ok", "default") for each in others), others
    assert not report["well"] and report["loaded"]


ENDS = {
    "crash": "crashed: signal 11",
    "spin": "did not come to an end within 2 s and was killed",
    "exit": "ended its process, with exit code 3",
    "quit": "ended its process, with exit code 0",
    "allocate": "crashed: signal",
}


@pytest.mark.parametrize("how", sorted(ENDS))
def test_what_kills_the_process_costs_one_question(box, how):
    report = check(box, "plan_stop=" + how, "--timeout", "2s")
    assert [each["question"] for each in report["rows"]] == QUESTIONS
    bad = row(report, "plan_stop")
    assert bad["outcome"] == "refused" and ENDS[how] in bad["reason"], bad
    assert [each["question"] for each in report["rows"] if each["outcome"] not in ("ok", "default")] == ["plan_stop"]


def test_its_last_words(box):
    done = box.run("adapter", "check", RUDE, *BOUND, DCCHOST_RUDE="read_line=crash")
    line, = [each for each in done.out.splitlines() if each.startswith("refused")]
    assert line.startswith("refused  read_line ") and line.endswith("its last words: rude: about to break")
    assert "rude: about to break" in done.err and "rude 0.1: not well, 1 of 12 to mend" in done.out


@pytest.mark.parametrize("place", ["constructor", "init"])
@pytest.mark.parametrize("how", ["crash", "spin", "exit"])
def test_a_module_that_cannot_be_loaded(box, place, how):
    report = check(box, "%s=%s" % (place, how), "--timeout", "2s")
    assert not report["loaded"] and ENDS[how] in report["reason"] and report["rows"] == []
    done = box.run("adapter", "check", RUDE, "--timeout", "2s", DCCHOST_RUDE="%s=%s" % (place, how))
    assert done.status == 1 and done.out.startswith("refused  load ")


def test_one_that_breaks_when_its_process_ends(box):
    report = check(box, "atexit=crash")
    assert row(report, "unload")["outcome"] == "refused" and "signal 11" in row(report, "unload")["reason"]


def test_slow(box):
    report = check(box, "plan_launch=slow", "--slow", "50ms")
    slow = row(report, "plan_launch")
    assert slow["outcome"] == "slow" and "rude" in slow["reason"] and "50 ms are allowed" in slow["reason"]
    assert slow["slowest_us"] > 50000
    # One line has a hundredth of the time.
    report = check(box, "read_line=slow")
    assert row(report, "read_line")["outcome"] == "slow" and row(report, "plan_launch")["outcome"] == "ok"


def test_a_flood_of_words(box):
    done = box.run("adapter", "check", RUDE, DCCHOST_RUDE="plan_probe=flood", timeout=120)
    assert done.status == 0 and len(done.err) < 200000 and "all is well" in done.out


def test_nothing_it_started_is_left(box):
    check(box, "plan_launch=fork")
    # They were killed; the kernel takes a moment to reap them.
    until(lambda: not box.processes(), "what it started to be gone")


def test_ended_with_the_one_who_listens(box):
    asking = box.popen("adapter", "check", RUDE, "--timeout", "1h", env=dict(box.env, DCCHOST_RUDE="init=spin"))
    until(lambda: any("conformance" in command for command in box.processes().values()), "the process that asks")
    asking.send_signal(signal.SIGKILL)
    asking.wait()
    until(lambda: not box.processes(), "it to be gone")


def refused(box, path):
    done = box.run("adapter", "check", str(path))
    assert done.status == 1, done
    return done.out


def test_no_module_at_all(box):
    work = box.work
    (work / "dcchost-text.so").write_text("words")
    assert "text" in refused(box, "dcchost-text.so")
    shutil.copy(FAKE, work / "dcchost-other.so")
    assert "says it is the adapter 'fake'" in refused(box, work / "dcchost-other.so")
    (work / "dcchost-cut.so").write_bytes(pathlib.Path(FAKE).read_bytes()[:9000])
    assert "refused  load" in refused(box, work / "dcchost-cut.so")
    shutil.copy(FAKE, work / "dcchost-fake.so")
    os.chmod(work / "dcchost-fake.so", 0o666)
    assert "chmod go-w" in refused(box, work / "dcchost-fake.so")


def test_wrong_usage(box):
    assert box.run("adapter").status == 2
    assert box.run("adapter", "--help").status == 0
    assert "did you mean check?" in box.run("adapter", "chek").err
    done = box.run("adapter", "check")
    assert (done.status, done.out) == (2, "") and "missing argument: FILE.so" in done.err
    for wrong in ("0", "soon", "-1s"):
        assert box.run("adapter", "check", FAKE, "--slow", wrong).status == 2
    done = box.run("adapter", "check", "no-such.so")
    assert done.status == 1 and str(box.work / "no-such.so") in done.err and "dcchost adapters" in done.err
    assert box.run("conformance", FAKE, "1", "0").status == 2


def test_a_list_by_either_name(box):
    assert box.run("adapter", "list", "--json").json == box.run("adapters", "--json").json


def test_adapter_explains_itself(box):
    done = box.run("adapter", "--help")
    assert (done.status, done.err) == (0, "") and done.out.startswith("Usage:\n  dcchost adapter VERB [OPTIONS]")
    assert done.out == box.run("help", "adapter").out == box.run("adapter", "-h").out
    for word in ("new", "check", "list", "meson setup build", "Exit status:"):
        assert word in done.out


def test_help_teaches(box):
    done = box.run("adapter", "check", "--help")
    assert done.status == 0
    for word in ("ok", "default", "slow", "refused", "declined", "--json", "--slow", "--timeout"):
        assert word in done.out


def test_quick(box):
    start = time.monotonic()
    json.loads(subprocess.check_output([os.environ["DCCHOST"], "adapter", "check", FAKE, "--json"], env=box.env))
    assert time.monotonic() - start < 5
