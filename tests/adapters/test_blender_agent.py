"""The agent inside real Blender, against a stand-in for its session."""
import os
import pathlib
import shutil
import signal
import subprocess
import time

import pytest

import stand_in
from stand_in import Session, objects_in, until

pytestmark = pytest.mark.skipif(not stand_in.BLENDER, reason="no blender here")


BOTH = pytest.mark.parametrize("mode", ["loop", "gui"])


@BOTH
def test_a_life(mode, start, session):
    """Hello, ready, ping, quit: the shortest life, in order."""
    blender = start(mode)
    line = session.accept()
    hello = line.welcome()
    assert hello["token"] == stand_in.TOKEN and hello["pid"] == blender.process.pid
    assert hello["app"] == "blender" and hello["version"][0].isdigit() and hello["protocol"] == 1
    assert hello["headless"] == (mode == "loop") and hello["ready"] is False
    assert line.expect("ready") == {"scene": "", "exists": False}
    pulse = line.ping()
    assert pulse["pid"] == blender.process.pid and pulse["busy"] is None
    assert 0 <= pulse["main_thread_age_ms"] < 1000
    assert line.call("quit") == {"quitting": True}
    assert [m["method"] for m in line.drain()][-1] == "bye"
    assert blender.wait() == 0
    assert "Blender quit" in blender.output


@BOTH
def test_blocked_main_thread_shows_in_the_ping(mode, start, session):
    start(mode)
    line = session.meet()
    number = line.ask("run", source="import time\ntime.sleep(3)")
    ages = []
    until(lambda: (ages.append(line.ping()["main_thread_age_ms"]), ages[-1] > 2000)[1], patience=10)
    assert line.ping()["busy"] == "run"
    line.answer(number)
    until(lambda: line.ping()["main_thread_age_ms"] < 1000 and line.ping()["busy"] is None, patience=10)


@BOTH
def test_rescue_copy_holds_the_edit(mode, start, session, home):
    rescue = home / "rescue"
    rescue.mkdir()
    start(mode)
    line = session.meet()
    line.run("bpy.ops.mesh.primitive_monkey_add(); bpy.context.object.name = 'Precious'; bpy.ops.ed.undo_push() "
             "if not bpy.app.background else None")
    was_dirty = line.run("result = bpy.data.is_dirty") == "True"
    got = line.call("save", directory=str(rescue))
    assert pathlib.Path(got["path"]).parent == rescue and got["bytes"] == os.path.getsize(got["path"]) > 1000
    assert "'Precious'" in objects_in(got["path"], home)
    assert line.run("result = bpy.data.filepath") == "''"  # the user's own scene is as it was
    if mode == "gui":
        assert was_dirty
        until(lambda: line.run("result = bpy.data.is_dirty") == "True", patience=10)  # "Save changes?" comes still
        assert line.ping()["dirty"] is True
    second = line.call("save", directory=str(rescue))
    assert second["path"] != got["path"] and len(list(rescue.glob("*.blend"))) == 2


def test_a_copy_that_cannot_be_written_is_an_error(start, session, home):
    start("loop")
    line = session.meet()
    answer = line.answer(line.ask("save", directory=str(home / "nowhere")))
    assert answer["error"]["code"] == -32000 and "nowhere" in answer["error"]["message"]
    answer = line.answer(line.ask("nonsense"))
    assert answer["error"]["code"] == -32601
    answer = line.answer(line.ask("run", source="1/0"))
    assert "ZeroDivisionError" in answer["error"]["message"]
    assert line.run("result = 6 * 7") == "42"


def test_window_with_unsaved_work_quits_unasked(start, session):
    blender = start("gui")
    line = session.meet()
    line.run("bpy.ops.mesh.primitive_cube_add(); bpy.ops.ed.undo_push()")
    asked = time.monotonic()
    line.call("quit")
    assert blender.wait() == 0
    assert time.monotonic() - asked < 5
    assert "Blender quit" in blender.output and (blender.temp / "quit.blend").exists()


