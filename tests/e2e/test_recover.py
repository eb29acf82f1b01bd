"""Edit a scene, crash it, get the edit back; crash again: safe mode; again: stopped."""

import os
import signal
import time

import pytest

from world import figure, on_this_machine, until, wait_for_death

SOON = ["--backoff", "fixed:50ms", "--set", "jitter=0", "--set", "rescue-period=200ms"]
EDIT = ("bpy.ops.mesh.primitive_monkey_add(); bpy.context.object.name = 'Precious'; "
        "bpy.app.background or bpy.ops.ed.undo_push()")
OBJECTS = "result = ' '.join(o.name for o in bpy.data.objects)"


def edit(world, pid, source=EDIT):
    """An edit, and the rescue copy that follows it by itself."""
    began = time.time()
    with world.control() as control:
        control.run(source)
    until(lambda: [path for path in world.temp.glob("*/*_rescue.blend") if path.stat().st_mtime > began],
          "the rescue copy", 20)
    return pid


def crash(pid, number=signal.SIGSEGV):
    os.kill(pid, number)
    wait_for_death(pid)


def next_life(world, pid):
    return until(lambda: (lambda s: s if s["ready"] and s["pid"] != pid else None)(world.status()), "the next life")


def objects(world):
    with world.control() as control:
        return control.run(OBJECTS).strip("'").split()


@pytest.mark.parametrize("where", ["headless", "window"])
@pytest.mark.parametrize("scene", ["named", "unnamed"])
def test_an_edit_comes_back(request, where, scene):
    world = request.getfixturevalue("world" if where == "headless" else "desk")
    path = world.make_scene("shot.blend") if scene == "named" else None
    before = world.launch("--recover", "auto", *SOON, *(["--file", path] if path else []), headless=where == "headless")
    crash(edit(world, before["pid"]))
    after = next_life(world, before["pid"])
    assert "Precious" in objects(world)
    assert after["scene"] == (str(path) if path else "")
    assert after["recovered"].endswith("_rescue.blend") and not after["safe"]
    with world.control() as control:
        assert control.call("agent", method="ping", params={}, timeout_ms=30000)["dirty"] is True
    opened = world.events(kind="recovery")
    assert [e["action"] for e in opened] == ["opened"] and opened[0]["path"] == after["recovered"]
    if path:
        assert "Precious" not in world.objects_in(path)  # the artist's own file is his to write
    world.stop()
