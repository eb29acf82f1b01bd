"""launch --file starts the version that saved the scene, and says so. The Blenders are stand-ins."""

import os
import pathlib

import pytest

STAND_IN = """#!/bin/sh
case "$1" in --version) echo "Blender %s"; exit 0;; esac
exit 0
"""
# The build's own adapter, beside the one of the fake application.
ADAPTER = str(pathlib.Path(os.environ["DCC_TEST_BLENDER"]).parent)


@pytest.fixture
def blenders(box):
    for version in ("4.2.9", "4.5.3", "5.1.0"):
        directory = pathlib.Path(box.env["HOME"]) / "Applications" / ("blender-" + version)
        directory.mkdir(parents=True)
        (directory / "blender").write_text(STAND_IN % version)
        (directory / "blender").chmod(0o755)
    box.env["DCC_ADAPTER_PATH"] = ADAPTER
    box.env["DISPLAY"] = ":0"
    return box


def launch(box, header, *options):
    scene = box.work / "shot.blend"
    scene.write_bytes(header + b"REND" + bytes(64))
    done = box.run("launch", "blender", "--headless", "--file", "shot.blend", *options)
    sentences = [line for line in done.err.splitlines() if "was saved by" in line]
    started, = [line for line in (done.out + done.err).splitlines() if "started, pid" in line]
    return started.rsplit("version ", 1)[1], sentences


@pytest.mark.parametrize("header, version, sentence", [
    (b"BLENDER-v402", "4.2.9", "was saved by Blender 4.2: 4.2.9 is started"),
    (b"BLENDER-v404", "4.5.3",
     "was saved by Blender 4.4, which is not installed: the nearest newer one is started, 4.5.3"),
    (b"BLENDER17-01v0501", "5.1.0", "was saved by Blender 5.1: 5.1.0 is started"),
    (b"BLENDER17-01v0503", "5.1.0", "all that is installed is older: 5.1.0 is started"),
])
def test_the_version_that_saved_it(blenders, header, version, sentence):
    started, sentences = launch(blenders, header)
    assert started == version
    assert len(sentences) == 1 and sentence in sentences[0] and "shot.blend" in sentences[0]


def test_a_version_that_is_asked_for(blenders):
    assert launch(blenders, b"BLENDER-v402", "--version", "4.5") == ("4.5.3", [])


def test_a_scene_that_does_not_tell(blenders):
    assert launch(blenders, b"BLENDER-vxyz") == ("5.1.0", [])
