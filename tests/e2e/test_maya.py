"""Maya, as far as a stand-in can show it: the real command, the real agent, a program that misbehaves as Maya is known
to. Each row prints what the stand-in did and what dcchost said of it; none may say success wrongly."""

import os
import pathlib
import shutil
import signal

import pytest

import world as lib

STAND_IN = pathlib.Path(__file__).resolve().parents[1] / "stand-ins/maya"


@pytest.fixture
def studio(stand_in):
    """A world with a Maya in it, and a display that nobody draws on."""
    one = lib.World(":99")
    home = one.top / "autodesk/maya2024"
    shutil.copytree(str(STAND_IN), str(home))
    one.env["DCCHOST_MAYA_EXECUTABLE"] = str(home / "bin/maya")
    one.env["PYTHONDONTWRITEBYTECODE"] = "1"
    yield one
    one.close()


@pytest.fixture
def stand_in():
    """Marks what needs no Blender."""


def script(world, source):
    path = world.work / "job.py"
    path.write_text("import sys, os\nimport maya.standalone\nmaya.standalone.initialize(name='python')\n"
                    "from maya import cmds, program\n" + source + "\n")
    return path


def said(world, name="maya"):
    result = world.status(name)["result"]
    lib.figure("%s | %s, code %s, likely signal %s | %s" % (
        result["verdict"], result["kind"], result.get("code"), result.get("likely_signal"), result["reason"]))
    return result


def job(world, *args, words="", **env):
    """A foreground run that ends by itself."""
    done = world.run("launch", "maya", "--headless", "--restart", "never", "--set", "crash-grace=5s", *args,
                     STANDIN_MAYA=words, **env)
    return done, said(world)


def window(world, *args, words="", headless=False, **env):
    mode = ["--headless"] if headless else []
    done = world.run("launch", "maya", "-d", "--wait", "ready", "--json", "--restart", "never", *mode, *args,
                     STANDIN_MAYA=words, **env)
    assert done.status == 0, done
    return done.json


SCRIPTS = [  # what the script does, words, exit status, verdict
    ("print('done')", "", 0, "clean"),
    ("sys.exit(0)", "", 0, "clean"),
    ("sys.exit(3)", "", 3, "failed"),
    ("1 / 0", "", 1, "script-error"),
    ("os._exit(0)", "", None, "suspicious"),  # "exited 0" alone
    ("os.kill(os.getpid(), 2); import time; time.sleep(60)", "", None, "suspicious"),  # SIGINT: mayapy exits 0
    ("print('[Redshift] Maxon licensing error: no seat')", "", None, "licence"),  # a renderer without licence exits 0
    ("program.crash()", "", None, "crash"),
    ("program.crash()", "no-recovery zh", None, "crash"),
    ("maya.standalone.uninitialize()", "teardown-crash", None, "crash"),  # nobody had asked it to quit
    ("", "licence", None, "licence"),
]


@pytest.mark.parametrize("source, words, status, verdict", SCRIPTS)
def test_mayapy_runs_a_script(studio, source, words, status, verdict):
    done, result = job(studio, "--", script(studio, source), words=words)
    assert result["verdict"] == verdict, done
    if status is None:
        assert done.status != 0, done
    else:
        assert done.status == status, done


BATCHES = [  # arguments, words, exit code, likely signal, verdict
    (["-batch", "-command", "quit -force"], "", 0, None, "clean"),
    (["mayabatch", "-command", "quit -force -exitCode 4"], "", 4, None, "failed"),
    (["-prompt", "-command", "quit -force"], "", 0, None, "clean"),
    (["-batch", "-command", 'python("program = __import__(\'maya.program\').program; program.crash()")'], "", 139, 11,
     "crash"),
    (["-batch", "-command", "quit -force"], "crash-at-start old-name", 139, 11, "crash"),
    (["-batch", "-command", "quit -force"], "no-library", 127, None, "broken-install"),
    (["Render", "shot.ma"], "", 0, None, "clean"),
    (["Render", "shot.ma"], "renderer-licence", 0, None, "licence"),
    (["Render", "shot.ma"], "render-crash", 139, 11, "crash"),
    (["-batch", "-command", "quit -force"], "teardown-crash", 139, 11, "crash"),
]


