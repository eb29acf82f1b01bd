"""The door itself: what it says, and that paths with blanks and quotes go through it."""

import pathlib
import shutil
import subprocess

import pytest

DEV = pathlib.Path(__file__).resolve().parents[2] / "dev"
VERBS = ["setup", "build", "run", "demo", "test", "test", "test", "test", "test", "test", "windows", "windows", "macos",
         "threads", "check", "soak", "bench", "env"]


def run(*args, cwd=None, dev=DEV):
    return subprocess.run([str(dev), *args], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          universal_newlines=True)


def test_alone_it_lists_every_verb():
    done = run()
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == VERBS


@pytest.mark.parametrize("args, said", [(["dance"], "no verb 'dance'"), (["test", "nope"], "no suite named 'nope'")])
def test_a_slip_of_the_finger_is_a_usage_error(args, said):
    done = run(*args)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("name", ["plain", "with blanks", "with 'quotes' and $signs"])
def test_env_survives_any_directory(tmp_path, name):
    place = tmp_path / name
    place.mkdir()
    shutil.copy(str(DEV), str(place / "dev"))
    script = 'eval "$(./dev env)" && printf "%s\\n" "$DCCHOST_SHIM" "$GI_TYPELIB_PATH" "${PATH%%:*}"'
    done = subprocess.run(["sh", "-c", script], cwd=str(place), stdout=subprocess.PIPE, check=True)
    assert done.stdout.decode().splitlines() == [
        "%s/build/core/shim/program/dcchost-shim" % place, "%s/build/bindings" % place, "%s/build/cli" % place]
