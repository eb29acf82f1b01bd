"""OpenJD as `openjd run` does it, with the library that Deadline Cloud's workers use: a session's environment
around its tasks, and a task that is cut off."""

import json
import re
import subprocess
import time

import pytest

from conftest import PATIENCE, on_this_machine, until


def action(*words, **more):
    return dict(command=words[0], args=list(words[1:]), **more)


def write(box, step):
    """A template of one step, as a path. JSON is YAML."""
    path = box.work / "job.yaml"
    path.write_text(json.dumps({"specificationVersion": "jobtemplate-2023-09", "name": "test",
                                "steps": [dict(name="Step", **step)]}))
    return str(path)


def frames(text):
    return {"taskParameterDefinitions": [{"name": "Frame", "type": "INT", "range": text}]}


def test_an_instance_is_up_for_all_tasks_of_a_session(box, openjd):
    environment = {"name": "dcchost", "script": {"actions": {
        "onEnter": action("dcchost", "launch", "fake", "--name", "warm", "--headless", "-d", "--wait", "ready"),
        "onExit": action("dcchost", "stop", "warm")}}}
    template = write(box, {
        "stepEnvironments": [environment], "parameterSpace": frames("1-3"),
        "script": {"actions": {"onRun": action("dcchost", "status", "warm", "--json")}}})
    done = openjd.run("run", template, "--step", "Step")
    assert done.status == 0, done
    assert done.out.count('"state": "running"') + done.out.count('"state" : "running"') == 3, done
    assert "warm: stopped: quit" in done.out
    assert box.run("status", "warm", "--json").json["state"] == "stopped"
    until(lambda: not box.processes(), "the tree to be empty", PATIENCE)


@pytest.mark.parametrize("code, status", [(0, "SUCCESS"), (75, "FAILED")])
def test_a_task_ends_as_its_application(box, openjd, code, status):
    run = action("dcchost", "launch", "fake", "--restart", "never", "--headless", "--", "--job", "--exit-before-ready",
                 str(code))
    done = openjd.run("run", write(box, {"script": {"actions": {"onRun": run}}}), "--step", "Step")
    assert (done.status == 0) == (code == 0), done
    assert "exited with code %d" % code in done.out


def test_progress_is_shown_without_a_filter(box, openjd):
    """What dcchost prints is what the engine reads: it would refuse a line that is malformed."""
    run = action("dcchost", "launch", "fake", "--headless", "--", "--job", "--progress", "4", "--frames", "3",
                 "--every", "300", "--exit-after", "4500")
    done = openjd.run("run", write(box, {"script": {"actions": {"onRun": run}}}), "--step", "Step", "--verbose")
    assert done.status == 0, done
    told = [float(number) for number in re.findall(r"openjd_progress: ([\d.]+)", done.out)]
    assert told == sorted(told) and told[0] < 100 and told[-1] == 100, done
    assert len(told) <= 6, "more than one a second"
    assert "openjd_status: frame " in done.out and "dcchost: verdict=clean status=0" in done.out
    assert not re.search("[Ii]nvalid|malformed|ERROR", done.out), done


def test_a_task_that_does_not_end_within_its_notice_leaves_nothing(box, openjd):
    """SIGKILL to its process group, at the end."""
    run = action("dcchost", "launch", "fake", "--restart", "never", "--headless", "--", "--ignore-term",
                 "--refuse-quit", "--tree", "setsid", timeout=3,
                 cancelation={"mode": "NOTIFY_THEN_TERMINATE", "notifyPeriodInSeconds": 1})
    done = openjd.run("run", write(box, {"script": {"actions": {"onRun": run}}}), "--step", "Step")
    assert done.status != 0 and "Grace period" in done.out, done
    began = time.monotonic()
    until(lambda: not box.processes(), "the tree to be empty", PATIENCE)
    print("figure: OpenJD's kill, nothing left after %.2f s" % (time.monotonic() - began))
    assert time.monotonic() - began < on_this_machine(5)


