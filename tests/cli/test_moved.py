"""An installed dcchost runs from where it lies: below any prefix, and after the tree was moved."""

import os
import pathlib
import shutil
import subprocess

import pytest

from conftest import Box


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """The installed tree, moved to where it was never meant to be; a space in its path."""
    top = tmp_path_factory.mktemp("installed")
    subprocess.run(["meson", "install", "-C", os.environ["DCC_TEST_BUILD"], "--no-rebuild", "--quiet", "--destdir",
                    str(top / "first")], check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    program, = [path for path in (top / "first").rglob("bin/dcchost")]
    moved = top / "a place" / "dcchost"
    moved.parent.mkdir()
    shutil.move(str(program.parent.parent), str(moved))
    shutil.rmtree(str(top / "first"))
    return moved


@pytest.fixture
def place(tree, tmp_path, monkeypatch):
    """A box in which nothing but HOME and PATH says where anything is."""
    monkeypatch.setenv("DCCHOST", str(tree / "bin" / "dcchost"))
    box = Box()
    for name in ("DCC_ADAPTER_PATH", "DCCHOST_SHIM", "LD_LIBRARY_PATH"):
        box.env.pop(name, None)
    yield box
    box.close()


def test_everything_is_found(place, tree):
    records = place.run("adapters", "--json")
    assert records.status == 0, records
    paths = {each["id"]: pathlib.Path(each["path"]) for each in records.json}
    assert {"blender", "houdini", "maya"} <= set(paths)
    assert all(tree in path.parents for path in paths.values())
    assert place.run("list", "--json").status == 0
    lines = place.run("doctor").out.splitlines()
    shim, = [line for line in lines if line[6:].startswith("shim ")]
    assert shim.startswith("ok ") and str(tree / "libexec") in shim


def test_something_is_launched(place, tree):
    """With its session, and by a shim of the same tree."""
    adapters = place.top / "data" / "dcchost" / "adapters"
    adapters.mkdir(parents=True, mode=0o755)
    shutil.copy(os.path.join(os.environ["DCC_TEST_ADAPTERS"], "dcchost-fake.so"), str(adapters))
    done = place.run("launch", "fake", "-d", "--wait", "ready")
    assert done.status == 0, done
    shim = os.readlink("/proc/%d/exe" % place.status()["shim_pid"])
    assert shim == str(tree / "libexec" / "dcchost" / "dcchost-shim")
    assert place.run("stop").status == 0


def test_by_a_link_on_path(place, tree, tmp_path):
    (tmp_path / "dcchost").symlink_to(tree / "bin" / "dcchost")
    done = subprocess.run(["dcchost", "adapters"], env=dict(place.env, PATH="%s:/usr/bin:/bin" % tmp_path),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 0, done.stderr
    assert b"blender" in done.stdout
