"""What is installed, by the real executable."""

import os
import subprocess

import pytest

from world import BLENDER


@pytest.fixture
def counted(world):
    """A Blender that notes each of its starts."""
    path, count = world.work / "blender", world.work / "starts"
    path.write_text("#!/bin/sh\necho start >>'%s'\nexec '%s' \"$@\"\n" % (count, BLENDER))
    path.chmod(0o755)
    world.env["DCCHOST_BLENDER_EXECUTABLE"] = str(path)
    return path, lambda: len(count.read_text().splitlines()) if count.exists() else 0


def test_the_distributions_blender_is_found(world):
    if os.path.realpath(BLENDER) != "/usr/bin/blender":
        pytest.skip("no blender of the distribution here")
    said = subprocess.run(["/usr/bin/blender", "--version"], stdout=subprocess.PIPE).stdout.decode().split()[1]
    lines = world.run("list", "blender").out.splitlines()
    assert lines[0].split()[:3] == ["APP", "VERSION", "EXECUTABLE"]
    assert lines[1].split()[:3] == ["blender", said, "/usr/bin/blender"]
    found = world.run("list", "blender", "--json").json
    assert [(each["executable"], each["version"]) for each in found] == [("/usr/bin/blender", said)]


def test_the_variable_comes_first_and_the_others_are_named(world, counted):
    path, starts = counted
    found = world.run("list", "blender", "--json").json
    assert found[0]["executable"] == str(path)
    assert found[0]["origin"] == "$DCCHOST_BLENDER_EXECUTABLE" and found[0]["reservation"] is None
    assert all("DCCHOST_BLENDER_EXECUTABLE" in each["reservation"] for each in found[1:])


def test_a_known_version_starts_no_blender(world, counted):
    path, starts = counted
    first = world.run("list", "blender", "--json").json
    assert starts() == 1
    assert world.run("list", "blender", "--json").json == first
    assert starts() == 1
    path.write_text(path.read_text() + "# another one\n")
    assert world.run("list", "blender", "--json").json == first
    assert starts() == 2  # what has changed is asked again


def test_a_variable_that_names_nothing(world):
    done = world.run("list", "blender", DCCHOST_BLENDER_EXECUTABLE=str(world.work / "gone"))
    assert str(world.work / "gone") in done.out + done.err
    done = world.run("launch", "blender", "--headless", "-d", DCCHOST_BLENDER_EXECUTABLE=str(world.work / "gone"))
    assert (done.status, done.out) == (69, "")
    assert "DCCHOST_BLENDER_EXECUTABLE" in done.err and str(world.work / "gone") in done.err


def test_a_version_that_is_not_there(world):
    done = world.run("launch", "blender", "--version", "9.9", "--headless", "-d")
    assert (done.status, done.out) == (69, "")
    assert "9.9" in done.err
