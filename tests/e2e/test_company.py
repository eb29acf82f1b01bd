"""Libraries that cannot be read, scripts in the scene, and add-ons of any quality: a scene in such company is open all
the same, and its work comes back."""

import os
import signal

import pytest

from studio import make_scene, name_of
from test_recover import SOON, crash, edit, next_life, objects
from world import kill

LIBRARIES = {
    "missing": lambda path: path.unlink(),
    "cut off": lambda path: path.write_bytes(path.read_bytes()[:20000]),
    "newer": lambda path: path.write_bytes(b"BLENDER17-01v9902" + bytes(4000)),
    "foreign": lambda path: path.write_bytes(b"no scene at all" * 100),
}


@pytest.mark.parametrize("where, how", [("headless", each) for each in LIBRARIES] + [("window", "cut off")])
def test_a_library_that_cannot_be_read(request, where, how):
    """The scene is open all the same, and its work comes back."""
    world = request.getfixturevalue("world" if where == "headless" else "desk")
    path = make_scene(world, world.work)
    LIBRARIES[how](world.work / "lib/props.blend")
    before = world.launch("--recover", "auto", *SOON, "--file", path, headless=where == "headless")
    crash(edit(world, before["pid"]))
    next_life(world, before["pid"])
    assert "Precious" in objects(world) and name_of(world) == os.fsencode(str(path))
    with world.control() as control:
        assert control.run("result = bpy.data.libraries[0].filepath") == "'//lib/props.blend'"
    assert world.stop()["result"]["verdict"] == "clean"


@pytest.mark.parametrize("name", [b"props.blend", b"pr\xf6ps.blend"], ids=ascii)
def test_a_library_of_a_scene_without_a_name(world, name):
    make_scene(world, world.work)
    whole, path = str(world.work / "lib/props.blend"), os.path.join(os.fsencode(str(world.work)), b"lib", name)
    before = world.launch("--recover", "auto", *SOON)
    with world.control() as control:
        control.run("import os\nwith bpy.data.libraries.load(%r, link=True) as (_there, here):\n"
                    "    here.objects = ['Prop']\nbpy.context.collection.objects.link(here.objects[0])\n"
                    "bpy.data.libraries[0].filepath = os.fsdecode(%r)" % (whole, path))
    os.rename(whole, path)
    with open(path, "r+b") as file:
        file.truncate(20000)
    crash(edit(world, before["pid"]))
    next_life(world, before["pid"])
    assert {"Precious", "Prop"} <= set(objects(world)) and name_of(world) == b""
    world.stop()


def test_a_rescue_file_of_any_name_that_cannot_be_read(world):
    path = os.path.join(os.fsencode(str(world.work)), b"sc\xe8ne.blend")
    os.rename(str(world.make_scene("plain.blend")), path)
    before = world.launch("--recover", "auto", *SOON, "--file", os.fsdecode(path))
    edit(world, before["pid"])
    copy = next(world.temp.glob("*/*_rescue.blend"))
    os.kill(before["pid"], signal.SIGSTOP)  # no better one is made meanwhile
    copy.write_bytes(copy.read_bytes()[:9000])
    kill(before["pid"], signal.SIGKILL)
    after = next_life(world, before["pid"])
    assert after["recovered"] is None and name_of(world) == path
    assert "failed" in [e["action"] for e in world.events(kind="recovery")]
    world.stop()


@pytest.mark.parametrize("how", LIBRARIES)
def test_a_job_whose_library_cannot_be_read(world, how):
    path = make_scene(world, world.work)
    LIBRARIES[how](world.work / "lib/props.blend")
    done = world.run("launch", "blender", "--headless", "--file", path, "--", "--python-expr", "print('JOB')")
    assert done.status == 0 and "JOB" in world.run("logs").out.splitlines(), done
    assert world.status()["result"]["verdict"] == "clean"


def test_what_is_opened_later_and_cannot_be_read(place):
    """That is between Blender and the artist."""
    world, headless = place
    whole, cut = world.make_scene("whole.blend"), world.work / "cut.blend"
    cut.write_bytes(whole.read_bytes()[:20000])
    before = world.launch("--file", whole, headless=headless)
    with world.control() as control:
        assert "error" in control.run("try:\n    bpy.ops.wm.open_mainfile(filepath=%r)\n"
                                      "except RuntimeError as error:\n    result = 'error'" % str(cut))
    assert world.status()["pid"] == before["pid"] and world.status()["state"] == "running"
    assert world.stop()["result"]["verdict"] == "clean"


