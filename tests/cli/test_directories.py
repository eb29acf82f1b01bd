"""A hostile or unwritable runtime directory: refused with the reason, and nothing is created elsewhere."""

import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def others(box):
    """Everything but the caches, where what was learnt of a version may be kept."""
    return sorted(str(path) for path in box.top.rglob("*") if "cache" not in path.parts)


def world_readable(box):
    (box.runtime / "dcchost").mkdir(mode=0o700)
    os.chmod(str(box.runtime / "dcchost"), 0o777)


def symlink(box):
    (box.top / "elsewhere").mkdir(mode=0o700)
    (box.runtime / "dcchost").symlink_to(box.top / "elsewhere")


def dangling(box):
    (box.runtime / "dcchost").symlink_to(box.top / "made-by-dcchost")


def file_in_place(box):
    (box.runtime / "dcchost").write_text("mine")


@pytest.mark.parametrize("spoil", [world_readable, symlink, dangling, file_in_place])
@pytest.mark.parametrize("args", [["launch", "fake", "-d"], ["ps"], ["stop", "fake"]])
def test_hostile_runtime_directory(box, spoil, args):
    spoil(box)
    before = others(box)
    done = box.run(*args)
    assert (done.status, done.out) == (125, "")
    assert done.err.startswith("dcchost: ")
    assert str(box.runtime / "dcchost") in done.err
    assert len(done.err.splitlines()) == 1
    assert others(box) == before
    assert not box.processes()


def test_unwritable_runtime_directory(box):
    before = others(box)
    done = box.run("launch", "fake", "-d", XDG_RUNTIME_DIR="/proc")
    assert (done.status, done.out) == (125, "")
    assert "/proc" in done.err
    assert others(box) == before


def test_runtime_directory_that_is_not_there(box):
    done = box.run("ps", XDG_RUNTIME_DIR=str(box.top / "nowhere"))
    assert (done.status, done.out) == (125, "")
    assert str(box.top / "nowhere") in done.err
    assert not (box.top / "nowhere").exists()


def test_hostile_state_directory(box):
    (box.state / "dcchost").symlink_to(box.work)
    done = box.run("launch", "fake", "-d")
    assert (done.status, done.out) == (125, "")
    assert str(box.state / "dcchost") in done.err and "XDG_STATE_HOME" in done.err
    assert list(box.work.iterdir()) == []


def test_doctor_says_what_is_wrong_with_it(box):
    file_in_place(box)
    done = box.run("doctor")
    assert done.status == 1
    assert [line for line in done.out.splitlines()
            if line.startswith("fail") and str(box.runtime / "dcchost") in line]


# In a namespace of mounts of its own, where the login has made a directory for its user.
LOGIN = """
mount -t tmpfs none /run && mkdir -p /run/user && mkdir -m %s /run/user/0 || exit 77
"$DCCHOST" ps && ls -d /run/user/0/dcchost
PYTHONPATH="$BINDINGS" exec /usr/bin/python3 -c 'from dcchost import client; print(client.runtime_directory())'
"""


@pytest.mark.parametrize("mode, found", [("700", True), ("770", False)])
def test_without_the_variable_the_logins_directory_is_taken(box, mode, found):
    """By every verb and by dcchost.client: whoever starts programs with HOME and PATH alone means the same ones."""
    env = {key: value for key, value in box.env.items() if key != "XDG_RUNTIME_DIR"}
    env.update(DCCHOST=os.environ["DCCHOST"], BINDINGS=str(ROOT / "bindings" / "python"))
    done = subprocess.run(["unshare", "--map-root-user", "--mount", "sh", "-c", LOGIN % mode], env=env,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    if done.returncode in (1, 77) and (b"unshare" in done.stderr or b"mount" in done.stderr):
        pytest.skip("no namespaces here: %s" % done.stderr.decode())
    lines = done.stdout.decode().splitlines()
    assert lines[-1] == ("/run/user/0/dcchost" if found else "/tmp/dcchost-0"), done
    assert ("/run/user/0/dcchost" in lines[:-1]) == found
