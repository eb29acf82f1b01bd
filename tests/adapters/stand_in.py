"""A stand-in for the session's side of the agent socket, and a starter for Blender.

Everything waits for a condition with a deadline; whatever was started is ended by its own handle.
"""
import itertools
import json
import os
import pathlib
import queue
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

ADAPTERS = pathlib.Path(__file__).resolve().parents[2] / "adapters"
sys.path[:0] = [str(ADAPTERS / "agent"), str(ADAPTERS.parent / "tests" / "lib")]
import join  # noqa: E402
from box import PATIENCE, until  # noqa: E402,F401
from xvfb import XVFB, Xvfb  # noqa: E402,F401

AGENT = "dcchost_blender_agent.py"
PARTS = {  # what lies side by side in a launch's private directory, and what it is made of
    "dcchost_agent.py": ("parts", "agent", ["dcchost_base.py", "dcchost_rescue.py", "dcchost_waiting.py",
                                            "dcchost_wire.py", "dcchost_agent.py"]),
    AGENT: ("agent", "blender/agent", ["../../agent/boot.py", "dcchost_blend_file.py",
                                       "dcchost_blender_render.py", AGENT]),
}
LOOP = "import dcchost_blender_agent; dcchost_blender_agent.loop()"
BLENDER = os.environ.get("DCCHOST_BLENDER_EXECUTABLE") or shutil.which("blender", path="/usr/bin:/usr/local/bin")
TOKEN = "a-token"


class Line:
    """One connection of an agent."""

    def __init__(self, sock):
        self.sock = sock
        self.file = sock.makefile("rb")
        self.heard = queue.Queue()
        self.past = []
        self.numbers = itertools.count(1)
        self.answers = {}
        self.arrived = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        try:
            for raw in self.file:
                message = json.loads(raw)
                if "method" in message:
                    self.heard.put(message)
                else:
                    with self.arrived:
                        self.answers[str(message["id"])] = message
                        self.arrived.notify_all()
        except (OSError, ValueError):
            pass
        self.heard.put(None)

    def expect(self, method, timeout=PATIENCE):
        """The next message of this name; what comes before it is kept in past."""
        end = time.monotonic() + timeout
        while True:
            message = self.heard.get(timeout=max(0.01, end - time.monotonic()))
            assert message is not None, "the agent hung up before %s" % method
            self.past.append(message)
            if message["method"] == method:
                return message["params"]

    def drain(self):
        """All that came until the agent hung up."""
        while True:
            message = self.heard.get(timeout=PATIENCE)
            if message is None:
                return self.past
            self.past.append(message)

    def send(self, message):
        self.sock.sendall(json.dumps(message).encode() + b"\n")

    def welcome(self):
        hello = self.heard.get(timeout=PATIENCE)
        assert hello is not None and hello["method"] == "hello"
        self.send({"jsonrpc": "2.0", "id": hello["id"], "result": {"protocol": 1, "name": "test"}})
        return hello["params"]

    def ask(self, method, **params):
        number = next(self.numbers)
        self.send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        return number

    def answer(self, number, timeout=PATIENCE):
        with self.arrived:
            assert self.arrived.wait_for(lambda: str(number) in self.answers, timeout), "no answer"
            return self.answers.pop(str(number))

    def call(self, method, timeout=PATIENCE, **params):
        answer = self.answer(self.ask(method, **params), timeout)
        assert "error" not in answer, answer
        return answer["result"]

    def ping(self, timeout=1):
        return self.call("ping", timeout=timeout)

    def run(self, source, timeout=PATIENCE):
        return self.call("run", timeout=timeout, source=source)["value"]

    def close(self):
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.file.close()
        self.sock.close()


class Session:
    """Listens where the agent dials."""

    def __init__(self, path):
        self.path = str(path)
        self.lines = []
        self.listen()

    def listen(self):
        self.server = socket.socket(socket.AF_UNIX)
        directory = os.open(os.path.dirname(self.path), os.O_DIRECTORY)
        try:
            self.server.bind("/proc/self/fd/%d/%s" % (directory, os.path.basename(self.path)))
        finally:
            os.close(directory)
        self.server.listen(8)
        self.server.settimeout(PATIENCE)

    def accept(self, timeout=PATIENCE):
        self.server.settimeout(timeout)
        line = Line(self.server.accept()[0])
        self.lines.append(line)
        return line

    def meet(self):
        """An agent that has said hello, and is ready."""
        line = self.accept()
        hello = line.welcome()
        assert hello["token"] == TOKEN
        line.expect("ready")
        return line

    def close(self):
        for line in self.lines:
            line.close()
        self.lines = []
        self.server.close()
        if os.path.lexists(self.path):
            os.unlink(self.path)


class Blender:
    """One Blender with the agent inside, started as the adapter plans it."""

    def __init__(self, home, session_path, mode, args=(), scene=None, display=None, env=None, cache=None, before=(),
                 executable=None, lacks=()):
        """before: arguments that come before the agent. lacks: files of the agent that are not there."""
        self.temp = home / "tmp"
        self.temp.mkdir(exist_ok=True)
        for name, (kind, directory, parts) in PARTS.items():
            join.main(kind, str(home / name), *(str(ADAPTERS / directory / part) for part in parts))
            if name in lacks:
                (home / name).unlink()
        argv = [executable or BLENDER] + (["-b"] if mode != "gui" else [])
        argv += [str(scene)] if scene else []
        argv += [str(each) for each in before]
        argv += ["--python", str(home / AGENT)] + [str(a) for a in args]
        argv += ["--python-expr", LOOP] if mode == "loop" else []
        environ = {"PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8", "DCCHOST_AGENT_MODE": mode,
                   "DCCHOST_AGENT_SOCKET": str(session_path), "DCCHOST_AGENT_TOKEN": TOKEN}
        environ.update({name: str(self.temp) for name in ("TMPDIR", "TMP", "TEMP")})
        environ.update({"XDG_RUNTIME_DIR": str(home), "XDG_CONFIG_HOME": str(home),
                        "XDG_CACHE_HOME": str(cache or home)})
        environ.update({"DISPLAY": display} if display else {})
        environ.update(env or {})
        self.log = home / "output.txt"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(argv, env=environ, cwd=home, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=subprocess.STDOUT, start_new_session=True)

    @property
    def output(self):
        return self.log.read_text(errors="replace")

    def wait(self, timeout=PATIENCE):
        return self.process.wait(timeout)

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def objects_in(path, home, executable=None):
    """Asks a second Blender what a file holds."""
    got = subprocess.run(
        [executable or BLENDER, "-b", str(path), "--python-expr",
         "import bpy; print('OBJECTS', sorted(o.name for o in bpy.data.objects))"],
        env={"PATH": "/usr/bin:/bin", "HOME": str(home), "TMPDIR": str(home)}, capture_output=True, text=True,
        timeout=PATIENCE)
    return next(line for line in got.stdout.splitlines() if line.startswith("OBJECTS"))
