"""The directory that gives old scripts dcchost's classes under the name of dcc_mcp_core: what is not dcchost's falls
through to the package that is installed behind it."""

import os
import subprocess
import sys

import pytest

import conftest
from conftest import PACKAGE, environment

OURS = ("PyDccLauncher", "PyProcessMonitor", "PyProcessWatcher", "PyCrashRecoveryPolicy", "is_gui_executable",
        "correct_python_executable", "GuiExecutableHint")

# As packages of this kind are made: parts that import each other by the whole name, lazy names, a class of ours.
BEHIND = {
    "__init__.py": """
        from dcc_mcp_core._core import ToolRegistry, PyDccLauncher
        from . import skills
        from dcc_mcp_core.skills import scan
        __version__, __author__, __maker__ = "0.20.49", "them", "they"
        __all__ = ["ToolRegistry", "PyDccLauncher", "scan", "lazy", "__author__", "__maker__"]
        print("executed")

        def __getattr__(name):
            if name == "lazy":
                return "slowly"
            raise AttributeError(name)
        """,
    "_core.py": """
        class ToolRegistry:
            pass


        class PyDccLauncher:
            pass
        """,
    "skills/__init__.py": """
        from dcc_mcp_core import ToolRegistry


        def scan():
            return ToolRegistry.__name__
        """,
    "skills/deep.py": "VALUE = 7",
    "__main__.py": "print('main')",
}


@pytest.fixture
def run(tmp_path):
    def run(text, behind=None, more=()):
        for name, source in (behind or {}).items():
            path = tmp_path / "site" / "dcc_mcp_core" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(line[8:] if line.startswith(" " * 8) else line for line in source.splitlines()))
        paths = [str(PACKAGE / "drop-in"), str(PACKAGE), str(tmp_path / "site")]
        done = subprocess.run([sys.executable] + (["-c", text] if text else list(more)), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=dict(environment(), PYTHONPATH=os.pathsep.join(paths)),
                              timeout=60, cwd=str(tmp_path))
        out, err = (each.decode().replace("\r\n", "\n") for each in (done.stdout, done.stderr))
        return done.returncode, out, err
    return run


@pytest.mark.parametrize("text, said", [
    ("from dcc_mcp_core import PyDccLauncher, ToolRegistry; print(PyDccLauncher.__module__, ToolRegistry.__module__)",
     "executed\ndcchost.launcher dcc_mcp_core._core\n"),
    ("import dcc_mcp_core; print(dcc_mcp_core.PyDccLauncher.__module__)", "dcchost.launcher\n"),
    ("import dcc_mcp_core as c; print(c.scan(), c.lazy, c.__version__)", "executed\nToolRegistry slowly 0.20.49\n"),
    ("import dcc_mcp_core.skills.deep as d; print(d.VALUE)", "executed\n7\n"),
    ("from dcc_mcp_core.skills import deep; print(deep.VALUE)", "executed\n7\n"),
    ("from dcc_mcp_core import skills; print(skills.scan())", "executed\nToolRegistry\n"),
    ("from dcc_mcp_core._core import PyDccLauncher; print(PyDccLauncher.__module__)",
     "executed\ndcc_mcp_core._core\n"),
    ("from dcc_mcp_core import *; print(PyDccLauncher.__module__, scan(), __author__, __maker__, PyProcessMonitor)",
     "executed\ndcchost.launcher ToolRegistry them they <class 'dcchost.monitor.PyProcessMonitor'>\n"),
    ("import dcc_mcp_core as c; print(set(%r) | {'lazy', 'scan'} <= set(dir(c)))" % (OURS,), "executed\nTrue\n"),
    ("import dcc_mcp_core as c; print(hasattr(c, 'nothing'), hasattr(c, '__wrapped__'))", "executed\nFalse False\n"),
    ("import pkgutil, dcc_mcp_core as c; print(sorted(m.name for m in pkgutil.iter_modules(c.__path__)))",
     "executed\n['__main__', '_core', 'skills']\n"),
])
def test_the_rest_falls_through(run, text, said):
    assert run(text, BEHIND) == (0, said, "")


def test_its_program(run):
    assert run(None, BEHIND, ["-m", "dcc_mcp_core"]) == (0, "executed\nmain\n", "")


@pytest.mark.parametrize("name", OURS)
def test_ours_need_nothing_behind(run, name):
    assert run("from dcc_mcp_core import %s; print(%s.__module__.split('.')[0])" % (name, name))[:2] == (0, "dcchost\n")
    # Nor do they execute what is behind.
    assert run("from dcc_mcp_core import %s" % name, {"__init__.py": "raise RuntimeError('no')"}) == (0, "", "")


def test_nothing_behind(run):
    status, _out, said = run("from dcc_mcp_core import ToolRegistry")
    assert status == 1 and "ImportError: cannot import name 'ToolRegistry' from 'dcc_mcp_core'" in said
    status, _out, said = run("import dcc_mcp_core; dcc_mcp_core.ToolRegistry")
    assert status == 1 and "no package of this name is installed behind it" in said
    status, _out, said = run("import dcc_mcp_core.skills")
    assert status == 1 and "No module named 'dcc_mcp_core.skills'" in said
    assert run("from dcc_mcp_core import *; print(PyDccLauncher.__name__)") == (0, "PyDccLauncher\n", "")


def test_one_behind_that_cannot_be_imported_says_why(run):
    status, _out, said = run("from dcc_mcp_core import ToolRegistry", {"__init__.py": "import no_such_module_at_all"})
    assert status == 1 and "No module named 'no_such_module_at_all'" in said


def test_an_editable_install_is_found(run, tmp_path):
    """One that no entry of sys.path leads to, but a finder of its own."""
    elsewhere = tmp_path / "elsewhere" / "dcc_mcp_core"
    elsewhere.mkdir(parents=True)
    (elsewhere / "__init__.py").write_text("FOUND = 1")
    (elsewhere / "part.py").write_text("from dcc_mcp_core import FOUND")
    text = """
import importlib.util, sys
class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "dcc_mcp_core":
            return importlib.util.spec_from_file_location(name, %r, submodule_search_locations=[%r])
sys.meta_path.append(Finder)
import dcc_mcp_core
from dcc_mcp_core import FOUND, PyDccLauncher
import dcc_mcp_core.part
print(FOUND, dcc_mcp_core.part.FOUND, PyDccLauncher.__module__)
""" % (str(elsewhere / "__init__.py"), str(elsewhere))
    assert run(text) == (0, "1 1 dcchost.launcher\n", "")


def test_the_package_is_where_it_says():
    assert (conftest.PACKAGE / "drop-in" / "dcc_mcp_core" / "__init__.py").exists()