def test_a_scene_of_a_format_that_is_not_known(place):
    world, headless = place
    path = world.work / "shot.blend"
    path.write_bytes(b"BLENDER17-09v9902" + bytes(40000))
    done = world.run("launch", "blender", "--wait", "ready", *(["--headless"] if headless else []), "--file", path)
    assert (done.status, done.out) == (78, "") and str(path) in done.err, done
    world.expect_nothing_left()


SCRIPTED = """
import bpy
driver = bpy.data.objects["Camera"].driver_add("location", 0).driver
driver.expression = "__import__('os').getpid() * 0 + 7"
text = bpy.data.texts.new("rig.py")
text.write("import bpy; bpy.rig = 1")
text.use_module = True
bpy.ops.wm.save_mainfile()
"""
ASK_SCRIPTED = """
bpy.context.view_layer.update()
camera = bpy.data.objects["Camera"].evaluated_get(bpy.context.evaluated_depsgraph_get())
result = (camera.location[0] == 7, hasattr(bpy, "rig"))
"""


@pytest.mark.parametrize("option, preference, run", [
    (None, False, False), ("-y", False, True), (None, True, True), ("-Y", True, False)])
def test_scripts_in_the_scene(world, option, preference, run):
    """They run in the recovered one if they ran in the one that was opened."""
    path = world.make_scene("shot.blend")
    world.ask_blender(SCRIPTED, path)
    world.ask_blender("import bpy; bpy.context.preferences.filepaths.use_scripts_auto_execute = %r; "
                      "bpy.ops.wm.save_userpref()" % preference)
    before = world.launch("--recover", "auto", *SOON, "--file", path, *(["--", option] if option else []))
    with world.control() as control:
        assert control.run(ASK_SCRIPTED) == repr((run, run))
    crash(edit(world, before["pid"]))
    next_life(world, before["pid"])
    with world.control() as control:
        assert control.run(ASK_SCRIPTED) == repr((run, run))
    assert "Precious" in objects(world)
    world.stop()


PURGE = """
import bpy, sys
def purge(*args):
    for name in [each for each in sys.modules if each.startswith("dcchost")]:
        del sys.modules[name]
    for name in dir(bpy.app.handlers):
        each = getattr(bpy.app.handlers, name)
        if isinstance(each, list):
            each[:] = [f for f in each if f.__name__ == "purge"]
%s
"""
COMPANY = {
    "raises": "raise RuntimeError('studio')",
    "unregistered": "def register():\n    raise RuntimeError('cannot register')",
    "handlers raise": "import bpy\n@bpy.app.handlers.persistent\ndef broken(*args):\n    raise ValueError('rig')\n"
                      "for each in ('load_pre', 'load_post', 'save_pre', 'save_post', 'depsgraph_update_post'):\n"
                      "    getattr(bpy.app.handlers, each).append(broken)",
    "purges": PURGE % "purge = bpy.app.handlers.persistent(purge)\nbpy.app.handlers.load_post.append(purge)\n"
                      "bpy.app.handlers.depsgraph_update_post.append(purge)",
}


@pytest.mark.parametrize("where, what, scene", [("headless", each, "named") for each in COMPANY] + [
    ("headless", "purges", "unnamed"), ("window", "purges", "named"), ("window", "handlers raise", "unnamed")])
def test_in_bad_company(request, where, what, scene):
    world = request.getfixturevalue("world" if where == "headless" else "desk")
    startup = world.work / "scripts" / "startup"
    startup.mkdir(parents=True)
    (startup / "studio.py").write_text(COMPANY[what])
    path = world.make_scene("shot.blend") if scene == "named" else None
    before = world.launch("--recover", "auto", *SOON, "--env", "BLENDER_USER_SCRIPTS=%s" % startup.parent,
                          *(["--file", path] if path else []), headless=where == "headless")
    crash(edit(world, before["pid"]))
    next_life(world, before["pid"])
    assert "Precious" in objects(world)
    assert name_of(world) == os.fsencode(str(path or ""))
    assert world.stop()["saved"] == "saved"
