"""Unsaved work in Blender is copied whoever noticed it, the copy stays until it is saved, and what is so is told."""
import os
import shutil

import pytest

import stand_in
from stand_in import objects_in, until

pytestmark = pytest.mark.skipif(not stand_in.BLENDER, reason="no blender here")
BOTH = pytest.mark.parametrize("mode", ["loop", "gui"])

SOON = {"DCCHOST_AGENT_RESCUE_MS": "100"}
EDIT = ("bpy.ops.mesh.primitive_monkey_add(); bpy.context.object.name = 'Precious'; "
        "bpy.app.background or bpy.ops.ed.undo_push()")


def copy_with(name, directory):
    """The rescue copy that holds the object. It is not compressed."""
    def holds():
        for path in directory.glob("*_rescue.blend"):
            data = path.read_bytes()
            if b"OB" + name.encode() + b"\0" in data and data[-24:-20] == b"ENDB":
                found.append(path)
        return found
    found = []
    until(holds)
    return found[0]


def work(line, **wanted):
    """Until the session was told so."""
    while True:
        told = line.expect("work")
        if all(told[key] == value for key, value in wanted.items()):
            return told


CLEAR = """
for name in dir(bpy.app.handlers):
    each = getattr(bpy.app.handlers, name)
    if isinstance(each, list):
        each.clear()
"""


def test_a_wrapper_that_has_its_own_idea_of_tmpdir(start, session, home):
    """The session takes no copy from where it gave no room, so that is where the agent makes it."""
    given = home / "given"
    given.mkdir()
    blender = start("loop", env=dict(SOON, DCCHOST_AGENT_TEMP_DIR=str(given)))
    line = session.meet()
    line.run(EDIT)
    copy_with("Precious", given)
    assert not list(blender.temp.glob("*_rescue.blend"))
    assert os.path.dirname(line.call("stacks")["path"]) == str(given)


@BOTH
def test_an_add_on_that_clears_all_handlers(mode, start, session, home):
    blender = start(mode, env=SOON)
    line = session.meet()
    line.run(CLEAR)
    line.run(EDIT)
    copy_with("Precious", blender.temp)
    assert line.ping()["dirty"] is True
    line.run(EDIT.replace("Precious", "Second"))
    copy_with("Second", blender.temp)
    line.run("bpy.ops.wm.save_as_mainfile(filepath=%r)" % str(home / "mine.blend"))
    until(lambda: not list(blender.temp.glob("*_rescue.blend")))  # saving is noticed as well


def test_an_edit_in_the_moment_the_handlers_are_gone(start, session, home):
    blender = start("loop", env=SOON)
    session.meet().run(CLEAR + EDIT)
    copy_with("Precious", blender.temp)


def test_a_dirty_window_whose_change_nobody_told(start, session, home):
    blender = start("gui", env=SOON)
    line = session.meet()
    line.run("import dcchost_blender_agent as it; it.agent.changed = lambda *a: None\n"
             "it.agent.keep_handlers = lambda: None" + CLEAR + EDIT)
    copy_with("Precious", blender.temp)


def test_a_new_file_and_what_is_built_in_it_in_one_run(start, session, home):
    blender = start("loop", env=SOON)
    line = session.meet()
    line.run("bpy.ops.wm.read_homefile(use_empty=True); " + EDIT + "; bpy.context.view_layer.update()")
    assert line.ping()["dirty"] is True
    path = copy_with("Precious", blender.temp)
    until(lambda: line.ping()["copy"] == str(path))


def test_opening_a_scene_is_no_change(start, session, home):
    start("loop", env=SOON)
    line = session.meet()
    line.run("bpy.ops.wm.save_as_mainfile(filepath=%r)" % str(home / "mine.blend"))
    line.run("bpy.ops.wm.open_mainfile(filepath=%r)" % str(home / "mine.blend"))
    pulse = line.ping()
    assert pulse["dirty"] is False and pulse["copy"] is None


def test_what_is_so_of_the_work_is_told(start, session, home):
    scene, touched = home / "mine.blend", 1_000_000_000
    blender = start("loop", env=SOON)
    line = session.meet()
    assert work(line) == {"dirty": False, "copy": None, "scene": "", "scene_mtime_ns": None}
    line.run("bpy.ops.wm.save_as_mainfile(filepath=%r)" % str(scene))
    saved = scene.stat().st_mtime_ns
    work(line, scene=str(scene), scene_mtime_ns=saved, dirty=False)
    line.run(EDIT)
    work(line, dirty=True)
    told = work(line, copy=str(blender.temp / "mine_rescue.blend"))
    assert told["dirty"] is True
    os.utime(str(scene), ns=(touched, touched))  # somebody's touch is no save
    line.run(EDIT)
    session.close()
    session.listen()
    line = session.accept()
    line.welcome()
    assert line.expect("work") == dict(told, scene_mtime_ns=saved)
    line.run("bpy.ops.wm.save_mainfile()")
    told = work(line, copy=None, dirty=False)
    assert told["scene_mtime_ns"] == scene.stat().st_mtime_ns > saved


