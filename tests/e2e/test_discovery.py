"""What is installed, by the real executable."""

import json
import os
import subprocess

import pytest

from world import BLENDER, Done


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


@pytest.fixture
def opt(world):
    """An /opt of the test's own, and what somebody put there, which nothing outside sees; no variable names another."""
    world.env.pop("DCCHOST_BLENDER_EXECUTABLE", None)
    place = world.top / "opt"
    place.mkdir()

    def blender(folder, version="4.2.1", mode=0o755):
        home = place / folder
        home.mkdir()
        (home / "blender").write_text("#!/bin/sh\necho 'Blender %s'\n" % version)
        (home / "blender").chmod(mode)
        return "/opt/%s/blender" % folder

    def run(*args):
        command = ["unshare", "-rm", "sh", "-c", 'mount --bind "$0" /opt && exec "$@"', str(place)]
        done = subprocess.run(command + [os.environ["DCCHOST"], *args], env=world.env, cwd=str(world.work),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode(), 0)

    if subprocess.run(["unshare", "-rm", "mount", "--bind", str(place), "/opt"], stderr=-3).returncode != 0:
        pytest.skip("no mount namespace here")
    return place, blender, run


def found(done):
    """{executable: version} of what lies below /opt."""
    return {each["executable"]: each["version"] for each in done.json if each["executable"].startswith("/opt/")}


def events(run):
    return [each for each in map(json.loads, run("events", "blender", "--json").out.splitlines())
            if each["type"] == "started"]


def test_two_installations_of_one_version(opt):
    """Both are listed, the first is the one that is started, and the doctor says which."""
    place, blender, run = opt
    one, other = blender("blender-4.2.1"), blender("blender-4.2.1-studio")
    listed = found(run("list", "blender", "--json"))
    assert listed == {one: "4.2.1", other: "4.2.1"}
    first, second = listed
    told = run("doctor", "blender")
    assert "also 4.2.1, %s; %s comes first" % (second, first) in told.out, told
    assert "set DCCHOST_BLENDER_EXECUTABLE to the one" in told.out, told
    assert run("launch", "blender", "--version", "4.2.1", "--headless", "--wait",
               "ready").status != 0  # it only prints a version
    assert [each["executable"] for each in events(run)] == [first]


def test_links_in_a_loop_and_second_names(opt):
    place, blender, run = opt
    one = blender("blender-4.2.1")
    (place / "blender-loop").symlink_to("blender-loop")
    (place / "blender-up").symlink_to(".")
    (place / "blender").symlink_to("blender-4.2.1")
    (place / "blender-4.2.1/blender-again").symlink_to("..")
    assert found(run("list", "blender", "--json")) == {one: "4.2.1"}


def test_half_an_installation(opt):
    """Without its program, without the right to run it, or with one that does not run: none is taken for whole."""
    place, blender, run = opt
    one = blender("blender-4.2.1")
    blender("blender-4.1.0", mode=0o644)
    (place / "blender-4.0.0").mkdir()
    (place / "blender-3.9.0/blender").mkdir(parents=True)
    broken = blender("blender-9.9.9")
    (place / "blender-9.9.9/blender").write_text("#!/nonexistent/sh\n")
    assert found(run("list", "blender", "--json")) == {one: "4.2.1", broken: None}
    told = run("doctor", "blender")
    assert "version not known, %s" % broken in told.out and "does it run?" in told.out, told


def test_a_version_that_is_not_there_names_those_that_are(opt):
    place, blender, run = opt
    one, other = blender("blender-4.2.1"), blender("blender-3.6.0", "3.6.0")
    done = run("launch", "blender", "--version", "4.1", "--headless", "-d")
    assert (done.status, done.out) == (69, "")
    assert "4.1" in done.err and "4.2.1  %s" % one in done.err and "3.6.0  %s" % other in done.err, done
