"""A box for every test, see tests/lib/box.py."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from box import PATIENCE, Box, Done, until  # noqa: E402,F401


@pytest.fixture
def box():
    one = Box()
    yield one
    one.close()
