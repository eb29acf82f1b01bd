"""What the end-to-end tests share: a private world for dcchost and real Blender in it, a client of the control
socket, an X server, and the count of what is left behind."""

import json
import os
import pathlib
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time

BLENDER = os.environ.get("DCCHOST_BLENDER_EXECUTABLE") or shutil.which("blender", path="/usr/bin:/bin:/usr/local/bin")
XVFB = shutil.which("Xvfb", path="/usr/bin:/bin:/usr/local/bin")
PATIENCE = 60  # a busy machine is no failure
PASSED_ON = ("DCC_ADAPTER_PATH", "DCCHOST_SHIM", "DCCHOST_BLENDER_EXECUTABLE", "MESA_SHADER_CACHE_DIR",
             "ASAN_OPTIONS", "UBSAN_OPTIONS", "LD_LIBRARY_PATH")

# Below nohup a closed terminal would not be news to anybody.
signal.signal(signal.SIGHUP, signal.SIG_DFL)


def until(condition, what, patience=PATIENCE):
    """Waits for a condition; its value when it is true."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, "waited too long for " + what
        time.sleep(0.02)


def on_this_machine(seconds):
    """A promise made for a machine that has nothing else to do, on one that is shared."""
    return seconds * max(1, os.getloadavg()[0] / os.cpu_count())


def figure(text):
    """A measured number, shown by pytest -s and in the log of a failure."""
    print("figure: " + text)


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


def is_alive(pid):
    try:
        stat = pathlib.Path("/proc/%d/stat" % pid).read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


class Done:
    """How a command ended."""

    def __init__(self, status, out, err, seconds):
        self.status, self.out, self.err, self.seconds = status, out, err, seconds

    def __repr__(self):
        return "status %s after %.1f s\n--- stdout\n%s--- stderr\n%s" % (self.status, self.seconds, self.out, self.err)

    @property
    def json(self):
        return json.loads(self.out)


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


class Xvfb:
    """A display of its own, whose number the server chooses."""

    def __init__(self):
        reader, writer = os.pipe()
        self.process = subprocess.Popen(
            [XVFB, "-displayfd", str(writer), "-screen", "0", "800x600x24", "-nolisten", "tcp", "-noreset"],
            pass_fds=[writer], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(writer)
        with os.fdopen(reader) as file:
            number = file.readline().strip()
        assert number, "Xvfb did not start"
        self.display = ":" + number

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE)
        for trace in ("/tmp/.X11-unix/X" + self.display[1:], "/tmp/.X%s-lock" % self.display[1:]):
            if os.path.lexists(trace):
                os.unlink(trace)

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE)


class World:
    """Directories of a test's own, and dcchost and Blender in them."""

    def __init__(self, display=None):
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="dcce-"))
        self.work, self.runtime, self.state = self.top / "work", self.top / "run", self.top / "state"
        self.temp = self.top / "tmp"
        for name in ("work", "run", "state", "cache", "data", "home", "tmp"):
            (self.top / name).mkdir(mode=0o700)
        self.env = {"PATH": "/usr/bin:/bin", "HOME": str(self.top / "home"), "LANG": "C.UTF-8",
                    "XDG_RUNTIME_DIR": str(self.runtime), "XDG_STATE_HOME": str(self.state),
                    "XDG_CACHE_HOME": str(self.top / "cache"), "XDG_DATA_HOME": str(self.top / "data"),
                    "XDG_CONFIG_HOME": str(self.top / "home"), "TMPDIR": str(self.temp),
                    "G_DEBUG": "fatal-warnings"}
        self.env.update({name: os.environ[name] for name in PASSED_ON if name in os.environ})
        if display:
            self.env["DISPLAY"] = display

    # -- commands --------------------------------------------------------------------------------

    def popen(self, *args, **more):
        return subprocess.Popen([os.environ["DCCHOST"], *map(str, args)], env=dict(self.env, **more.pop("env", {})),
                                cwd=str(self.work), stdin=subprocess.DEVNULL, **more)

    def run(self, *args, patience=PATIENCE, **env):
        began = time.monotonic()
        child = self.popen(*args, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            out, err = child.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            child.kill()
            out, err = child.communicate()
            raise AssertionError("dcchost %s did not end\n%s%s" % (" ".join(map(str, args)), out, err))
        return Done(child.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"),
                    time.monotonic() - began)

    def launch(self, *args, headless=True):
        """Blender, ready; its status."""
        mode = ["--headless"] if headless else []
        done = self.run("launch", "blender", "-d", "--wait", "ready", "--json", *mode, *args)
        assert done.status == 0, done
        return done.json

    def status(self, name="blender"):
        status = self.read_status(name)
        if status["attended"] or status["state"] not in ("stopped", "crashed", "failed"):
            return status
        # It is being taken apart: what is said meanwhile may be what the shim alone knew.
        place = self.runtime / "dcchost" / name
        until(lambda: not place.exists() or self.read_status(name)["attended"], "the end to be on record", 10)
        return self.read_status(name)

    def read_status(self, name):
        done = self.run("status", name, "--json")
        assert done.status == 0, done
        return done.json

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

    def processes(self):
        """Whatever carries this world's environment: {pid: command}."""
        found = {}
        mark = ("XDG_RUNTIME_DIR=%s\0" % self.runtime).encode()
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                if mark in (entry / "environ").read_bytes() + b"\0":
                    found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
        return found

    def sockets(self):
        return [path for path in self.runtime.rglob("*") if path.is_socket() or path.is_fifo()]

    def left(self):
        """Everything that a life, its session or its shim should have taken along."""
        place = self.runtime / "dcchost"
        return {"processes": self.processes(), "sockets": self.sockets(), "temporary files": list(self.temp.iterdir()),
                "instance directories": [path for path in place.iterdir() if path.is_dir()] if place.exists() else []}

    def expect_nothing_left(self):
        try:
            until(lambda: not any(self.left().values()), "everything to be gone", 10)
        except AssertionError:
            raise AssertionError("left behind: %s" % {k: v for k, v in self.left().items() if v})
        figure("left behind: " + ", ".join("0 " + what for what in self.left()))

    def close(self):
        try:
            for name in [each["name"] for each in self.run("ps", "--json").json]:
                self.run("kill", name)
            self.expect_nothing_left()
        finally:
            for pid in self.processes():
                os.kill(pid, signal.SIGKILL)
            shutil.rmtree(str(self.top), ignore_errors=True)
