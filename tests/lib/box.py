"""A machine of its own for a test: private directories, the fake application, and a look round at the end
whether anything was left behind."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

PATIENCE = 20

# Below nohup a closed terminal would not be news to anybody. Windows has no such thing.
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Done:
    """How a command ended."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    def __repr__(self):
        return "status %s\n--- stdout\n%s--- stderr\n%s" % (self.status, self.out, self.err)

    @property
    def json(self):
        return json.loads(self.out)


def until(condition, what, patience=PATIENCE):
    """Waits for a condition; its value when it is true."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, "waited too long for " + what
        time.sleep(0.02)


class Box:
    """Directories of a test's own, and dcchost in them."""

    def __init__(self, top):
        self.top = pathlib.Path(top)
        self.work = self.top / "work"
        self.runtime = self.top / "run"
        self.state = self.top / "state"
        for name in ("work", "run", "state", "cache", "data", "home", "tmp"):
            (self.top / name).mkdir(mode=0o700)
        self.env = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.top / "home"),
            "TMPDIR": str(self.top / "tmp"),
            "XDG_RUNTIME_DIR": str(self.runtime),
            "XDG_STATE_HOME": str(self.state),
            "XDG_CACHE_HOME": str(self.top / "cache"),
            "XDG_DATA_HOME": str(self.top / "data"),
            "DCC_ADAPTER_PATH": os.environ["DCC_TEST_ADAPTERS"],
            "DCCHOST_SHIM": os.environ["DCCHOST_SHIM"],
            "DCCHOST_FAKE_EXECUTABLE": os.environ["DCCHOST_FAKE_EXECUTABLE"],
            "G_DEBUG": "fatal-warnings",
        }
        self.env.update({name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LD_LIBRARY_PATH")
                         if name in os.environ})

    def popen(self, *args, **more):
        return subprocess.Popen([os.environ["DCCHOST"], *args], env=more.pop("env", self.env),
                                cwd=more.pop("cwd", str(self.work)), stdin=subprocess.DEVNULL, **more)

    def run(self, *args, timeout=PATIENCE, **env):
        child = self.popen(*args, env=dict(self.env, **env), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            out, err = child.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            child.kill()
            out, err = child.communicate()
            raise AssertionError("dcchost %s did not end\n%s%s" % (" ".join(args), out, err))
        return Done(child.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))

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

    def close(self):
        try:
            names = [each["name"] for each in self.run("ps", "--json").json]
        except (ValueError, AssertionError):
            names = []
        for name in names:
            self.run("kill", name)
        try:
            until(lambda: not self.processes(), "processes to end", 5)
            left = {}
        except AssertionError:
            left = self.processes()
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        said = [path.read_text() for path in self.state.glob("dcchost/*/session.log*")]
        shutil.rmtree(str(self.top), ignore_errors=True)
        assert not left, "left behind: %s" % left
        # What a session has to say beside its events is a warning, or a sanitizer's finding.
        assert not any(said), "".join(said)
