"""What a shell was given to use the build reaches no application."""

import os
import shutil
import subprocess

import pytest


def environ(pid):
    with open("/proc/%d/environ" % pid, "rb") as file:
        return dict(each.decode().partition("=")[::2] for each in file.read().split(b"\0") if each)


def test_directories_of_the_build_are_taken_out(box):
    box.env.pop("LD_LIBRARY_PATH", None)
    box.env.update(DCCHOST_DEV_PATHS="/b/core:/b/bindings:/b/python:/b/pc", LD_LIBRARY_PATH="/b/core",
                   GI_TYPELIB_PATH="/b/bindings:/mine/gi", PYTHONPATH="/studio:/b/python:/show",
                   PKG_CONFIG_PATH="/b/pc")
    box.launch()
    status = box.status()
    for pid in (status["pid"], status["session_pid"], status["shim_pid"]):
        seen = environ(pid)
        assert "LD_LIBRARY_PATH" not in seen and "PKG_CONFIG_PATH" not in seen and "DCCHOST_DEV_PATHS" not in seen
        assert (seen["GI_TYPELIB_PATH"], seen["PYTHONPATH"]) == ("/mine/gi", "/studio:/show")


def test_what_the_user_set_stays(box):
    box.env.update(PYTHONPATH="/studio:/show", PKG_CONFIG_PATH="/theirs")
    box.launch()
    seen = environ(box.status()["pid"])
    assert (seen["PYTHONPATH"], seen["PKG_CONFIG_PATH"]) == ("/studio:/show", "/theirs")


def test_the_adapter_path_has_both_names(box):
    """DCCHOST_ADAPTER_PATH is the name; the older one goes on working, alone and beside it."""
    adapters = box.env.pop("DCC_ADAPTER_PATH")
    known = lambda **env: {each["id"] for each in box.run("adapters", "--json", **env).json}  # noqa: E731
    assert "fake" not in known()
    assert "fake" in known(DCCHOST_ADAPTER_PATH=adapters)
    assert "fake" in known(DCC_ADAPTER_PATH=adapters)
    assert "fake" in known(DCCHOST_ADAPTER_PATH=str(box.work), DCC_ADAPTER_PATH=adapters)
    done = box.run("adapters", DCCHOST_ADAPTER_PATH="relative")
    assert "directory relative in DCCHOST_ADAPTER_PATH is refused" in done.out


def test_the_words_of_dev_env_are_those(box):
    """`./dev env` names all that it adds."""
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    text = open(os.path.join(root, "dev")).read()
    shown = [line.split(None, 2)[1:] for line in text.splitlines() if line.strip().startswith("show ")]
    values = {name: value.strip('"') for name, value in shown}
    paths = values["DCCHOST_DEV_PATHS"].split(":")
    for name in ("LD_LIBRARY_PATH", "GI_TYPELIB_PATH", "PYTHONPATH", "PKG_CONFIG_PATH"):
        assert values[name] in paths


@pytest.mark.skipif(os.getuid() != 0 or shutil.which("setpriv") is None, reason="only root can become such a user")
def test_a_user_without_an_entry_and_a_home(box):
    """One good message, and no warnings of a library before it."""
    env = {"PATH": "/usr/bin:/bin"}
    done = subprocess.run(["setpriv", "--reuid", "54321", "--regid", "54321", "--clear-groups",
                           os.environ["DCCHOST"], "ps"], env=env, cwd="/", stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60)
    shutil.rmtree("/tmp/dcchost-54321", ignore_errors=True)
    lines = done.stderr.decode().splitlines()
    assert done.returncode == 125
    assert len(lines) == 1 and "set XDG_STATE_HOME to a directory you can write to" in lines[0], lines
