"""The code blocks of docs/python.md and docs/moving.md are run, as far as they need no Blender."""

import os
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


@pytest.mark.parametrize("name", sorted(name for name in BLOCKS if "blender" not in BLOCKS[name]))
def test_a_block_runs(name):
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


def fake(word):
    """The block that has this word, with the fake application in Blender's place."""
    block, = (source for source in BLOCKS.values() if "blender" in source and word in source)
    return block.replace("blender", "fake").replace("shot.blend", "shot.fake")


def test_the_client_block_runs(box):
    """It follows a session until that is half done or over; here somebody else stops it."""
    (box.work / "shot.fake").write_text("{}")
    block = subprocess.Popen([sys.executable, "-u", "-c", fake("client.launch")], env=dict(
        environment(), DCCHOST=os.environ["DCCHOST"]), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert block.stdout.readline() == b"running ok\n"
    assert box.run("stop").status == 0
    out, err = block.communicate(timeout=60)
    assert (block.returncode, err.decode()) == (0, "")
    assert out.decode().splitlines()[-1].endswith(" ended")


def test_the_host_block_runs(box):
    done = subprocess.run([sys.executable, "-c", fake("host.launch")], env=environment(), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60)
    assert (done.returncode, done.stderr.decode()) == (0, "")
    assert re.fullmatch(r"\d+ running\n\[\]\n", done.stdout.decode()), done.stdout
    assert box.run("ps").out.startswith("nothing is running")


def test_every_block_is_run():
    asked = [fake("client.launch"), fake("host.launch")]
    assert len([each for each in BLOCKS.values() if "blender" in each]) == len(asked)


def test_every_method_is_in_the_guide():
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    for name in ("launcher", "monitor", "recovery", "watcher"):
        stub = (PACKAGE / "dcchost" / (name + ".pyi")).read_text()
        for method in re.findall(r"def ([a-z]\w+)\(", stub):
            assert method in text, method
