"""Hung is not busy: what a hang's report says, what a restart saves first, and what is no hang at all."""

import pathlib
import socket
import time

import pytest

from world import figure, until

QUICK = ["--set", "probe-period=500ms", "--set", "probe-timeout=300ms", "--set", "probe-failures=2", "--set",
         "progress-window=1s"]
# Hangs in time.sleep until the test lets go, so that nothing depends on how fast anybody is.
OPERATOR = """
import bpy, os, time

class Stuck(bpy.types.Operator):
    bl_idname, bl_label = "wm.stuck", "Stuck"

    def execute(self, context):
        while not os.path.exists(%r):
            time.sleep(0.5)
        return {'FINISHED'}

bpy.utils.register_class(Stuck)
"""
MODAL = """
import bpy

class Modal(bpy.types.Operator):
    bl_idname, bl_label = "wm.wait_for_artist", "Modal"
    turns = 0

    def invoke(self, context, event):
        Modal.timer = context.window_manager.event_timer_add(0.1, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {'RUNNING_MODAL'}

    def modal(self, context, event):
        Modal.turns += 1
        return {'RUNNING_MODAL'}

bpy.utils.register_class(Modal)
manager = bpy.context.window_manager
with bpy.context.temp_override(window=manager.windows[0], screen=manager.windows[0].screen):
    result = bpy.ops.wm.wait_for_artist('INVOKE_DEFAULT')
"""


class Hang:
    """Blender in an operator that sleeps, and the way out of it."""

    def __init__(self, world, control):
        self.script, self.flag = world.work / "stuck.py", world.work / "let-go"
        self.script.write_text(OPERATOR % str(self.flag))
        control.follow()
        control.run("import runpy; runpy.run_path(%r)" % str(self.script))
        self.asked = control.ask_run("import bpy; bpy.ops.wm.stuck()", timeout_ms=600000)
        control.event("state", to="unresponsive")

    def let_go(self):
        self.flag.touch()


def test_a_hang_has_a_report_that_names_the_line(world):
    pid = world.launch(*QUICK)["pid"]
    with world.control() as control:
        hang = Hang(world, control)
        _instant, event = control.event("rescue")
        assert event["kind"] == "stacks"
        report = pathlib.Path(event["path"]).read_text()
        line = 1 + OPERATOR.splitlines().index("            time.sleep(0.5)")
        python = report.partition("Python stacks:")[2]
        assert 'File "%s", line ' % hang.script in python and " in execute" in python, report
        assert "line %d in execute" % line in python or "line %d in execute" % (line - 1) in python, report
        assert "Thread 0x" in python, report  # the agent's own is another
        main = next(line for line in report.splitlines() if line.startswith("thread %d " % pid))
        assert " state " in main and " cpu " in main and " wchan " in main and " syscall " in main
        figure("hang report: " + main)
        assert pathlib.Path(event["path"]).parent == world.state / "dcchost" / "blender" / "rescue"
        status = world.status()
        assert status["health"]["report"] == event["path"] and event["path"] in status["rescue"]
        told = world.run("probe")
        assert told.status == 1 and event["path"] in told.out
        assert world.status()["pid"] == pid  # a workstation is told, and no more
        hang.let_go()
        control.event("state", **{"from": "unresponsive", "to": "running"})
        until(lambda: control.call("status")["health"]["report"] is None, "the report to be of the past")
    assert world.status()["restart_count"] == 0


def test_a_restart_after_a_hang_saves_first(world):
    pid = world.launch(*QUICK, "--on-hang", "restart", "--set", "hang-timeout=500ms", "--set", "save-timeout=600s",
                       "--backoff", "fixed:50ms")["pid"]
    with world.control() as control:
        control.run("import bpy; bpy.ops.mesh.primitive_monkey_add(); bpy.context.object.name = 'Precious'")
        hang = Hang(world, control)
        control.event("state", to="stopping")
        hang.let_go()
        _instant, step = control.event("step", step="save")
        assert step["outcome"] == "saved", step
        control.event("exit", pid=pid)
        control.event("state", to="running", **{"from": "starting"})
    copies = [event["path"] for event in world.events(kind="rescue") if event["kind"] == "copy"]
    copy, = [path for path in copies if not path.endswith("_rescue.blend")]  # the agent's own lies beside it
    assert "Precious" in world.objects_in(copy)
    assert world.status()["restart_count"] == 1


def test_a_modal_state_is_left_alone(desk):
    pid = desk.launch(*QUICK, "--on-hang", "restart", "--set", "hang-timeout=500ms", headless=False)["pid"]
    with desk.control() as control:
        control.follow()
        control.run(MODAL)
        turns = "import bpy; result = bpy.types.WM_OT_wait_for_artist.turns"
        for _ in range(10):  # ten times as long as a hang would need to be acted upon
            before = int(control.run(turns))
            until(lambda: int(control.run(turns)) > before + 10, "the modal operator to turn")
        assert not [e for _, e in control.events if e.get("to") in ("stopping", "restarting")]
        status = control.call("status")
        assert (status["pid"], status["restart_count"], status["state"]) == (pid, 0, "running")


SERVER = """
import socket
server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen()
open(%r, "w").write(str(server.getsockname()[1]))
server.accept()
"""
SAYS = """
from dcchost_wait import waiting
with waiting("for the night"):
    while not __import__("os").path.exists(%r):
        __import__("time").sleep(0.2)
"""


@pytest.mark.parametrize("source", [SERVER, SAYS], ids=["a server", "by its own word"])
def test_what_waits_on_purpose_is_not_hung(world, source):
    """In a job of its own and with --on-hang restart: ten times as long as a hang would need to be acted upon."""
    script, mark = world.work / "wait.py", world.work / "mark"
    script.write_text(source % str(mark))
    pid = world.launch(*QUICK, "--on-hang", "restart", "--set", "hang-timeout=500ms", "--", "-P", script)["pid"]
    with world.control() as control:
        until(lambda: control.call("probe").get("busy") == "waiting", "the wait to be seen")
        control.follow()
        for _n in range(20):
            probe = control.call("probe")
            assert (probe["health"], probe["busy"]) == ("busy", "waiting"), probe
            time.sleep(0.5)  # it is time that must pass: what is looked for is that nothing happens in it
        assert not [e for _, e in control.events if e.get("to") in ("unresponsive", "stopping", "restarting")]
    status = world.status()
    assert (status["pid"], status["restart_count"]) == (pid, 0)
    if source == SERVER:
        socket.create_connection(("127.0.0.1", int(mark.read_text()))).close()
    else:
        mark.touch()
    until(lambda: world.status()["state"] == "stopped", "its own end")
    assert world.status()["result"]["verdict"] == "clean"
