"""Fixtures of the end-to-end suite: real Blender, the real command, a private world for every test."""

import os
import pathlib
import sys

import pytest

import world as lib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "blenders"))

import lacks  # noqa: E402

MODULE = os.environ.get("DCC_TEST_BPY")  # the version, where it is the bpy module that is tested


def pytest_collection_modifyitems(items):
    for item in items:
        missing = lacks.find(MODULE, item) if MODULE else None
        if missing:
            item.add_marker(pytest.mark.skip(reason=missing))
        if "stand_in" in item.fixturenames:
            continue
        if not lib.BLENDER:
            item.add_marker(pytest.mark.skip(reason="no blender here"))
        elif not lib.XVFB and "display" in item.fixturenames:
            item.add_marker(pytest.mark.skip(reason="no Xvfb here"))


@pytest.fixture
def world():
    """No display in it: windows have nowhere to open."""
    one = lib.World()
    yield one
    one.close()


@pytest.fixture(scope="session")
def display():
    server = lib.Xvfb()
    yield server.display
    server.close()


@pytest.fixture
def desk(display):
    """A world with a display."""
    one = lib.World(display)
    yield one
    one.close()


@pytest.fixture(params=["headless", "window"])
def place(request):
    """A world, and whether it is one without windows."""
    headless = request.param == "headless"
    return request.getfixturevalue("world" if headless else "desk"), headless
