"""What a job's end means: its own code, what it handled, what it did not save; and files that lie elsewhere."""

import os
import signal
import time

import pytest

from world import BLENDER, figure, on_this_machine, until

HANDLED = """
import bpy
open("ran", "a").write("published\\n")

class Brittle(bpy.types.Operator):
    bl_idname, bl_label = "wm.brittle", "Brittle"

    def execute(self, context):
        raise ValueError("an optional thing is missing")

bpy.utils.register_class(Brittle)
try:
    bpy.ops.wm.brittle()
except RuntimeError:
    pass
"""
MOVIE = """
import bpy
scene = bpy.context.scene
scene.render.engine, scene.frame_end = 'BLENDER_WORKBENCH', 2
scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = 57, 32, 100
if hasattr(scene.render.image_settings, "media_type"):
    scene.render.image_settings.media_type = 'VIDEO'
scene.render.image_settings.file_format = 'FFMPEG'
"""
LONG = """
import bpy
scene = bpy.context.scene
scene.render.engine, scene.cycles.samples, scene.cycles.use_denoising = 'CYCLES', 100000, False
"""
EDIT = "import bpy; bpy.ops.mesh.primitive_monkey_add(); bpy.context.object.name = 'Precious'; bpy.ops.ed.undo_push()"


def script(world, text):
    path = world.work / "job.py"
    path.write_text(text)
    return path


def test_what_a_script_handled_is_no_failure(world):
    done = world.run("launch", "blender", "--headless", "--", "-P", script(world, HANDLED))
    result = world.status()["result"]
    assert done.status == 0 and result["verdict"] == "clean", done
    assert "an optional thing is missing" in done.out + world.run("logs").out
    assert (world.work / "ran").read_text().splitlines() == ["published"]


def test_a_code_is_the_jobs_own_whatever_was_printed(world):
    text = "import sys, traceback\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n    traceback.print_exc()\nsys.exit(42)"
    done = world.run("launch", "blender", "--headless", "--restart", "never", "--", "-P", script(world, text))
    result = world.status()["result"]
    assert done.status == 42 and result["verdict"] == "failed" and "42" in result["reason"], (done, result)


def test_a_movie_that_cannot_be_written_is_no_success(world):
    done = world.run("launch", "blender", "--headless", "--restart", "never", "--",
                     "-P", script(world, MOVIE), "-o", "//movie_", "-a")
    result = world.status()["result"]
    assert done.status != 0 and result["verdict"] == "suspicious", (done, result)
    assert "saved nothing" in result["reason"], result


def test_a_movie_is_a_success(world):
    done = world.run("launch", "blender", "--headless", "--", "-P", script(world, MOVIE.replace("57", "64")),
                     "-o", str(world.work / "movie_"), "-a")
    assert done.status == 0 and list(world.work.glob("movie_*")), done
    assert world.status()["result"]["verdict"] == "clean"


@pytest.fixture
def wrapped(world):
    """Blender below a wrapper that does not make way for it."""
    path = world.work / "wrap"
    path.write_text('#!/bin/bash\n"%s" "$@"\nexit $?\n' % BLENDER)
    path.chmod(0o755)
    world.env["DCCHOST_BLENDER_EXECUTABLE"] = str(path)
    return world


@pytest.mark.parametrize("number, verdict", [(signal.SIGKILL, "killed"), (signal.SIGSEGV, "crash")])
def test_below_a_wrapper_as_without_it(wrapped, number, verdict):
    pid = wrapped.launch("--restart", "never")["pid"]
    with open("/proc/%d/task/%d/children" % (pid, pid)) as file:
        os.kill(int(file.read().split()[0]), number)
    until(lambda: wrapped.status()["state"] in ("stopped", "failed", "crashed"), "its end")
    assert wrapped.status()["result"]["verdict"] == verdict, wrapped.status()["result"]


def test_a_stop_of_a_render_is_short(world):
    done = world.run("launch", "blender", "--headless", "-d", "--wait", "started", "--", "-P", script(world, LONG),
                     "-o", "//shot_####", "-f", "1")
    assert done.status == 0, done
    until(lambda: "| Sample " in world.run("logs", "-n", "50").out, "samples")
    began = time.monotonic()
    report = world.stop()
    took = time.monotonic() - began
    figure("stop of a long render: %.1f s, %s" % (took, report["steps"]))
    assert took < on_this_machine(6) and report["left"] == [], report
    assert report["result"]["verdict"] in ("clean", "cancelled")


@pytest.mark.parametrize("way", ["bpy.ops.wm.quit_blender() and None", "sys.exit(0)"])
def test_temporary_files_of_the_artists_own_choice(desk, way):
    """Whoever ends Python itself gets a quit.blend until 4.2 alone; then it is the rescue copy that is kept."""
    theirs = desk.work / "their temp"
    theirs.mkdir()
    desk.ask_blender("import bpy; bpy.context.preferences.filepaths.temporary_directory=%r; "
                     "bpy.ops.wm.save_userpref()" % (str(theirs) + "/"))
    desk.launch("--restart", "never", headless=False)
    with desk.control() as control:
        control.run(EDIT)
        until(lambda: list(desk.temp.glob("*/*_rescue.blend")), "the rescue copy")
        control.run("import sys; bpy.app.timers.register(lambda: %s, first_interval=.2)" % way)
    until(lambda: desk.status()["state"] in ("stopped", "failed", "crashed"), "its end")
    kept = until(lambda: desk.rescued("*quit.blend") or way.startswith("sys") and desk.rescued("*_rescue.blend"),
                 "the work to be kept")
    assert "Precious" in desk.objects_in(kept[0])


@pytest.mark.parametrize("args", [["--factory-startup"], ["--threads", "4", "-noaudio"]])
def test_options_alone_are_no_job(world, args):
    """It stays until it is stopped, is asked to save first, and that it quits then is no work left undone."""
    world.launch("--", *args)
    with world.control() as control:
        control.run(EDIT)
    report = world.stop("blender")
    assert report["saved"] == "saved" and report["result"]["verdict"] == "clean", report


def test_a_job_that_only_answers_is_done(world):
    """It ends in order before it could be ready, which for a job is the end of its work."""
    done = world.run("launch", "blender", "--headless", "--", "--version")
    assert done.status == 0, done
    assert "blender: stopped: exited with code 0" in done.out
