#!/usr/bin/python3
"""An agent without a model: it gets to its goal with calls of `dcchost mcp` alone, and goes by what they answer.

It starts Blender without a window, has it render, and meets a hang, a crash and a licence that is not to be had (of a
stand-in for Houdini); each time `wait` says that something is wrong, and `why` what to do. Each call is told as it is
made. `./dev demo` runs it; `--write` puts the conversation into docs/mcp.md. It needs dcchost and Blender, and works in
a directory of its own, which it names ~.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "mcp.md"
BEGIN, END = "## A conversation\n", "## Limits\n"
INTRO = """Made by `tools/mcp-agent.py --write`, which is no model and goes by what it is told, from a run on real
Blender without a window and a stand-in for Houdini. Of each answer only the members that matter here are shown.

"""
sys.path.insert(0, str(ROOT / "tests" / "lib"))

import mcp  # noqa: E402

KEPT = ("PATH", "LANG", "DCCHOST_ADAPTER_PATH", "DCC_ADAPTER_PATH", "DCCHOST_SHIM", "DCCHOST_BLENDER_EXECUTABLE",
        "LD_LIBRARY_PATH")
SHOWN = {"launch": ("outcome", "next"), "wait": ("outcome", "next"), "restart": ("outcome", "next"), "kill": ("ended",),
         "render": ("outcome", "next"),
         "stop": ("ended",), "why": ("hung", "do")}
RENDER = """import bpy
scene = bpy.context.scene
scene.render.engine, scene.render.resolution_percentage, scene.cycles.samples = "CYCLES", 5, 4
scene.cycles.use_denoising = False
bpy.ops.wm.save_as_mainfile(filepath=%r)"""
HANG = "import threading; lock = threading.Lock(); lock.acquire(); lock.acquire()"
CRASH = "import ctypes, threading; threading.Timer(0.5, ctypes.string_at, [0]).start()"


class Agent:
    def __init__(self, client, home, tell):
        self.client, self.home, self.tell, self.lines = client, home, tell, []

    def say(self, text):
        self.lines.append(text.replace(self.home, "~"))
        self.tell(self.lines[-1])

    def call(self, tool, **arguments):
        """What the tool gives; None for a fault, which is told."""
        self.say("> %s %s" % (tool, json.dumps(arguments)))
        try:
            result = self.client.call(tool, **arguments)
        except mcp.ToolError as error:
            self.say("< fault: %s" % error)
            return None
        self.say("< %s" % json.dumps({name: result[name] for name in SHOWN.get(tool, result)}))
        return result

    def start(self):
        self.say("# start Blender; its name is misspelt at first")
        assert self.call("launch", app="blendr", headless=True) is None
        return self.call("launch", app="blender", name="shot", headless=True, hang_after_s=3)

    def render(self):
        """Where its pictures are."""
        self.say("# make a scene, and have it rendered")
        scene, output = os.path.join(self.home, "shot.blend"), os.path.join(self.home, "####.png")
        self.call("run_python", name="shot", source=RENDER % scene)
        self.call("render", app="blender", scene=scene, frames="1-2", output=output, name="frames")
        while self.call("wait", name="frames", until="ended", timeout_s=45)["outcome"] == "not-yet":
            pass
        return [os.path.join(self.home, "%04d.png" % frame) for frame in (1, 2)]

    def hang(self):
        self.say("# a script that never returns: it hangs")
        self.call("run_python", name="shot", source=HANG, timeout_s=2)
        waited = self.call("wait", name="shot", until="idle", timeout_s=45)
        why = self.call("why", name="shot")
        # There is nothing to save here: the quicker one of the ways that it is told, and then on.
        advice = {each["tool"]: each["arguments"] for each in why["do"]}
        self.call("kill", **advice["kill"])
        return waited, why, self.call("restart", **advice["restart"])

    def crash(self):
        self.say("# a plug-in that crashes it")
        self.call("run_python", name="shot", source=CRASH)
        waited = self.call("wait", name="shot", until="ended", timeout_s=45)
        why = self.call("why", name="shot")
        return waited, why, self.call("wait", name="shot", until="ready", timeout_s=45)

    def miss_a_licence(self):
        self.say("# Houdini finds no licence")
        self.call("launch", app="houdini", name="sim", headless=True, wait_ready=False)
        waited = self.call("wait", name="sim", until="ready", timeout_s=45)
        why = self.call("why", name="sim")
        return waited, why, self.call("kill", name="sim")

    def clean_up(self):
        """Whatever went wrong: nothing of it stays."""
        for instance in self.client.call("list_instances")["instances"]:
            self.client.call("kill", name=instance["name"])
        # Houdini's licence server is shared, and so outlives each Houdini; this one is ours.
        for place in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if os.path.join(self.home, "hfs").encode() in (place / "cmdline").read_bytes():
                    os.kill(int(place.name), signal.SIGKILL)
            except OSError:
                continue

    def end(self):
        self.say("# and the end")
        return self.call("stop", name="shot")


def environment(home):
    """That of a client: HOME, PATH, and what its configuration says."""
    env = {name: os.environ[name] for name in KEPT if name in os.environ}
    houdini = os.path.join(home, "hfs20.5.332")
    shutil.copytree(str(ROOT / "tests" / "stand-ins" / "houdini"), houdini)
    env.update(HOME=home, XDG_RUNTIME_DIR=os.path.join(home, "run"), TMPDIR=home,
               XDG_STATE_HOME=os.path.join(home, ".local", "state"),
               DCCHOST_HOUDINI_EXECUTABLE=os.path.join(houdini, "bin", "houdini"),
               STANDIN_HOUDINI="no-licence", PYTHONDONTWRITEBYTECODE="1")
    os.mkdir(env["XDG_RUNTIME_DIR"], 0o700)
    return env


def main(arguments):
    os.environ.setdefault("DCCHOST", shutil.which("dcchost") or "dcchost")
    home = os.path.realpath(tempfile.mkdtemp(prefix="dcch-"))
    try:
        with mcp.Client(environment(home), "--allow", "run-python", cwd=home) as client:
            agent = Agent(client, home, lambda line: print(line, flush=True))
            try:
                for step in (agent.start, agent.render, agent.hang, agent.crash, agent.miss_a_licence, agent.end):
                    step()
            finally:
                agent.clean_up()
    finally:
        shutil.rmtree(home, ignore_errors=True)
    if "--write" in arguments:
        pattern = re.compile("(%s\n).*?(\n%s)" % (BEGIN, END), re.S)
        text = "%s```\n%s\n```\n" % (INTRO, "\n".join(agent.lines))
        DOCUMENT.write_text(pattern.sub(lambda found: found.group(1) + text + found.group(2), DOCUMENT.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
