"""A real Slurm of four nodes: what it makes of our exit statuses, and that nothing is left of a job that it ends."""

import pytest

from conftest import PATIENCE, until

SCRIPT = """#!/bin/bash
case $SLURM_ARRAY_TASK_ID-${SLURM_RESTART_COUNT:-0} in
%s
esac
name=t$SLURM_ARRAY_TASK_ID-${SLURM_RESTART_COUNT:-0}
exec dcchost launch fake --name "$name" --restart never --headless $more -- --job "$@"
"""
ENDS = [  # tasks, what the application is told, the state that Slurm shows
    (1, "set -- --exit-after 10", "COMPLETED"),
    (2, "set -- --exit-before-ready 5", "FAILED"),
    (3, "set -- --crash-after 10", "FAILED"),
    (4, "more=--file=/nothing/here.scene", "SPECIAL_EXIT"),
]


def write(box, cases):
    script = box.work / "job.sh"
    script.write_text(SCRIPT % "\n".join("%s) %s ;;" % case for case in cases))
    return script


def log(box, task):
    return (box.work / ("log-%d" % task)).read_text()


def submit(box, slurm, script, tasks, *options):
    return slurm.submit(script, "--array=" + tasks, "--output=%s/log-%%a" % box.work, "--open-mode=append", "--requeue",
                        "--chdir=" + str(box.work), *options)


@pytest.mark.parametrize("slurm", ["linuxproc"], indirect=True)
def test_exit_statuses(box, slurm):
    cases = [("%d-0" % task, action) for task, action, _state in ENDS]
    number = submit(box, slurm, write(box, cases), "1-4")
    jobs = slurm.until_states(number, {task: state for task, _action, state in ENDS}, "the tasks to end")
    assert [jobs[task]["ExitCode"] for task in (1, 2, 3)] == ["0:0", "5:0", "139:0"]
    assert "scene /nothing/here.scene is not there" in log(box, 4)
    until(lambda: not box.processes(), "the trees to be empty", PATIENCE)
