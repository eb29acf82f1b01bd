"""PyDccLauncher: direct children of this process, by name."""

import os

from . import _library

_DccHost = _library.load()

_MAX_MS = 2 ** 53
_MAX_NAME = 200


class PyDccLauncher:
    """Starts applications as children of this process, and ends them with all that they started.

    Children have /dev/null for stdin, this process's own stdout and stderr, and a session of their own. They live on
    when this process ends. Methods may be called from any thread; in a forked child they raise RuntimeError.
    """

    def __init__(self):
        self._launcher = _DccHost.Launcher.new()
        self._owner = os.getpid()
        self._known = set()

    def __repr__(self):
        return "PyDccLauncher(running=%d)" % self.running_count()

    def launch(self, name, executable, args=None, launch_timeout_ms=30000, environment=None, working_directory=None):
        """Starts an executable under a name: {"pid", "name", "status": "starting"}.

        executable: a path, or a name that is looked for in PATH. args: a list of str or bytes (str is encoded by
        os.fsencode, so any bytes can be said). environment: variables added to this process's own, a dict.
        working_directory: a path; None for this process's own. launch_timeout_ms: accepted and checked; starting
        takes no time that could run out, for whether the executable could be started is known when launch() returns.

        RuntimeError: it cannot be started, or a process of this name lives. ValueError: a NUL, or a name that is
        no text. TypeError.
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
        self._known.add(name)
        return {"pid": pid, "name": name, "status": "starting"}

    def terminate(self, name, timeout_ms=5000):
        """SIGTERM to the process, after timeout_ms milliseconds SIGKILL to whatever is left of it and of all that it
        started; returns when none of them lives. Other threads run meanwhile.

        A process of this name that has ended already: nothing. RuntimeError: no process was launched under this
        name (`process 'x' is not running`), or one could not be ended.
        """
        timeout_ms = _library.number(timeout_ms, "timeout_ms", 0, _MAX_MS)
        self._end(name, lambda: self._launcher.terminate(_key(name), timeout_ms))

    def kill(self, name):
        """SIGKILL at once, to the process and all that it started; otherwise as terminate()."""
        self._end(name, lambda: self._launcher.kill(_key(name)))

    def _end(self, name, end):
        _library.check_process(self._owner)
        _library.text(name, "name")
        if name not in self._known:
            raise RuntimeError("process '%s' is not running" % name)
        try:
            end()
        except _gerror() as problem:
            if not problem.matches(_DccHost.error_quark(), _DccHost.Error.NOT_FOUND):
                raise RuntimeError(problem.message) from None

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
        raise ValueError("a name has at least one character")
    try:
        encoded = name.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("the name %.80s is no text" % ascii(name)) from None
    if b"\0" in encoded:
        raise ValueError("the name %.80s holds a NUL" % ascii(name))


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
            raise ValueError("%s holds a NUL" % what)
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
    merged = dict(os.environb)
    for key, value in dict(more).items():
        key = _bytes(key, "the name of a variable")
        if not key or b"=" in key:
            raise ValueError("%r is no name for a variable" % os.fsdecode(key))
        merged[key] = _bytes(value, "the variable %s" % os.fsdecode(key))
    return [key + b"=" + value for key, value in merged.items()]


def _gerror():
    from gi.repository import GLib
    return GLib.Error
