"""The state of a farm's attempts, each of which has a name of its own: it goes after a while, but for the newest, for
what holds somebody's work, and for all that did not ask for it."""

import json
import os
import shutil
import time

import pytest

from conftest import until

WEEK_S = 168 * 3600
NEWEST = 100
BUNDLE = "crashes/20260101-101010-123-deadbeef"
STAMP = ".old-state-removed"


def state(box):
    return box.state / "dcchost"


def attempt(box, number, *more):
    """A task of Slurm's that ends at once; its session is gone when this returns."""
    done = box.run("launch", "fake", "--headless", *more, "--", "--job", "--exit-after", "10", SLURM_JOB_ID=str(number))
    assert done.status == 0, done
    until(lambda: not box.processes(), "its session to be gone")


def put(box, name, age_s, files=()):
    """As if an attempt of that name had ended so long ago. files: paths below it that are there, too."""
    place = state(box) / name
    shutil.copytree(str(box.work / "ended"), str(place))
    for path in files:
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text("{")
    when = time.time() - age_s
    os.utime(str(place / "last.json"), (when, when))


def names(box):
    return {path.name for path in state(box).iterdir() if path.name != STAMP}


@pytest.fixture
def farm(box):
    """A host on which a week's worth of the newest attempts is there, all too old; {name} of these."""
    attempt(box, 1)
    (state(box) / STAMP).unlink()
    shutil.copytree(str(state(box) / "fake-slurm-1-r0"), str(box.work / "ended"))
    newest = ["new%d" % number for number in range(NEWEST - 1)]  # and the one that makes the others go
    for number, name in enumerate(newest):
        put(box, name, WEEK_S + 60 + number)
    os.utime(str(state(box) / "fake-slurm-1-r0" / "last.json"), (0, 0))
    return box, set(newest)


def test_a_name_that_is_made_for_an_attempt_says_so(box):
    attempt(box, 1)
    attempt(box, 1, "--name", "mine")
    settings = [json.loads((state(box) / name / "request.json").read_text())["settings"].get("keep-state")
                for name in ("fake-slurm-1-r0", "mine")]
    assert settings == ["168h", None]


def test_what_is_too_old_goes(farm):
    box, newest = farm
    put(box, "old1", 2 * WEEK_S)
    put(box, "old2", 3 * WEEK_S)
    attempt(box, 2)
    assert names(box) == newest | {"fake-slurm-2-r0"}
    assert box.run("why", "new98").status == box.run("why", "fake-slurm-2-r0").status
    assert not list((box.runtime / "dcchost").iterdir())


def test_what_is_young_enough_stays(farm):
    box, newest = farm
    young = {"young%d" % number for number in range(3)}
    for name in young:
        put(box, name, WEEK_S - 3600)
    attempt(box, 2)
    assert young <= names(box)


def test_what_stays_whatever_its_age(farm):
    """Work; what a user named; what is alive or not settled; what is damaged."""
    box, newest = farm
    put(box, "copy", 2 * WEEK_S, ["rescue/shot.blend"])
    put(box, "from-a-crash", 2 * WEEK_S, ["rescue/deadbeef-quit.blend"])
    put(box, "crashed", 2 * WEEK_S, ["rescue/deadbeef-log.txt", BUNDLE + "/log.txt"])  # evidence alone
    put(box, "users", 2 * WEEK_S)
    last = json.loads((state(box) / "users/last.json").read_text())
    del last["request"]["settings"]["keep-state"]
    (state(box) / "users/last.json").write_text(json.dumps(last))
    os.utime(str(state(box) / "users/last.json"), (0, 0))
    put(box, "damaged", 2 * WEEK_S, ["last.json"])
    put(box, "alive", 2 * WEEK_S)
    box.launch("--name", "alive")
    put(box, "held", 2 * WEEK_S)
    (box.runtime / "dcchost/held").mkdir(mode=0o700)
    done = box.run("launch", "fake", "--headless", "--", "--job", "--exit-after", "10", SLURM_JOB_ID="2")
    assert done.status == 0, done
    until(lambda: "crashed" not in names(box), "the one that has nothing to keep to go")
    box.run("kill", "alive")
    until(lambda: not box.processes(), "the sessions to be gone")
    assert names(box) == newest | {"copy", "from-a-crash", "users", "damaged", "alive", "held", "fake-slurm-2-r0"}


def test_it_is_looked_at_once_an_hour(farm):
    box, newest = farm
    attempt(box, 2)
    put(box, "old", 2 * WEEK_S)
    attempt(box, 3)
    assert "old" in names(box)
    for when in (time.time() - 2 * 3600, time.time() + 2 * 3600):  # a clock that was set back is no reason to wait
        os.utime(str(state(box) / STAMP), (when, when))
        attempt(box, 4)
        assert "old" not in names(box)
        put(box, "old", 2 * WEEK_S)


def test_a_desk_keeps_all(farm):
    box, newest = farm
    put(box, "old", 2 * WEEK_S)
    done = box.run("launch", "fake", "--", "--exit-after", "10")
    assert done.status == 0, done
    until(lambda: not box.processes(), "its session to be gone")
    assert "old" in names(box) and not (state(box) / STAMP).exists()
