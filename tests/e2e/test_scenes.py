"""Scenes without a window: those that open, and those that do not."""

import signal

import pytest

from world import kill, until


def test_a_good_scene_is_open(world):
    scene = world.make_scene("shot.blend")
    status = world.launch("--file", "shot.blend")
    assert status["scene"] == str(scene)
    assert world.run("probe", "--json").json["scene"] == str(scene)
    with world.control() as control:
        assert control.run("result = bpy.data.filepath") == repr(str(scene))
        world.make_scene("next.blend")
        control.run("bpy.ops.wm.open_mainfile(filepath=%r)" % str(world.work / "next.blend"))
        assert control.call("probe")["scene"] == str(world.work / "next.blend")
        assert control.call("status")["scene"] == str(world.work / "next.blend")
    assert world.stop()["saved"] == "saved"


@pytest.mark.parametrize("content", [None, b"", b"\x89PNG\r\n\x1a\nno scene at all", b"BLENDER"])
def test_what_is_no_scene_is_refused(world, content):
    scene = world.work / "shot.blend"
    if content is not None:
        scene.write_bytes(content)
    done = world.run("launch", "blender", "--headless", "--wait", "ready", "--file", scene)
    assert (done.status, done.out) == (78, ""), done
    assert str(scene) in done.err
    world.expect_nothing_left()


@pytest.mark.parametrize("share", [0.02, 0.5, 0.98])
def test_a_scene_that_broke_off(world, share):
    whole = world.make_scene("whole.blend", "bpy.context.preferences.filepaths.use_file_compression = False")
    data = whole.read_bytes()
    scene = world.work / "broken.blend"
    scene.write_bytes(data[:int(len(data) * share)])
    done = world.run("launch", "blender", "--headless", "--wait", "ready", "--file", scene)
    assert (done.status, done.out) == (78, ""), done
    assert str(scene) in done.err
    assert world.status()["restart_count"] == 0 and world.status()["result"]["verdict"] == "bad-scene"
    world.expect_nothing_left()


def test_a_scene_that_is_gone_at_the_restart(world):
    """Another run was decided on and refused: it is not told as one that there was."""
    scene = world.make_scene("shot.blend")
    pid = world.launch("--file", scene, "--recover", "never", "--backoff", "fixed:2s", "--set", "jitter=0")["pid"]
    scene.unlink()
    kill(pid, signal.SIGSEGV)
    until(lambda: world.status()["state"] == "failed", "the refusal")
    said = world.run("why", "blender").out
    assert "then     not started again: " in said and str(scene) in said, said
