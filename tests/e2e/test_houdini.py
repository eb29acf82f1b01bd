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


def script(world, source):
    path = world.work / "job.py"
    path.write_text("import sys, os, time\nimport hou, standin\n" + source + "\n")
    return path


def job(world, *args, words="", headless=True, **env):
    """A foreground run that ends by itself."""
    mode = ["--headless"] if headless else []
    done = world.run("launch", "houdini", *mode, "--restart", "never", "--set", "crash-grace=5s", *args,
                     STANDIN_HOUDINI=words, **env)
    return done, said(world)


SCRIPTS = [  # what the script does, words, exit status (None: any but 0), verdict
    ("print('done')", "", 0, "clean"),
    ("sys.exit(0)", "", 0, "clean"),
    ("hou.exit()", "", 0, "clean"),
    ("hou.exit(4)", "", 4, "failed"),
    ("sys.exit(3)", "", 3, "failed"),  # 3 alone is no licence failure
    ("1 / 0", "", 1, "script-error"),
    ("os._exit(0)", "", None, "suspicious"),  # said 0 before the script had come to its end
    ("assert hou.hipFile.hasUnsavedChanges() and not hasattr(hou, 'ui')", "", 0, "clean"),
    ("import hdefereval", "", 1, "script-error"),  # not there in hython
    ("standin.crash()", "", None, "crash"),
    ("standin.crash()", "crash-exit-0", None, "crash"),  # exit codes that lie
    ("standin.crash()", "crash-exit-1 no-scene", None, "crash"),
    ("standin.crash()", "crash-exit-0 no-log odd-user", None, "crash"),
    ("standin.crash()", "crash-exit-0 no-log no-scene", None, "crash"),
    ("standin.crash()", "crash-dialog", None, "crash"),
    ("", "no-licence", 75, "licence"),  # exit 3 and the text
    ("", "init-error", 75, "licence"),
    ("", "no-libtinfo", None, "broken-install"),  # SIGSEGV at once, no log
    ("", "no-library", None, "broken-install"),
]


@pytest.mark.parametrize("source, words, status, verdict", SCRIPTS)
def test_hython_runs_a_script(studio, source, words, status, verdict):
    done, result = job(studio, "--", script(studio, source), words=words)
    assert result["verdict"] == verdict, (done, log_of(studio))
    if status is None:
        assert done.status != 0, done
    else:
        assert done.status == status, done


COMMANDS = [  # arguments, --headless, exit status, verdict
    (["hython", "-c", "import sys; sys.exit(len(sys.argv) - 3)", "a", "b"], False, 0, "clean"),
    (["hython", "-u", "-c", "1 / 0"], False, 1, "script-error"),
    (["-m", "platform"], True, 0, "clean"),
    (["hython", "-m", "this_is_no_module"], False, 1, "script-error"),
    (["hbatch", "quit", "0"], False, 0, "clean"),
    (["hbatch", "quit", "7"], True, 7, "failed"),
]


@pytest.mark.parametrize("args, headless, status, verdict", COMMANDS)
def test_hython_and_hbatch_take_arguments(studio, args, headless, status, verdict):
    done, result = job(studio, "--", *args, headless=headless)
    assert (done.status, result["verdict"]) == (status, verdict), (done, log_of(studio))


def test_a_child_that_crashes_is_not_the_crash_of_its_parent(studio):
    """Both print into one log and share the temporary directory; the pid tells them apart."""
    source = "if not os.fork():\n    standin.crash()\nos.wait()"
    done, result = job(studio, "--", script(studio, source))
    assert (done.status, result["verdict"]) == (0, "clean"), (done, log_of(studio))
    assert studio.rescued("*crash.*.hiplc", "houdini")  # kept all the same
    kinds = {event["kind"] for event in studio.events("houdini", "rescue") if "crash." in event["path"]}
    assert kinds == {"crash-report"}


@pytest.mark.parametrize("product", ["houdinifx", "houdinicore", "hindie", "happrentice"])
def test_the_other_products(studio, product):
    status = window(studio, "--", product)
    assert "houdini-bin -foreground" in houdinis(studio)[0] and status["ready"]
    assert studio.stop("houdini")["saved"] == "saved" and said(studio)["verdict"] == "clean"


