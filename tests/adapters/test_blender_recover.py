"""Recovery keeps the artist's name and paths: on every Blender that is here. DCCHOST_TEST_BLENDERS names more than the
one that is tested anyway, as paths with ":" between them; one that has no window is asked headless."""
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

import stand_in
from stand_in import Session, until

sys.path.insert(0, str(stand_in.ADAPTERS / "blender/agent"))
import dcchost_blend_file as blend  # noqa: E402

BLENDERS = [each for each in [stand_in.BLENDER] + os.environ.get("DCCHOST_TEST_BLENDERS", "").split(":") if each]
pytestmark = [pytest.mark.skipif(not BLENDERS, reason="no blender here"),
              pytest.mark.parametrize("blender", BLENDERS)]
SOON = {"DCCHOST_AGENT_RESCUE_MS": "100"}
EDIT = "bpy.ops.mesh.primitive_monkey_add(); bpy.context.object.name = 'Precious'; bpy.context.view_layer.update()"
SCENE = """
import bpy
image = bpy.data.images.new('wood', 2, 2)
image.filepath_raw, image.file_format = %(home)r + '/work/tex/wood.png', 'PNG'
image.save()
bpy.data.images.remove(image)
bpy.ops.wm.save_as_mainfile(filepath=%(home)r + '/work/shot.blend', compress=%(compress)r)
image = bpy.data.images.load('//tex/wood.png')
image.use_fake_user = True
bpy.context.scene.render.filepath = '//out/shot_'
bpy.ops.wm.save_mainfile(compress=%(compress)r)
"""
ASKED = """
image = [i for i in bpy.data.images if i.filepath]
result = (bpy.data.filepath, [i.size[:] for i in image], bpy.path.abspath(bpy.context.scene.render.filepath),
          'Precious' in bpy.data.objects)
"""