def test_quit_with_a_code(start, session):
    blender = start("loop")
    line = session.meet()
    line.call("quit", code=7)
    assert line.expect("bye") == {"code": 7}
    assert blender.wait() == 7


@BOTH
def test_a_new_session_is_found(mode, start, session):
    blender = start(mode)
    session.meet()
    session.close()
    assert blender.process.poll() is None
    session.listen()
    line = session.accept()
    assert line.welcome()["ready"] is True
    assert line.ping()["pid"] == blender.process.pid
    line.call("quit")
    assert blender.wait() == 0


def test_a_session_that_dies_over_an_answer_takes_nobody_along(start, session):
    """Newer Blenders do not ignore SIGPIPE, and this one is made to be like them."""
    blender = start("loop")
    line = session.meet()
    line.run("import signal\nsignal.signal(signal.SIGPIPE, signal.SIG_DFL)")
    blender.process.send_signal(signal.SIGSTOP)
    line.ask("ping")
    session.close()  # before the answer can be written
    blender.process.send_signal(signal.SIGCONT)
    session.listen()
    line = session.accept()
    line.welcome()
    assert line.ping()["pid"] == blender.process.pid
    line.call("quit")
    assert blender.wait() == 0


def test_what_was_asked_by_a_dead_session_is_not_done(start, session):
    blender = start("loop")
    line = session.meet()
    line.ask("run", source="import time\ntime.sleep(1)")
    line.ask("quit")
    line.ping()
    session.close()
    session.listen()
    line = session.accept()
    line.welcome()
    until(lambda: line.ping()["busy"] is None, patience=10)
    assert line.run("result = 1") == "1" and blender.process.poll() is None


def test_a_refused_token_is_the_end_of_it(start, session):
    blender = start("loop")
    line = session.accept()
    hello = line.heard.get(timeout=stand_in.PATIENCE)
    line.send({"jsonrpc": "2.0", "id": hello["id"], "error": {"code": -32000, "message": "wrong token"}})
    assert line.drain() == []
    with pytest.raises(OSError):
        session.accept(timeout=2.5)
    assert blender.process.poll() is None
    blender.terminate()
    assert blender.wait() == 0
    assert "Traceback" not in blender.output and "dcchost" not in blender.output


def test_no_session_at_all(start, home):
    """Blender goes on alone, and finds the session that comes late."""
    path = home / "late.sock"
    blender = start("loop", path=path, args=["--python-expr", "print('WORKING', flush=True)"])
    until(lambda: "WORKING" in blender.output)
    late = Session(path)
    try:
        line = late.meet()
        line.call("quit")
        assert blender.wait() == 0
    finally:
        late.close()
    assert "Traceback" not in blender.output


def test_a_path_too_long_for_a_socket(start, home):
    deep = home / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    session = Session(deep / "agent.sock")
    try:
        blender = start("loop", path=session.path)
        session.meet().call("quit")
        assert blender.wait() == 0
    finally:
        session.close()


@BOTH
def test_sigterm_is_an_orderly_quit(mode, start, session):
    blender = start(mode)
    line = session.meet()
    blender.terminate()
    assert line.expect("bye") == {"code": None, "signal": 15}
    assert blender.wait() == 0
    assert "Blender quit" in blender.output
    assert (blender.temp / "quit.blend").exists() == (mode == "gui")


def test_a_forked_worker_still_dies_by_sigterm(start, session):
    start("loop")
    line = session.meet()
    source = ("import os, signal, time\nr, w = os.pipe()\npid = os.fork()\nif pid == 0:\n    os.write(w, b'x')\n"
              "    time.sleep(30)\n    os._exit(3)\n"
              "os.read(r, 1)\nos.kill(pid, signal.SIGTERM)\nresult = os.waitpid(pid, 0)[1]")
    assert line.run(source) == str(int(signal.SIGTERM))
    assert line.run("result = 1") == "1"


def test_ctrl_c_leaves_a_window_alive(start, session):
    blender = start("gui")
    line = session.meet()
    blender.process.send_signal(signal.SIGINT)
    assert line.run("result = 2", timeout=15) == "2"
    line.call("quit")
    blender.wait()


