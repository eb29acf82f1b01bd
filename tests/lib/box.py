"""A machine of its own for a test: private directories, dcchost in them, and a look round at the end whether anything
was left behind. Every suite in Python that runs dcchost has its box from here; `tests/e2e/world.py` puts real
applications into one."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

PATIENCE = 60  # a busy machine is no failure
PASSED_ON = ("DCCHOST_SHIM", "DCCHOST_FAKE_EXECUTABLE", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LD_LIBRARY_PATH")

# Below nohup a closed terminal would not be news to anybody. Windows has no such thing.
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Done:
    """How a command ended."""

    def __init__(self, status, out, err, seconds=0):
        self.status, self.out, self.err, self.seconds = status, out, err, seconds

    def __repr__(self):
        return "status %s after %.1f s\n--- stdout\n%s--- stderr\n%s" % (self.status, self.seconds, self.out, self.err)

    @property
    def json(self):
        return json.loads(self.out)


def until(condition, what="it", patience=PATIENCE):
    """Waits for a condition; its value when it is true."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, "waited too long for " + what
        time.sleep(0.02)


def figure(text):
    """A measured number, shown by pytest -s and in meson's log."""
    print("\nfigure: " + text, flush=True)


def is_alive(pid):
    try:
        stat = pathlib.Path("/proc/%d/stat" % pid).read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


class Box:
    """Directories of a test's own, and dcchost in them."""

    def __init__(self):
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="dcch-"))
        self.work, self.temp = self.top / "work", self.top / "tmp"
        self.runtime, self.state = self.top / "run", self.top / "state"
        for name in ("work", "run", "state", "cache", "data", "home", "tmp"):
            (self.top / name).mkdir(mode=0o700)
        self.command = os.environ.get("DCCHOST")
        self.env = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.top / "home"),
            "TMPDIR": str(self.temp),
            "XDG_RUNTIME_DIR": str(self.runtime),
            "XDG_STATE_HOME": str(self.state),
            "XDG_CACHE_HOME": str(self.top / "cache"),
            "XDG_DATA_HOME": str(self.top / "data"),
            "G_DEBUG": "fatal-warnings",
        }
        self.env.update({name: os.environ[name] for name in PASSED_ON if name in os.environ})
        if "DCC_TEST_ADAPTERS" in os.environ:
            self.env["DCC_ADAPTER_PATH"] = os.environ["DCC_TEST_ADAPTERS"]

    def popen(self, *args, **more):
        """env: all of it."""
        return subprocess.Popen([self.command, *args], env=more.pop("env", self.env),
                                cwd=more.pop("cwd", str(self.work)), stdin=subprocess.DEVNULL, **more)

    def run(self, *args, timeout=PATIENCE, **env):
        """env: what is added."""
        began = time.monotonic()
        child = self.popen(*args, env=dict(self.env, **env), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            out, err = child.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            child.kill()
            out, err = child.communicate()
            raise AssertionError("dcchost %s did not end\n%s%s" % (" ".join(map(str, args)), out, err))
        return Done(child.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"),
                    time.monotonic() - began)

    def launch(self, *args):
        """The fake application, ready."""
        done = self.run("launch", "fake", "-d", "--wait", "ready", *args)
        assert done.status == 0, done
        return done

    def status(self, name="fake"):
        done = self.run("status", name, "--json")
        assert done.status == 0, done
        return done.json

    def processes(self):
        """Whatever carries this box's environment: {pid: command}."""
        found = {}
        mark = ("XDG_RUNTIME_DIR=%s\0" % self.runtime).encode()
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                if mark not in (entry / "environ").read_bytes() + b"\0":
                    continue
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ")
            except OSError:
                continue
            found[int(entry.name)] = command.decode("utf-8", "replace")
        return found

    def left(self):
        """What is to be gone with the last instance, by what it is; each empty where it is."""
        return {"processes": self.processes()}

    def expect_nothing_left(self):
        try:
            until(lambda: not any(self.left().values()), "everything to be gone", 10)
        except AssertionError:
            left = {what: each for what, each in self.left().items() if each}
            assert not left, "left behind: %s" % left

    def end_all(self):
        try:
            names = [each["name"] for each in self.run("ps", "--json").json]
        except (ValueError, AssertionError):
            names = []
        for name in names:
            self.run("kill", name)

    def close(self):
        try:
            self.end_all()
            self.expect_nothing_left()
            # What a session has to say beside its events is a warning, or a sanitizer's finding.
            said = [path.read_text() for path in self.state.glob("dcchost/*/session.log*")]
            assert not any(said), "".join(said)
        finally:
            for pid in self.processes():
                os.kill(pid, signal.SIGKILL)
            shutil.rmtree(str(self.top), ignore_errors=True)
