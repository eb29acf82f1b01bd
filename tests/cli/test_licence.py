"""A licence that is not to be had: in the studio's own words, waited for together, and whose 75 it is."""

import json
import os
import signal

import pytest

from conftest import until

AGAIN = ("--backoff", "fixed:100ms", "--set", "jitter=0", "--set", "instant-crash=0")


def ended(done):
    return json.loads(done.out.splitlines()[-1])


def launch(box, *args, **env):
    return box.run("launch", "fake", "--json", "--headless", *args, timeout=60, **env)


@pytest.fixture
def patterns(box):
    path = box.work / "patterns"
    path.write_text("# ours\n\n  Frobnicator: seat denied \n")
    return {"DCCHOST_LICENCE_PATTERNS": str(path)}


FAILS = ("--", "--job", "--print", "12:01 Frobnicator: seat denied (server x)", "--exit-after", "50", "--code", "9")


def test_words_of_the_studio_are_known(box, patterns):
    done = launch(box, "--restart", "never", *FAILS, **patterns)
    event = ended(done)
    assert done.status == 75, done
    assert event["result"]["verdict"] == "licence" and "seat denied (server x)" in event["result"]["reason"], event
    assert (event["status"], event["status_of"]) == (75, "dcchost")


def test_without_the_file_it_is_the_jobs_own_code(box):
    done = launch(box, "--restart", "never", *FAILS)
    event = ended(done)
    assert done.status == 9 and event["result"]["verdict"] == "failed", done
    assert (event["status"], event["status_of"]) == (9, "application")


def test_the_usual_place(box):
    place = box.top / "home" / ".config" / "dcchost"
    place.mkdir(parents=True)
    (place / "licence-patterns").write_text("seat denied\n")
    assert launch(box, "--restart", "never", *FAILS).status == 75


def test_a_line_alone_is_no_failure(box, patterns):
    done = launch(box, *FAILS[:-1], "0", **patterns)
    assert done.status == 0, done


def test_a_file_that_is_not_there_is_told(box):
    done = launch(box, *FAILS[:-1], "0", DCCHOST_LICENCE_PATTERNS="/nonexistent/patterns")
    assert done.status == 0, done
    assert any("/nonexistent/patterns" in line for line in box.status()["degraded"]), box.status()["degraded"]


def test_an_applications_own_75(box):
    done = launch(box, "--", "--job", "--exit-after", "50", "--code", "75")
    event = ended(done)
    assert done.status == 75 and (event["status"], event["status_of"]) == (75, "application"), done
    assert box.status()["restart_count"] == 0


def test_the_wait_has_a_budget(box, patterns):
    done = launch(box, "--max-restarts", "2", *AGAIN, *FAILS, **patterns)
    assert done.status == 75, done
    assert ended(done)["result"]["verdict"] == "licence"
    assert box.status()["restart_count"] == 2


def test_all_of_the_host_wait_together(box, patterns):
    """The first says until when; who fails meanwhile does not wait as long as it would have."""
    env = dict(box.env, **patterns)
    children = []
    for name, delay in (("first", "fixed:60s"), ("second", "fixed:900s")):
        children.append(box.popen("launch", "fake", "--headless", "--name", name, "--backoff", delay,
                                  "--set", "jitter=0", *FAILS, env=env))
        until(lambda each=name: box.run("status", each).status == 0 and box.status(each)["restart_in_ms"] is not None,
              "the wait", 60)
    assert box.status("second")["restart_in_ms"] < (60 + 90) * 1000
    for child in children:
        child.send_signal(signal.SIGTERM)
        child.wait(60)
    assert os.path.exists(str(box.runtime / "dcchost" / ".licence"))
    assert box.run("ps", "--all").status == 0
