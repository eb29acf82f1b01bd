"""Houdini, as far as a stand-in can show it: the real command, the real agent, a program that misbehaves as Houdini is
known to. Each row prints what the stand-in did and what dcchost said of it; none may say success wrongly."""

import os
import pathlib
import resource
import shutil
import signal

import pytest

import world as lib

STAND_INS = pathlib.Path(__file__).resolve().parents[1] / "stand-ins"


@pytest.fixture
def stand_in():
    """Marks what needs no Blender."""


@pytest.fixture
def studio(stand_in):
    """A world with a Houdini in it, and a display that nobody draws on. Its hserver outlives everything."""
    one = lib.World(":99")
    home = one.top / "hfs20.5.332"
    shutil.copytree(str(STAND_INS / "houdini"), str(home))
    shutil.copytree(str(STAND_INS / "maya/lib/PySide2"), str(home / "lib/PySide2"))
    for name in ("houdinifx", "houdinicore", "hindie", "happrentice"):
        shutil.copy(str(home / "bin/houdini"), str(home / "bin" / name))
    one.env["DCCHOST_HOUDINI_EXECUTABLE"] = str(home / "bin/houdini")
    one.env["PYTHONDONTWRITEBYTECODE"] = "1"
    yield one
    close(one)


def close(world):
    try:
        for each in world.run("ps", "--json").json:
            world.run("kill", each["name"])
    finally:
        for pid in hservers(world):
            os.kill(pid, signal.SIGKILL)
        world.close()


def hservers(world):
    return [pid for pid, command in world.processes().items() if "bin/hserver" in command]


def houdinis(world):
    return [command for command in world.processes().values() if "-bin" in command]


def said(world, name="houdini"):
    result = world.status(name)["result"]
    lib.figure("%s | %s, code %s, signal %s | %s" % (
        result["verdict"], result["kind"], result.get("code"), result.get("signal"), result["reason"]))
    return result


def log_of(world):
    return world.run("logs", "houdini", "-n", "1000").out


def window(world, *args, words="", headless=False, **env):
    mode = ["--headless"] if headless else []
    done = world.run("launch", "houdini", "-d", "--wait", "ready", "--json", "--restart", "never", "--set",
                     "crash-grace=5s", *mode, *args, STANDIN_HOUDINI=words, **env)
    assert done.status == 0, (done, log_of(world))
    return done.json


def test_a_window_saves_and_quits_without_a_question(studio):
    status = window(studio)
    assert status["version"] == "20.5.332"
    with studio.control("houdini") as control:
        control.run("hou.node('/obj').createNode('geo', 'Precious')")
        assert control.call("probe")["health"] == "ok"
        assert control.run("import threading; result = threading.current_thread() is threading.main_thread()") == "True"
    report = studio.stop("houdini")
    assert report["saved"] == "saved" and "Precious" in pathlib.Path(report["copy"]).read_text()
    assert said(studio)["verdict"] == "clean"
