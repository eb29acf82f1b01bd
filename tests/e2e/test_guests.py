"""The agents of Maya and Houdini are guests, as far as stand-ins can show it: what the studio's files and scripts do to
Python or to the application's callbacks does not stop them, and they change nothing of it."""

import os
import pathlib
import shutil
import signal

import pytest

import world as lib

STAND_INS = pathlib.Path(__file__).resolve().parents[1] / "stand-ins"
# What the agents import and the stand-ins do not.
SHADOWED = {"maya": ("json", "base64", "queue"), "houdini": ("base64", "queue", "tempfile")}
APPS = pytest.mark.parametrize("app", ["maya", "houdini"])


@pytest.fixture
def stand_in():
    """Marks what needs no Blender."""


@pytest.fixture
def studio(stand_in):
    one = lib.World(":99")
    for app in ("maya", "houdini"):
        shutil.copytree(str(STAND_INS / app), str(one.top / app))
        one.env["DCCHOST_%s_EXECUTABLE" % app.upper()] = str(one.top / app / "bin" / app)
    shutil.copytree(str(STAND_INS / "maya/lib/PySide2"), str(one.top / "houdini/lib/PySide2"))
    one.env["PYTHONDONTWRITEBYTECODE"] = "1"
    yield one
    for name in [each["name"] for each in one.run("ps", "--json").json]:
        one.run("kill", name)
    for pid, command in one.processes().items():
        if "bin/hserver" in command:
            os.kill(pid, signal.SIGKILL)
    one.close()


def shadow(world, app, text):
    directory = world.top / "studio"
    directory.mkdir()
    for name in SHADOWED[app]:
        (directory / (name + ".py")).write_text(text + "\n")
    world.env["PYTHONPATH"] = str(directory)


def script(world, app, source):
    path = world.work / "job.py"
    first = "import maya.standalone\nmaya.standalone.initialize(name='python')\n" if app == "maya" else ""
    path.write_text(first + source + "\n")
    return path


@APPS
@pytest.mark.parametrize("text", ["raise RuntimeError('studio')", "raise SystemExit(9)", "mine = True"])
def test_modules_of_the_studio(studio, app, text):
    """A window is ready and saves; a script gets its own modules, and ends as it likes."""
    shadow(studio, app, text)
    done = studio.run("launch", app, "-d", "--wait", "ready", "--json", "--restart", "never")
    assert done.status == 0, (done, studio.run("logs", app).out)
    report = studio.stop(app)
    assert report["saved"] == "saved", report
    assert studio.status(app)["result"]["verdict"] == "clean"
    source = "import sys, base64\nsys.exit(7 if base64.mine else 1)" if "mine" in text else "import sys\nsys.exit(7)"
    done = studio.run("launch", app, "--headless", "--restart", "never", "--", script(studio, app, source))
    assert done.status == 7, done


@APPS
@pytest.mark.parametrize("streams", ["sys.stdout.close()", "sys.stdout = sys.stderr = None"])
def test_a_script_that_takes_the_streams_away_is_done_all_the_same(studio, app, streams):
    """The word that it ended in order is the agent's, and its proof."""
    done = studio.run("launch", app, "--headless", "--restart", "never", "--",
                      script(studio, app, "import sys\nprint('JOB')\nsys.stdout.flush()\n" + streams))
    assert done.status == 0 and studio.status(app)["result"]["verdict"] == "clean", done


CALLBACKS = """
hou.called = []
def publish(kind):
    hou.called.append(kind)
    raise SystemExit(5)
hou.hipFile.addEventCallback(publish)
hou.node('/obj').createNode('geo', 'Precious')
"""


def test_a_backup_calls_nobody_in_houdini(studio):
    assert studio.run("launch", "houdini", "-d", "--wait", "ready").status == 0
    with studio.control("houdini") as control:
        control.run(CALLBACKS)
        copy = control.call("agent", method="save", params={"directory": str(studio.work)}, timeout_ms=5000)["path"]
        assert "Precious" in pathlib.Path(copy).read_text()
        assert control.run("result = hou.called") == "[]"
        assert control.run("result = [f.__name__ for f in hou.hipFile.eventCallbacks()].count('publish')") == "1"


def test_callbacks_that_are_cleared_come_back_in_houdini(studio):
    assert studio.run("launch", "houdini", "-d", "--wait", "ready").status == 0
    scene = studio.work / "shot.hip"
    with studio.control("houdini") as control:
        control.run("hou.hipFile.clearEventCallbacks()")
        lib.until(lambda: control.run("result = len(hou.hipFile.eventCallbacks())") == "1", "the agent's callback")
        control.run("hou.hipFile.save(%r)" % str(scene))
        ping = control.call("agent", method="ping", params={}, timeout_ms=5000)
        assert ping["scene"] == str(scene) and ping["dirty"] is False