@pytest.mark.parametrize("args", [[], ["--", "hython"]])
def test_a_hython_that_waits_for_work(studio, args):
    scene = studio.work / "shot.hip"
    scene.write_text("HIP 20.5\nHero\n")
    window(studio, "--file", scene, *args, headless=not args)
    with studio.control("houdini") as control:
        assert control.run("result = hou.node('/obj').children()") == "['Hero']"
        control.run("hou.node('/obj').createNode('geo', 'Precious')")
        assert control.call("agent", method="ping", params={}, timeout_ms=5000)["dirty"] is None  # not known
    report = studio.stop("houdini")
    assert report["saved"] == "saved" and "Precious" in pathlib.Path(report["copy"]).read_text()
    assert said(studio)["verdict"] == "clean" and "Precious" not in scene.read_text()


@pytest.mark.parametrize("words", ["", "backup-elsewhere"])
def test_a_rescue_copy_leaves_the_artist_s_scene_alone(studio, words):
    scene = studio.work / "shot.hip"
    scene.write_text("HIP 20.5\nHero\n")
    window(studio, "--file", scene, words=words)
    with studio.control("houdini") as control:
        control.run("hou.putenv('HOUDINI_BACKUP_DIR', 'mine')")
        control.run("hou.node('/obj').createNode('geo', 'Precious')")
        copy = control.call("agent", method="save", params={"directory": str(studio.work)}, timeout_ms=5000)["path"]
        assert copy.endswith(".hiplc") and "Precious" in pathlib.Path(copy).read_text()  # an Indie licence's ending
        assert control.run("result = hou.hipFile.path()") == repr(str(scene))
        assert control.run("result = hou.hipFile.hasUnsavedChanges()") == "True"
        assert control.run("result = hou.getenv('HOUDINI_BACKUP_DIR')") == "'mine'"
        assert control.call("agent", method="ping", params={}, timeout_ms=5000)["dirty"] is True
    left = sorted(path.name for path in studio.work.iterdir())
    assert left == sorted({pathlib.Path(copy).name, "shot.hip"} | ({"backup"} if words else set()))
    assert "Precious" not in scene.read_text()
    studio.run("kill", "houdini")


def test_a_backup_that_cannot_be_written_is_said(studio):
    window(studio, words="no-backup")
    report = studio.stop("houdini")
    assert report["saved"] == "refused"
    assert said(studio)["verdict"] == "clean"


def test_foreground_is_always_there_and_background_is_refused(studio):
    window(studio)
    assert all("-foreground" in command for command in houdinis(studio))
    studio.run("kill", "houdini")
    done = studio.run("launch", "houdini", "--", "-background")
    assert done.status != 0 and "-background" in done.err
    done = studio.run("launch", "houdini", "--env", "HOUDINI_PACKAGE_DIR=/studio")
    assert done.status != 0 and "HOUDINI_PACKAGE_DIR" in done.err


def test_a_wrapper_that_drops_foreground(studio):
    """It ends at once with 0, and another process goes on: that is no success, and the other does not stay."""
    done, result = job(studio, words="drops-foreground", headless=False)
    assert result["verdict"] == "suspicious" and "-foreground" in result["reason"] and done.status != 0, done
    lib.until(lambda: not houdinis(studio), "the one in the background to be gone")


@pytest.mark.parametrize("words, verdict, status", [("no-licence", "unknown", 124),
                                                    ("no-licence licence-line", "licence", 75)])
def test_a_window_that_waits_with_a_dialog(studio, words, verdict, status):
    done = studio.run("launch", "houdini", "--restart", "never", "--start-timeout", "4s", STANDIN_HOUDINI=words)
    result = said(studio)
    assert result["kind"] == "start-failed" and "not ready within" in result["reason"]
    assert (result["verdict"], done.status) == (verdict, status), done


def test_a_crash_in_a_window_brings_the_crash_scene(studio):
    """It takes seconds: the scene first, then the log."""
    window(studio, STANDIN_CRASH_SECONDS="2")
    with studio.control("houdini") as control:
        control.follow()
        control.run("hou.node('/obj').createNode('geo', 'Precious')")
        control.ask_run("import standin; standin.crash()")
        control.event("exit")
    lib.until(lambda: studio.rescued("*crash.*_log.txt", "houdini"), "the log")
    result = said(studio)
    assert (result["verdict"], result.get("signal")) == ("crash", signal.SIGSEGV)
    assert "Precious" in studio.rescued("*crash.untitled.*.hiplc", "houdini")[0].read_text()


