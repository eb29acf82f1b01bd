"""A box for every test, see tests/lib/box.py; afterwards nothing of it is left, whatever the test did."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from box import Box  # noqa: E402


@pytest.fixture
def box():
    one = Box()
    yield one
    one.close()
