"""Renders from the command line, watched."""

import json
import re
import signal
import subprocess
import time

import pytest

from world import figure, until

SMALL = """
scene = bpy.context.scene
scene.render.engine = 'CYCLES'
scene.render.resolution_x = scene.render.resolution_y = 64
scene.cycles.samples = 4
scene.cycles.use_denoising = False
scene.frame_start, scene.frame_end = 1, 5
"""
LONG = SMALL.replace("= 64", "= 256").replace("samples = 4", "samples = 100000")


def frames(world):
    return sorted(path.name for path in world.work.glob("shot_*.png"))


def test_five_frames_in_the_foreground(world):
    scene = world.make_scene("small.blend", SMALL)
    began = time.monotonic()
    done = world.run("launch", "blender", "--headless", "--file", scene, "--", "-o", "//shot_####", "-a")
    figure("five Cycles frames of 64x64 in the foreground: %.1f s" % (time.monotonic() - began))
    assert (done.status, done.err) == (0, ""), done
    assert frames(world) == ["shot_%04d.png" % n for n in range(1, 6)]
    assert re.search(r"\] +\d+ %.*frame ", done.out), done
    # How long is left is known where there was time to reckon it.
    assert re.search(r"\] 100 % frame 5(?:, 0\.0 s left)?$", done.out, re.M), done
    result = world.status()["result"]
    assert (result["kind"], result["code"], result["verdict"]) == ("exited", 0, "clean")
    assert world.status()["state"] == "stopped" and world.status()["restart_count"] == 0
    world.expect_nothing_left()


@pytest.fixture
def progress(world):
    """What was told of a render whose range the command line chose: (world, progress events)."""
    scene = world.make_scene("small.blend", SMALL)
    done = world.run("launch", "blender", "--headless", "--json", "--file", scene, "--",
                     "-o", "//shot_####", "-s", "2", "-e", "4", "-j", "2", "-a")
    assert done.status == 0, done
    assert frames(world) == ["shot_0002.png", "shot_0004.png"]
    events = [json.loads(line) for line in done.out.splitlines()]
    assert events[-1]["type"] == "ended"
    return [each for each in events if each["type"] == "progress"]


def test_progress_follows_the_range_of_the_command_line(progress):
    percents = [each["percent"] for each in progress]
    assert percents == sorted(percents) and percents[-1] == 100
    assert {each["frame"] for each in progress} <= {2, 4} and progress[-1]["frame"] == 4


def test_the_last_word_counts_every_image(progress):
    assert progress[-1]["saved"] == 2


@pytest.fixture
def rendering(world):
    """A render that would take hours, in the foreground and under way: (world, command, output)."""
    scene = world.make_scene("long.blend", LONG)
    output = world.work / "shown"
    with open(str(output), "wb") as file:
        child = world.popen("launch", "blender", "--headless", "--file", scene, "--", "-o", "//shot_####", "-a",
                            stdout=file, stderr=subprocess.STDOUT)
    until(lambda: world.run("ps", "--json").json, "the launch")
    until(lambda: (lambda p: p.status == 0 and p.json["busy"] == "render")(world.run("probe", "--json")), "the render")
    until(lambda: "| Sample " in world.run("logs", "-n", "50").out, "samples")
    yield world, child, output
    child.kill()
    child.wait()


def test_a_long_render_answers(rendering):
    world, _child, _output = rendering
    slowest = 0
    for _ in range(5):
        reply = world.run("probe", "--json").json
        assert (reply["health"], reply["busy"]) == ("busy", "render")
        slowest = max(slowest, reply["round_trip_ms"])
    figure("probe during a render: at most %d ms" % slowest)
    status = world.status()
    assert (status["state"], status["health"]["busy"]) == ("running", "render")
    assert status["progress"]["frame"] == 1 and 0 <= status["progress"]["percent"] < 100
    assert status["progress"]["saved"] == 0


def expect_cancelled(world, began):
    world.expect_nothing_left()
    took = time.monotonic() - began
    result = world.status()["result"]
    assert result["kind"] == "stopped" and result["verdict"] in ("cancelled", "clean"), result
    assert world.status()["state"] == "stopped" and world.status()["restart_count"] == 0
    assert frames(world) == []
    return took


def test_an_interrupt_ends_a_render(rendering):
    world, child, output = rendering
    began = time.monotonic()
    child.send_signal(signal.SIGINT)
    status = child.wait(60)
    figure("Ctrl-C during a render: ended after %.1f s with status %d" % (time.monotonic() - began, status))
    assert "asking it to save and quit" in output.read_text()
    assert "stopped" in output.read_text().splitlines()[-1] or "cancelled" in output.read_text()
    assert expect_cancelled(world, began) < 35


def test_a_stop_ends_a_render(rendering):
    world, child, _output = rendering
    began = time.monotonic()
    report = world.stop()
    figure("stop during a render: ended after %.1f s, %s" % (time.monotonic() - began, report["steps"]))
    assert report["saved"] in ("refused", "not-supported") and report["left"] == []
    child.wait(20)
    assert expect_cancelled(world, began) < 35


def test_a_kill_ends_a_render_at_once(rendering):
    world, _child, _output = rendering
    began = time.monotonic()
    assert world.run("kill").status == 0
    assert time.monotonic() - began < 3
    world.expect_nothing_left()


def test_a_render_without_a_camera(world):
    scene = world.make_scene("blind.blend", SMALL + "bpy.data.objects.remove(bpy.data.objects['Camera'])")
    done = world.run("launch", "blender", "--headless", "--file", scene, "--", "-o", "//shot_####", "-a")
    assert done.status != 0 and "no camera" in done.out, done
    assert frames(world) == [] and world.status()["restart_count"] == 0