def watch_health(control):
    """What probes say until it ends, each once."""
    seen = []
    while not any(event["type"] == "exit" for _, event in control.events):
        try:
            pulse = control.call("probe")
        except lib.WireError:
            continue
        word = "%s (%s)" % (pulse["health"], pulse["busy"])
        if pulse["round_trip_ms"] >= 0 and word not in seen:
            seen.append(word)
    return seen


def test_a_crash_dialog_is_not_well(studio):
    """It answers on; that is seen, collected as the crash it is, and ended."""
    window(studio, words="crash-dialog", STANDIN_CRASH_SECONDS="2")
    with studio.control("houdini") as control:
        control.follow()
        control.run("hou.node('/obj').createNode('geo', 'Precious')")
        control.ask_run("import standin; standin.crash()")
        lib.until(lambda: control.call("probe")["busy"] == "crash", "the crash to be seen")
        seen = watch_health(control)
    lib.figure("crash dialog open: health %s" % ", ".join(seen))
    assert seen[0] == "busy (crash)" and set(seen) <= {"busy (crash)", "unresponsive (crashed)"}
    assert said(studio)["verdict"] == "crash"
    lib.until(lambda: studio.rescued("*crash.*_log.txt", "houdini"), "the log")
    assert "Precious" in studio.rescued("*crash.untitled.*.hiplc", "houdini")[0].read_text()


def test_a_crash_dialog_that_answers_nobody(studio):
    """Python is held, the agent is silent: what is left is the crash line, the scene, and that nothing turns."""
    window(studio, "--set", "probe-period=500ms", "--set", "probe-timeout=300ms", "--set", "probe-failures=2", "--set",
           "progress-window=2s", words="crash-dialog-holds-python")
    with studio.control("houdini") as control:
        control.follow()
        control.run("hou.node('/obj').createNode('geo', 'Precious')")
        control.ask_run("import standin; standin.crash()")
        control.event("exit")
    assert said(studio)["verdict"] == "crash"
    lib.until(lambda: studio.rescued("*crash.*_log.txt", "houdini"), "the log")
    assert "Precious" in studio.rescued("*crash.untitled.*.hiplc", "houdini")[0].read_text()


def test_a_dialog_is_no_hang(studio):
    window(studio)
    with studio.control("houdini") as control:
        control.run("import hdefereval; hdefereval.executeDeferred(hou.ui.displayMessage, 'Really?')")
        lib.until(lambda: control.call("probe")["busy"] == "dialog", "the dialog to show")
        assert control.call("probe")["health"] == "busy"
    lib.figure("dialog open: health busy (dialog)")
    studio.run("kill", "houdini")


@pytest.mark.parametrize("words", ["teardown-crash", "teardown-crash crash-dialog", "never-ends"])
def test_the_end_of_a_stop(studio, words):
    window(studio, words=words)
    studio.run("stop", "houdini", "--timeout", "5")
    lib.until(lambda: studio.status("houdini")["state"] == "stopped", "the end")
    assert said(studio)["verdict"] in ("clean", "crash")


def test_hserver_lives_on_and_is_not_waited_for(studio):
    """It holds the pipe of the first Houdini. The end is told at once, the report names it, nobody kills it."""
    done, result = job(studio, "--", script(studio, "print('done')"))
    assert (done.status, result["verdict"]) == (0, "clean"), done
    first = hservers(studio)
    assert len(first) == 1
    lib.figure("hython with hserver: over after %.1f s, hserver %d lives on" % (done.seconds, first[0]))
    window(studio)
    assert any("hserver" in line for line in studio.stop("houdini")["left"]) is False  # not of this run
    os.kill(first[0], signal.SIGKILL)
    window(studio)
    report = studio.stop("houdini")
    assert len([line for line in report["left"] if "hserver" in line]) == 1, report
    assert len(hservers(studio)) == 1
    assert said(studio)["verdict"] == "clean"
    window(studio)
    assert studio.run("kill", "houdini").status == 0 and len(hservers(studio)) == 1


def test_the_limit_of_descriptors_is_passed_on(studio):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limit in {min(soft, 777), soft}:
        own = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))}
        assert studio.popen("launch", "houdini", "-d", "--headless", **own).wait(lib.PATIENCE) == 0
        lib.until(lambda: studio.status("houdini")["ready"], "it to be ready")
        with studio.control("houdini") as control:
            seen = control.run("import resource; result = resource.getrlimit(resource.RLIMIT_NOFILE)")
        assert seen == repr((limit, hard))
        lib.figure("descriptors: launcher %s, Houdini %s" % ((limit, hard), seen))
        studio.stop("houdini")