@pytest.mark.parametrize("args, words, code, likely, verdict", BATCHES)
def test_batch_prompt_and_render(studio, args, words, code, likely, verdict):
    done, result = job(studio, "--", *args, words=words)
    assert result["verdict"] == verdict and result.get("code") == code, (done, result)
    assert (result.get("likely_signal") or None) == likely, result
    if verdict != "clean":
        assert done.status != 0, done


@pytest.mark.parametrize("args", [["Render", "-r", "arnold"], ["-batch", "-command", "quit -force"]])
def test_work_of_its_own_on_a_scene(studio, args):
    """The agent is there before the scene is open: that is no other scene than the one asked for."""
    scene = studio.work / "shot.ma"
    scene.write_text("//Maya ASCII 2024 scene\n")
    done, result = job(studio, "--file", scene, "--", *args)
    assert (done.status, result["verdict"]) == (0, "clean"), done


def test_a_window_saves_and_quits_without_a_question(studio):
    status = window(studio)
    assert status["version"] == "2024"
    with studio.control("maya") as control:
        control.run("cmds.polySphere(name='Precious')")
        assert control.call("probe")["health"] == "ok"
        assert control.run("import threading; result = threading.current_thread() is threading.main_thread()") == "True"
    report = studio.stop("maya")
    assert report["saved"] == "saved" and "Precious" in pathlib.Path(report["copy"]).read_text()
    assert said(studio)["verdict"] == "clean"


@pytest.mark.parametrize("args", [["--", "mayapy"], ["--", "mayabatch"], []])
def test_without_a_window(studio, args):
    scene = studio.work / "shot.ma"
    scene.write_text("//Maya ASCII 2024 scene\nHero\n")
    window(studio, "--file", scene, *args, headless=True)
    with studio.control("maya") as control:
        assert control.run("result = cmds.ls()") == "['Hero']"
        control.run("cmds.polySphere(name='Precious')")
    report = studio.stop("maya")
    assert report["saved"] == "saved" and "Precious" in pathlib.Path(report["copy"]).read_text()
    # The program's name is no work: what was stopped quit as it should.
    assert said(studio)["verdict"] == "clean"
    assert scene.read_text().count("Precious") == 0


def test_a_crash_in_a_window_brings_the_recovery_scene(studio):
    window(studio, STANDIN_CRASH_SECONDS="2")
    with studio.control("maya") as control:
        control.follow()
        control.run("cmds.polySphere(name='Precious')")
        control.ask_run("import maya.program; maya.program.crash()")
        control.event("exit")
    lib.until(lambda: studio.rescued("*Recovered*", "maya"), "the recovery scene")
    result = said(studio)
    assert (result["verdict"], result.get("code"), result.get("likely_signal")) == ("crash", 139, 11)
    assert "Precious" in studio.rescued("*Recovered*", "maya")[0].read_text()


def test_a_dialog_is_no_hang(studio):
    window(studio)
    with studio.control("maya") as control:
        control.run("import maya.utils; maya.utils.executeDeferred(cmds.confirmDialog)")  # somebody else's
        lib.until(lambda: control.call("probe")["busy"] == "dialog", "the dialog to show")
        assert control.call("probe")["health"] == "busy"
    lib.figure("dialog open: health busy (dialog)")
    studio.run("kill", "maya")


@pytest.mark.parametrize("words, verdict", [("teardown-crash", "clean"), ("never-ends", "clean")])
def test_the_end_of_a_stop(studio, words, verdict):
    window(studio, words=words)
    studio.run("stop", "maya", "--timeout", "1")
    lib.until(lambda: studio.status("maya")["state"] == "stopped", "the end")
    assert said(studio)["verdict"] == verdict


