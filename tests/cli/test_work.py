"""Whether a launch without a window is a job: the adapter says which arguments bring work."""

import json
import os
import signal

import pytest

from conftest import until

GUESS = "taken for a job (no window, arguments): its adapter does not say whether it ends by itself"


def notes(box):
    events = [json.loads(line) for line in box.run("events", "fake", "--json").out.splitlines()]
    return [(event["client"], event["what"]) for event in events if event["type"] == "note"]


@pytest.mark.parametrize("args, job, told", [
    ((), False, []),
    (("--", "--no-job"), False, []),
    (("--", "--job"), True, []),
    (("--", "--progress", "4"), True, [("dcchost", GUESS)]),
])
def test_what_a_stop_makes_of_it(box, args, job, told):
    """A job that was stopped has not done its work; anything else quits in order. What nobody says is told."""
    done = box.run("launch", "fake", "--headless", "-d", "--wait", "ready", *args)
    assert done.status == 0, done
    assert notes(box) == told
    assert box.run("stop", "fake").status == 0
    result = box.status()["result"]
    assert result["verdict"] == ("cancelled" if job else "clean"), result
    assert result.get("job", False) == job, result


@pytest.mark.parametrize("args", [("--no-job",), ("--job",)])
def test_an_end_that_nobody_attended(box, args):
    """The next session asks no adapter again: the record says what it was."""
    box.run("launch", "fake", "--headless", "-d", "--wait", "ready", "--restart", "never", "--", *args)
    status = box.status()
    os.kill(status["session_pid"], signal.SIGKILL)
    until(lambda: not box.status()["attended"], "the session to be gone")
    os.kill(status["pid"], signal.SIGTERM)
    until(lambda: box.status()["state"] != "running", "the end")
    assert box.run("adopt", "fake").status == 0
    result = until(lambda: box.status()["result"], "the result")
    assert result.get("job", False) == (args == ("--job",)), result
