"""Blender with its window, on a display of the test's own."""

import os
import pathlib
import re
import signal
import time

import pytest

from world import World, Xvfb, figure, on_this_machine, until

ADD = """
import bpy
bpy.ops.mesh.primitive_monkey_add()
bpy.context.object.name = 'Precious'
bpy.ops.ed.undo_push()
result = bpy.data.is_dirty
"""
TIMER = "import bpy\n%s\nbpy.app.timers.register(lambda: %s, first_interval=.2)"


def window(desk, *args):
    return desk.launch(*args, headless=False)


def test_unsaved_work_survives_a_stop(desk):
    began = time.monotonic()
    status = window(desk)
    figure("window: ready after %.1f s" % (time.monotonic() - began))
    assert status["state"] == "running" and not status["headless"]
    probe = desk.run("probe", "--json").json
    assert probe["health"] == "ok"
    with desk.control() as control:
        assert control.run(ADD) == "True"
    done = desk.run("stop", "--json")
    assert done.status == 0, done
    figure("window: stop with unsaved work took %.2f s" % done.seconds)
    assert done.seconds < on_this_machine(5)
    report = done.json
    assert (report["state"], report["saved"], report["left"]) == ("stopped", "saved", [])
    assert (report["result"]["kind"], report["result"]["verdict"]) == ("stopped", "clean")
    copy = next(path for path in report["rescue"] if re.search(r"untitled-.*\.blend$", path))
    assert "Precious" in desk.objects_in(copy)
    assert [path for path in report["rescue"] if path.endswith("-quit.blend")]
    desk.expect_nothing_left()


def test_a_crash_with_unsaved_work(desk):
    before = window(desk, "--backoff", "fixed:50ms")
    with desk.control() as control:
        control.follow()
        # what Blender itself would write every two minutes, under the name that it gives it
        control.run("import bpy, os\nbpy.ops.mesh.primitive_monkey_add(); bpy.context.object.name = 'Precious'\n"
                    "bpy.ops.wm.save_as_mainfile(filepath=os.path.join(os.environ['TMPDIR'], "
                    "'%d_autosave.blend' % os.getpid()), copy=True)")
        os.kill(before["pid"], signal.SIGSEGV)
        control.event("state", to="running")
    assert desk.status()["restart_count"] == 1
    kinds = {event["kind"]: event["path"] for event in desk.events(kind="rescue")}
    assert {"autosave", "crash-report"} <= set(kinds), kinds
    assert pathlib.Path(kinds["autosave"]).parent == desk.state / "dcchost" / "blender" / "rescue"
    assert "Precious" in desk.objects_in(kinds["autosave"])


def test_the_artist_quits(desk):
    window(desk, "--restart", "on-crash")
    with desk.control() as control:
        control.follow()
        control.run(TIMER % ("bpy.ops.mesh.primitive_monkey_add(); bpy.context.object.name = 'Precious'; "
                             "bpy.ops.ed.undo_push()", "bpy.ops.wm.quit_blender() and None"))
        _instant, event = control.event("exit")
        assert (event["result"]["kind"], event["result"]["code"], event["result"]["verdict"]) == ("exited", 0, "clean")
        control.event("ended")
    status = desk.status()
    assert (status["state"], status["restart_count"]) == ("stopped", 0)
    assert desk.events(kind="restart") == []
    quit_blend = next(each["path"] for each in desk.events(kind="rescue") if each["path"].endswith("quit.blend"))
    assert "Precious" in desk.objects_in(quit_blend)
    desk.expect_nothing_left()


def test_a_stuck_window_is_seen(desk):
    window(desk, "--set", "probe-period=500ms", "--set", "probe-timeout=300ms", "--set", "probe-failures=2", "--set",
           "progress-window=1s")
    with desk.control() as control:
        control.follow()
        began = time.monotonic()
        control.run(TIMER % ("import time", "time.sleep(9)"))
        seen, _event = control.event("state", to="unresponsive")
        figure("window: blocked main thread unresponsive after %.1f s" % (seen - began))
        control.event("state", **{"from": "unresponsive", "to": "running"})
        assert control.run("result = 1") == "1"


def test_without_a_display_it_is_said_at_once(world):
    done = world.run("launch", "blender", "-d")
    assert (done.status, done.out) == (78, ""), done
    assert "--headless" in done.err and "DISPLAY" in done.err
    assert done.seconds < on_this_machine(2)
    world.expect_nothing_left()


def test_a_display_that_is_not_there(world):
    done = world.run("launch", "blender", "--wait", "ready", "--env", "DISPLAY=:4711")
    assert done.status not in (0, 124) and "display" in done.err, done
    assert world.status()["result"]["verdict"] == "no-display"
    assert world.status()["restart_count"] == 0
    world.expect_nothing_left()


def test_the_display_goes_away():
    server = Xvfb()
    desk = World(server.display)
    try:
        pid = window(desk)["pid"]
        with desk.control() as control:
            control.follow()
            server.kill()
            _instant, event = control.event("exit", pid=pid)
        assert event["result"]["verdict"] in ("no-display", "crash")
        assert event["result"]["code"] != 0
        until(lambda: not desk.status()["attended"], "the end")
    finally:
        server.close()
        desk.close()


def test_a_scene_that_is_not_there(desk):
    done = desk.run("launch", "blender", "--wait", "ready", "--file", "nowhere.blend")
    assert (done.status, done.out) == (78, "")
    assert str(desk.work / "nowhere.blend") in done.err


def test_a_scene_that_broke_off(desk):
    whole = desk.make_scene("whole.blend")
    broken = desk.work / "broken.blend"
    broken.write_bytes(whole.read_bytes()[:20000])
    done = desk.run("launch", "blender", "--wait", "ready", "--file", broken)
    assert (done.status, done.out) == (78, ""), done
    assert str(broken) in done.err
    desk.expect_nothing_left()


@pytest.mark.parametrize("name", ["shot.blend", "a shot é.blend"])
def test_a_good_scene_is_open(desk, name):
    scene = desk.make_scene(name)
    status = window(desk, "--file", scene)
    assert status["scene"] == str(scene)
    with desk.control() as control:
        assert control.run("result = bpy.data.filepath") == repr(str(scene))
        control.run(ADD)
    report = desk.stop()
    assert report["saved"] == "saved"
    copy = next(path for path in report["rescue"] if os.path.basename(path).startswith(scene.stem + "-"))
    assert "Precious" in desk.objects_in(copy) and "Precious" not in desk.objects_in(scene)