def test_no_process_outlives_the_wrapper(studio):
    """A signal to the wrapper alone leaves maya.bin an orphan (measured with a shell)."""
    status = window(studio)
    assert len([c for c in studio.processes().values() if "maya.bin" in c]) >= 1
    os.kill(status["pid"], signal.SIGTERM)
    lib.until(lambda: not [c for c in studio.processes().values() if "maya.bin" in c], "maya.bin to be gone")
    lib.until(lambda: studio.status("maya")["result"], "the end")
    assert said(studio)["verdict"] in ("cancelled", "killed")


def test_the_user_s_own_start_up_scripts(studio):
    """Maya runs every userSetup.py on its path; one that raises stops neither Maya nor the agent."""
    own = studio.top / "scripts"
    own.mkdir()
    (own / "userSetup.py").write_text("import os\nopen(os.path.join(%r, 'ran'), 'a').write('x')\n1 / 0\n" % str(own))
    window(studio, PYTHONPATH=str(own))
    assert (own / "ran").read_text() == "x"
    studio.stop("maya")
    window(studio, PYTHONPATH=str(own), MAYA_SKIP_USERSETUP_PY="1")
    assert (own / "ran").read_text() == "x"
    studio.stop("maya")


@pytest.mark.parametrize("headless", [False, True])
def test_safe_mode(studio, headless):
    """Nothing of the user's own is run or read; the agent is there all the same."""
    own = studio.top / "home/maya/2024/scripts"
    own.mkdir(parents=True)
    (own / "userSetup.py").write_text("open(%r, 'a').write('x')\n" % str(own / "ran"))
    window(studio, headless=headless)
    studio.stop("maya")
    before = (own / "ran").read_text() if (own / "ran").exists() else ""
    assert before or headless
    status = window(studio, "--safe", headless=headless)
    assert status["safe"] and (own / "ran").exists() == bool(before)
    argv = pathlib.Path("/proc/%d/cmdline" % status["pid"]).read_text().split("\0")
    assert headless or "-noAutoloadPlugins" in argv
    with studio.control("maya") as control:
        home = control.run("import os; result = os.environ['MAYA_APP_DIR']").strip("'")
    assert home.startswith(str(studio.runtime)) and os.path.isdir(home)
    if before:
        assert (own / "ran").read_text() == before
    studio.stop("maya")


def test_what_cannot_start_says_why(studio):
    studio.env.pop("DISPLAY")
    done = studio.run("launch", "maya")
    assert done.status != 0 and "--headless" in done.err
    done = studio.run("launch", "maya", "--headless", "--file", studio.work / "none.ma")
    assert done.status == 78 and "none.ma" in done.err
    (studio.work / "bad.ma").write_text("no Maya file")
    done, result = job(studio, "--file", studio.work / "bad.ma")
    assert done.status == 78 and result["verdict"] == "bad-scene", done
    done = studio.run("launch", "maya", "--headless", "--version", "2019")
    assert done.status == 69 and "2024" in done.err
    (studio.top / "autodesk/maya2024/bin/mayapy").unlink()
    done = studio.run("launch", "maya", "--headless")
    assert done.status == 69 and "mayapy" in done.err


def test_a_home_that_cannot_be_written_is_replaced(studio):
    window(studio, HOME="/nonexistent", XDG_CONFIG_HOME=str(studio.top))
    studio.stop("maya")


def test_recovered_work_keeps_its_name(studio):
    """What the adapter's plan_recovery asks of the agent: the scene comes back under its own name, unsaved."""
    lost = studio.work / "untitle[Recovered-ada.2024-05-06-07.08].ma"
    lost.write_text("//Maya ASCII 2024 scene\nPrecious\n")
    shot = str(studio.work / "shot.mb")
    for mode in (True, False):
        window(studio, headless=mode, DCCHOST_MAYA_RECOVER=str(lost), DCCHOST_MAYA_SCENE=shot)
        with studio.control("maya") as control:
            assert control.run("result = cmds.ls()") == "['Precious']"
            assert control.run("result = cmds.file(query=True, sceneName=True)") == repr(shot)
            assert control.run("result = cmds.file(query=True, modified=True)") == "True"
        studio.stop("maya")
