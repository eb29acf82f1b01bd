"""Installing is copying a file, also over one that sessions run: they keep what they have, the next launch has the
new one."""

import os
import pathlib
import shutil

import pytest

from conftest import sh, until

FAKE = pathlib.Path(os.environ["DCC_TEST_ADAPTERS"], "dcchost-fake.so")


def install_over(module):
    """As package managers, meson and install(1) do: a new file, renamed over the old."""
    beside = module.with_suffix(".new")
    shutil.copy(str(FAKE), str(beside))
    os.chmod(str(beside), 0o755)
    os.rename(str(beside), str(module))


def copy_over(module):
    """As cp does: the file itself is cut to nothing and written anew."""
    inode = os.stat(str(module)).st_ino
    shutil.copyfile(str(FAKE), str(module))
    assert os.stat(str(module)).st_ino == inode


def cut(module):
    """A copy that failed half-way, on a full disk."""
    with open(str(module), "r+b") as file:
        file.truncate(100)


def scribble(module):
    with open(str(module), "r+b") as file:
        file.write(b"\xff" * os.stat(str(module)).st_size)


def remove(module):
    os.unlink(str(module))


def next_life(author):
    status = author.status()
    return status if status["restart_count"] == 1 and status["state"] == "running" else None


@pytest.mark.parametrize("replace", [install_over, copy_over, cut, scribble, remove])
def test_a_session_goes_on(author, replace):
    module = author.adapters / FAKE.name
    shutil.copy(str(FAKE), str(module))
    os.chmod(str(module), 0o755)
    author.launch()
    before = author.status()
    replace(module)
    # Every question that a session still asks: probe, lines, the end, rescue files, another launch, the stop.
    assert author.run("probe", "fake").status == 0
    os.kill(before["pid"], 11)
    after = until(lambda: next_life(author), "its next run")
    assert after["session_pid"] == before["session_pid"] and after["pid"] != before["pid"]
    done = author.run("stop", "fake")
    assert done.status == 0 and "fake: stopped: quit" in done.out, done
    if replace in (install_over, copy_over):
        author.launch()
        assert sh(author, "dcchost stop fake")
    else:
        done = author.run("launch", "fake", "-d")
        assert done.status == 69, done