@pytest.mark.parametrize("rubbish", [
    b"\0\xff\xfe not json\n[]\n{}\n\n" + b"[" * 5000 + b"\n",
    b'{"jsonrpc":"2.0","id":"odd","method":7}\n{"id":{},"method":"ping","params":[]}\n',
], ids=["noise", "wrong types"])
def test_senseless_lines_do_no_harm(rubbish, start, session):
    blender = start("loop")
    line = session.meet()
    line.sock.sendall(rubbish)
    assert line.ping()["pid"] == blender.process.pid
    assert "Traceback" not in blender.output


def test_a_line_of_a_gibibyte_is_cut_off(start, session):
    blender = start("loop")
    line = session.meet()
    chunk, sent = b"x" * (1 << 20), 0
    with pytest.raises(OSError):
        while sent < 1 << 30:
            line.sock.sendall(chunk)
            sent += len(chunk)
    assert sent < 64 << 20
    line = session.accept()
    assert line.welcome()["ready"] is True
    assert line.ping()["pid"] == blender.process.pid
    with open("/proc/%d/status" % blender.process.pid) as status:
        peak = next(int(text.split()[1]) for text in status if text.startswith("VmHWM"))
    assert peak < 400 * 1024


def test_stacks_of_every_thread(start, session, home):
    blender = start("loop")
    line = session.meet()
    number = line.ask("run", source="import time\ndef stuck_here():\n    time.sleep(2)\nstuck_here()")
    until(lambda: line.ping()["busy"] == "run", patience=10)
    path = line.call("stacks", timeout=1)["path"]
    text = pathlib.Path(path).read_text()
    assert "stuck_here" in text and pathlib.Path(path).parent == blender.temp
    line.answer(number)
    blender.process.send_signal(signal.SIGUSR1)
    stacks = blender.temp / "dcchost-faults.txt"
    until(lambda: "most recent call first" in stacks.read_text(), patience=10)
    assert line.ping()["pid"] == blender.process.pid


def test_another_scene_is_told(start, session, home):
    first, second = home / "first.blend", home / "second.blend"
    start("loop")
    line = session.meet()
    line.run("bpy.ops.wm.save_as_mainfile(filepath=%r)" % str(first))
    assert line.expect("scene") == {"scene": str(first), "exists": True}
    line.run("bpy.ops.wm.save_as_mainfile(filepath=%r, copy=True)" % str(second))
    line.run("bpy.ops.wm.open_mainfile(filepath=%r)" % str(second))
    assert line.expect("scene") == {"scene": str(second), "exists": True}
    line.run("bpy.ops.wm.read_factory_settings()")
    assert line.expect("scene") == {"scene": "", "exists": False}
    assert line.ping()["busy"] is None


SLOW_DISK = """
import os, time
really = os.stat
def slow(path, *args, **flags):
    if os.fsencode(path).endswith(b"slow.blend"):
        time.sleep(0.5)
    return really(path, *args, **flags)
os.stat = slow
"""


def test_a_scene_is_told_with_its_file_or_not_at_all(start, session, home):
    """The thread that tells must not meet a new name with the old word on whether it is there: a start would fail."""
    path = home / "slow.blend"
    start("loop")
    line = session.meet()
    line.run(SLOW_DISK)
    line.run("bpy.ops.wm.save_as_mainfile(filepath=%r)" % str(path))
    assert line.expect("scene") == {"scene": str(path), "exists": True}


def test_window_lives_through_another_scene(start, session, home):
    start("gui")
    line = session.meet()
    line.run("bpy.ops.wm.save_as_mainfile(filepath=%r)" % str(home / "a.blend"))
    while not line.expect("scene")["exists"]:
        pass  # the name may be known a tick before the file is there
    line.run("bpy.ops.wm.read_factory_settings()")
    while line.expect("scene")["scene"] != "":
        pass
    assert line.run("result = 3") == "3"


