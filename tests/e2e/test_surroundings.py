"""Recovered work among what is around it: libraries, textures and packed images, names of every kind, places that are
gone; and whichever file of Blender's own is the newest."""

import os
import time

import pytest

from studio import ask, make_scene, name_of
from test_recover import EDIT, SOON, crash, edit, next_life, objects
from world import until


@pytest.mark.parametrize("compress", [False, True], ids=["plain", "compressed"])
def test_a_scene_with_all_that_belongs_to_it(place, compress):
    world, headless = place
    path = make_scene(world, world.work, compress)
    before = world.launch("--recover", "auto", *SOON, "--file", path, headless=headless)
    wanted = ask(world)
    assert wanted["linked"] and wanted["wood"] == ["//tex/wood.png", [2, 2], False] and wanted["packed"][2], wanted
    crash(edit(world, before["pid"]))
    next_life(world, before["pid"])
    assert "Precious" in objects(world) and ask(world) == wanted
    with world.control() as control:
        control.run("bpy.ops.wm.save_mainfile()")
    assert "Precious" in world.objects_in(path)
    assert (path.read_bytes()[:4] == b"\x28\xb5\x2f\xfd") == compress
    world.stop()
    world.launch("--file", path)
    assert dict(ask(world), x=0) == dict(wanted, x=0)
    world.stop()


NAMES = [b"two  words/sc\xc3\xa8ne \xe2\x98\x83.blend", b"quote's \"x\"/it's.blend", b"latin/sc\xe8ne.blend",
         b"-b/--x.blend", b"hash#1/50%.blend", b"new\nline/a\nb.blend", b"long/" + b"x" * 190 + b".blend",
         b"noext/shot", b"dot/.blend"]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_any_name(world, name):
    path = os.path.join(os.fsencode(str(world.work)), name)
    os.makedirs(os.path.dirname(path))
    plain = world.make_scene("plain.blend")
    os.rename(str(plain), path)
    before = world.launch("--recover", "auto", *SOON, "--file", os.fsdecode(path))
    crash(edit(world, before["pid"]))
    next_life(world, before["pid"])
    assert "Precious" in objects(world)
    assert name_of(world) == path
    with world.control() as control:
        control.run("bpy.ops.wm.save_mainfile()")
    world.stop()
    os.rename(path, str(plain))
    assert "Precious" in world.objects_in(plain)


def test_a_path_that_begins_with_two_slashes(world):
    path = world.make_scene("shot.blend")
    before = world.launch("--recover", "auto", *SOON, "--file", "/" + str(path))
    crash(edit(world, before["pid"]))
    next_life(world, before["pid"])
    assert "Precious" in objects(world)
    assert name_of(world) == os.fsencode(str(path))
    world.stop()


def test_directories_that_begin_with_two_slashes(world):
    path = world.make_scene("shot.blend")
    world.env["XDG_STATE_HOME"] = "/" + str(world.state)
    world.env["TMPDIR"] = "/" + str(world.temp)
    before = world.launch("--recover", "auto", *SOON, "--file", path)
    crash(edit(world, before["pid"]))
    next_life(world, before["pid"])
    assert "Precious" in objects(world)
    assert name_of(world) == os.fsencode(str(path))
    world.stop()


def test_by_a_link(world):
    """The scene has the name by which it was opened."""
    (world.work / "real").mkdir()
    path = world.make_scene("real/shot.blend")
    link = world.work / "link.blend"
    link.symlink_to(path)
    before = world.launch("--recover", "auto", *SOON, "--file", link)
    wanted = name_of(world)
    crash(edit(world, before["pid"]))
    next_life(world, before["pid"])
    assert "Precious" in objects(world) and name_of(world) == wanted
    world.stop()


