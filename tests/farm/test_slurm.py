"""A real Slurm of four nodes: what it makes of our exit statuses, and that nothing is left of a job that it ends."""

import re
import time

import pytest
import slurm as slurms

from conftest import PATIENCE, on_this_machine, until

SCRIPT = """#!/bin/bash
case $SLURM_ARRAY_TASK_ID-${SLURM_RESTART_COUNT:-0} in
%s
*) set -- --progress 4 --exit-after 10 ;;
esac
exec dcchost launch fake --restart never --headless $more -- --job --oracle "oracle-$SLURM_ARRAY_TASK_ID" "$@"
"""
LONG = "set -- --no-agent --progress 4000 --every 100"  # with an agent it would have something to save
FRAMES = {  # what is special of a task, and of its second try; all the others render and end
    3: ("set -- --licence-fail", None),  # 75: tried again
    5: ("more=--file=/nothing/here.scene", None),  # 78: held
    7: ("set -- --take-memory 1G", None),
    9: (LONG, LONG),  # cancelled
    11: (LONG, None),  # put back by hand
    13: ("set -- --exit-before-ready 75", None),  # its own 75 is no reason to try again
    15: ("set -- --crash-after 10", None),
    24: (LONG, None),  # its node dies
}
STATES = {3: "COMPLETED", 5: "SPECIAL_EXIT", 7: "OUT_OF_MEMORY", 9: "CANCELLED", 11: "COMPLETED", 13: "FAILED",
          15: "FAILED", 24: "COMPLETED"}
RESTARTS = {3: 1, 5: 1, 11: 1, 24: 1}


def write(box, special):
    cases = ["%d-%d) %s ;;" % (task, attempt, action) for task, actions in special.items()
             for attempt, action in enumerate(actions) if action is not None]
    script = box.work / "job.sh"
    script.write_text(SCRIPT % "\n".join(cases))
    return script


def log(box, task):
    path = box.work / ("log-%d" % task)
    return path.read_text(errors="replace") if path.exists() else ""


def submit(box, slurm, script, tasks, *options):
    return slurm.submit(script, "--array=" + tasks, "--output=%s/log-%%a" % box.work, "--open-mode=append", "--requeue",
                        "--chdir=" + str(box.work), *options)


def task_of(number, task):
    return "%s_%d" % (number, task)


def until_it_renders(box, task):
    until(lambda: "frame 1" in log(box, task), "task %d to render" % task, PATIENCE)


@pytest.mark.parametrize("slurm", ["cgroup", "linuxproc"], indirect=True)
def test_a_farm_as_it_is(box, slurm):
    """24 frames: one node killed, one put back, one out of memory, one 75, one 78, one cancelled."""
    began = time.monotonic()
    states = {task: STATES.get(task, "COMPLETED") for task in range(1, 25)}
    special = dict(FRAMES)
    if slurm.track == "linuxproc":  # Slurm limits memory by cgroups alone
        del special[7]
        states[7] = "COMPLETED"
    number = submit(box, slurm, write(box, special), "1-24")
    until_it_renders(box, 9)
    slurm.run("scancel", task_of(number, 9))
    until_it_renders(box, 11)
    slurm.run("scontrol", "requeue", task_of(number, 11))
    until_it_renders(box, 24)
    slurm.until_states(number, {task: states[task] for task in range(1, 24)}, "the others", 2 * PATIENCE)
    node = slurm.jobs(number)[24]["NodeList"]
    slurm.kill_node(node)
    jobs = slurm.until_states(number, states, "24 frames", 2 * PATIENCE)
    took = time.monotonic() - began
    until(lambda: not box.processes(), "the trees to be empty", PATIENCE)
    print("figure: 24 frames of %s in %.1f s" % (slurm.track, took))
    assert {task: int(facts["Restarts"]) for task, facts in jobs.items() if facts["Restarts"] != "0"} == RESTARTS
    assert (jobs[13]["ExitCode"], jobs[15]["ExitCode"]) == ("1:0", "139:0")
    assert "scene /nothing/here.scene is not there" in log(box, 5)
    assert jobs[24]["NodeList"] != node
    if 7 in special:
        assert "dcchost: verdict=oom status=137" in log(box, 7)
    assert "dcchost: verdict=licence status=75" in log(box, 3)
    assert took < on_this_machine(90)


@pytest.mark.parametrize("args, seconds", [("--no-agent", 5), ("", slurms.KILL_WAIT_S - 4)],
                         ids=["nothing to save", "a save that hangs"])
@pytest.mark.parametrize("slurm", ["cgroup", "linuxproc"], indirect=True)
def test_a_job_that_is_cancelled_leaves_nothing(box, slurm, args, seconds):
    """In the one case Slurm asks the first process to end, in the other all of them. A save that hangs has the whole
    budget, five seconds less than slurm.conf says that Slurm waits before it kills."""
    action = "set -- --busy-after 10 --tree setsid --tree double-fork " + args
    number = submit(box, slurm, write(box, {1: (action,)}), "1")
    until(lambda: "running, ready" in log(box, 1), "the application to be ready", PATIENCE)
    began = time.monotonic()
    slurm.run("scancel", task_of(number, 1))
    until(lambda: not box.processes(), "the tree to be empty", PATIENCE)
    took = time.monotonic() - began
    print("figure: %s, %s: nothing left %.1f s after scancel" % (slurm.track, args, took))
    assert took < on_this_machine(seconds)
    slurm.until_states(number, {1: "CANCELLED"}, "the job to be cancelled")
    assert "dcchost: verdict=cancelled" in log(box, 1), log(box, 1)