def render_scene(home, samples=1, frames=3, size=32):
    """A scene that Cycles renders in a moment, or never."""
    path = home / "render.blend"
    subprocess.run(
        [stand_in.BLENDER, "-b", "--python-expr",
         "import bpy\ns = bpy.context.scene\ns.render.engine = 'CYCLES'\ns.cycles.samples = %d\n"
         "s.cycles.use_adaptive_sampling = False\ns.cycles.use_denoising = False\n"
         "s.render.resolution_x = s.render.resolution_y = %d\ns.frame_end = %d\n"
         "s.render.filepath = %r\nbpy.ops.wm.save_as_mainfile(filepath=%r)"
         % (samples, size, frames, str(home / "out_"), str(path))],
        env={"PATH": "/usr/bin:/bin", "HOME": str(home), "TMPDIR": str(home)}, check=True,
        stdout=subprocess.DEVNULL, timeout=stand_in.PATIENCE)
    return path


def test_command_line_render_is_watched(start, session, home):
    blender = start("thread", scene=render_scene(home), args=["-a"])
    line = session.meet()
    frames = [line.expect("frame") for _ in range(3)]
    assert frames == [{"frame": n, "first": 1, "last": 3, "step": 1} for n in (1, 2, 3)]
    assert [m["method"] for m in line.drain()][-1] == "bye"
    assert blender.wait() == 0
    assert all("Fra:%d" % n in blender.output for n in (1, 2, 3))
    assert len(list(home.glob("out_*.png"))) == 3


def test_long_frame_answers_and_is_cancelled_on_request(start, session, home):
    blender = start("thread", scene=render_scene(home, samples=100000, size=64), args=["-f", "1"])
    line = session.meet()
    assert line.expect("busy") == {"reason": "render"}
    until(lambda: line.ping()["main_thread_age_ms"] > 300, patience=20)
    assert line.ping()["busy"] == "render"
    assert line.answer(line.ask("save", directory=str(home)))["error"]["code"] == -32000
    assert line.call("quit", timeout=1)["quitting"] is True
    assert blender.wait() == 1
    assert "Blender killed" not in blender.output and not list(home.glob("out_*.png"))


def test_render_in_the_loop_is_cancelled_on_request(start, session, home):
    blender = start("loop", scene=render_scene(home, samples=100000, size=64))
    line = session.meet()
    line.ask("run", source="bpy.ops.render.render(write_still=True)")
    until(lambda: line.ping()["busy"] == "render", patience=20)
    assert line.call("quit", timeout=40)["quitting"] is True
    assert blender.wait() in (0, 1)
    assert not list(home.glob("out_*.png"))


def test_sigsegv_leaves_every_stack(start, session):
    blender = start("loop")
    session.meet()
    blender.process.send_signal(signal.SIGSEGV)
    assert blender.wait() == -signal.SIGSEGV
    assert "most recent call first" in (blender.temp / "dcchost-faults.txt").read_text()
    assert (blender.temp / "blender.crash.txt").exists()


@BOTH
def test_recovered_work_keeps_its_name(mode, start, session, home):
    """What the adapter's plan_recovery puts on the command line."""
    blender = start("gui")
    line = session.meet()
    line.run("bpy.ops.wm.save_as_mainfile(filepath=%r)" % str(home / "mine.blend"))
    line.run("bpy.ops.mesh.primitive_monkey_add(); bpy.ops.ed.undo_push()")
    line.call("quit")
    assert blender.wait() == 0
    lost = home / "it's_1_autosave.blend"
    shutil.copy(blender.temp / "quit.blend", lost)
    recover = ("import os, dcchost_blender_agent as it; "
               "it.agent.recover(os.fsdecode(bytes.fromhex('%s')))" % os.fsencode(lost).hex())
    start(mode, args=["--python-expr", recover])
    line = session.accept()
    line.welcome()
    assert line.expect("ready") == {"scene": str(home / "mine.blend"), "exists": True}
    assert "Suzanne" in line.run("result = [o.name for o in bpy.data.objects]")
    assert line.ping()["dirty"] is True
    if mode == "gui":
        until(lambda: line.run("result = bpy.data.is_dirty") == "True", patience=10)
