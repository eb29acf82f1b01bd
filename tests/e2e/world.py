"""What the end-to-end tests share: a box with real Blender in it, and a client of the control socket."""

import json
import os
import pathlib
import select
import shutil
import socket
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from box import PATIENCE, Box, Done, figure, is_alive, until  # noqa: E402,F401
from xvfb import XVFB, Xvfb  # noqa: E402,F401

BLENDER = os.environ.get("DCCHOST_BLENDER_EXECUTABLE") or shutil.which("blender", path="/usr/bin:/bin:/usr/local/bin")
PASSED_ON = ("DCC_ADAPTER_PATH", "DCCHOST_BLENDER_EXECUTABLE", "MESA_SHADER_CACHE_DIR")


def on_this_machine(seconds):
    """A promise made for a machine that has nothing else to do, on one that is shared."""
    return seconds * max(1, os.getloadavg()[0] / os.cpu_count())


def kill(pid, number):
    """Sends a signal and waits for the end. Returns the instant (CLOCK_MONOTONIC, seconds) at which the kernel said
    that the process had ended."""
    fd = os.pidfd_open(pid)  # before, for who is reaped is nobody any more
    try:
        os.kill(pid, number)
        return death_of(fd)
    finally:
        os.close(fd)


def death_of(fd, deadline=PATIENCE):
    poller = select.poll()
    poller.register(fd, select.POLLIN)
    assert poller.poll(deadline * 1000), "it did not end"
    return time.monotonic()


class WireError(Exception):
    pass


class Control:
    """A client of the control socket. Events are kept with the instant they arrived at."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))
        self.rest, self.answers, self.events, self.number = b"", {}, [], 0

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.socket.close()

    def ask(self, verb, **params):
        self.number += 1
        line = json.dumps({"jsonrpc": "2.0", "id": self.number, "method": verb, "params": params})
        self.socket.sendall(line.encode() + b"\n")
        return self.number

    def hear(self, seconds):
        """Takes in what comes within the time; FALSE when nothing did."""
        if not select.select([self.socket], [], [], max(0, seconds))[0]:
            return False
        data = self.socket.recv(65536)
        now = time.monotonic()
        if not data:
            raise ConnectionError("the session went away")
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            message = json.loads(line.decode())
            if message.get("method") == "event":
                self.events.append((now, message["params"]))
            elif "id" in message:
                self.answers[message["id"]] = message
        return True

    def answer(self, number, patience=PATIENCE):
        deadline = time.monotonic() + patience
        while number not in self.answers:
            left = deadline - time.monotonic()
            assert left > 0, "no answer in time"
            self.hear(left)
        message = self.answers.pop(number)
        if "error" in message:
            raise WireError(message["error"]["message"])
        return message["result"]

    def call(self, verb, patience=PATIENCE, **params):
        return self.answer(self.ask(verb, **params), patience)

    def ask_run(self, source, timeout_ms=60000):
        return self.ask("agent", method="run", params={"source": source}, timeout_ms=timeout_ms)

    def run(self, source):
        """Python on the main thread of the application; what it set `result` to."""
        value = self.answer(self.ask_run(source))["value"]
        return None if value == "None" else value

    def follow(self):
        """Events from now on; returns those before."""
        return self.call("events", since=0, follow=True)["events"]

    def event(self, kind, patience=PATIENCE, **members):
        """The first event heard of this type with these members: (instant, event)."""
        deadline = time.monotonic() + patience
        while True:
            for instant, event in self.events:
                if event["type"] == kind and all(event.get(k) == v for k, v in members.items()):
                    return instant, event
            left = deadline - time.monotonic()
            assert left > 0, "no event %s %s; heard %s" % (kind, members, [e for _, e in self.events])
            self.hear(left)


class World(Box):
    """A box with Blender in it."""

    def __init__(self, display=None):
        super().__init__()
        self.env.update(LANG="C.UTF-8", XDG_CONFIG_HOME=str(self.top / "home"))
        self.env.update({name: os.environ[name] for name in PASSED_ON if name in os.environ})
        if display:
            self.env["DISPLAY"] = display

    # -- commands --------------------------------------------------------------------------------

    def popen(self, *args, **more):
        return super().popen(*map(str, args), **more)

    def launch(self, *args, headless=True):
        """Blender, ready; its status."""
        mode = ["--headless"] if headless else []
        done = self.run("launch", "blender", "-d", "--wait", "ready", "--json", *mode, *args)
        assert done.status == 0, done
        return done.json

    def status(self, name="blender"):
        status = super().status(name)
        if status["attended"] or status["state"] not in ("stopped", "crashed", "failed"):
            return status
        # It is being taken apart: what is said meanwhile may be what the shim alone knew.
        place = self.runtime / "dcchost" / name
        until(lambda: not place.exists() or super(World, self).status(name)["attended"], "the end to be on record", 10)
        return super().status(name)

    def events(self, name="blender", kind=None):
        found = [json.loads(line) for line in self.run("events", name, "--json").out.splitlines()]
        return [each for each in found if kind in (None, each["type"])]

    def control(self, name="blender"):
        return Control(self.runtime / "dcchost" / name / "control.sock")

    def stop(self, *args):
        """The end report."""
        done = self.run("stop", "--json", *args)
        assert done.status == 0, done
        return done.json

    def rescued(self, pattern, name="blender"):
        return sorted((self.state / "dcchost" / name / "rescue").glob(pattern))

    # -- Blender itself --------------------------------------------------------------------------

    def ask_blender(self, expression, scene=None):
        """What a second, plain Blender prints."""
        got = subprocess.run([BLENDER, "-b"] + ([str(scene)] if scene else []) +
                             ["--python-exit-code", "3", "--python-expr", expression],
                             env=self.env, cwd=str(self.work), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, timeout=PATIENCE)
        assert got.returncode == 0, got.stdout.decode("utf-8", "replace")
        return got.stdout.decode("utf-8", "replace")

    def objects_in(self, scene):
        out = self.ask_blender("import bpy; print('OBJECTS', *(o.name for o in bpy.data.objects))", scene)
        return next(line for line in out.splitlines() if line.startswith("OBJECTS")).split()[1:]

    def make_scene(self, name, expression=""):
        path = self.work / name
        self.ask_blender("import bpy; %s\nbpy.ops.wm.save_as_mainfile(filepath=%r)" % (expression, str(path)))
        return path

    # -- what is left ----------------------------------------------------------------------------

    def sockets(self):
        return [path for path in self.runtime.rglob("*") if path.is_socket() or path.is_fifo()]

    def left(self):
        """Everything that a run, its session or its shim should have taken along."""
        place = self.runtime / "dcchost"
        return dict(super().left(), **{
            "sockets": self.sockets(), "temporary files": list(self.temp.iterdir()),
            "instance directories": [path for path in place.iterdir() if path.is_dir()] if place.exists() else []})

    def expect_nothing_left(self):
        super().expect_nothing_left()
        figure("left behind: " + ", ".join("0 " + what for what in self.left()))
