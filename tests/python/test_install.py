"""What `meson install` puts where, and `pip install ./bindings/python` beside it, as on a machine of its own."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from conftest import PACKAGE

BUILD = pathlib.Path(os.environ["DCC_BUILD"])
PRIVATE = {"_answers.py", "_library.py", "_places.py", "_places.pyi", "_windows.py"}
MODULES = ["__init__", "client", "executables", "launcher", "monitor", "recovery", "watcher"]


def run(*command, **env):
    """What it says, with nothing of the build tree in sight."""
    clean = {name: value for name, value in os.environ.items()
             if name not in ("PYTHONPATH", "GI_TYPELIB_PATH", "LD_LIBRARY_PATH", "DCCHOST_SHIM", "DESTDIR")}
    done = subprocess.run([str(word) for word in command], env=dict(clean, **env), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=100)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    return done.stdout.decode()


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A directory that stands for the root of a machine."""
    root = tmp_path_factory.mktemp("root")
    run("meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", root)
    return root


def one(root, pattern):
    found = sorted(root.rglob(pattern))
    assert found, "%s is not installed" % pattern
    return found[0]


def machine(root):
    """The variables that a machine whose root this is would not need."""
    return {"GI_TYPELIB_PATH": str(one(root, "DccHost-1.0.typelib").parent),
            "LD_LIBRARY_PATH": str(one(root, "libdcchost-1.so").parent)}


@pytest.mark.parametrize("pattern", [
    "girepository-1.0/DccHost-1.0.typelib", "gir-1.0/DccHost-1.0.gir", "vala/vapi/dcchost-1.vapi",
    "vala/vapi/dcchost-1.deps", "gi/overrides/DccHost.py", "gi/overrides/_dcchost_loop.py",
    "dcchost-1/drop-in/dcc_mcp_core/__init__.py",
    "doc/dcchost-1.0/index.html", "include/dcchost-1/dcchost.h", "pkgconfig/dcchost-1.pc", "libdcchost-1.so.1",
    "bin/dcchost", "dcchost/dcchost-shim", "dcchost/py.typed"])
def test_meson_installs(installed, pattern):
    if pattern.startswith(("vala", "doc")) and not list(BUILD.glob("bindings/dcchost-1*")):
        pytest.fail("this build has no interface for Vala and no reference; ./dev build makes both")
    assert one(installed, pattern).stat().st_size > 0 or pattern.endswith("py.typed")


def test_meson_installs_every_module_with_its_stub(installed):
    package = one(installed, "dcchost/py.typed").parent
    found = {path.name for path in package.iterdir() if path.suffix in (".py", ".pyi")}
    assert found == {name + end for name in MODULES for end in (".py", ".pyi")} | PRIVATE
    assert found == {path.name for path in (PACKAGE / "dcchost").iterdir() if path.suffix in (".py", ".pyi")}


def test_what_meson_installed_works(installed):
    where = one(installed, "dcchost/py.typed").parent.parent
    said = run(sys.executable, "-c", "import dcchost; print(dcchost.__file__); print(dcchost.PyDccLauncher()); "
               "from gi.repository import DccHost; print(DccHost.Host.__module__)",
               PYTHONPATH=str(where), **machine(installed))
    assert said == "%s/dcchost/__init__.py\nPyDccLauncher(running=0)\ngi.overrides.DccHost\n" % where
    said = run(sys.executable, "-c", "import dcc_mcp_core; print(dcc_mcp_core.PyProcessMonitor())",
               PYTHONPATH="%s:%s" % (one(installed, "drop-in"), where), **machine(installed))
    assert said == "PyProcessMonitor(tracked=0)\n"


@pytest.fixture(scope="module")
def environment(installed, tmp_path_factory):
    """A virtual environment that sees the machine's packages, with ours installed by pip; nothing is downloaded."""
    top = tmp_path_factory.mktemp("pip")
    shutil.copytree(str(PACKAGE), str(top / "python"))  # pip builds where the source lies
    run(sys.executable, "-m", "venv", "--system-site-packages", top / "env")
    run(top / "env" / "bin" / "pip", "install", "--no-build-isolation", "--no-deps", "--no-index", "--quiet",
        "--disable-pip-version-check", top / "python")
    package = one(top / "env", "site-packages/dcchost")
    # Where the machine's Python would find what meson has installed: behind everything else.
    (package.parent / "machine.pth").write_text("%s\n" % one(installed, "gi/overrides").parents[1])
    return top / "env" / "bin" / "python3", package


def test_pip_installs_stubs_and_marker(environment):
    _python, package = environment
    found = {path.name for path in package.iterdir() if path.is_file()}
    assert found == {name + end for name in MODULES for end in (".py", ".pyi")} | PRIVATE | {"py.typed"}


def test_what_pip_installed_works_with_the_library(installed, environment):
    python, package = environment
    said = run(python, "-c", "import dcchost, os; print(dcchost.__file__); m = dcchost.PyProcessMonitor(); "
               "m.track(os.getpid(), 'self'); m.refresh(); print(m.query(os.getpid())['status']); "
               "from gi.repository import DccHost; print(DccHost.Host.__module__)", **machine(installed))
    assert said == "%s/__init__.py\nrunning\ngi.overrides.DccHost\n" % package


def test_without_the_library_it_says_what_is_missing(environment):
    python, _package = environment
    said = run(python, "-c", "import dcchost\nfrom dcchost import client\ntry: dcchost.PyProcessMonitor\n"
               "except ImportError as problem: print(problem)", GI_TYPELIB_PATH="/nowhere")
    assert "DccHost-1.0 is not found; install dcchost" in said
