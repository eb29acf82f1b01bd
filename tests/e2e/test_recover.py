"""Edit a scene, crash it, get the edit back; crash again: safe mode; again: stopped."""

import os
import random
import re
import signal
import time

import pytest

from world import figure, kill, until

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
    kill(pid, number)


def next_life(world, pid):
    return until(lambda: (lambda s: s if s["ready"] and s["pid"] != pid else None)(world.status()), "the next run")


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
    with world.control() as control:
        assert control.run("result = bpy.data.filepath") == repr(str(path) if path else "")
    assert after["recovered"].endswith("_rescue.blend") and not after["safe"]
    with world.control() as control:
        assert control.call("agent", method="ping", params={}, timeout_ms=30000)["dirty"] is True
    opened = world.events(kind="recovery")
    assert [e["action"] for e in opened] == ["opened"] and opened[0]["path"] == after["recovered"]
    if path:
        assert "Precious" not in world.objects_in(path)  # only the artist writes the artist's own file
    world.stop()


def test_a_rescue_copy_leaves_no_trace_in_the_window(desk):
    """Redo still works after it, no save handler of the artist's is called, and the scene counts as changed."""
    before = desk.launch(*SOON, headless=False)
    with desk.control() as control:
        control.run("import bpy; bpy.saves = []; bpy.app.handlers.save_pre.append(lambda *a: bpy.saves.append(1)); "
                    "bpy.app.handlers.save_post.append(lambda *a: bpy.saves.append(1))")
        control.run(EDIT)
        control.run(EDIT.replace("Precious", "Second"))
    edit(desk, before["pid"], "bpy.ops.ed.undo()")
    with desk.control() as control:
        assert control.run(OBJECTS).count("Second") == 0
        # Blender itself may take the mark away with the step: the agent's next turn makes it anew.
        until(lambda: control.run("result = bpy.data.is_dirty") == "True", "the scene counts as changed")
        control.run("bpy.ops.ed.redo()")
        assert {"Precious", "Second"} <= set(control.run(OBJECTS).strip("'").split())
        assert control.run("result = bpy.saves") == "[]"
        assert control.run("result = len(bpy.app.handlers.save_pre) > 0") == "True"
        assert control.run("result = bpy.context.preferences.edit.undo_steps") == "32"
        assert control.run("result = bpy.context.preferences.filepaths.file_preview_type") == "'AUTO'"
        assert control.run("result = bpy.context.preferences.is_dirty") == "False"
        assert control.run("result = bpy.data.filepath") == "''"
    desk.stop()


def argv_of(pid):
    with open("/proc/%d/cmdline" % pid, "rb") as file:
        return file.read().decode().split("\0")


@pytest.mark.parametrize("where", ["headless", "window"])
def test_a_second_crash_is_followed_by_safe_mode_and_a_third_by_nothing(request, where):
    """Each run edits, and each edit comes back as long as there is a run."""
    world = request.getfixturevalue("world" if where == "headless" else "desk")
    path = world.make_scene("shot.blend")
    status = world.launch("--recover", "auto", *SOON, "--file", path, headless=where == "headless")
    seen = []
    for number in range(3):
        seen.append("--factory-startup" in argv_of(status["pid"]))
        crash(edit(world, status["pid"], EDIT.replace("Precious", "Precious%d" % number)))
        if number < 2:
            status = next_life(world, status["pid"])
            assert {"Precious%d" % n for n in range(number + 1)} <= set(objects(world))
    assert seen == [False, False, True]
    status = until(lambda: (lambda s: s if not s["attended"] else None)(world.status()), "the end")
    assert status["state"] == "failed" and status["restart_count"] == 2
    gave_up = world.events(kind="gave-up")
    assert len(gave_up) == 1
    assert gave_up[0]["reason"].startswith("3 crashes in a row on shot.blend, the last in safe mode: crash, signal 11")
    assert [e["safe"] for e in world.events(kind="restart")] == [False, True]
    offered = world.events(kind="recovery")[-1]
    assert offered["action"] == "offered" and "dcchost restart blender --recover" in offered["reason"]
    done = world.run("restart", "blender", "--recover", "--json")
    assert done.status == 0, done
    assert {"Precious0", "Precious1", "Precious2"} <= set(objects(world)) and not done.json["safe"]
    world.stop()


