"""Recovered work among what is around it: libraries, textures and packed images, names of every kind, places that are
gone, scripts in the scene and add-ons of any quality."""

import ast
import json
import os
import signal
import time

import pytest

from test_recover import EDIT, SOON, crash, edit, next_life, objects
from world import kill, until

# A scene as a studio's: whatever it refers to lies beside it, and is named from there.
SCENE = """
import bpy, os
work = %(work)r
os.makedirs(work + "/lib", exist_ok=True)
os.makedirs(work + "/tex", exist_ok=True)
bpy.ops.wm.read_homefile(use_empty=True)
bpy.ops.mesh.primitive_cube_add()
bpy.context.object.name = "Prop"
bpy.ops.wm.save_as_mainfile(filepath=work + "/lib/props.blend")
bpy.ops.wm.read_homefile()
image = bpy.data.images.new("wood", 2, 2)
image.filepath_raw, image.file_format = work + "/tex/wood.png", "PNG"
image.save()
bpy.data.images.remove(image)
bpy.ops.wm.save_as_mainfile(filepath=work + "/shot.blend", compress=%(compress)r)
with bpy.data.libraries.load(work + "/lib/props.blend", link=True, relative=True) as (_there, here):
    here.objects = ["Prop"]
bpy.context.collection.objects.link(here.objects[0])
for name in ("wood", "packed"):
    image = bpy.data.images.load("//tex/wood.png", check_existing=False)
    image.name, image.use_fake_user = name, True
bpy.data.images["packed"].pack()
bpy.context.scene.render.filepath = "//out/shot_"
driver = bpy.data.objects["Cube"].driver_add("location", 0).driver
driver.expression = "bpy.app.version[0] * 0 + 5"
bpy.ops.wm.save_mainfile(compress=%(compress)r)
"""
ASK = """
prop = bpy.data.objects.get("Prop")
wood, packed = bpy.data.images["wood"], bpy.data.images["packed"]
bpy.context.view_layer.update()
result = "%s" % __import__("json").dumps({
    "path": bpy.data.filepath, "library": prop.library.filepath, "linked": prop.data is not None,
    "wood": [wood.filepath, list(wood.size), wood.packed_file is not None],
    "packed": [packed.filepath, list(packed.size), packed.packed_file is not None],
    "output": bpy.context.scene.render.filepath,
    "absolute": bpy.path.abspath(bpy.context.scene.render.filepath),
    "driver": bpy.data.objects["Cube"].animation_data.drivers[0].is_valid,
    "x": bpy.data.objects["Cube"].evaluated_get(bpy.context.evaluated_depsgraph_get()).location[0]})
"""


def make_scene(world, work, compress=False):
    world.ask_blender(SCENE % {"work": str(work), "compress": compress})
    return work / "shot.blend"


def ask(world):
    with world.control() as control:
        return json.loads(ast.literal_eval(control.run(ASK)))


def name_of(world):
    """What Ctrl-S would write to, in bytes."""
    with world.control() as control:
        return ast.literal_eval(control.run("import os; result = os.fsencode(bpy.data.filepath)"))


@pytest.fixture(params=["headless", "window"])
def place(request):
    """A world, and whether it is one without windows."""
    headless = request.param == "headless"
    return request.getfixturevalue("world" if headless else "desk"), headless


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


NAMES = [b"two  words/sc\xc3\xa8ne \xe2\x98\x83.blend", b"quote's \"x\"/it's.blend", b"latin/sc\xe8ne.blend", b"-b/--x.blend",
         b"hash#1/50%.blend", b"new\nline/a\nb.blend", b"long/" + b"x" * 190 + b".blend", b"noext/shot", b"CAPS/SHOT.BLEND",
         b"dot/.blend", b"two/a.b.blend"]


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
        told = control.run("try:\n    bpy.ops.wm.save_mainfile()\nexcept RuntimeError as error:\n    result = str(error)")
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
    before = desk.launch("--recover", "auto", "--backoff", "fixed:50ms", "--set", "jitter=0", "--file", path, headless=False)
    wanted = ask(desk)
    began = time.time()
    with desk.control() as control:
        control.run("bpy.context.preferences.filepaths.auto_save_time = 1")
        control.run(EDIT)
        if which == "autosave":
            until(lambda: [f for f in desk.temp.glob("*/*_autosave.blend") if f.stat().st_mtime > began], "autosave", 150)
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


@pytest.mark.parametrize("scene", ["named", "unnamed"])
@pytest.mark.parametrize("what", COMPANY)
def test_in_bad_company(place, what, scene):
    world, headless = place
    startup = world.work / "scripts" / "startup"
    startup.mkdir(parents=True)
    (startup / "studio.py").write_text(COMPANY[what])
    path = world.make_scene("shot.blend") if scene == "named" else None
    before = world.launch("--recover", "auto", *SOON, "--env", "BLENDER_USER_SCRIPTS=%s" % startup.parent,
                          *(["--file", path] if path else []), headless=headless)
    crash(edit(world, before["pid"]))
    next_life(world, before["pid"])
    assert "Precious" in objects(world)
    assert name_of(world) == os.fsencode(str(path or ""))
    assert world.stop()["saved"] == "saved"


LIBRARIES = {
    "missing": lambda path: path.unlink(),
    "cut off": lambda path: path.write_bytes(path.read_bytes()[:20000]),
    "newer": lambda path: path.write_bytes(b"BLENDER17-01v9902" + bytes(4000)),
    "foreign": lambda path: path.write_bytes(b"no scene at all" * 100),
}


@pytest.mark.parametrize("how", LIBRARIES)
def test_a_library_that_cannot_be_read(place, how):
    """The scene is open all the same, and its work comes back."""
    world, headless = place
    path = make_scene(world, world.work)
    LIBRARIES[how](world.work / "lib/props.blend")
    before = world.launch("--recover", "auto", *SOON, "--file", path, headless=headless)
    crash(edit(world, before["pid"]))
    next_life(world, before["pid"])
    assert "Precious" in objects(world) and name_of(world) == os.fsencode(str(path))
    with world.control() as control:
        assert control.run("result = bpy.data.libraries[0].filepath") == "'//lib/props.blend'"
    assert world.stop()["result"]["verdict"] == "clean"


@pytest.mark.parametrize("name", [b"props.blend", b"pr\xf6ps.blend"], ids=ascii)
def test_a_library_of_a_scene_without_a_name(world, name):
    make_scene(world, world.work)
    path = os.path.join(os.fsencode(str(world.work)), b"lib", name)
    os.rename(str(world.work / "lib/props.blend"), path)
    before = world.launch("--recover", "auto", *SOON)
    link = ("import os\nwith bpy.data.libraries.load(os.fsdecode(%r), link=True) as (_there, here):\n"
            "    here.objects = ['Prop']\nbpy.context.collection.objects.link(here.objects[0])" % path)
    with world.control() as control:
        control.run(link)
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
