"""Agents on real Blender: a scripted one gets by with calls alone; and what a scene carries is not run."""

import importlib.util
import os
import pathlib
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


def test_an_agent_gets_by_with_calls_alone(tmp_path):
    """Each time it hears from wait that something is wrong, and from why what to do; and what it then does helps."""
    home = os.path.realpath(str(tmp_path))
    with Client(mcp_agent.environment(home), "--allow", "run-python", cwd=home) as client:
        agent = mcp_agent.Agent(client, home, print)
        started = agent.start()
        assert started["outcome"] == "reached" and started["status"]["headless"]
        assert os.path.getsize(agent.render()) > 0

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
        assert client.call("list_instances")["instances"] == []


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
