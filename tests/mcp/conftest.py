"""What the official checkers need: their place, and directories of a test's own."""

import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from box import Box  # noqa: E402

CLIENTS = pathlib.Path(os.environ["DCC_TEST_BUILD"]) / "mcp-clients"


@pytest.fixture
def box():
    one = Box()
    yield one
    one.close()


def place_of(kind):
    if not (CLIENTS / (kind + ".installed")).exists():
        reason = CLIENTS / (kind + ".reason")
        pytest.skip(reason.read_text() if reason.exists() else "not installed; ./dev test mcp does that")
    return CLIENTS


@pytest.fixture
def node():
    """The directory of Node's packages, and the Node that they need."""
    modules = place_of("node") / "node_modules"
    return modules, str(modules / ".bin" / "node")


@pytest.fixture
def python():
    return str(place_of("python") / "python" / "bin" / "python")
