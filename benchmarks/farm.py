#!/usr/bin/python3
"""What a task costs on a farm: a real Slurm of four nodes on this machine, and the fake application, which costs
nothing.

Each row is a job array; its figure is the time from its submission to its last task's end, for each task. The rows are
run one after another, so the load of the machine is said beside each. The rest is counted: what a task leaves in the
state directory, and what a frame costs within a task.

Usage: ./dev bench farm [--tasks N]        (N: 1000)
"""

import argparse
import os
import pathlib
import resource
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests/farm"), str(ROOT / "tests/lib")]

import slurm as slurms  # noqa: E402
from box import Box  # noqa: E402

FAKE = os.environ["DCCHOST_FAKE_EXECUTABLE"]
JOB = "--job --progress 1 --frames %d --every 1 --exit-after 0"
FRAMES = 200
BAD = ("FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "CANCELLED", "TIMEOUT")


def array(slurm, box, name, command, tasks):
    """Milliseconds for each task, from the submission to the end of the last."""
    script = box.work / (name + ".sh")
    script.write_text("#!/bin/sh\nexec %s\n" % command)
    began = time.monotonic()
    number = slurm.submit(script, "--array=1-%d" % tasks, "--output=/dev/null", "--chdir=" + str(box.work))
    while slurm.run("squeue", "-h", "-j", number, "-o", "%i", check=False).strip():
        time.sleep(0.2)
    took = time.monotonic() - began
    states = [facts["JobState"] for facts in slurm.jobs(number).values()]
    bad = [state for state in states if state in BAD]
    assert not bad and len(states) == tasks, "%d of %d tasks: %s" % (len(bad), tasks, bad[:3])
    return took / tasks * 1000


def alone(box, command, count):
    """Seconds and CPU seconds of one run, the median of so many."""
    took = []
    for _ in range(count):
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        subprocess.run(command, env=box.env, cwd=str(box.work), stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took.append((time.monotonic() - began, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
    return sorted(took)[count // 2]


def left_of_a_task(box, tasks):
    files = [path for path in box.state.rglob("*") if path.is_file()]
    blocks = sum(path.stat().st_blocks * 512 for path in files)
    print("state: %.1f files, %.1f kB on disk for each of %d tasks" %
          (len(files) / tasks, blocks / tasks / 1000, tasks))


def say(what, figure):
    print("%-44s %s   (load %.1f)" % (what, figure, os.getloadavg()[0]), flush=True)


def frames(box):
    """What a frame costs within a task: many frames less one."""
    launch = [os.environ["DCCHOST"], "launch", "fake", "--headless", "--restart", "never", "--"]
    for what, command in (("fake-dcc", [FAKE, "--no-agent"]), ("dcchost", launch)):
        one, many = (alone(box, command + (JOB % count).split(), 5)[0] for count in (1, FRAMES))
        say("a task of one frame, %s" % what, "%.0f ms" % (one * 1000))
        say("a further frame in it, %s" % what, "%.2f ms" % ((many - one) / (FRAMES - 1) * 1000))


def warm(box):
    box.run("launch", "fake", "--headless", "-d", "--wait", "ready", timeout=60)
    took, _cpu = alone(box, [os.environ["DCCHOST"], "probe", "fake"], 21)
    say("a command to an instance that is up (probe)", "%.1f ms" % (took * 1000))
    box.run("stop", "fake", timeout=60)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tasks", type=int, default=1000, metavar="N", help="of each array (1000)")
    tasks = parser.parse_args().tasks
    reason = slurms.missing()
    if reason is not None:
        sys.exit("bench: " + reason)
    box = Box()
    try:
        frames(box)
        warm(box)
        slurm = slurms.Slurm(box.top / "slurm", box.env)
        try:
            job = JOB % 1
            say("%d tasks, true, proctrack/%s" % (tasks, slurm.track),
                "%.0f ms a task" % array(slurm, box, "true", "true", tasks))
            say("%d tasks, fake-dcc" % tasks,
                "%.0f ms a task" % array(slurm, box, "fake", "%s --no-agent %s" % (FAKE, job), tasks))
            command = "%s launch fake --headless --restart never -- %s" % (os.environ["DCCHOST"], job)
            say("%d tasks, dcchost and fake-dcc" % tasks,
                "%.0f ms a task" % array(slurm, box, "dcchost", command, tasks))
        finally:
            slurm.close()
        left_of_a_task(box, tasks)
    finally:
        box.close()


if __name__ == "__main__":
    main()