@pytest.mark.parametrize("slurm", ["linuxproc"], indirect=True)
def test_the_comment_of_a_job_says_how_far_it_is(box, slurm):
    number = submit(box, slurm, write(box, {2: ("set -- --progress 4 --exit-after 4000",)}), "1-2")
    jobs = slurm.until_states(number, {1: "COMPLETED", 2: "COMPLETED"}, "the tasks to end")
    # The number of the last task is the array's as well: each has its own comment all the same.
    assert all(re.match("exited with code 0", facts["Comment"]) for facts in jobs.values()), jobs


@pytest.mark.parametrize("slurm", ["linuxproc"], indirect=True)
def test_a_render_that_was_submitted(box, shot, slurm):
    """Real Blender, four frames in two tasks, and a scene whose name the script has to quote."""
    output = box.work / "the pictures" / "f_####.png"
    done = box.run("submit", "--on", "slurm", "--submit", "--sbatch=--output=log-%a", "--file", str(shot), "--frames",
                   "1-4", "--chunk", "2", "--output", str(output), "blender", timeout=PATIENCE, **slurm.env)
    assert done.status == 0, done
    number, = re.findall(r"Submitted batch job (\d+)", done.out)
    slurm.until_states(number, {1: "COMPLETED", 2: "COMPLETED"}, "the tasks to end", 4 * PATIENCE)
    assert sorted(path.name for path in output.parent.iterdir()) == ["f_%04d.png" % frame for frame in range(1, 5)]
    for task in (1, 2):
        assert "frames=2 failed=0 rendered=2" in log(box, task).splitlines()[-1]
    until(lambda: not box.processes(), "the trees to be empty", PATIENCE)


@pytest.mark.parametrize("slurm", ["linuxproc"], indirect=True)
def test_a_submitted_render_that_is_cancelled_is_stopped_once(box, slurm):
    """Without cgroups Slurm signals the script, dcchost's command and its session, and the script hands its signal on:
    that is one stop, and the request to save has its time."""
    (box.work / "shot.scene").write_text("a scene")
    done = box.run("submit", "--on", "slurm", "--submit", "--sbatch=--output=log-%a", "--file", "shot.scene",
                   "--frames", "1-2", "--chunk", "2", "--output", str(box.work / "f_####.png"), "fake", "--",
                   "--frame-ms", "600000", "--ignore-term", timeout=PATIENCE, **slurm.env)
    assert done.status == 0, done
    number, = re.findall(r"Submitted batch job (\d+)", done.out)
    until(lambda: "running, ready" in log(box, 1), "the application to be ready", PATIENCE)
    slurm.run("scancel", task_of(number, 1))
    until(lambda: not box.processes(), "the tree to be empty", PATIENCE)
    slurm.until_states(number, {1: "CANCELLED"}, "the job to be cancelled")
    assert "asking it to save and quit" in log(box, 1) and "hurrying" not in log(box, 1), log(box, 1)
    assert "dcchost: verdict=cancelled frames=2 failed=2" in log(box, 1), log(box, 1)


@pytest.mark.parametrize("slurm", ["cgroup", "linuxproc"], indirect=True)
def test_a_frame_of_many_samples_that_is_cancelled(box, slow_shot, slurm):
    """Real Blender in the middle of 4,096 samples."""
    done = box.run("submit", "--on", "slurm", "--submit", "--sbatch=--output=log-%a", "--sbatch=--mem=1500M", "--file",
                   str(slow_shot), "--frames", "1", "--output", str(box.work / "f_####.png"), "blender",
                   timeout=PATIENCE, **slurm.env)
    assert done.status == 0, done
    number, = re.findall(r"Submitted batch job (\d+)", done.out)
    until(lambda: "running, ready" in log(box, 1), "Blender to be ready", 2 * PATIENCE)
    until(lambda: "| Sample " in box.run("logs", "blender-slurm-%s-t1-p0-r0" % number, "-n", "50").out, "samples",
          2 * PATIENCE)
    began = time.monotonic()
    slurm.run("scancel", task_of(number, 1))
    until(lambda: not box.processes(), "the tree to be empty", PATIENCE)
    took = time.monotonic() - began
    print("figure: %s, a frame of 4,096 samples: nothing left %.1f s after scancel" % (slurm.track, took))
    assert took < on_this_machine(5)
    slurm.until_states(number, {1: "CANCELLED"}, "the job to be cancelled")
    assert "dcchost: verdict=cancelled frames=1 failed=1" in log(box, 1), log(box, 1)


@pytest.mark.parametrize("slurm", ["bare"], indirect=True)
def test_a_submitted_script_asks_for_its_next_try_itself(box, slurm):
    """A stand-in for dcchost that ends with 75 or 78 at first: the script alone knows what these mean."""
    (box.top / "bin").mkdir()
    tool = box.top / "bin/dcchost"
    tool.write_text("#!/bin/sh\n[ ${SLURM_RESTART_COUNT:-0} -gt 0 ] || exit $((72 + 3 * SLURM_ARRAY_TASK_ID))\n")
    tool.chmod(0o755)
    (box.work / "shot.blend").write_text("a scene")
    done = box.run("submit", "--on", "slurm", "--submit", "--file", "shot.blend", "--frames", "1-2", "blender",
                   timeout=PATIENCE, **dict(slurm.env, PATH="%s:%s" % (tool.parent, slurm.env["PATH"])))
    assert done.status == 0, done
    number, = re.findall(r"Submitted batch job (\d+)", done.out)
    jobs = slurm.until_states(number, {1: "COMPLETED", 2: "SPECIAL_EXIT"}, "the tasks", 2 * PATIENCE)
    assert jobs[1]["Restarts"] == "1"