@pytest.mark.parametrize("second", [True, False], ids=["a second place", "nowhere"])
def test_a_copy_that_cannot_be_written(second, start, session, home):
    rescue = home / "rescue"
    env = dict(SOON, DCCHOST_AGENT_RESCUE_DIR=str(rescue), DCCHOST_INCARNATION="0123456789abcdef")
    blender = start("loop", env=env)
    line = session.meet()
    shutil.rmtree(str(blender.temp))  # a cleaner of temporary files; a full disk is no different
    if second:
        rescue.mkdir()
    line.run(EDIT)
    told = line.expect("protection")
    assert told["ok"] is False and str(blender.temp) in told["reason"]
    if second:
        assert told["path"] == str(rescue / "01234567-untitled_rescue.blend")
        assert "'Precious'" in objects_in(told["path"], home)
    else:
        assert told["path"] is None and str(rescue) in told["reason"] and line.ping()["copy"] is None
    blender.temp.mkdir()
    line.run(EDIT.replace("Precious", "Second"))
    told = line.expect("protection")
    assert told == {"ok": True, "path": str(blender.temp / "untitled_rescue.blend")}
    copy_with("Second", blender.temp)
    assert not second or not list(rescue.iterdir())
    assert [m["params"]["ok"] for m in line.past if m["method"] == "protection"] == [False, True]  # once per change
    assert not list(home.glob("*/*.part*"))


def test_a_umask_that_leaves_nothing(start, session):
    """Who owns it could not open it either."""
    blender = start("loop", env=SOON)
    line = session.meet()
    line.run("import os; os.umask(0o777)")
    line.run(EDIT)
    path = copy_with("Precious", blender.temp)
    until(lambda: path.stat().st_mode & 0o777 == 0o600)


def test_without_a_change_a_failed_copy_is_tried_again(start, session, home):
    blender = start("loop", env=SOON)
    line = session.meet()
    shutil.rmtree(str(blender.temp))
    line.run(EDIT)
    assert line.expect("protection")["ok"] is False
    blender.temp.mkdir()
    assert line.expect("protection")["ok"] is True
    copy_with("Precious", blender.temp)


def test_a_disk_that_is_full_in_the_middle(start, session, home):
    """The limit on the size of a file stands for it: what was written is no copy, and does not stay."""
    blender = start("loop", env=SOON)
    line = session.meet()
    line.run(EDIT)
    whole = copy_with("Precious", blender.temp)
    size = whole.stat().st_size
    line.run("import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (%d, -1))" % (size // 2))
    line.run(EDIT.replace("Precious", "Second"))
    assert line.expect("protection")["ok"] is False
    assert line.ping()["copy"] == str(whole) and "'Precious'" in objects_in(whole, home)  # the older one stays
    line.run("import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))")
    assert line.expect("protection")["ok"] is True
    copy_with("Second", blender.temp)
    assert [path.name for path in blender.temp.glob("*.part*")] == []


ENDS = {
    "sys.exit": "import sys; bpy.app.timers.register(lambda: sys.exit(3), first_interval=0.1)",
    "quit_blender": "bpy.app.timers.register(lambda: bpy.ops.wm.quit_blender() and None, first_interval=0.1)",
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("place", ["here", "elsewhere"])
def test_the_copy_outlives_an_end_that_nobody_decided(end, place, start, session, home):
    """A window that closes in order leaves quit.blend, which is as good, where it is found."""
    elsewhere = home / "elsewhere"
    elsewhere.mkdir()
    blender = start("gui", env=SOON)
    line = session.meet()
    if place == "elsewhere":
        line.run("bpy.context.preferences.filepaths.temporary_directory = %r" % (str(elsewhere) + "/"))
    line.run(EDIT)
    copy = copy_with("Precious", blender.temp)
    line.run(ENDS[end])
    assert blender.wait() == (3 if end == "sys.exit" else 0)
    quit_blend = blender.temp / "quit.blend"
    if end == "quit_blender" and place == "here":
        assert quit_blend.exists() and not copy.exists()
        copy = quit_blend
    assert "'Precious'" in objects_in(copy, home)


def test_the_copy_outlives_the_exit_of_a_script(start, session, home):
    blender = start("loop", env=SOON)
    line = session.meet()
    line.run(EDIT)
    copy = copy_with("Precious", blender.temp)
    line.run("import dcchost_blender_agent as it\nimport sys\nit.agent.next_job = lambda t: sys.exit(4)")
    assert blender.wait() == 4
    assert copy.exists()
