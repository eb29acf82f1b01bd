"""The stubs say what the sources do: the same names, arguments and defaults. Read, not imported: no gi is needed."""

import ast

import pytest

from conftest import PACKAGE

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
