"""The official Inspector's command line, which opens with initialize."""

import json
import os
import subprocess

LAUNCHER = "@modelcontextprotocol/inspector/clients/launcher/build/index.js"


def inspect(node, box, *arguments):
    modules, program = node
    done = subprocess.run([program, str(modules / LAUNCHER), "--cli", os.environ["DCCHOST"], "mcp",
                           *sum((["-e", "%s=%s" % each] for each in box.env.items()), []), *arguments],
                          env=dict(box.env, PATH=os.environ["PATH"]), cwd=str(box.work), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=120)
    assert done.returncode == 0, (done.stdout, done.stderr)
    return json.loads(done.stdout)


def test_it_lists_the_tools(node, box):
    tools = inspect(node, box, "--method", "tools/list")["tools"]
    assert [tool["name"] for tool in tools][:2] == ["list_applications", "list_instances"] and len(tools) == 17


def test_it_calls_a_tool(node, box):
    box.launch("--name", "shot")
    result = inspect(node, box, "--method", "tools/call", "--tool-name", "status", "--tool-arg", "name=shot")
    assert result["structuredContent"]["ready"] is True and not result["isError"]


def test_it_reads_a_resource(node, box):
    box.launch("--name", "shot")
    read = inspect(node, box, "--method", "resources/read", "--uri", "dcchost://instance/shot/events")
    assert '"started"' in read["contents"][0]["text"]