def test_a_task_that_is_cut_off_has_its_notice(box, openjd):
    """SIGTERM to the first process alone, and time: an orderly stop."""
    run = action("dcchost", "launch", "fake", "--restart", "never", "--headless", timeout=3,
                 cancelation={"mode": "NOTIFY_THEN_TERMINATE", "notifyPeriodInSeconds": PATIENCE})
    done = openjd.run("run", write(box, {"script": {"actions": {"onRun": run}}}), "--step", "Step")
    assert done.status != 0, done
    assert "asking it to save and quit" in done.out and ": stopped: quit" in done.out
    assert not box.processes()


def test_a_template_that_was_printed(box, openjd, shot):
    """Real Blender, three frames in two tasks: the engine takes the template, and its tasks render."""
    output = box.work / "the pictures" / "f_####.png"
    done = box.run("submit", "--on", "openjd", "--file", str(shot), "--frames", "1-3", "--chunk", "2", "--output",
                   str(output), "blender")
    assert done.status == 0, done
    template = box.work / "shot.yaml"
    template.write_text(done.out)
    checked = openjd.run("check", str(template))
    assert checked.status == 0, checked
    ran = openjd.run("run", str(template), "--step", "Render")
    assert ran.status == 0, ran
    assert sorted(path.name for path in output.parent.iterdir()) == ["f_%04d.png" % frame for frame in range(1, 4)]
    assert "openjd_progress: 100.0" in ran.out and ran.out.count("dcchost: verdict=done") == 2, ran


def print_warm(box, shot, name, *more, frames="1-3"):
    """A template of `submit --load-once` as a path, and where its pictures go."""
    output = box.work / name / "f_####.png"
    done = box.run("submit", "--on", "openjd", "--load-once", "--file", str(shot), "--frames", frames, "--output",
                   str(output), *more, "blender")
    assert done.status == 0, done
    template = box.work / (name + ".yaml")
    template.write_text(done.out)
    return template, output.parent


def pictures(place):
    return sorted(path.name for path in place.iterdir()) if place.exists() else []


def events_of_starts(box):
    """How often an application was started, by instance."""
    names = [path.name for path in (box.state / "dcchost").iterdir() if path.is_dir()]
    return {name: sum(line.split()[1] == "started" for line in box.run("events", name).out.splitlines())
            for name in names}


def test_the_scene_is_loaded_once(box, openjd, shot):
    """Real Blender, two sessions on one host at a time, of one job: three tasks each, one start each."""
    templates = [print_warm(box, shot, name) for name in ("one", "two")]
    checked = openjd.run("check", str(templates[0][0]))
    assert checked.status == 0, checked
    sessions = [subprocess.Popen([openjd.program, "run", str(path), "--step", "Render"], env=box.env,
                                 cwd=str(box.work), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, universal_newlines=True) for path, _place in templates]
    outs = [each.communicate(timeout=4 * PATIENCE)[0] for each in sessions]
    assert [each.returncode for each in sessions] == [0, 0], outs
    for out, (_path, place) in zip(outs, templates):
        assert pictures(place) == ["f_%04d.png" % frame for frame in range(1, 4)]
        assert out.count("dcchost: verdict=done frames=1 failed=0 rendered=1") == 3, out
        assert out.count("openjd_progress: 100.0") == 3, "\n" + out
    assert list(events_of_starts(box).values()) == [1, 1], outs
    until(lambda: not box.processes(), "the trees to be empty", PATIENCE)


def test_a_task_that_is_cancelled_in_an_instance(box, openjd, slow_shot):
    """The frame is cancelled, the session's end stops the instance, nothing is left."""
    path, place = print_warm(box, slow_shot, "one")
    template = json.loads(path.read_text())
    template["steps"][0]["script"]["actions"]["onRun"]["timeout"] = 5  # then OpenJD cancels it
    path.write_text(json.dumps(template))
    # Blender ends a frame between two samples, and takes many at a time: 27 s were seen.
    done = openjd.run("run", str(path), "--step", "Render", patience=4 * PATIENCE)
    assert done.status != 0 and pictures(place) == [], done
    assert "cancelling the frame" in done.out and "dcchost: verdict=cancelled frames=1 failed=1" in done.out, done
    assert "openjd_fail: cancelled: 0 of 1 frames are there" in done.out, done
    assert re.search(r"blender-\S+: stopped: ", done.out), done
    assert list(events_of_starts(box).values()) == [1], done
    until(lambda: not box.processes(), "the tree to be empty", PATIENCE)