def test_asked_for_it_is_offered_and_not_taken(world):
    path = world.make_scene("shot.blend")
    before = world.launch(*SOON, "--file", path)
    crash(edit(world, before["pid"]))
    after = next_life(world, before["pid"])
    assert "Precious" not in objects(world)
    assert after["recovered"] is None and after["recovery"]["kind"] == "copy"
    assert [e["action"] for e in world.events(kind="recovery")] == ["offered"]
    done = world.run("restart", "blender", "--recover")
    assert done.status == 0, done
    assert "Precious" in objects(world) and world.status()["scene"] == str(path)
    world.stop()


def test_the_scene_is_opened_where_it_is_the_newest(world):
    path = world.make_scene("shot.blend")
    before = world.launch("--recover", "auto", *SOON, "--file", path)
    edit(world, before["pid"])
    with world.control() as control:
        control.run("bpy.ops.wm.save_mainfile()")
    crash(before["pid"])
    after = next_life(world, before["pid"])
    assert "Precious" in objects(world) and after["recovered"] is None and after["recovery"] is None
    world.stop()


def test_a_copy_that_the_artist_saves_elsewhere_is_not_the_scene(world):
    path = world.make_scene("shot.blend")
    before = world.launch("--recover", "auto", *SOON, "--file", path)
    edit(world, before["pid"])
    elsewhere = str(world.work / "for_you.blend")
    edit(world, before["pid"], "bpy.ops.wm.save_as_mainfile(filepath=%r, copy=True)" % elsewhere)
    crash(before["pid"])
    after = next_life(world, before["pid"])
    assert "Precious" in objects(world) and after["recovered"] and after["scene"] == str(path)
    world.stop()


def test_a_rescue_file_that_cannot_be_read_is_left_aside(world):
    path = world.make_scene("shot.blend")
    before = world.launch("--recover", "auto", *SOON, "--file", path)
    edit(world, before["pid"])
    copy = next(world.temp.glob("*/*_rescue.blend"))
    os.kill(before["pid"], signal.SIGSTOP)  # no better one is made meanwhile
    copy.write_bytes(copy.read_bytes()[:9000])
    kill(before["pid"], signal.SIGKILL)
    after = next_life(world, before["pid"])
    assert after["scene"] == str(path) and after["recovered"] is None
    assert "failed" in [e["action"] for e in world.events(kind="recovery")]
    assert world.rescued("*_rescue.blend")  # nobody has thrown it away
    world.stop()


def test_safe_when_asked(world):
    status = world.launch("--safe")
    assert "--factory-startup" in argv_of(status["pid"]) and status["safe"]
    world.stop()


def test_why_tells_it_on_one_screen(world):
    path = world.make_scene("shot.blend")
    before = world.launch(*SOON, "--restart", "never", "--file", path)
    crash(edit(world, before["pid"]))
    until(lambda: not world.status()["attended"], "the end")
    done = world.run("why")
    assert done.status == 0, done
    lines = done.out.splitlines()
    assert len(lines) <= 24 and lines[0].startswith("blender crashed: signal 11"), done
    said = {line[2:11].strip(): line[11:] for line in lines[1:]}
    assert said["scene"] == str(path) and re.match(r"blender \d+\.\d+\.\d+, ready, without a window$", said["it was"])
    for what in ("bundle", "log", "report", "stacks", "copy"):
        assert os.path.exists(said[what]), (what, done)
    assert lines[-2].startswith("  do       dcchost restart blender --recover")
    bundle = said["bundle"]
    assert "Segmentation fault" in open(os.path.join(bundle, "dcchost-faults.txt")).read()
    assert open(os.path.join(bundle, "shot.crash.txt")).read().startswith("# Blender ")
    assert "DCCHOST_AGENT_TOKEN=***\n" in open(os.path.join(bundle, "environment.txt")).read()
    assert re.search('Read blend: "?%s"?\n' % re.escape(str(path)), open(os.path.join(bundle, "log.txt")).read())
    assert world.run("restart", "blender", "--recover").status == 0
    assert "Precious" in objects(world)
    world.stop()


