"""Frames rendered in a Blender that is up: nothing is loaded again, and what goes wrong is told."""

import os
import re
import signal
import time

import pytest

from test_render_frames import LAST, SMALL
from world import figure, until

LONG = (SMALL.replace("samples = 4", "samples = 100000").replace("= 64", "= 256") +
        "scene.cycles.use_adaptive_sampling = False\n")


def start(world, expression=SMALL, *args):
    path = world.make_scene("shot.blend", expression)
    done = world.run("launch", "blender", "--headless", "--file", path, "-d", "--wait", "ready", *args)
    assert done.status == 0, done
    return path


def render(world, *args, frames="1-3", output="out/f_####.png", app=()):
    done = world.run("render", *app, "--in", "blender", "--frames", frames, "--output", str(world.work / output), *args)
    found = LAST.match(done.out.splitlines()[-1]) if done.out else None
    return done, found and (found.group(1),) + tuple(int(n) for n in found.groups()[1:])


def pictures(world):
    return sorted(path.name for path in (world.work / "out").iterdir())


def test_one_task_after_another(world):
    start(world)
    pid = world.status()["pid"]
    for frames, names in (("1-2", 2), ("3,7", 4), ("-5", 5)):
        done, verdict = render(world, frames=frames)
        assert done.status == 0 and verdict[0] == "done", done
        assert len(pictures(world)) == names
    assert "f_-0005.png" in pictures(world)
    again, verdict = render(world, "--resume", frames="1-4")
    assert again.status == 0 and verdict == ("done", 4, 0, 1, 3, 0), again
    status = world.status()
    assert status["pid"] == pid and status["restart_count"] == 0
    assert not world.run("stop", "blender").status


def test_what_is_wrong_with_the_instance(world):
    start(world)
    other, _verdict = render(world, app=("maya",))
    assert other.status == 78 and "'blender' is blender, not maya" in other.err, other
    nobody = world.run("render", "--in", "nobody", "--frames", "1", "--output", str(world.work / "f_#.png"))
    assert nobody.status == 1 and "no instance is called 'nobody'" in nobody.err, nobody
    movie, verdict = render(world, output="out/f_####.mp4")
    assert movie.status == 1 and "the format of '.mp4' is not known" in movie.out, movie
    more, verdict = render(world, "--", "/out/mantra1")
    assert more.status == 1 and "Blender takes no arguments for a frame" in more.out, more
    world.run("stop", "blender")
    gone, _verdict = render(world)
    assert gone.status == 1 and "cannot render" in gone.err, gone


@pytest.fixture
def rendering(world):
    """A frame that would take hours, under way: (world, command)."""
    start(world, LONG, "--backoff", "fixed:100ms")
    child = world.popen("render", "--in", "blender", "--frames", "1-3", "--output", str(world.work / "out/f_####.png"),
                        stdout=-1, stderr=-2)
    until(lambda: "| Sample " in world.run("logs", "blender", "-n", "50").out, "samples")
    yield world, child
    if child.poll() is None:
        child.kill()
        child.communicate()


def end(child):
    out = child.communicate(timeout=120)[0].decode()
    found = LAST.match(out.splitlines()[-1])
    assert found, out
    return out, (found.group(1),) + tuple(int(n) for n in found.groups()[1:])


def test_busy(rendering):
    world, child = rendering
    busy, _verdict = render(world)
    assert busy.status == 75 and "process %d renders frames 1-3 in it" % child.pid in busy.err, busy


def test_cancelled_within_a_frame(rendering):
    world, child = rendering
    pid, began = world.status()["pid"], time.monotonic()
    child.send_signal(signal.SIGINT)
    out, verdict = end(child)
    figure("--in, Ctrl-C within a frame: over after %.1f s" % (time.monotonic() - began))
    assert child.returncode == 143 and verdict == ("cancelled", 3, 3, 0, 0, 0), out
    assert "cancelling the frame" in out and "the render was cancelled" in out
    assert world.status()["pid"] == pid and pictures(world) == []


def test_a_frame_that_takes_too_long(world):
    start(world, LONG)
    done, verdict = render(world, "--task-timeout", "2s")
    assert done.status == 124 and verdict == ("timeout", 3, 3, 0, 0, 0), done


def test_a_crash_is_told_as_such(rendering):
    world, child = rendering
    pid = world.status()["pid"]
    os.kill(pid, signal.SIGSEGV)
    out, verdict = end(child)
    assert child.returncode == 139 and verdict == ("crash", 3, 3, 0, 0, 0), out
    assert re.search(r"dcchost: blender went away at frame 1: .*signal 11", out), out


def test_where_asked_it_goes_on_when_it_is_back(world):
    crash = (", ctypes\ndef crash(*_args):\n    if bpy.context.scene.frame_current == 2 and not "
             "os.path.exists(%r):\n        open(%r, 'w').close()\n        ctypes.string_at(0)\n"
             "bpy.app.handlers.render_pre.append(crash)\n")
    mark = str(world.work / "crashed")
    start(world, SMALL, "--backoff", "fixed:100ms", "--recover", "never")
    with world.control() as control:
        control.run("import os, bpy" + crash % (mark, mark))
    pid = world.status()["pid"]
    done, verdict = render(world, "--restart", "on-crash", frames="1-4")
    assert done.status == 0 and verdict == ("done", 4, 0, 4, 0, 0), done
    assert "it is back, and what is missing is rendered" in done.err
    status = world.status()
    assert status["pid"] != pid and status["restart_count"] == 1
    log = world.run("logs", "blender", "-n", "100000").out
    saved = [int(n) for n in re.findall(r"^Saved: '.*f_0*(\d+)\.png'$", log, re.M)]
    assert saved == [1, 2, 3, 4], "rendered twice"


def test_figures(world):
    """Twelve frames: a process each, one process, and a process that is up."""
    path = world.make_scene("shot.blend", SMALL)
    cold = one = warm = 0
    began = time.monotonic()
    for frame in range(1, 13):
        assert world.run("render", "blender", "--file", path, "--frames", str(frame), "--output",
                         str(world.work / "cold_##.png")).status == 0
    cold = time.monotonic() - began
    began = time.monotonic()
    assert world.run("render", "blender", "--file", path, "--frames", "1-12", "--output",
                     str(world.work / "one_##.png")).status == 0
    one = time.monotonic() - began
    assert world.run("launch", "blender", "--headless", "--file", path, "-d", "--wait", "ready").status == 0
    began = time.monotonic()
    for frame in range(1, 13):
        assert world.run("render", "--in", "blender", "--frames", str(frame), "--output",
                         str(world.work / "warm_##.png")).status == 0
    warm = time.monotonic() - began
    figure("12 frames: %.1f s as 12 cold tasks, %.1f s as one command, %.1f s as 12 warm tasks (%.2f of one command)"
           % (cold, one, warm, warm / one))
