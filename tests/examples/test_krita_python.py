"""The same application by an adapter in Python, in a program of its own."""

import os
import pathlib
import shutil
import subprocess

import pytest

import edits
from conftest import LONG, Desk


@pytest.fixture
def desk(installed, display, used):
    """No module of Krita's here: the program brings its own adapter."""
    one = Desk(installed, None, display, used)
    yield one
    one.close()


def test_launch_probe_and_stop(desk):
    for name in ("krita", "krita-python"):
        shutil.copytree(os.path.join(os.environ["DCC_TEST_EXAMPLES"], name), str(desk.work / name))
    host = subprocess.Popen(["/usr/bin/python3", str(desk.work / "krita-python" / "krita_host.py")], env=desk.env,
                            cwd=str(desk.work), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)
    try:
        ready = host.stdout.readline().decode()
        assert ready.startswith("ready: pid "), (ready, host.stderr.read().decode() if not ready else "")
        assert "version " in ready and "None" not in ready
        assert host.stdout.readline().decode().startswith("probe: ok")
        with desk.control() as control:
            control.run(edits.NEW)
            control.run(edits.ADD)
        out, err = host.communicate(b"\n", timeout=LONG)
    finally:
        if host.poll() is None:
            host.kill()
            host.communicate()
    assert host.returncode == 0, err.decode()
    assert out.decode().startswith("over: stopped"), (out, err)
    copy, = desk.rescued("*.kra")
    assert edits.holds_the_edit(copy) and isinstance(copy, pathlib.Path)
    desk.expect_nothing_left()