def test_a_directory_that_takes_no_file(world):
    """Saving fails aloud, as ever, and the work is still there; root may write anywhere, so that it is a file's place
    that is gone."""
    (world.work / "share").mkdir()
    path = world.make_scene("share/shot.blend")
    before = world.launch("--recover", "auto", *SOON, "--file", path)
    edit(world, before["pid"])
    os.rename(str(path.parent), str(world.work / "away"))
    crash(before["pid"])
    next_life(world, before["pid"])
    assert "Precious" in objects(world)
    assert name_of(world) == os.fsencode(str(path))
    with world.control() as control:
        told = control.run("try:\n    bpy.ops.wm.save_mainfile()\n"
                           "except RuntimeError as error:\n    result = str(error)")
        assert str(path) in told or "shot.blend" in told, told
        assert control.run("result = 'Precious' in bpy.data.objects") == "True"
        assert control.call("agent", method="ping", params={}, timeout_ms=30000)["dirty"] is True
    world.stop()


def test_two_scenes_of_one_name(world):
    """One after the other in one instance, and side by side in two."""
    for each in ("a", "b"):
        (world.work / each).mkdir()
    a, b = world.make_scene("a/shot.blend"), world.make_scene("b/shot.blend")
    before = world.launch("--recover", "auto", *SOON, "--file", a)
    edit(world, before["pid"], EDIT.replace("Precious", "OfA"))
    with world.control() as control:
        control.run("bpy.ops.wm.open_mainfile(filepath=%r)" % str(b))
    crash(edit(world, before["pid"], EDIT.replace("Precious", "OfB")))
    next_life(world, before["pid"])
    got = objects(world)
    assert "OfB" in got and "OfA" not in got
    assert name_of(world) == os.fsencode(str(b))
    world.stop()


def test_saved_as_another(world):
    path, other = world.make_scene("shot.blend"), world.work / "shot_v2.blend"
    before = world.launch("--recover", "auto", *SOON, "--file", path)
    with world.control() as control:
        control.run("bpy.ops.wm.save_as_mainfile(filepath=%r)" % str(other))
    crash(edit(world, before["pid"]))
    after = next_life(world, before["pid"])
    assert "Precious" in objects(world) and after["scene"] == str(other)
    assert name_of(world) == os.fsencode(str(other))
    with world.control() as control:
        control.run("bpy.ops.wm.save_mainfile()")
    crash(after["pid"])
    last = next_life(world, after["pid"])
    assert last["scene"] == str(other) and "Precious" in objects(world)
    world.stop()
    assert "Precious" not in world.objects_in(path)


def test_an_unnamed_scene_that_was_given_a_name(world):
    before = world.launch("--recover", "auto", *SOON)
    edit(world, before["pid"])
    path = world.work / "mine.blend"
    with world.control() as control:
        control.run("bpy.ops.wm.save_as_mainfile(filepath=%r)" % str(path))
    crash(edit(world, before["pid"], EDIT.replace("Precious", "Second")))
    after = next_life(world, before["pid"])
    assert {"Precious", "Second"} <= set(objects(world)) and after["scene"] == str(path)
    world.stop()


@pytest.mark.parametrize("which", ["autosave", "quit"])
def test_the_newest_of_blender_s_own(desk, which):
    """Really written by Blender, as they are."""
    path = make_scene(desk, desk.work, True)
    before = desk.launch("--recover", "auto", "--backoff", "fixed:50ms", "--set", "jitter=0", "--file", path,
                         headless=False)
    wanted = ask(desk)
    began = time.time()
    with desk.control() as control:
        control.run("bpy.context.preferences.filepaths.auto_save_time = 1")
        control.run(EDIT)
        if which == "autosave":
            until(lambda: [each for each in desk.temp.glob("*/*_autosave.blend") if each.stat().st_mtime > began],
                  "the autosave", 150)
        else:
            control.run("bpy.app.timers.register(lambda: bpy.ops.wm.quit_blender() and None, first_interval=.1)")
    if which == "autosave":
        crash(before["pid"])
        after = next_life(desk, before["pid"])
        assert "_autosave.blend" in after["recovered"]
    else:
        until(lambda: not desk.status()["attended"], "the end")
        done = desk.run("restart", "blender", "--recover", "--json")
        assert done.status == 0, done
        assert done.json["recovered"].endswith("quit.blend")
    assert "Precious" in objects(desk) and ask(desk) == wanted
    with desk.control() as control:
        control.run("bpy.ops.wm.save_mainfile()")
    assert "Precious" in desk.objects_in(path)
    assert path.read_bytes()[:4] == b"\x28\xb5\x2f\xfd"
    desk.stop()