def test_a_hang_that_is_ended_leaves_its_stacks_and_its_work(world):
    path = world.make_scene("shot.blend")
    before = world.launch("--recover", "auto", *SOON, "--file", path, "--on-hang", "restart",
                          "--set", "hang-timeout=300ms", "--set", "save-timeout=500ms",
                          "--set", "probe-period=200ms", "--set", "probe-timeout=300ms",
                          "--set", "probe-failures=2", "--set", "progress-window=500ms", "--set", "term-timeout=500ms")
    edit(world, before["pid"])
    with world.control() as control:
        control.ask_run("import time; time.sleep(3000)")
        next_life(world, before["pid"])
    death = world.run("why", "--json").json["death"]
    assert death["hung"] and any("-hang-" in each["path"] for each in death["files"])
    hang = [name for name in os.listdir(death["bundle"]) if name.startswith("hang-")]
    assert 'File "<dcchost run>", line 1' in open(os.path.join(death["bundle"], hang[0])).read()
    assert "Precious" in objects(world)
    world.stop()


def test_an_idle_window_makes_no_copies(desk):
    """Nothing changes, so nothing is written, however long it lasts."""
    before = desk.launch(*SOON, headless=False)
    edit(desk, before["pid"])
    copy = next(desk.temp.glob("*/*_rescue.blend"))
    with desk.control() as control:
        settled = [copy.stat().st_mtime_ns]

        def quiet():  # what the edit itself still makes Blender do is over
            settled.append(copy.stat().st_mtime_ns)
            control.run("import time; time.sleep(1.5)") if settled[-1] != settled[-2] else None
            return settled[-1] == settled[-2]
        until(quiet, "the last copy")
        ticks = control.run("import dcchost_blender_agent as it; result = it.agent.rescue.made_at")
        for _n in range(20):
            control.run("import time; time.sleep(0.2)")
        assert control.run("import dcchost_blender_agent as it; result = it.agent.rescue.made_at") == ticks
        dirty = control.call("agent", method="ping", params={}, timeout_ms=30000)["dirty"]
    assert dirty is True
    desk.stop()


@pytest.mark.parametrize("where", ["headless", "window"])
def test_whatever_the_moment_the_last_copy_comes_back(request, where):
    """Crashes while the scene is edited all the time: what was there when the last copy was made is there again."""
    world = request.getfixturevalue("world" if where == "headless" else "desk")
    rounds, lost = int(os.environ.get("TEST_CRASHES") or 4), []
    chance = random.Random(4)
    path = world.make_scene("shot.blend")
    status = world.launch("--recover", "auto", *SOON, "--file", path, "--set", "scene-crashes=0",
                          "--set", "instant-crash=0", "--max-restarts", "4000", headless=where == "headless")
    for number in range(rounds):
        wanted = set()
        with world.control() as control:
            for _n in range(chance.randint(3, 6)):
                name = "Round%dEdit%d" % (number, _n)
                control.run(EDIT.replace("Precious", name))
                if chance.random() < 0.2:
                    control.run("bpy.ops.wm.save_mainfile()")
                time.sleep(chance.random())  # an artist's pace
                copies = list(world.temp.glob("*/*_rescue.blend"))
                newest = max([path] + copies, key=lambda each: each.stat().st_mtime_ns)
                wanted = set(objects_of(newest, world))
        crash(status["pid"])
        status = next_life(world, status["pid"])
        got = set(objects(world))
        with world.control() as control:
            name = control.run("result = bpy.data.filepath")
        if not wanted <= got or name != repr(str(path)):
            lost.append((number, wanted - got, name))
    figure("%s, %d crashes while editing: the newest copy or save came back %d times" %
           (where, rounds, rounds - len(lost)))
    assert not lost
    world.stop()


def objects_of(path, world):
    """Read aside: the copy may be replaced at any moment."""
    aside = world.work / "aside.blend"
    try:
        aside.write_bytes(path.read_bytes())
    except OSError:
        return []
    return [name for name in world.objects_in(aside)]
