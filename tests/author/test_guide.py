"""docs/adapters.md: its commands are typed, its C is compiled and checked, its Python is run, with the installed
dcchost alone."""

import os
import re
import sys

import pytest

from conftest import ROOT, sh

TEXT = (ROOT / "docs" / "adapters.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(r"^```%s\n(.*?)^```$" % language, TEXT, re.M | re.S)


WHOLE, = [each for each in blocks("c") if "DCC_DEFINE_ADAPTER_MODULE" in each]
PARTS = [each for each in blocks("c") if each != WHOLE]


@pytest.fixture
def sketch(author):
    """The application of the guide: the fake one, under its name and on PATH."""
    (author.top / "bin").mkdir()
    os.symlink(author.env["DCCHOST_FAKE_EXECUTABLE"], str(author.top / "bin" / "sketch"))
    author.env["PATH"] = "%s:%s" % (author.top / "bin", author.env["PATH"])
    return author


def whole_with(part):
    """The whole adapter with other functions in it, each in its slot."""
    body, rest = WHOLE.split("static void\nsketch_adapter_class_init")
    slots = re.findall(r"^sketch_adapter_(\w+)\(", part, re.M)
    assert slots, part
    for slot in slots:
        # What the part answers anew.
        body = re.sub(r"static \w+ \*\nsketch_adapter_%s\(.*?^}\n\n" % slot, "", body, flags=re.M | re.S)
        rest = re.sub(r"    DCC_ADAPTER_CLASS\(klass\)->%s = .*?;\n" % slot, "", rest)
    lines = "".join("    DCC_ADAPTER_CLASS(klass)->%s = sketch_adapter_%s;\n" % (slot, slot) for slot in slots)
    return body + part + "\nstatic void\nsketch_adapter_class_init" + rest.replace("{\n", "{\n" + lines, 1)


def test_the_commands_in_order(sketch):
    """As somebody types them who reads from the top: the skeleton first, then the same by hand."""
    (sketch.work / "sketch.c").write_text(WHOLE)
    skeleton, build = blocks("sh")
    assert "sketch 0.1-made-up: every answer is sound, but made up" in sh(sketch, skeleton)
    said = sh(sketch, build)
    assert re.search(r"^sketch +1.0 +loaded ", said, re.M) and re.search(r"^sketch +\S+ +/.*/sketch +PATH", said, re.M)
    sh(sketch, "dcchost launch sketch -d --wait started && dcchost stop sketch")


def compiled(box, source):
    (box.work / "sketch.c").write_text(source)
    sh(box, "cc -Wall -Werror -shared -fPIC -o dcchost-sketch.so sketch.c $(pkg-config --cflags --libs dcchost-1)")


def test_what_is_shown_is_what_is_seen(sketch):
    compiled(sketch, WHOLE)
    for block in blocks("console"):
        command, shown = block.split("\n", 1)
        assert sh(sketch, command[len("$ "):]) == shown


@pytest.mark.parametrize("number", range(len(PARTS)))
def test_a_part(sketch, number):
    if "NOT_SUPPORTED" in PARTS[number]:
        compiled(sketch, whole_with(PARTS[number]))
        assert "declined (sketch: it has no way to run without a window" in sh(
            sketch, "dcchost adapter check dcchost-sketch.so")
        return
    compiled(sketch, whole_with(PARTS[number]))
    assert sh(sketch, "dcchost adapter check dcchost-sketch.so").endswith("sketch 1.0: all is well\n")


def test_every_question_is_in_the_guide():
    header = (ROOT / "core" / "adapter" / "dcc-adapter.h").read_text(encoding="utf-8")
    for slot in re.findall(r"\(\*(\w+)\)\(DccAdapter \*self", header):
        assert "`%s`" % slot in TEXT, slot


@pytest.mark.parametrize("number", range(len(blocks("python"))))
def test_python(sketch, number):
    if "GI_TYPELIB_PATH" not in sketch.env:
        pytest.skip("built without introspection")
    (sketch.work / "block.py").write_text(blocks("python")[number])
    assert sh(sketch, "%s block.py" % sys.executable) == ""
