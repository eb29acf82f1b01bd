"""What the Python tests share: a box (tests/lib/box.py), the package as it lies in the tree, and patience."""

import os
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "bindings" / "python"
sys.path.insert(0, str(ROOT / "tests" / "lib"))
sys.path.insert(0, str(PACKAGE))

from box import PATIENCE, Box, until  # noqa: E402,F401


@pytest.fixture
def box(monkeypatch):
    """A box whose directories are also this process's own."""
    one = Box()
    for name in ("XDG_RUNTIME_DIR", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "HOME",
                 "DCC_ADAPTER_PATH", "DCCHOST_SHIM", "DCCHOST_FAKE_EXECUTABLE"):
        monkeypatch.setenv(name, one.env[name])
    monkeypatch.chdir(str(one.work))
    yield one
    one.close()


def short(value):
    """What a test's name says of a value."""
    return value.__name__ if isinstance(value, type) else ascii(value)[:24]


def environment():
    """This process's environment, with the package on PYTHONPATH and no bytecode left in the tree."""
    env = dict(os.environ, PYTHONPATH=str(PACKAGE))
    if not env.get("PYTHONPYCACHEPREFIX"):
        env["PYTHONDONTWRITEBYTECODE"] = "1"
    return env
