"""OpenCue's own worker, RQD of its package, with a cuebot of ours: what it learns from an exit, and that its kill,
which is SIGKILL to the process group at once, leaves nothing."""

import re
import time

import pytest

from conftest import PATIENCE, on_this_machine, until

ENDS = [
    ("--job --progress 4 --frames 2 --exit-after 50", 0),
    ("--job --licence-fail", 75),
    ("--job --exit-before-ready 75", 1),  # not dcchost's: no reason to try again
    ("--job --exit-before-ready 5", 5),
    ("--crash-after 50", 139),
]


@pytest.mark.parametrize("args, status", ENDS, ids=[args for args, _status in ENDS])
def test_an_exit_is_what_the_application_said(box, rqd, args, status):
    frame = rqd("dcchost launch fake --restart never --headless -- " + args)
    report = frame.complete()
    assert (report["exit_status"], report["exit_signal"]) == (status, 0), frame.said
    # The studio's rules look for it in the last lines.
    assert re.fullmatch(r"dcchost: verdict=\w+ status=%d" % status, frame.said.splitlines()[-1]), frame.said


def test_a_name_that_is_taken_is_75(box, rqd):
    box.launch()
    report = rqd("dcchost launch fake --name fake --restart never").complete()
    assert report["exit_status"] == 75
    box.run("stop", "fake")


def test_an_application_that_is_not_there_is_69(box, rqd):
    assert rqd("dcchost launch fak").complete()["exit_status"] == 69


@pytest.mark.parametrize("args", ["", "--ignore-term --tree setsid --tree double-fork"], ids=["plain", "stubborn"])
def test_a_kill_leaves_nothing(box, rqd, args):
    """RQD has the process group killed and believes the cores free at once."""
    frame = rqd("dcchost launch fake --headless -- --job --busy-after 10 " + args)
    until(lambda: "running, ready" in frame.said, "the application to be ready", PATIENCE)
    killed = frame.kill()
    report = frame.complete()
    assert (report["exit_status"], report["exit_signal"]) == (1, 9)
    until(lambda: not box.processes(), "the tree to be empty", PATIENCE)
    gone = time.clock_gettime(time.CLOCK_BOOTTIME) - killed["uptime"]
    print("figure: RQD's report %.2f s after its kill, nothing left after %.2f s" %
          (report["uptime"] - killed["uptime"], gone))
    assert report["uptime"] - killed["uptime"] < on_this_machine(2)
    assert gone < on_this_machine(5)


def test_a_finished_frame_is_reported_at_once(box, rqd):
    """RQD waits for whatever holds the frame's output open: nothing of ours does."""
    end = box.top / "end"
    frame = rqd("dcchost launch fake --restart never -- --job --exit-after 10; cat /proc/uptime >%s" % end, aside=False)
    report = frame.complete()
    late = report["uptime"] - float(end.read_text().split()[0])
    print("figure: RQD reports a frame %.2f s after its end" % late)
    assert late < on_this_machine(2)
    until(lambda: not box.processes(), "the tree to be empty", PATIENCE)