def test_what_houdini_env_overrides_is_told(studio):
    home = studio.top / "home/houdini20.5"
    home.mkdir()
    (home / "houdini.env").write_text('HOUDINI_PROMPT_ON_CRASHES = "1"\nHOUDINI_TEMP_DIR = %s\n' % studio.work)
    window(studio)
    log = log_of(studio)
    assert "HOUDINI_PROMPT_ON_CRASHES is '1' here, and was launched as '0'" in log
    assert "crash scenes go to %r" % str(studio.work) in log
    assert "HOUDINI_NOHKEY" not in log
    lib.figure(next(line for line in log.splitlines() if "PROMPT_ON_CRASHES" in line))
    studio.stop("houdini")


def test_the_user_s_own_start_up_files(studio):
    """Packages, paths and hooks of the user's are kept beside ours; a pythonrc.py that raises stops nobody."""
    own = studio.top / "own"
    for name in ("uiready.py", "pythonrc.py"):
        for version in ("3.9", "3.10", "3.11", "3.12", "3.13"):
            path = own / ("python%slibs" % version) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("open(%r, 'a').write('x')\n" % str(own / ("ran-" + name)))
    packages = studio.top / "packages"
    packages.mkdir()
    (packages / "own.json").write_text('{"path": "%s"}' % own)
    window(studio, HOUDINI_PACKAGE_DIR=str(packages))
    assert (own / "ran-uiready.py").read_text() == "x" and (own / "ran-pythonrc.py").read_text() == "x"
    studio.stop("houdini")
    window(studio, HOUDINI_PATH="%s:&" % own)
    assert (own / "ran-uiready.py").read_text() == "xx"
    studio.stop("houdini")


def test_safe_mode(studio):
    """Nothing of the user's is run or read, nothing cooks; the agent is there all the same."""
    home = studio.top / "home/houdini20.5"
    hook = home / "python3.11libs/uiready.py"
    hook.parent.mkdir(parents=True)
    hook.write_text("open(%r, 'a').write('x')\n" % str(home / "ran"))
    (home / "houdini.env").write_text("HOUDINI_PROMPT_ON_CRASHES = 1\n")
    status = window(studio, "--safe", HSITE=str(studio.top), HOUDINI_PATH="%s:&" % home)
    assert status["safe"] and not (home / "ran").exists() and "houdini.env" not in log_of(studio)
    with studio.control("houdini") as control:
        assert control.run("result = hou.updateModeSetting()") == "'Manual'"
        assert control.run("result = hou.getenv('HOUDINI_USER_PREF_DIR')").startswith("'%s" % studio.runtime)
    studio.stop("houdini")


def test_a_hook_of_the_user_s_that_raises(studio):
    """It becomes a modal dialog, and the window is never ready: said, with what it raised, and nothing stays."""
    for version in ("3.9", "3.10", "3.11", "3.12", "3.13"):
        hook = studio.top / "own" / ("python%slibs" % version) / "uiready.py"
        hook.parent.mkdir(parents=True)
        hook.write_text("import no_such_tool\n")
    done = studio.run("launch", "houdini", "--restart", "never", "--start-timeout", "4s",
                      HOUDINI_PATH="%s:&" % (studio.top / "own"))
    assert done.status == 124 and "no_such_tool" in done.out, done
    assert said(studio)["kind"] == "start-failed" and not houdinis(studio)


@pytest.mark.parametrize("mode", [0o644, None])
def test_half_an_installation(studio, mode):
    """The wrapper is there, the program behind it may not be executed or is gone."""
    program = studio.top / "hfs20.5.332/bin/houdini-bin"
    program.chmod(mode) if mode else program.unlink()
    done, result = job(studio, headless=False)
    assert result["verdict"] == "broken-install" and done.status in (126, 127), done


def test_a_signal_from_outside_saves_first(studio):
    """A log-out sends SIGTERM: whatever a real window makes of it, the agent quits in order, and saves before."""
    for headless in (False, True):
        status = window(studio, headless=headless)
        with studio.control("houdini") as control:
            control.run("hou.node('/obj').createNode('geo', 'Precious%d')" % headless)
        os.kill(status["pid"], signal.SIGTERM)
        lib.until(lambda: studio.status("houdini")["result"], "the end")
        assert said(studio)["verdict"] == "cancelled"
        lib.until(lambda: any("Precious%d" % headless in path.read_text()
                              for path in studio.rescued("*untitled_rescue.hiplc", "houdini")), "the copy")
        lib.until(lambda: not studio.status("houdini")["attended"], "the session's end")


