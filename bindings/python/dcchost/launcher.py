"""PyDccLauncher: direct children of this process, by name."""

import os
import time

from . import _library

_DccHost = _library.load()

_MAX_MS = 2 ** 64 - 1
_CLAMP_MS = 2 ** 31 - 1  # 24 days, which is for ever
_MAX_NAME = 200
_KILL_MS = 10000
# A wait in the library is as short as that, so that Python's signal handlers run in between.
_SLICE_MS = 50


class PyDccLauncher:
    """Starts applications as children of this process, and ends them with all that they started.

    Children have /dev/null for stdin, this process's own stdout and stderr, and a session of their own. They live on
    when this process ends. Methods may be called from any thread; in a forked child they raise RuntimeError.
    """

    def __init__(self):
        self._launcher = _DccHost.Launcher.new()
        self._owner = os.getpid()
        self._known = set()  # names that were launched
        self._ended = set()  # those of them that were ended here

    def __repr__(self):
        return "PyDccLauncher(running=%d)" % self.running_count()

    def launch(self, name, executable, args=None, launch_timeout_ms=30000, environment=None, working_directory=None):
        """Starts an executable under a name: {"pid", "name", "status": "starting"}.

        executable: a path, or a name that is looked for in PATH. args: a list of str or bytes (str is encoded by
        os.fsencode, so any bytes can be said). environment: variables added to this process's own, a dict.
        working_directory: a path; None for this process's own. launch_timeout_ms: accepted and checked; starting
        takes no time that could run out, for whether the executable could be started is known when launch() returns.

        RuntimeError: it cannot be started, or a process of this name lives; what no process can be given (a NUL, a
        variable without a name, a name that is no text) is a RuntimeError that is a ValueError as well. ValueError
        for a number out of range; TypeError.
        """
        _library.check_process(self._owner)
        _check_name(name)
        _library.number(launch_timeout_ms, "launch_timeout_ms", 0, _MAX_MS)
        argv = [_path(executable, "executable")] + _arguments(args)
        envp = None if environment is None else _environment(environment)
        cwd = None if working_directory is None else _path(working_directory, "working_directory")
        try:
            pid = self._launcher.launch(_key(name), argv, envp, cwd)
        except _gerror() as problem:
            raise RuntimeError(problem.message) from None
        self._ended.discard(name)
        self._known.add(name)
        return {"pid": pid, "name": name, "status": "starting"}

    def terminate(self, name, timeout_ms=5000):
        """SIGTERM to the process, after timeout_ms milliseconds SIGKILL to whatever is left of it and of all that it
        started; returns when none of them lives. Other threads run meanwhile.

        A process of this name that has ended by itself: nothing. RuntimeError: no process was launched under this
        name, or it was ended here before (`process 'x' is not running`), or one could not be killed. A signal handler
        may interrupt it (Ctrl-C: KeyboardInterrupt); then it has been asked to end, and may be ended again.
        """
        timeout_ms = min(_library.number(timeout_ms, "timeout_ms", 0, _MAX_MS), _CLAMP_MS)
        self._end(name, timeout_ms)

    def kill(self, name):
        """SIGKILL at once, to the process and all that it started; otherwise as terminate()."""
        self._end(name, None)

    def _end(self, name, grace_ms):
        _library.check_process(self._owner)
        _library.text(name, "name")
        if name not in self._known or name in self._ended:
            raise RuntimeError("process '%s' is not running" % name)
        try:
            if grace_ms is not None:
                self._launcher.ask_to_end(_key(name))
                self._wait(_key(name), grace_ms)
            self._kill(_key(name))
        except _gerror() as problem:
            if problem.matches(_DccHost.error_quark(), _DccHost.Error.NOT_FOUND):
                return  # it has ended by itself, or another thread has seen to it
            raise RuntimeError(problem.message) from None
        self._ended.add(name)

    def _wait(self, key, timeout_ms):
        deadline = time.monotonic() + timeout_ms / 1000
        left = timeout_ms
        while left > 0 and not self._launcher.wait_for(key, min(_SLICE_MS, int(left) + 1)):
            left = (deadline - time.monotonic()) * 1000

    def _kill(self, key):
        deadline = time.monotonic() + _KILL_MS / 1000
        while True:
            try:
                return self._launcher.kill_within(key, _SLICE_MS)
            except _gerror() as problem:
                if (time.monotonic() >= deadline or
                        not problem.matches(_DccHost.error_quark(), _DccHost.Error.TIMEOUT)):
                    raise

    def pid_of(self, name):
        """The pid of the process of this name; None when none lives."""
        _library.check_process(self._owner)
        _library.text(name, "name")
        return self._launcher.pid_of(_key(name)) or None if name in self._known else None

    def running_count(self):
        """How many live."""
        _library.check_process(self._owner)
        return self._launcher.get_running_count()

    def restart_count(self, name):
        """How often this name was launched again after a crash. 0 for a name that is not known."""
        _library.check_process(self._owner)
        _library.text(name, "name")
        return self._launcher.get_restart_count(_key(name)) if name in self._known else 0


def _check_name(name):
    _library.text(name, "name")
    if not name:
        raise _library.UnfitError("a name has at least one character")
    try:
        encoded = name.encode("utf-8")
    except UnicodeEncodeError:
        raise _library.UnfitError("the name %.80s is no text" % ascii(name)) from None
    if b"\0" in encoded:
        raise _library.UnfitError("the name %.80s holds a NUL" % ascii(name))


def _key(name):
    """The name as the library has it. It goes into the child's environment, where a long one has no room."""
    if len(name) <= _MAX_NAME:
        return name
    from hashlib import sha256
    return "%s... (%s)" % (name[:_MAX_NAME // 2], sha256(name.encode("utf-8")).hexdigest())


def _bytes(value, what):
    if isinstance(value, (str, bytes, os.PathLike)):
        value = os.fsencode(value)
        if b"\0" in value:
            raise _library.UnfitError("%s holds a NUL" % what)
        return value
    raise TypeError("%s is a str or bytes, not %s" % (what, type(value).__name__))


def _path(value, what):
    value = _bytes(value, what)
    if not value:
        raise RuntimeError("%s is empty" % what)
    return value


def _arguments(args):
    if args is None:
        return []
    if isinstance(args, (str, bytes)):
        raise TypeError("args is a list of arguments, not one %s" % type(args).__name__)
    return [_bytes(each, "an argument") for each in args]


def _environment(more):
    # Windows has them as text alone.
    merged = dict(os.environb) if hasattr(os, "environb") else \
        {os.fsencode(key): os.fsencode(value) for key, value in os.environ.items()}
    for key, value in dict(more).items():
        key = _bytes(key, "the name of a variable")
        if not key or b"=" in key:
            raise _library.UnfitError("%r is no name for a variable" % os.fsdecode(key))
        merged[key] = _bytes(value, "the variable %s" % os.fsdecode(key))
    return [key + b"=" + value for key, value in merged.items()]


def _gerror():
    from gi.repository import GLib
    return GLib.Error
