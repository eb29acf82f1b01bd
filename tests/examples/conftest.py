"""Fixtures of the examples' suite: dcchost installed in a directory, the example built from a copy, real Krita."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "lib"), str(ROOT / "tests" / "e2e")]

import world as lib  # noqa: E402
from installed import Installed  # noqa: E402

LONG = 300  # compilers, and the first start of a Krita with an empty home
KRITA = shutil.which("krita", path="/usr/bin:/bin:/usr/local/bin")


def pytest_collection_modifyitems(items):
    for item in items:
        if not KRITA and {"desk", "fresh"} & set(item.fixturenames):
            item.add_marker(pytest.mark.skip(reason="no krita here"))
        elif not lib.XVFB and "display" in item.fixturenames:
            item.add_marker(pytest.mark.skip(reason="no Xvfb here"))


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    return Installed(os.environ["DCC_TEST_BUILD"], tmp_path_factory.mktemp("installed"))


@pytest.fixture(scope="session")
def module(installed, tmp_path_factory):
    """dcchost-krita.so, built by the commands of the example's README from a copy of it."""
    place = tmp_path_factory.mktemp("stranger")
    shutil.copytree(os.path.join(os.environ["DCC_TEST_EXAMPLES"], "krita"), str(place / "krita"))
    env = dict(installed.env, HOME=str(place), CC=os.environ["CC"])
    done = subprocess.run(["/bin/sh", "-euc", "cd krita && meson setup --werror build && ninja -C build"], env=env,
                          cwd=str(place), timeout=LONG, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout.decode("utf-8", "replace")
    return place / "krita" / "build" / "dcchost-krita.so"


@pytest.fixture(scope="session")
def display():
    server = lib.Xvfb()
    yield server.display
    server.close()


class Desk(lib.World):
    """A world with a display, the installed dcchost, and the example where a user puts it."""

    def __init__(self, installed, module, display, used=None):
        super().__init__(display)
        if used:
            for path in used.iterdir():
                shutil.copytree(str(path), str(self.top / "data" / path.name))
        for name in ("DCC_ADAPTER_PATH", "MESA_SHADER_CACHE_DIR"):
            self.env.pop(name, None)
        self.env.update(installed.env)
        self.home = self.top / "home"
        self.command = str(installed.dcchost)
        self.adapters = self.top / "data" / "dcchost" / "adapters"
        self.adapters.mkdir(parents=True, mode=0o755)
        if module:
            shutil.copy(str(module), str(self.adapters))

    def krita(self, *args):
        """Krita, ready; its status."""
        done = self.run("launch", "krita", "-d", "--wait", "ready", "--json", *args, timeout=LONG)
        assert done.status == 0, done
        return done.json

    def control(self, name="krita"):
        return super().control(name)

    def status(self, name="krita"):
        return super().status(name)

    def events(self, name="krita", kind=None):
        return super().events(name, kind)

    def rescued(self, pattern, name="krita"):
        return super().rescued(pattern, name)


@pytest.fixture(scope="session")
def used(installed, module, display, tmp_path_factory):
    """What Krita and kritarunner have in their data directories after their first start, which fills them."""
    place = tmp_path_factory.mktemp("used")
    if KRITA:
        one = Desk(installed, module, display)
        for mode in ([], ["--headless"]):
            one.krita(*mode)
            one.stop("krita")
        for path in (one.top / "data").glob("krita*/"):
            if path.is_dir():
                shutil.copytree(str(path), str(place / path.name))
        one.close()
    return place


@pytest.fixture
def fresh(installed, module, display):
    """A desk at which nobody has started Krita before."""
    one = Desk(installed, module, display)
    yield one
    one.close()


@pytest.fixture
def desk(installed, module, display, used):
    one = Desk(installed, module, display, used)
    yield one
    one.close()
