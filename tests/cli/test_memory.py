"""How much memory it had: the kernel's count at the end, also below a wrapper and in a real control group that runs out
of it; and a job that was stopped."""

import os
import pathlib
import signal
import subprocess

import pytest

from conftest import until

GROUPS = pathlib.Path("/sys/fs/cgroup")
LIMIT = 200 << 20

HUNGRY = """#!/usr/bin/python3
import os, sys, time
if "--version" in sys.argv:
    os.execv(%r, [%r] + sys.argv[1:])
block = bytearray(300 << 20)
del block
os.execv(%r, [%r] + sys.argv[1:])
"""


def application(box, text):
    path = box.work / "application"
    path.write_text(text)
    path.chmod(0o755)
    box.env["DCCHOST_FAKE_EXECUTABLE"] = str(path)


def test_a_peak_between_two_looks_is_seen(box):
    fake = os.environ["DCCHOST_FAKE_EXECUTABLE"]
    application(box, HUNGRY % (fake, fake, fake, fake))
    assert box.run("launch", "fake", "--", "--exit-after", "50", timeout=60).status == 0
    result = box.status()["result"]
    assert result["peak_bytes"] > 300 << 20, result
    assert result["peak_from"] in ("kernel", "samples")


def test_below_a_wrapper(box):
    fake = os.environ["DCCHOST_FAKE_EXECUTABLE"]
    hungry = box.work / "hungry"
    hungry.write_text(HUNGRY % (fake, fake, fake, fake))
    hungry.chmod(0o755)
    application(box, '#!/bin/sh\n"%s" "$@"\nexit $?\n' % hungry)
    assert box.run("launch", "fake", "--", "--exit-after", "50", timeout=60).status == 0
    result = box.status()["result"]
    assert result["peak_bytes"] > 300 << 20, result


def test_a_job_that_was_stopped_is_cancelled(box):
    output = box.work / "shown"
    with open(str(output), "wb") as file:
        child = box.popen("launch", "fake", "--headless", "--", "--job", stdout=file, stderr=subprocess.STDOUT)
    until(lambda: "running, ready" in output.read_text(), "ready", 60)
    child.send_signal(signal.SIGTERM)
    assert child.wait(60) == 143
    result = box.status()["result"]
    assert (result["kind"], result["verdict"], result["job"]) == ("stopped", "cancelled", True), result


def make_group_of_version_1():
    group = GROUPS / "memory" / ("dcchost-test-%d" % os.getpid())
    group.mkdir()
    (group / "memory.limit_in_bytes").write_text(str(LIMIT))
    return group


def make_group_of_version_2():
    """The memory of all groups may still be counted by version 1; then there is no such file."""
    if "memory" not in (GROUPS / "cgroup.controllers").read_text().split():
        raise OSError("no memory in version 2")
    (GROUPS / "cgroup.subtree_control").write_text("+memory")
    group = GROUPS / ("dcchost-test-%d" % os.getpid())
    group.mkdir()
    (group / "memory.max").write_text(str(LIMIT))
    if (group / "memory.swap.max").exists():
        (group / "memory.swap.max").write_text("0")
    return group


@pytest.fixture(params=[make_group_of_version_1, make_group_of_version_2], ids=["version 1", "version 2"])
def group(request):
    """A real control group of 200 MiB, as a batch system gives one to a job."""
    try:
        group = request.param()
    except OSError as error:
        pytest.skip("no control group of this version can be made here: %s" % error)
    yield group
    until(lambda: not (group / "cgroup.procs").read_text(), "the group to be empty")
    group.rmdir()


def test_a_group_that_runs_out_of_memory(box, group):
    """The kernel ends the application, not whoever watches it; the figure is the group's."""
    shell = 'echo $$ >"$0/cgroup.procs" && exec "$@"'
    done = subprocess.run(["sh", "-c", shell, str(group), box.command, "launch", "fake", "--headless", "--restart",
                           "never", "--dialect", "plain", "--", "--job", "--take-memory", "1G"], env=box.env,
                          cwd=str(box.work), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, universal_newlines=True, timeout=60)
    assert done.returncode == 137, done.stdout
    assert done.stdout.splitlines()[-1] == "dcchost: verdict=oom status=137"
    result = box.status()["result"]
    assert (result["verdict"], result["peak_from"]) == ("oom", "cgroup"), result
    assert LIMIT * 9 // 10 < result["peak_bytes"] <= LIMIT, result
    until(lambda: not box.processes(), "everything to be gone")
