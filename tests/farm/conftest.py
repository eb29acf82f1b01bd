"""The engines of a farm, real ones, each with a box of its own; an engine that is not here is a skip that says so."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

import slurm as slurms  # noqa: E402
from box import Box, Done, until  # noqa: E402,F401

ENGINES = pathlib.Path(os.environ["DCC_TEST_ENGINES"])
PATIENCE = 60  # a busy machine is no failure


def on_this_machine(seconds):
    """A promise made for a machine that has nothing else to do, on one that is shared."""
    return seconds * max(1, os.getloadavg()[0] / os.cpu_count())


def python_of(name):
    """The Python of an engine that install.py puts there."""
    reason = ENGINES / (name + ".reason")
    python = ENGINES / name / "bin/python"
    if reason.exists() or not python.exists():
        pytest.skip(reason.read_text() if reason.exists() else "no %s here: ./dev test farm installs it" % name)
    return python


@pytest.fixture
def box():
    one = Box()
    one.env["PATH"] = "%s:%s" % (pathlib.Path(os.environ["DCCHOST"]).parent, one.env["PATH"])
    yield one
    one.close()


MAKE_SCENE = """import bpy, sys
scene = bpy.context.scene
scene.render.engine, scene.cycles.samples, scene.cycles.use_denoising = "CYCLES", %d, False
scene.cycles.use_adaptive_sampling, scene.render.resolution_percentage = False, %d
bpy.ops.wm.save_as_mainfile(filepath=sys.argv[-1])
"""


def make_scene(box, samples, percentage):
    """A scene of Blender's with a name that has to be quoted, and the adapter for it."""
    blender = shutil.which("blender", path="/usr/bin:/bin")
    if blender is None:
        pytest.skip("no blender here")
    path = box.work / "it's a \"shot\" $1.blend"
    subprocess.run([blender, "-b", "--factory-startup", "--python-exit-code", "9", "--python-expr",
                    MAKE_SCENE % (samples, percentage), "--", str(path)],
                   env=box.env, check=True, stdout=subprocess.DEVNULL, timeout=2 * PATIENCE)
    box.env["DCC_ADAPTER_PATH"] += ":%s" % pathlib.Path(os.environ["DCC_TEST_BLENDER"]).parent
    return path


@pytest.fixture
def shot(box):
    """A frame is rendered at once."""
    return make_scene(box, 1, 5)


@pytest.fixture
def slow_shot(box):
    """A frame takes many minutes."""
    return make_scene(box, 4096, 100)


@pytest.fixture(params=["cgroup", "linuxproc", "bare"])
def slurm(request, box):
    """Four nodes. With cgroups a cancelled job's SIGTERM reaches its first process, without them every process; bare:
    as that, and its administrator has said nothing of exit statuses."""
    reason = slurms.missing()
    if reason is None and request.param == "cgroup" and not slurms.has_cgroups():
        reason = "no cgroups that can be written to, which is usual in a container"
    if reason is not None:
        pytest.skip(reason)
    track = "cgroup" if request.param == "cgroup" else "linuxproc"
    one = slurms.Slurm(box.top / "slurm", box.env, track=track, by_exit=request.param != "bare")
    yield one
    one.close()


class OpenJD:
    """`openjd run`: one step of a template."""

    def __init__(self, python, box):
        self.program, self.box = str(python.parent / "openjd"), box

    def run(self, *args, patience=2 * PATIENCE):
        done = subprocess.run([self.program, *args], env=self.box.env, cwd=str(self.box.work),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              universal_newlines=True, timeout=patience)
        return Done(done.returncode, done.stdout, "")


@pytest.fixture
def openjd(box):
    return OpenJD(python_of("openjd"), box)


class Frame:
    """A frame that RQD runs."""

    def __init__(self, python, box, command):
        self.place, self.output = box.top / "rqd", box.top / "said"
        variables = ["%s=%s" % item for item in box.env.items()]
        driver = [str(python), "-B", str(HERE / "rqd_frame.py"), str(self.place), command, *variables]
        self.driver = subprocess.Popen(driver, cwd=str(box.work), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       stderr=open(str(box.top / "driver.err"), "wb"), universal_newlines=True)
        self.errors = box.top / "driver.err"
        self.hear("launched")

    def hear(self, wanted):
        line = self.driver.stdout.readline()
        event = json.loads(line) if line else {"event": "nothing\n" + self.errors.read_text()}
        assert event["event"] == wanted, event
        return event

    def kill(self):
        self.driver.stdin.write("kill\n")
        self.driver.stdin.flush()
        return self.hear("killed")

    def complete(self):
        return self.hear("complete")

    @property
    def said(self):
        """What it printed, by itself: RQD's log at times has only its own head and foot of a short frame."""
        return self.output.read_text(errors="replace") if self.output.exists() else ""

    def close(self):
        self.driver.communicate(timeout=PATIENCE)


@pytest.fixture
def rqd(box):
    """A function: runs a command for a shell as a frame."""
    python, frames = python_of("rqd"), []

    def launch(command, aside=True):
        """aside: what it prints goes to a file of the test's own."""
        frames.append(Frame(python, box, "exec >%s 2>&1; %s" % (box.top / "said", command) if aside else command))
        return frames[-1]

    yield launch
    for frame in frames:
        frame.close()
