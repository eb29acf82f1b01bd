"""The library exports what core/dcchost-1.map lists, and that list is what was meant: the public node is declared in
headers that are installed."""

import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIBRARY = os.environ["DCC_TEST_LIBRARY"]
HEADERS = os.environ["DCC_TEST_HEADERS"].split(os.pathsep)


def listed():
    """{node: names}"""
    text = re.sub(r"#.*", "", (ROOT / "core" / "dcchost-1.map").read_text())
    return {node: set(re.findall(r"^ +(\w+);", body, re.M))
            for node, body in re.findall(r"^(\w+) \{(.*?)^\};", text, re.M | re.S)}


def exported():
    """{node: names}, as the dynamic linker sees them."""
    lines = subprocess.run(["nm", "-D", "--defined-only", "--with-symbol-versions", LIBRARY], check=True,
                           stdout=subprocess.PIPE, universal_newlines=True).stdout.splitlines()
    found = {}
    for line in lines:
        name, _at, node = line.split()[-1].partition("@@")
        if node:
            found.setdefault(node, set()).add(name)
        else:
            assert line.split()[1] == "A", line  # the nodes themselves
    return found


def test_the_library_exports_the_list():
    assert exported() == listed()


def test_the_public_ones_are_declared_in_installed_headers():
    text = "".join(re.sub(r"/\*.*?\*/", "", pathlib.Path(path).read_text(), flags=re.S) for path in HEADERS)
    declared = set(re.findall(r"\b(dcc_\w+) *\(", text))
    declared |= {name + "_get_type" for name in re.findall(r"G_DECLARE_\w+\(\w+,\s*(\w+),", text)}
    nodes = listed()
    assert nodes["DCCHOST_1"] - declared == set()
    assert nodes["DCCHOST_PRIVATE_1"] & declared == set()


def test_the_private_ones_are_few():
    assert len(listed()["DCCHOST_PRIVATE_1"]) <= 8
