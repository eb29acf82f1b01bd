"""OpenCue's own worker, RQD of its package, with a cuebot of ours: what it learns from an exit, and that its kill,
which is SIGKILL to the process group at once, leaves nothing."""

import pytest

from conftest import PATIENCE, on_this_machine, until

ENDS = [
    ("--job --progress 4 --frames 2 --exit-after 50", 0),
    ("--job --exit-before-ready 75", 75),
    ("--job --exit-before-ready 5", 5),
    ("--crash-after 50", 139),
]


@pytest.mark.parametrize("args, status", ENDS, ids=[str(status) for _args, status in ENDS])
def test_an_exit_is_what_the_application_said(box, rqd, args, status):
    frame = rqd("dcchost launch fake --restart never --headless -- " + args)
    report = frame.complete()
    assert (report["exit_status"], report["exit_signal"]) == (status, 0), frame.log
    assert "fake: started, pid" in frame.log


def test_a_name_that_is_taken_is_75(box, rqd):
    box.launch()
    report = rqd("dcchost launch fake --name fake --restart never").complete()
    assert report["exit_status"] == 75
    box.run("stop", "fake")


def test_an_application_that_is_not_there_is_69(box, rqd):
    assert rqd("dcchost launch fak").complete()["exit_status"] == 69


def test_a_finished_frame_is_reported_at_once(box, rqd):
    """RQD waits for whatever holds the frame's output open: nothing of ours does."""
    end = box.top / "end"
    frame = rqd("dcchost launch fake --restart never -- --job --exit-after 10; cat /proc/uptime >%s" % end)
    report = frame.complete()
    late = report["uptime"] - float(end.read_text().split()[0])
    print("figure: RQD reports a frame %.2f s after its end" % late)
    assert late < on_this_machine(2)
    until(lambda: not box.processes(), "the tree to be empty", PATIENCE)
