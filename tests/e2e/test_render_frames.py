"""dcchost render on real Blender: its pictures prove what was rendered."""

import json
import os
import re
import signal

import pytest

from world import figure, until

SMALL = """
scene = bpy.context.scene
scene.render.engine = 'CYCLES'
scene.render.resolution_x = scene.render.resolution_y = 64
scene.cycles.samples = 4
scene.cycles.use_denoising = False
scene.frame_start, scene.frame_end = 1, 250
"""
# Files that are there are passed over, and empty ones left behind: as a studio sets it for its own farm.
SHARED = SMALL + "scene.render.use_overwrite, scene.render.use_placeholder = False, True\n"
# From the second frame on; a render handler is called on the main thread, before each frame.
CRASH = """
import bpy, ctypes, os
def crash(*_args):
    scene = bpy.context.scene
    if scene.frame_current == %d and not os.path.exists(%r):
        open(%r, 'w').close()
        ctypes.string_at(0)
bpy.app.handlers.render_pre.append(crash)
"""
LAST = re.compile(r"^dcchost: verdict=(\S+) frames=(\d+) failed=(\d+) rendered=(\d+) skipped=(\d+) unchecked=(\d+)$")


def render(world, *args, frames="1-3", output="out/f_####.png", scene=SMALL, rest=()):
    path = world.make_scene("shot.blend", scene)
    done = world.run("render", "blender", "--file", path, "--frames", frames, "--output", str(world.work / output),
                     *args, "--", *rest)
    found = LAST.match(done.out.splitlines()[-1]) if done.out and "--json" not in args else None
    return done, found and (found.group(1),) + tuple(int(n) for n in found.groups()[1:])


def pictures(world):
    return sorted(path.name for path in (world.work / "out").iterdir())


@pytest.mark.parametrize("frames, names", [
    ("1-3", ["f_0001.png", "f_0002.png", "f_0003.png"]),
    ("2-6x2", ["f_0002.png", "f_0004.png", "f_0006.png"]),
    ("1,3-4,9", ["f_0001.png", "f_0003.png", "f_0004.png", "f_0009.png"]),
])
def test_the_frames_that_were_asked_for(world, frames, names):
    done, verdict = render(world, frames=frames)
    assert done.status == 0 and done.err == "", done
    assert pictures(world) == names
    assert verdict == ("done", len(names), 0, len(names), 0, 0)
    world.expect_nothing_left()


@pytest.mark.parametrize("ending, words", [("jpg", "jpeg 64x64"), ("tif", "tiff 64x64"), ("exr", "exr 64x64")])
def test_formats(world, ending, words):
    done, verdict = render(world, "--json", frames="2", output="out/f_##." + ending)
    assert done.status == 0, done
    events = [json.loads(line) for line in done.out.splitlines()]
    assert [each["detail"] for each in events if each["type"] == "frame"] == [words]
    assert pictures(world) == ["f_02." + ending]


def test_the_scene_does_not_decide_what_is_rendered(world):
    first, _verdict = render(world, scene=SHARED)
    assert first.status == 0, first
    before = (world.work / "out" / "f_0002.png").stat().st_mtime_ns
    again, verdict = render(world, scene=SHARED)
    assert again.status == 0 and verdict == ("done", 3, 0, 3, 0, 0), again
    assert (world.work / "out" / "f_0002.png").stat().st_mtime_ns > before


def test_resume(world):
    first, _verdict = render(world)
    assert first.status == 0, first
    whole = (world.work / "out" / "f_0002.png").read_bytes()
    (world.work / "out" / "f_0002.png").write_bytes(whole[:len(whole) // 2])
    done, verdict = render(world, "--resume", frames="1-5")
    assert done.status == 0 and verdict == ("done", 5, 0, 3, 2, 0), done
    assert (world.work / "out" / "f_0002.png").read_bytes()[:8] == whole[:8]


@pytest.mark.parametrize("k", [2, 12])
def test_after_a_crash_only_what_is_missing(world, k):
    """The crash comes as frame k begins."""
    mark = str(world.work / "crashed")
    crash = CRASH % (k, mark, mark)
    done, verdict = render(world, "--backoff", "fixed:100ms", frames="1-12", rest=("--python-expr", crash))
    assert done.status == 0 and verdict == ("done", 12, 0, 12, 0, 0), done
    log = world.run("logs", "blender-render", "-n", "100000").out
    saved = [int(n) for n in re.findall(r"^Saved: '.*f_0*(\d+)\.png'$", log, re.M)]
    assert saved == list(range(1, 13)), "rendered twice, or not in order"
    assert world.status("blender-render")["restart_count"] == 1
    figure("crash at frame %d of 12: %d frames rendered twice" % (k, len(saved) - len(set(saved))))


def test_a_slip_starts_nothing(world):
    done, _verdict = render(world, rest=("-a",))
    assert done.status == 78 and "leave -a, -f and -c out" in done.err, done
    negative, _verdict = render(world, frames="-3--1")
    assert negative.status == 78 and "the frames 0 to 1048574, not -3" in negative.err, negative
    movie, _verdict = render(world, output="out/f_####.mp4")
    assert movie.status == 78 and "single pictures for '.mp4'" in movie.err, movie


def test_where_the_scene_says(world):
    scene = SMALL + "scene.render.filepath = '//out/s_###'\n"
    path = world.make_scene("shot.blend", scene)
    done = world.run("render", "blender", "--file", path, "--frames", "1,2")
    assert done.status == 0, done
    assert pictures(world) == ["s_001.png", "s_002.png"]
    assert done.out.count(str(world.work / "out" / "s_00")) == 2


def test_no_camera_is_said(world):
    done, verdict = render(world, scene=SMALL + "scene.camera = None\n")
    assert done.status != 0 and verdict[2] == 3, done
    assert "dcchost: frames 1-3 failed: not rendered: " in done.out and "no camera" in done.out.lower(), done


def test_a_stop_in_the_middle_of_a_frame(world):
    path = world.make_scene("long.blend", SMALL.replace("samples = 4", "samples = 100000").replace("= 64", "= 256"))
    child = world.popen("render", "blender", "--file", path, "--frames", "1-3", "--output",
                        str(world.work / "out/f_####.png"), stdout=-1, stderr=-2)
    until(lambda: "| Sample " in world.run("logs", "blender-render", "-n", "50").out, "samples")
    child.send_signal(signal.SIGINT)
    out, _ = child.communicate(timeout=60)
    last = LAST.match(out.decode().splitlines()[-1])
    assert child.returncode != 0 and last and last.group(1) == "cancelled" and last.group(3) == "3", out
    assert not os.listdir(str(world.work / "out"))
