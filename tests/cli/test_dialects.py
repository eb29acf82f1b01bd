"""What a farm engine reads from a foreground launch, and the status that it ends with."""

import re

import pytest

RENDER = ("--", "--job", "--progress", "4", "--frames", "3", "--exit-after", "600")


def lines(done, start):
    return [line for line in done.out.splitlines() if line.startswith(start)]


@pytest.mark.parametrize("dialect, pattern", [
    ("openjd", r"openjd_progress: \d+\.\d"), ("alf", r"ALF_PROGRESS \d+%"), ("afanasy", r"PROGRESS: \d+%")])
def test_progress_is_told_in_the_words_of_the_engine(box, dialect, pattern):
    done = box.run("launch", "fake", "--headless", "--dialect", dialect, *RENDER)
    assert done.status == 0, done
    told = lines(done, pattern.partition(r"\d")[0])
    assert told and all(re.fullmatch(pattern, line) for line in told), done
    assert "100" in told[-1]
    assert not lines(done, "fake: ["), "progress twice"
    assert done.out.splitlines()[-1] == "dcchost: verdict=clean status=0"


def test_status_and_failure(box):
    done = box.run("launch", "fake", "--restart", "never", "--dialect", "openjd", "--", "--crash-after", "10")
    assert done.status == 139, done
    assert lines(done, "openjd_status: ")
    assert lines(done, "openjd_fail: signal 11")
    assert done.out.splitlines()[-1] == "dcchost: verdict=crash status=139"


def test_a_render_says_how_much_of_it_is_there(box):
    """The application's end alone is no reason: it ends with 0, and a picture is missing."""
    (box.work / "shot.scene").write_text("a scene")
    done = box.run("render", "fake", "--file", "shot.scene", "--frames", "1-4", "--output", "f_####.png", "--restart",
                   "never", "--dialect", "openjd", "--", "--bad-frames", "3")
    assert done.status == 1, done
    assert lines(done, "openjd_fail: ")[-1].endswith("3 of 4 frames are there"), done


def test_without_a_dialect_nothing_is_said(box):
    done = box.run("launch", "fake", *RENDER)
    assert done.status == 0 and "dcchost:" not in done.out and "openjd" not in done.out, done


def test_events_as_json_are_left_alone(box):
    done = box.run("launch", "fake", "--json", "--dialect", "openjd", *RENDER)
    assert done.status == 0 and all(line.startswith("{") for line in done.out.splitlines()), done


@pytest.mark.parametrize("variable, own", [("OPENJD_SESSION_WORKING_DIR", "openjd_progress: "), ("SLURM_JOB_ID", None),
                                           ("CUE_FRAME_ID", None), ("CUE3", None)])
def test_an_engine_is_known_by_its_environment(box, variable, own):
    done = box.run("launch", "fake", "--headless", *RENDER, **{variable: "12"})
    assert done.status == 0 and done.out.splitlines()[-1] == "dcchost: verdict=clean status=0", done
    assert own is None or lines(done, own)


@pytest.mark.parametrize("exit_map, status", [([], 1), (["--exit-map", "5=6"], 1), (["--exit-map", "75=75"], 75)])
def test_below_an_engine_none_but_dcchost_asks_for_another_try(box, exit_map, status):
    ask = ["launch", "fake", "--restart", "never", *exit_map, "--", "--job", "--exit-before-ready", "75"]
    assert box.run(*ask).status == 75
    assert box.run(*ask, SLURM_JOB_ID="12").status == status


@pytest.mark.parametrize("exit_map, args, status", [
    ("75=1", ["--exit-before-ready", "75"], 1),
    ("75=1", ["--licence-fail"], 75),
    ("licence=99", ["--licence-fail"], 99),
    ("crash=9,9=8", ["--crash-after", "10"], 9),
])
def test_a_map_of_statuses(box, exit_map, args, status):
    done = box.run("launch", "fake", "--restart", "never", "--exit-map", exit_map, "--dialect", "plain",
                   "--set", "start-timeout=30s", "--", "--job", *args)
    assert done.status == status, done
    assert done.out.splitlines()[-1].endswith(" status=%d" % status)