def ask(blender, home, expression, *args):
    done = subprocess.run([blender, "-b", *args, "--python-exit-code", "3", "--python-expr", expression],
                          env={"PATH": "/usr/bin:/bin", "HOME": str(home), "TMPDIR": str(home), "LANG": "C.UTF-8"},
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
    assert done.returncode == 0, done.stdout.decode("utf-8", "replace")
    return done.stdout.decode("utf-8", "replace")


def make_scene(blender, home, compress=False):
    (home / "work/tex").mkdir(parents=True)
    ask(blender, home, SCENE % {"home": str(home), "compress": compress})
    return home / "work/shot.blend"


def lose(start, home, blender, scene=None, mode="loop"):
    """A run that breaks with work that was not saved: its rescue copy, put aside as a session does."""
    first = Session(home / "first.sock")
    try:
        one = start(mode, path=first.path, scene=scene, env=SOON, executable=blender)
        line = first.meet()
        line.run(EDIT)
        copy, = until_found(one.temp, "*_rescue.blend")
        one.process.kill()
        one.wait()
    finally:
        first.close()
    (home / "rescue").mkdir()
    aside = home / "rescue" / ("0123abcd-" + copy.name)
    shutil.move(str(copy), str(aside))
    return aside


def until_found(directory, pattern):
    until(lambda: list(directory.glob(pattern)))
    return list(directory.glob(pattern))


def recover(start, home, blender, path, mode="loop", **more):
    """What the adapter's plan_recovery puts on the command line."""
    expression = ("import os, dcchost_blender_agent as it; "
                  "it.agent.recover(os.fsdecode(bytes.fromhex('%s')))" % os.fsencode(path).hex())
    env = dict(SOON, DCCHOST_AGENT_RESCUE_DIR=str(home / "rescue"))
    args = ["--python-exit-code", "42", "--python-expr", expression]
    return start(mode, executable=blender, env=env, args=args, **more)


@pytest.mark.parametrize("compress", [False, True], ids=["plain", "compressed"])
def test_a_named_scene(blender, compress, start, session, home):
    scene = make_scene(blender, home, compress)
    assert (scene.read_bytes()[:4] == b"\x28\xb5\x2f\xfd") == compress
    copy = lose(start, home, blender, scene)
    assert blend.read_scene_name(copy) == os.fsencode(str(scene))
    again = recover(start, home, blender, copy)
    line = session.meet()
    work = str(home / "work")
    assert line.run(ASKED) == repr((work + "/shot.blend", [(2, 2)], work + "/out/shot_", True))
    assert line.ping()["dirty"] is True
    before = scene.stat().st_mtime_ns
    line.run("bpy.ops.wm.save_mainfile()")
    assert scene.stat().st_mtime_ns > before and copy.exists()
    assert (scene.read_bytes()[:4] == b"\x28\xb5\x2f\xfd") == compress
    assert "'Precious'" in stand_in.objects_in(scene, home, blender)
    assert "comes back without a name" not in again.output


def expect_unnamed(line):
    """Ctrl-S asks for a name, which is an error where nobody can be asked."""
    assert line.run(ASKED).startswith("('', ")
    assert line.run(ASKED).endswith(", True)")
    assert "error" in line.answer(line.ask("run", source="bpy.ops.wm.save_mainfile()"))
    assert line.ping()["dirty"] is True and line.ping()["scene"] == ""


def test_an_unnamed_scene(blender, start, session, home):
    copy = lose(start, home, blender)
    again = recover(start, home, blender, copy)
    line = session.meet()
    expect_unnamed(line)
    assert "comes back without a name" not in again.output  # it had none
    assert list((home / "rescue").iterdir()) == [copy]


@pytest.mark.parametrize("name", ["quit.blend", "77_autosave.blend", "shot_77_autosave.blend"])
def test_files_of_blender_s_own(blender, name, start, session, home):
    """Blender gives them the scene's name, where that has one."""
    scene = make_scene(blender, home) if name != "77_autosave.blend" else None
    (home / "rescue").mkdir()
    path = home / "rescue" / name
    ask(blender, home, "import bpy; " + EDIT + "; bpy.ops.wm.save_as_mainfile(filepath=%r, copy=True, compress=False, "
        "relative_remap=False)" % str(path), *([str(scene)] if scene else []))
    with open(path, "r+b") as file:
        blend.BlendFile(file).write_name(os.fsencode(str(scene)) if scene else b"")
    recover(start, home, blender, path)
    line = session.meet()
    if scene is None:
        expect_unnamed(line)
    else:
        assert line.run("result = (bpy.data.filepath, 'Precious' in bpy.data.objects)") == repr((str(scene), True))


@pytest.mark.parametrize("doubt", ["compressed", "names itself", "names our directory"])
def test_in_doubt_it_has_no_name_and_that_is_said(doubt, blender, start, session, home):
    scene = make_scene(blender, home)
    before = scene.read_bytes()
    copy = lose(start, home, blender, scene)
    if doubt == "compressed":
        ask(blender, home, "import bpy; bpy.ops.wm.save_as_mainfile(filepath=%r, copy=True, compress=True)" % str(copy),
            str(copy))
    else:
        with open(copy, "r+b") as file:
            other = copy if doubt == "names itself" else copy.parent / "shot_rescue.blend"
            blend.BlendFile(file).write_name(os.fsencode(str(other)))
    again = recover(start, home, blender, copy)
    line = session.meet()
    expect_unnamed(line)
    assert "dcchost: %s comes back without a name, save it under its own" % copy in again.output
    assert scene.read_bytes() == before


def test_a_file_that_cannot_be_read_ends_it(blender, start, session, home):
    path = home / "cut_rescue.blend"
    path.write_bytes(b"BLENDER99-77v9999" + bytes(5000))
    again = recover(start, home, blender, path)
    assert again.wait() == 42
    assert "dcchost: the rescue file cannot be opened" in again.output


UNKNOWN = "import dcchost_blender_agent as it; it.NEW = it.OLD = (it.OLD[0], 3, 1); it.BlendFile.known.clear()"


def test_a_format_that_is_not_known_is_told(blender, start, session, home):
    """The copy is made all the same: work without a name is better than none."""
    scene = make_scene(blender, home)
    one = start("loop", scene=scene, env=SOON, executable=blender)
    line = session.meet()
    line.run(UNKNOWN)
    line.run(EDIT)
    told = line.expect("protection")
    assert told["ok"] is False and "does not know its scene's name" in told["reason"]
    assert told["path"] == str(one.temp / "shot_rescue.blend") and os.path.getsize(told["path"]) > 1000


def test_a_scene_of_an_older_blender(blender, start, session, home):
    scene = make_scene(BLENDERS[0], home)
    copy = lose(start, home, blender, scene)
    recover(start, home, blender, copy)
    line = session.meet()
    assert line.run(ASKED) == repr((str(scene), [(2, 2)], str(home / "work/out/shot_"), True))


def test_windows(blender, start, session, home):
    """Real ones only: a module has none."""
    if blender != stand_in.BLENDER or not shutil.which("Xvfb"):
        pytest.skip("no window here")
    copy = lose(start, home, blender, mode="gui")
    recover(start, home, blender, copy, mode="gui")
    line = session.meet()
    assert line.run(ASKED).startswith("('', ") and line.run(ASKED).endswith(", True)")
    until(lambda: line.run("result = bpy.data.is_dirty") == "True", patience=20)  # closing it will be asked about
    assert pathlib.Path(copy).exists()
