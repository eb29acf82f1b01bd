"""A farm's engine and real Blender: killed or asked to end in the middle of a frame, or with unsaved work."""

import contextlib
import os
import random
import signal
import statistics
import subprocess
import time

import pytest

from world import PATIENCE, Box, figure, on_this_machine, until

FRAME = "import bpy; s = bpy.context.scene; s.render.engine = 'CYCLES'; s.cycles.samples = 4096; " \
    "s.cycles.use_denoising = False"
EDIT = "import bpy; bpy.ops.mesh.primitive_monkey_add(); bpy.context.object.name = 'Precious'; bpy.ops.ed.undo_push()"
ROUNDS = int(os.environ.get("DCCHOST_TIED_ROUNDS", "2"))
NAME = "blender-slurm-4711-t3-r0"
ENGINE = {"SLURM_JOB_ID": "4711", "SLURM_ARRAY_TASK_ID": "3"}


def pids(world, client, name):
    status = Box.status(world, name)
    return [client.pid, status["session_pid"], status["shim_pid"], status["pid"]]


@pytest.fixture
def frame(world):
    """A foreground launch, as a batch script does it, in the middle of a frame of 4,096 samples."""
    client = world.popen("launch", "blender", "--headless", "--", "--python-expr", FRAME, "-o", "//f_####", "-f", "1",
                         env=dict(world.env, **ENGINE), start_new_session=True, stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL)
    until(lambda: "Sample " in world.run("logs", NAME, "-n", "50").out, "samples")
    yield client
    client.kill()
    client.wait()


@pytest.mark.parametrize("how", ["term", "term to all", "kill of the group", "kill of session and client"])
def test_in_the_middle_of_a_frame(world, frame, how):
    all_of_it = pids(world, frame, NAME)
    began = time.monotonic()
    if how == "term":
        frame.send_signal(signal.SIGTERM)
    elif how == "term to all":
        for pid in all_of_it:
            with contextlib.suppress(ProcessLookupError):  # what was asked first may have ended the next
                os.kill(pid, signal.SIGTERM)
    elif how == "kill of the group":
        os.killpg(frame.pid, signal.SIGKILL)
    else:
        os.kill(all_of_it[1], signal.SIGKILL)
        frame.kill()
    until(lambda: not world.processes(), "nothing to be left")
    took = time.monotonic() - began
    figure("%s: nothing left after %.2f s" % (how, took))
    assert took < on_this_machine(5)
    frame.wait()
    result = Box.status(world, NAME)["result"]
    assert (result["kind"], result["verdict"]) == ("stopped", "cancelled"), result
    if "term" in how:
        assert frame.returncode == 143 and result["peak_bytes"] > 50 << 20, (frame.returncode, result)
    world.run("adopt", NAME)  # brings away what a killed session could not


def test_a_window_loses_nothing_with_its_caller(desk):
    """Tied, unsaved. There is a copy by then; how much of five seconds a newer one gets is the machine's affair."""
    client = desk.popen("launch", "blender", "--tied", "--set", "rescue-period=1s", stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL)
    until(lambda: desk.run("probe").status == 0, "ready")
    with desk.control() as control:
        control.run(EDIT)
    until(lambda: list(desk.top.rglob("*rescue.blend")), "a rescue copy")
    client.kill()
    client.wait()
    until(lambda: not desk.processes(), "nothing to be left")
    assert Box.status(desk, "blender")["result"]["verdict"] == "cancelled"
    copies = desk.rescued("*.blend")
    assert copies and "Precious" in desk.objects_in(copies[-1]), (copies, desk.run("events").out)


def ask_all(pids):
    """SIGTERM to every process, whoever is first: what was asked before may have ended the next."""
    random.shuffle(pids)
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


def test_a_window_is_saved_when_all_are_asked_to_end(desk):
    """A log-out, a shutdown, Slurm without cgroups: session, shim, application and command at once, in any order."""
    seconds = []
    for number in range(ROUNDS):
        name = "window%d" % number
        client = desk.popen("launch", "blender", "--name", name, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: desk.run("probe", name).status == 0, "ready")
        with desk.control(name) as control:
            control.run(EDIT)
        began = time.monotonic()
        ask_all(pids(desk, client, name))
        client.wait(PATIENCE)
        until(lambda: not desk.processes(), "nothing to be left")
        seconds.append(time.monotonic() - began)
        status = Box.status(desk, name)
        result, events = status["result"], desk.run("events", name).out
        assert status["state"] == "stopped" and status["restart_count"] == 0, status
        # Nobody asked dcchost for that, however orderly it was.
        assert (result["verdict"], client.returncode) == ("cancelled", 143), (result, client.returncode, events)
        copies = desk.rescued("*.blend", name)
        assert copies and any("Precious" in desk.objects_in(copy) for copy in copies), (copies, events)
    figure("SIGTERM to all, a window with unsaved work, %d of %d: stopped, work kept; nothing left after %.2f s "
           "(median), %.2f s (worst)" % (len(seconds), ROUNDS, statistics.median(seconds), max(seconds)))
