"""What who writes adapters does, in a world in which dcchost is installed and its source is not there."""

import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "lib"))

from box import PATIENCE, Box, Done, until  # noqa: E402,F401
from installed import Installed  # noqa: E402

# A directory that others may write to is no place to load an adapter from.
os.umask(0o022)

# Compilers take their time on a busy machine.
LONG = 300


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    return Installed(os.environ["DCC_TEST_BUILD"], tmp_path_factory.mktemp("installed"))


@pytest.fixture
def author(installed, monkeypatch):
    """A box in which the installed dcchost is on PATH. No adapter but the installed and the author's own."""
    monkeypatch.setenv("DCCHOST", str(installed.dcchost))
    box = Box()
    box.env.update(installed.env, DCC_ADAPTER_PATH="")
    box.adapters = box.top / "data" / "dcchost" / "adapters"
    box.adapters.mkdir(parents=True, mode=0o755)
    yield box
    box.close()


def sh(box, command, **more):
    """A shell command in the box, as the author types it; it must succeed."""
    done = subprocess.run(["/bin/sh", "-euc", command], env=dict(box.env, **more), cwd=str(box.work), timeout=LONG,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0, "%s\n%s" % (command, said)
    return said