@pytest.mark.parametrize("args, said", [
    (["--dialect", "klingon"], "--dialect takes plain|slurm|opencue|openjd|afanasy|alf, not 'klingon'"),
    (["--exit-map", "75"], "--exit-map: '75' is not FROM=TO"),
    (["--exit-map", "75=1", "-d"], "--dialect and --exit-map are for the foreground"),
])
def test_a_slip_of_the_finger_is_told_before_anything_is_started(box, args, said):
    done = box.run("launch", "fake", *args)
    assert done.status == 2 and said in done.err, done
    assert not box.state.exists() or not list(box.state.rglob("events.jsonl"))


def test_the_comment_of_a_job_is_set_by_slurms_own_command(box):
    """A stand-in for scontrol that writes down what it is asked; farm: a real one."""
    (box.top / "bin").mkdir()
    tool, asked = box.top / "bin/scontrol", box.top / "asked"
    tool.write_text('#!/bin/sh\nprintf "%%s\\n" "$*" >>%s\n' % asked)
    tool.chmod(0o755)
    env = {"PATH": "%s:/usr/bin:/bin" % tool.parent, "SLURM_JOB_ID": "12", "SLURM_ARRAY_JOB_ID": "10",
           "SLURM_ARRAY_TASK_ID": "3"}
    done = box.run("launch", "fake", "--dialect", "slurm", *RENDER, **env)
    assert done.status == 0, done
    said = asked.read_text().splitlines()
    assert said[0].startswith("update JobId=10_3 Comment=")
    assert said[-1] == "update JobId=10_3 Comment=exited with code 0: quit"
    assert len(said) <= 3, "a call of the controller for every line"


GARBAGE = [{"SLURM_JOB_ID": "1,2"}, {"SLURM_ARRAY_JOB_ID": "10"}, {"SLURM_ARRAY_TASK_ID": "3"},
           {"SLURM_ARRAY_JOB_ID": "*", "SLURM_ARRAY_TASK_ID": "3"},
           {"SLURM_ARRAY_JOB_ID": "10", "SLURM_ARRAY_TASK_ID": "x"}]
NUMBERS = ["SLURM_JOB_ID", "SLURM_ARRAY_TASK_ID", "SLURM_STEP_ID", "SLURM_PROCID", "SLURM_RESTART_COUNT"]


@pytest.mark.parametrize("env", GARBAGE)
def test_no_other_job_gets_its_comment(box, env):
    """A name of one's own, so that the garbage is not refused for the name's sake."""
    (box.top / "bin").mkdir()
    tool, asked = box.top / "bin/scontrol", box.top / "asked"
    tool.write_text('#!/bin/sh\nprintf "%%s\\n" "$*" >>%s\n' % asked)
    tool.chmod(0o755)
    done = box.run("launch", "fake", "--name", "mine", "--dialect", "slurm", *RENDER,
                   **dict({"PATH": "%s:/usr/bin:/bin" % tool.parent, "SLURM_JOB_ID": "12"}, **env))
    assert done.status == 0 and not asked.exists(), done


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", ["abc", "-1", "1 2", "../x", "1e3", "\xff"])
def test_a_variable_that_no_engine_writes(box, name, value):
    done = box.run("launch", "fake", *RENDER, **{**{"SLURM_JOB_ID": "12"}, name: value})
    assert done.status == 78 and done.out == "", done
    assert done.err.startswith("dcchost: %s is \"" % name) and "is no number; unset it, or say --name NAME" in done.err
    assert box.run("ps", "--all", "--json").json == []


def test_a_job_goes_on_without_a_comment(box):
    (box.top / "bin").mkdir()
    tool = box.top / "bin/scontrol"
    tool.write_text('#!/bin/sh\necho "Access/permission denied" >&2\nexit 1\n')
    tool.chmod(0o755)
    done = box.run("launch", "fake", "--dialect", "slurm", *RENDER, PATH="%s:/usr/bin:/bin" % tool.parent,
                   SLURM_JOB_ID="12")
    assert done.status == 0, done
    assert done.err.count("the job's comment cannot be set") == 1 and "permission denied" in done.err
