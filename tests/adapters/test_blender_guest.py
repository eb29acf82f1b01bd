"""The agent is a guest in Blender: what the user's files and add-ons do to Python does not stop it, and it changes
nothing of theirs."""
import os
import subprocess

import pytest

import stand_in
from stand_in import until

pytestmark = pytest.mark.skipif(not stand_in.BLENDER, reason="no blender here")

# Of the standard library, what an agent imports. Without threading Blender itself does not start.
IMPORTED = ("base64", "json", "queue", "selectors", "socket", "threading", "traceback", "faulthandler", "atexit")
KINDS = {"raises": "raise RuntimeError('studio')", "exits": "raise SystemExit(9)", "empty": ""}
PLAIN = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


def shadow(home, names, text):
    directory = home / "studio"
    directory.mkdir()
    for name in names:
        (directory / (name + ".py")).write_text(text + "\n")
    return str(directory)


def alone(home, args, env):
    """The exit code of a Blender without an agent."""
    return subprocess.run([stand_in.BLENDER, "-b"] + args, env=dict(PLAIN, HOME=str(home), TMPDIR=str(home), **env),
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          timeout=stand_in.PATIENCE).returncode


@pytest.mark.parametrize("kind", KINDS)
def test_modules_of_the_studio_do_not_reach_the_agent(kind, start, session, home):
    names = [each for each in IMPORTED if each != "threading" or kind == "empty"]
    studio = {"PYTHONPATH": shadow(home, names, KINDS[kind])}
    job = ["--python-exit-code", "42", "--python-expr", "print('JOB')"]
    blender = start("thread", args=job, env=studio)
    session.meet()
    assert blender.wait() == alone(home, job, studio) == 0
    assert "JOB" in blender.output and "dcchost" not in blender.output


def test_the_user_s_imports_find_the_user_s_modules(start, session, home):
    """The agent's json is not the user's, before and after it."""
    studio = shadow(home, ["json", "queue"], "mine = True")
    start("loop", env={"PYTHONPATH": studio}, before=["--python-expr", "import json; json.used = True"])
    line = session.meet()
    assert line.run("import json; result = json.mine and json.used") == "True"
    assert line.run("import queue; result = queue.mine") == "True"
    assert line.run("import sys; result = sys.path[0] == sys.path[0] and %r in sys.path" % studio) == "True"
    assert line.ping()["busy"] is None


PURGE = """
import sys
for name in [each for each in sys.modules if each.startswith("dcchost")]:
    del sys.modules[name]
"""


def test_the_agent_is_found_again_by_its_name(start, session):
    """Add-ons that are reloaded throw out whatever module they do not know. Command lines that follow name ours."""
    start("loop", args=["--python-expr", PURGE])
    line = session.meet()
    line.run("import dcchost_blender_agent as before; before.mark = 'same'" + PURGE)
    assert line.run("import dcchost_blender_agent as it; result = it.mark") == "'same'"
    assert line.ping()["busy"] is None


PATCHES = """
import sys, types, threading, socket, json, selectors, queue
def gone(*args, **flags):
    raise RuntimeError("patched")
threading.Thread.start = socket.socket.connect = json.dumps = json.loads = gone
selectors.DefaultSelector = queue.Queue.get = queue.Queue.put = socket.socketpair = gone
sys.modules["base64"] = types.ModuleType("base64")
sys.modules["selectors"] = object()
threading.excepthook = sys.excepthook = gone
"""
LATE = """
import time, socket
time.monotonic = time.time = lambda: 0.0
time.sleep = time.strftime = None
socket.setdefaulttimeout(0.001)
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_patches_of_the_standard_library_do_not_reach_the_agent(when, start, session, home):
    blender = start("loop", before=["--python-expr", PATCHES] if when == "before" else [])
    line = session.meet()
    line.run(LATE if when == "before" else PATCHES + LATE)
    assert line.ping()["pid"] == blender.process.pid
    session.close()
    session.listen()  # also what is needed to find the next session
    line = session.accept()
    line.welcome()
    assert line.run("import base64; result = base64.__dict__.get('b64encode')") == "None"  # the user's is as it was
    line.call("quit")
    assert blender.wait() == 0


@pytest.mark.parametrize("streams", [
    "sys.stdout.close(); sys.stderr.close()", "sys.stdout = sys.stderr = None", "sys.stdout = sys.stderr = object()",
    "os.close(1)"])
def test_without_the_streams(streams, start, session):
    blender = start("loop", before=["--python-expr", "import os, sys; " + streams])
    line = session.meet()
    assert line.answer(line.ask("run", source="raise ValueError('told')"))["error"]["message"] == "ValueError: told"
    line.call("quit")
    blender.wait()
    assert [m["method"] for m in line.drain()][-1] == "bye"


@pytest.mark.parametrize("mode", ["thread", "loop"])
def test_an_agent_that_cannot_be_loaded_is_said_and_the_application_goes_on(mode, start, home):
    args = ["--python-exit-code", "42", "--python-expr", "print('JOB')"]
    blender = start(mode, args=args, lacks=["dcchost_agent.py"])
    assert blender.wait() == 0
    said, = [line for line in blender.output.splitlines() if line.startswith("dcchost: ")]
    assert said.startswith("dcchost: the agent could not be loaded, the application goes on without it: FileNotFound")
    assert "JOB" in blender.output and "Traceback" not in blender.output


def test_what_the_user_arranged_for_faults_stands(start, session, home):
    mine = home / "mine.txt"
    arrange = ("import faulthandler, signal; mine = open(%r, 'w'); faulthandler.enable(file=mine); "
               "signal.signal(signal.SIGUSR1, lambda *a: mine.write('usr1') and mine.flush())" % str(mine))
    blender = start("loop", before=["--python-expr", arrange])
    line = session.meet()
    line.run("import os, signal; os.kill(os.getpid(), signal.SIGUSR1)")
    until(lambda: "usr1" in mine.read_text())
    blender.process.send_signal(11)
    blender.wait()
    assert "Segmentation fault" in mine.read_text()


HANDLERS = """
import bpy, time
bpy.called = []
def publish(*args):
    bpy.called.append(1)
    %s
for each in (bpy.app.handlers.save_pre, bpy.app.handlers.save_post):
    each.append(publish)
bpy.ops.mesh.primitive_monkey_add()
bpy.context.object.name = "Precious"
"""


@pytest.mark.parametrize("what", ["", "time.sleep(1000)", "raise SystemExit(5)"])
@pytest.mark.parametrize("mode", ["loop", "gui"])
def test_a_copy_calls_no_save_handler(mode, what, start, session, home):
    start(mode)
    line = session.meet()
    line.run(HANDLERS % what)
    got = line.call("save", directory=str(home), timeout=20)
    assert "'Precious'" in stand_in.objects_in(got["path"], home)
    assert line.run("result = bpy.called") == "[]"
    held = "result = [f.__name__ for f in bpy.app.handlers.save_pre].count('publish')"
    assert line.run(held) == "1"
    assert os.path.getsize(got["path"]) == got["bytes"]
