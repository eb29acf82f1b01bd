"""The adapters that come with dcchost go through the check that everybody's go through."""

import pytest

from conftest import sh


@pytest.fixture(scope="session")
def modules(installed):
    return sorted(path for path in installed.top.rglob("dcchost-1/adapters/dcchost-*.so"))


def test_they_are_well(author, modules):
    assert [path.name for path in modules][:1] == ["dcchost-blender.so"] and len(modules) >= 2
    for path in modules:
        assert sh(author, "dcchost adapter check %s" % path).endswith(": all is well\n"), path


def test_with_a_display_or_without(author, modules):
    """What is asked does not depend on the window system of whoever checks."""
    for path in modules:
        sh(author, "dcchost adapter check %s" % path, DISPLAY=":77", WAYLAND_DISPLAY="")
