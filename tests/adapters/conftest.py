"""Fixtures of the tests of agents inside real applications."""
import shutil

import pytest

import stand_in
from stand_in import XVFB, Blender, Session, Xvfb


@pytest.fixture
def home(tmp_path):
    yield tmp_path
    shutil.rmtree(tmp_path, ignore_errors=True)


@pytest.fixture
def session(home):
    it = Session(home / "agent.sock")
    yield it
    it.close()


@pytest.fixture(scope="session")
def display():
    if not XVFB:
        pytest.skip("no Xvfb here")
    server = Xvfb("1280x720x24")
    yield server.display
    server.close()


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    """Compiled shaders: without them the first window takes ten seconds to draw in software."""
    path = tmp_path_factory.mktemp("cache")
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def start(home, session, cache, request):
    """start(mode, ...): a Blender that is gone when the test is."""
    running = []

    def begin(mode, **more):
        if not stand_in.BLENDER:
            pytest.skip("no blender here")
        if mode == "gui":
            more.setdefault("display", request.getfixturevalue("display"))
        blender = Blender(home, more.pop("path", session.path), mode, cache=cache, **more)
        running.append(blender)
        return blender

    yield begin
    for blender in running:
        blender.close()
