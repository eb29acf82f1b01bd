"""The official Python client in one mode: `python_client.py MODE DCCHOST`. Says how it went as one JSON object. It runs
in an environment of its own, which has the client; that checks each answer against the tool's schema."""

import asyncio
import json
import os
import sys

from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client


async def main(mode, program):
    notes = []

    async def on_progress(progress, total, message):
        notes.append(progress)

    server = StdioServerParameters(command=program, args=["mcp"], env=dict(os.environ))
    async with Client(stdio_client(server), mode=mode) as client:
        tools = [tool.name for tool in (await client.list_tools()).tools]
        launched = await client.call_tool("launch", {"app": "fake", "headless": True, "name": "shot"})
        wait = {"name": "shot", "until": "ended", "timeout_s": 3}
        waited = await client.call_tool("wait", wait, progress_callback=on_progress)
        fault = await client.call_tool("status", {"name": "nix"})
        stopped = await client.call_tool("stop", {"name": "shot"})
        print(json.dumps({
            "tools": tools, "launched": launched.structured_content["outcome"],
            "waited": waited.structured_content["outcome"], "notes": notes, "fault": fault.is_error,
            "stopped": stopped.structured_content["ended"]}))


asyncio.run(main(*sys.argv[1:]))
