"""The stubs say what the sources do: the same names, arguments and defaults. Read, not imported: no gi is needed; and
once more as mypy sees what is imported, where there is both."""

import ast
import os
import shutil
import subprocess

import pytest

from conftest import PACKAGE, environment

MODULES = ["client", "executables", "launcher", "monitor", "recovery", "watcher"]


def signature(function):
    """Names, kinds and which have a default."""
    args = function.args
    return ([each.arg for each in args.args], len(args.defaults), [ast.dump(each) for each in args.defaults
                                                                   if isinstance(each, ast.Constant)],
            [each.arg for each in args.kwonlyargs], function.name)


def functions(path):
    """Everything public: {"Class.method": signature}."""
    found = {}
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            found[node.name] = signature(node)
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for each in node.body:
                if isinstance(each, ast.FunctionDef) and (each.name == "__init__" or not each.name.startswith("_")):
                    found[node.name + "." + each.name] = signature(each)
                elif isinstance(each, ast.Assign) and isinstance(each.value, ast.Name):
                    for target in each.targets:
                        name = node.name + "." + each.value.id
                        found[node.name + "." + target.id] = found[name][:4] + (target.id,)
    return found


@pytest.mark.parametrize("name", MODULES)
def test_a_stub_is_its_source(name):
    source = functions(PACKAGE / "dcchost" / (name + ".py"))
    stub = functions(PACKAGE / "dcchost" / (name + ".pyi"))
    if name == "client":  # a constant there, its value in the stub
        assert source.keys() == stub.keys()
        source, stub = ({key: value[:2] + value[3:] for key, value in each.items()} for each in (source, stub))
    assert source == stub


def test_the_package_exports_what_its_stub_does():
    stub = ast.parse((PACKAGE / "dcchost" / "__init__.pyi").read_text())
    names = {each.asname for node in stub.body if isinstance(node, ast.ImportFrom) for each in node.names}
    import dcchost
    assert names == set(dcchost.__all__) | {"client"}


STUBTEST = shutil.which("stubtest")


@pytest.mark.skipif(not STUBTEST or "GI_TYPELIB_PATH" not in os.environ, reason="no mypy here, or no introspection")
def test_mypy_finds_no_difference_at_run_time(tmp_path):
    config = tmp_path / "mypy.ini"
    config.write_text("[mypy]\nignore_missing_imports = True\ncache_dir = %s\n" % tmp_path)
    allowed = tmp_path / "allowed"  # dicts, that have a type for mypy alone; what cannot be imported here
    allowed.write_text("dcchost.launcher.Launched\ndcchost.monitor.ProcessInfo\ndcchost.watcher.Event\n"
                       "dcchost._windows\n")
    command = [STUBTEST, "--allowlist", str(allowed), "--mypy-config-file", str(config), "dcchost"]
    done = subprocess.run(command, cwd=str(tmp_path), timeout=100, env=dict(environment(), MYPYPATH=str(PACKAGE)),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout.decode()
