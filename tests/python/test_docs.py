"""The code blocks of docs/python.md and docs/moving.md are run, as far as they need no Blender."""

import re
import subprocess
import sys

import pytest

from conftest import PACKAGE, ROOT, environment


def blocks():
    for name in ("python.md", "moving.md"):
        text = (ROOT / "docs" / name).read_text(encoding="utf-8")
        for number, source in enumerate(re.findall(r"^```python\n(.*?)^```$", text, re.M | re.S)):
            yield "%s-%d" % (name, number), source


BLOCKS = dict(blocks())


@pytest.mark.parametrize("name", sorted(BLOCKS))
def test_a_block_runs(name):
    if "blender" in BLOCKS[name]:
        compile(BLOCKS[name], name, "exec")
        return
    done = subprocess.run([sys.executable, "-c", BLOCKS[name]], env=environment(), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=30)
    assert (done.returncode, done.stderr.decode()) == (0, "")
    said = done.stdout.decode()
    if "given up" in BLOCKS[name]:
        assert said == "given up after 2 restarts\n"
    if "[1000, 2000, 4000]" in said or "attempt=attempt" in BLOCKS[name]:
        assert said == "[1000, 2000, 4000]\n"
    if "exit 7" in BLOCKS[name]:
        assert said.splitlines()[-1] == "exited 7"


def test_every_method_is_in_the_guide():
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    for name in ("launcher", "monitor", "recovery", "watcher"):
        stub = (PACKAGE / "dcchost" / (name + ".pyi")).read_text()
        for method in re.findall(r"def ([a-z]\w+)\(", stub):
            assert method in text, method
