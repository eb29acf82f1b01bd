"""A farm's engine and real Blender: killed or asked to end in the middle of a frame, or with unsaved work."""

import contextlib
import os
import signal
import subprocess
import time

import pytest

from world import Box, figure, on_this_machine, until

FRAME = "import bpy; s = bpy.context.scene; s.render.engine = 'CYCLES'; s.cycles.samples = 4096; " \
    "s.cycles.use_denoising = False"
EDIT = "import bpy; bpy.ops.mesh.primitive_monkey_add(); bpy.context.object.name = 'Precious'; bpy.ops.ed.undo_push()"
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
    copies = desk.rescued("*.blend")
    assert copies and "Precious" in desk.objects_in(copies[-1]), (copies, desk.run("events").out)