@pytest.mark.parametrize("args", [["hbatch", "wait"], ["hython", "-c", "import time; time.sleep(600)"]])
def test_work_of_its_own_is_stopped_by_a_signal(studio, args):
    done = studio.run("launch", "houdini", "-d", "--wait", "ready", "--set", "settle=200ms", "--", *args)
    assert done.status == 0, done
    report = studio.stop("houdini")
    assert report["saved"] in ("skipped", "not-supported") and report["result"]["kind"] == "stopped", report
    assert said(studio)["verdict"] == "cancelled"


def test_no_process_outlives_a_signal(studio):
    status = window(studio)
    os.kill(status["pid"], signal.SIGKILL)
    lib.until(lambda: studio.status("houdini")["result"], "the end")
    assert said(studio)["verdict"] == "killed" and not houdinis(studio)


def test_what_cannot_start_says_why(studio):
    studio.env.pop("DISPLAY")
    done = studio.run("launch", "houdini")
    assert done.status != 0 and "--headless" in done.err
    done = studio.run("launch", "houdini", "--headless", "--file", studio.work / "none.hip")
    assert done.status == 78 and "none.hip" in done.err
    (studio.work / "bad.hip").write_text("no scene")
    done, result = job(studio, "--file", studio.work / "bad.hip")
    assert done.status == 78 and result["verdict"] == "bad-scene", done
    done = studio.run("launch", "houdini", "--headless", "--version", "19.5")
    assert done.status == 69 and "20.5.332" in done.err
    (studio.top / "hfs20.5.332/bin/hython").unlink()
    done = studio.run("launch", "houdini", "--headless")
    assert done.status == 69 and "hython" in done.err


def test_several_installations(studio):
    """By HFS, by a link that leads to the same, by PATH; builds are numbers; a version that is not there is said."""
    home = pathlib.Path(studio.env.pop("DCCHOST_HOUDINI_EXECUTABLE")).parents[1]
    for name in ("hfs20.5.1000", "a/hfs20.5.332"):
        shutil.copytree(str(home), str(studio.top / name))
    (studio.top / "hfs20.5").symlink_to(home)
    studio.env["HFS"] = str(studio.top / "hfs20.5")
    studio.env["PATH"] = "%s/hfs20.5.1000/bin:%s" % (studio.top, studio.env["PATH"])
    rows = studio.run("list", "houdini", "--json").json
    assert [row["version"] for row in rows] == ["20.5.1000", "20.5.332"], rows
    studio.env["PATH"] = "%s/a/hfs20.5.332/bin:/usr/bin:/bin" % studio.top
    rows = studio.run("list", "houdini", "--json").json
    assert [row["version"] for row in rows] == ["20.5.332", "20.5.332"], rows
    lib.figure("two copies of one version: %s" % ", ".join(row["executable"] for row in rows))
    done = studio.run("launch", "houdini", "--headless", "--version", "21")
    assert done.status == 69 and all(row["executable"] in done.err for row in rows), done


def test_a_window_with_another_scene_than_asked_for_is_not_ready(studio):
    (studio.work / "bad.hip").write_text("no scene")
    done = studio.run("launch", "houdini", "--file", studio.work / "bad.hip", "--restart", "never")
    assert done.status != 0 and said(studio)["kind"] == "start-failed", done


@pytest.mark.parametrize("headless", [True, False])
def test_recovered_work_keeps_its_name(studio, headless):
    """What the adapter's plan_recovery asks of the agent: the scene comes back under its own name, unsaved."""
    lost = studio.work / "crash.shot.ada_4242.hiplc"
    lost.write_text("HIP 20.5\nPrecious\n")
    shot = str(studio.work / "shot.hip")
    window(studio, headless=headless, DCCHOST_HOUDINI_RECOVER=str(lost), DCCHOST_HOUDINI_SCENE=shot)
    with studio.control("houdini") as control:
        assert control.run("result = hou.node('/obj').children()") == "['Precious']"
        assert control.run("result = hou.hipFile.path()") == repr(shot)
        dirty = control.call("agent", method="ping", params={}, timeout_ms=5000)["dirty"]
        assert dirty is (None if headless else True)
    studio.stop("houdini")
