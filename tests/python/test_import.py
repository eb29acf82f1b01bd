"""What an import costs and brings, and the helpers that need neither gi nor the library."""

import os
import pathlib
import subprocess
import sys

import pytest

from conftest import PACKAGE, environment


def run(source, python=sys.executable, **env):
    done = subprocess.run([python, "-c", source], env=dict(environment(), **env), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def test_the_import_brings_no_gi_and_nothing_heavy():
    said = run("import sys; before = set(sys.modules); import dcchost; print(sorted(set(sys.modules) - before))")
    assert said.strip() == "['dcchost']"


def test_the_import_takes_less_than_a_millisecond(tmp_path):
    source = ("import time; from importlib import import_module; start = time.perf_counter(); "
              "import_module('dcchost'); print(time.perf_counter() - start)")
    # Compiled, as it is installed; the best of some, for what else the machine does is not the import's doing.
    env = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(tmp_path)}
    assert min(float(run(source, **env)) for _ in range(15)) < 0.001


def test_every_name_is_there_and_no_other():
    said = run("import dcchost; print([name for name in dcchost.__all__ if name not in dir(dcchost)]); "
               "print(hasattr(dcchost, 'PyNothing')); from dcchost import client, is_gui_executable; "
               "import sys; print('gi' in sys.modules)")
    assert said.split() == ["[]", "False", "False"]


@pytest.mark.parametrize("path, kind", [
    ("/usr/autodesk/maya/bin/maya", "maya"), ("C:\\Program Files\\Autodesk\\Maya2025\\bin\\MAYA.EXE", "maya"),
    ("houdini", "houdini"), ("houdinifx", "houdini"), ("HoudiniCore.exe", "houdini"),
    ("UnrealEditor.exe", "unreal"), ("blender", "blender"), ("3dsmax.exe", "3dsmax"), ("nuke", "nuke"),
    ("modo", "modo"), ("motionbuilder.exe", "motionbuilder"), ("c4d", "c4d"), ("Cinema4D", "c4d"),
    ("nukestudio", "nuke"), ("katana", "katana"),
    ("maya.bin", "maya"), (b"/opt/maya", "maya"), (pathlib.Path("/opt/maya"), "maya"),
])
def test_windows_of_applications(path, kind):
    from dcchost import is_gui_executable
    hint = is_gui_executable(path)
    assert hint.dcc_kind == kind
    assert hint.gui_path == pathlib.Path(os.fsdecode(path))
    assert hint.recommended_replacement is None


@pytest.mark.parametrize("path", ["", "/", "mayapy", "hython", "python3", "/opt/maya/bin/mayapy", "mayas", "a\0b"])
def test_what_is_no_window(path):
    from dcchost import correct_python_executable, is_gui_executable
    assert is_gui_executable(path) is None
    assert correct_python_executable(path) == pathlib.Path(path)


@pytest.mark.parametrize("window, interpreter", [("maya", "mayapy"), ("Maya.exe", "mayapy.exe"),
                                                 ("houdinifx", "hython"),
                                                 ("UnrealEditor.exe", "UnrealEditor-Cmd.exe")])
def test_the_interpreter_beside_it(tmp_path, window, interpreter):
    from dcchost import GuiExecutableHint, correct_python_executable, is_gui_executable
    path = tmp_path / window
    assert correct_python_executable(path) == path
    (tmp_path / interpreter).touch()
    assert correct_python_executable(str(path)) == tmp_path / interpreter
    hint = is_gui_executable(str(path))
    assert hint == GuiExecutableHint(path, hint.dcc_kind, tmp_path / interpreter)
    assert interpreter in repr(hint)


@pytest.mark.parametrize("path", [None, 3, ["maya"]])
def test_what_is_no_path(path):
    from dcchost import correct_python_executable, is_gui_executable
    for function in (is_gui_executable, correct_python_executable):
        with pytest.raises(TypeError):
            function(path)


def test_the_other_name_is_off_until_asked_for():
    source = ("import importlib.util, sys; spec = importlib.util.find_spec('dcc_mcp_core'); "
              "print(spec.origin if spec else None)")
    assert "drop-in" not in run(source)
    both = os.pathsep.join([str(PACKAGE / "drop-in"), str(PACKAGE)])
    assert run(source, PYTHONPATH=both).strip() == str(PACKAGE / "drop-in" / "dcc_mcp_core" / "__init__.py")
