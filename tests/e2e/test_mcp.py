"""Agents on real Blender: a scripted one gets by with calls alone; and what a scene carries is not run."""

import base64
import importlib.util
import os
import pathlib
import struct
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

from mcp import Client, ToolError  # noqa: E402

SPEC = importlib.util.spec_from_file_location("mcp_agent", str(HERE.parents[1] / "tools" / "mcp-agent.py"))
mcp_agent = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(mcp_agent)

# A text block that is run when the scene is opened, where that is allowed.
SCENE = """
import bpy
text = bpy.data.texts.new("at_start.py")
text.write("import pathlib; pathlib.Path(%r).write_text('run')")
text.use_module = True
bpy.ops.wm.save_as_mainfile(filepath=%r)
"""
PREFERENCES = """
import bpy
bpy.context.preferences.filepaths.use_scripts_auto_execute = True
bpy.ops.wm.save_userpref()
"""


def check_agent(agent):
    started = agent.start()
    assert started["outcome"] == "reached" and started["status"]["headless"]
    assert all(os.path.getsize(path) > 0 for path in agent.render())

    waited, why, mended = agent.hang()
    assert waited["outcome"] == "unresponsive" and why["hung"]
    assert mended["outcome"] == "reached" and mended["status"]["pid"] != started["status"]["pid"]

    waited, why, mended = agent.crash()
    assert waited["outcome"] in ("restarted", "ended") and "call why" in waited["next"]
    assert why["death"]["result"]["verdict"] == "crash" and why["death"]["result"]["signal"] == 11
    assert mended["outcome"] == "reached"

    waited, why, gone = agent.miss_a_licence()
    assert waited["outcome"] in ("waiting-for-licence", "ended")
    assert why["death"]["result"]["verdict"] == "licence" and "licence" in why["do"][0]["text"]
    assert gone["ended"] and agent.end()["ended"]


def test_an_agent_gets_by_with_calls_alone(tmp_path):
    """Each time it hears from wait that something is wrong, and from why what to do; and what it then does helps."""
    home = os.path.realpath(str(tmp_path))
    with Client(mcp_agent.environment(home), "--allow", "run-python", cwd=home) as client:
        agent = mcp_agent.Agent(client, home, print)
        try:
            check_agent(agent)
            assert client.call("list_instances")["instances"] == []
        finally:
            agent.clean_up()


@pytest.mark.parametrize("trusted", [False, True])
def test_a_scene_runs_no_scripts_unless_it_is_trusted(world, trusted):
    """Although the artist's preferences would let it."""
    mark, scene = world.work / "run", world.work / "scene.blend"
    world.ask_blender(PREFERENCES)
    world.ask_blender(SCENE % (str(mark), str(scene)))
    with Client(world.env, *(["--trust-scenes"] if trusted else []), cwd=str(world.work)) as client:
        got = client.call("launch", app="blender", headless=True, scene=str(scene))
        assert got["outcome"] == "reached" and got["status"]["scene"] == str(scene)
        client.call("stop", name="blender")
    assert mark.exists() == trusted


def test_a_scene_that_cannot_be_read_is_told(world):
    broken = world.work / "broken.blend"
    broken.write_text("no scene")
    with Client(world.env, cwd=str(world.work)) as client:
        with pytest.raises(ToolError, match=str(broken)):
            client.call("launch", app="blender", headless=True, scene=str(broken))


def test_a_picture_of_the_window(desk):
    """And the window is where the environment of the server says."""
    with Client(desk.env, cwd=str(desk.work)) as client:
        got = client.call("launch", app="blender", timeout_s=43)
        while got["outcome"] == "not-yet":
            got = client.call("wait", name="blender", until="ready", timeout_s=45)
        assert got["outcome"] == "reached" and not got["status"]["headless"]
        result = client.request("tools/call", name="screenshot", arguments={"name": "blender"})
        assert not result["isError"], result
        picture = base64.b64decode(result["content"][1]["data"])
        width, height = struct.unpack(">II", picture[16:24])
        assert picture.startswith(b"\x89PNG") and width > 300 and height > 200
        assert result["content"][1]["type"] == "image"
        assert os.path.getsize(result["structuredContent"]["path"]) == len(picture) and len(set(picture)) > 200
        client.call("stop", name="blender")


def test_no_picture_without_a_window(world):
    with Client(world.env, cwd=str(world.work)) as client:
        client.call("launch", app="blender", headless=True)
        with pytest.raises(ToolError, match="no window"):
            client.call("screenshot", name="blender")
        client.call("stop", name="blender")
