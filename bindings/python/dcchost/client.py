"""Talks to the sessions of dcchost from any Python, 3.7 or newer, with the standard library alone.

For Pythons that have no PyGObject: an application's own interpreter, a farm's launcher, a web service. It speaks the
control socket of docs/protocol.md, section 2, and runs the `dcchost` command for what needs no session: launching
and adopting.

    from dcchost import client

    client.launch("blender", headless=True)
    session = client.Session("blender")
    print(session.status()["state"])
    for event in session.events(follow=True):
        print(event["seq"], event["type"])

Times that are arguments are seconds; members of what a session answers keep the units of their names (`..._ms`).
Every call makes a connection of its own, so a Session has nothing to close and may be used from any thread and after
a fork.
"""

import json
import os
import re
import shutil
import socket
import struct
import subprocess
import threading
import time

from dcchost._answers import readable
from dcchost._places import runtime_directory, state_directory

if os.name == "nt":
    from dcchost import _windows
else:
    _windows = None

__all__ = ["Error", "NotFoundError", "GoneError", "TimeoutError", "ProtocolError", "UnsafeError", "BusyError",
           "Session", "adopt", "launch", "list_instances", "runtime_directory", "state_directory", "status"]

TIMEOUT = 10.0
_MAX_LINE = 16 * 1024 * 1024  # a whole ring of events is one line
_MAX_REQUEST = 1024 * 1024
_CHUNK = 64 * 1024
_QUIET = getattr(socket, "MSG_NOSIGNAL", 0)  # not every Python ignores SIGPIPE: that of Blender 4.3 does not
_MOST_AT_ONCE = 64  # sessions that list_instances() asks at the same time
_PATIENCE = 5.0  # seconds that a command has to clean up after SIGTERM
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}\Z")
_UCRED = struct.Struct("3i")


class Error(Exception):
    """What went wrong, in a sentence.

    `name` is the error's short name as docs/protocol.md has it (`busy`, `not-supported`, ...); `status` is the exit
    status of the `dcchost` command where that was run, else None.
    """

    name = "failed"

    def __init__(self, message, name=None, status=None):
        Exception.__init__(self, message)
        self.status = status
        if name is not None:
            self.name = name


class NotFoundError(Error, LookupError):
    """No instance has this name, or the application or command is not there."""

    name = "not-found"


class GoneError(Error, ConnectionError):
    """There is an instance, but no session attends it; or its session went away before it had answered."""

    name = "gone"


class TimeoutError(Error, TimeoutError):  # the builtin one is a base, so that either name catches it
    """No answer in time. What was asked for may still happen."""

    name = "timeout"


class ProtocolError(Error):
    """The other side said something senseless, or too much of it."""

    name = "protocol"


class UnsafeError(Error, PermissionError):
    """A directory or socket belongs to somebody else."""

    name = "unsafe"


class BusyError(Error):
    """The name is taken, or there is no licence: try again later."""

    name = "busy"


_KINDS = {kind.name: kind for kind in (NotFoundError, GoneError, TimeoutError, ProtocolError, UnsafeError, BusyError)}


def _error(name, message, status=None):
    return _KINDS.get(name, Error)(message, name, status)


def _check_name(name):
    if not isinstance(name, str):
        raise TypeError("an instance's name is a str, not %s" % type(name).__name__)
    if not _NAME.match(name):
        raise ValueError("%s is no name for an instance: up to 64 letters, digits, '.', '_' and '-'"
                         % ascii(name[:80]))
    return name


def _deadline(timeout):
    return None if timeout is None else time.monotonic() + timeout


def _milliseconds(seconds, what):
    """Whole milliseconds of a number of seconds; ValueError when it is none that makes sense."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise TypeError("%s is a number of seconds, not %s" % (what, type(seconds).__name__))
    if not 0 < seconds <= 10 ** 9:
        raise ValueError("%s is more than 0 seconds, not %r" % (what, seconds))
    return max(1, int(seconds * 1000))


class _Connection:
    """One connection to the session of one instance."""

    def __init__(self, name, deadline):
        self.name = name
        self.deadline = deadline
        self.waiting = bytearray()
        self.events = []
        self.socket = socket.socket(socket.AF_INET if _windows else socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            if _windows:
                self._call(os.path.join(runtime_directory(), name))
            else:
                self._connect()
        except BaseException:
            self.socket.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_problem):
        self.socket.close()

    def _connect(self):
        directory = os.path.join(runtime_directory(), self.name)
        try:
            # A socket's path may have 107 bytes, a runtime directory more: so it is named through its directory.
            opened = os.open(directory, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            raise NotFoundError("no instance called '%s' is running" % self.name) from None
        except OSError as problem:
            raise UnsafeError("%s cannot be opened: %s" % (directory, problem.strerror)) from None
        try:
            self._arm()
            self.socket.connect("/proc/self/fd/%d/control.sock" % opened)
        except socket.timeout:
            raise self._late() from None
        except OSError as problem:
            raise self._absence(directory, problem) from None
        finally:
            os.close(opened)
        credentials = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)
        if _UCRED.unpack(credentials)[1] not in (os.geteuid(), 0):
            raise UnsafeError("the control socket of '%s' belongs to somebody else" % self.name)

    def _call(self, directory):
        """By the file that leads to the session: whoever calls says the one word in it and hears the other. Whoever has
        got the port of a session that is dead does not know that, and is told nothing more."""
        path = os.path.join(directory, "control.sock")
        try:
            port, call, answer = _windows.find_session(path)
        except PermissionError as problem:
            raise UnsafeError("%s, which leads to the session of '%s', cannot be read, or is not this user's alone: %s"
                              % (path, self.name, problem.strerror)) from None
        except ValueError:
            raise UnsafeError("%s, which leads to the session of '%s', is damaged" % (path, self.name)) from None
        except OSError as problem:
            raise self._absence(directory, problem) from None
        try:
            self._arm()
            self.socket.connect(("127.0.0.1", port))
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.socket.sendall(call + b"\n")
        except socket.timeout:
            raise self._late() from None
        except OSError as problem:
            raise self._absence(directory, problem) from None
        while len(self.waiting) <= len(answer):
            self.waiting += self._receive()
        if self.waiting[:len(answer) + 1] != answer + b"\n":
            raise UnsafeError("a stranger listens where the session of '%s' did; 'dcchost adopt %s'"
                              % (self.name, self.name))
        del self.waiting[:len(answer) + 1]

    def _absence(self, directory, problem):
        if os.path.exists(os.path.join(directory, "record.json")):
            return GoneError("no session attends '%s'; 'dcchost adopt %s' takes it over" % (self.name, self.name))
        if isinstance(problem, (FileNotFoundError, ConnectionRefusedError)):
            return NotFoundError("no instance called '%s' is running" % self.name)
        return GoneError("cannot reach the session of '%s': %s" % (self.name, problem.strerror))

    def _late(self):
        return TimeoutError("the session of '%s' did not answer in time" % self.name)

    def _closed(self):
        return GoneError("the session of '%s' closed the connection; 'dcchost status %s' tells how it stands" %
                         (self.name, self.name))

    def _arm(self):
        """The socket's own timeout from what is left until the deadline."""
        if self.deadline is None:
            self.socket.settimeout(None)
            return
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise self._late()
        self.socket.settimeout(left)

    def send(self, method, params):
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        line = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8") + b"\n"
        if len(line) > _MAX_REQUEST:
            raise ValueError("a request of %d bytes; %d is the limit" % (len(line), _MAX_REQUEST))
        try:
            self._arm()
            self.socket.sendall(line, _QUIET)
        except socket.timeout:
            raise self._late() from None
        except OSError:
            raise self._closed() from None

    def _line(self):
        """The next whole line, without its end."""
        looked = 0
        while True:
            end = self.waiting.find(b"\n", looked)
            if end >= 0:
                line = bytes(self.waiting[:end])
                del self.waiting[:end + 1]
                return line
            looked = len(self.waiting)
            if looked > _MAX_LINE:
                raise ProtocolError("the session of '%s' sent a line of more than %d bytes" % (self.name, _MAX_LINE))
            self.waiting += self._receive()

    def _receive(self):
        try:
            self._arm()
            data = self.socket.recv(_CHUNK)
        except socket.timeout:
            raise self._late() from None
        except OSError:
            raise self._closed() from None
        if not data:
            raise self._closed()
        return data

    def message(self):
        """The next message, a dict."""
        line = self._line()
        try:
            message = json.loads(line.decode("utf-8"))
        except (ValueError, RecursionError):
            message = None
        if not isinstance(message, dict):
            raise ProtocolError("the session of '%s' sent no JSON object: %.80r" % (self.name, line[:80]))
        return readable(message)

    def _keep_event(self, message):
        if message.get("method") == "event" and isinstance(message.get("params"), dict):
            self.events.append(message["params"])

    def call(self, method, params):
        """The result of one request; events that come meanwhile are kept."""
        self.send(method, params)
        while True:
            message = self.message()
            if message.get("id") != 1:
                self._keep_event(message)
                continue
            if isinstance(message.get("result"), dict):
                return message["result"]
            raise self._failure(method, message.get("error"))

    def _failure(self, method, failure):
        if not isinstance(failure, dict):
            return ProtocolError("the answer of '%s' to '%s' holds no result" % (self.name, method))
        data = failure.get("data")
        name = data.get("name") if isinstance(data, dict) else None
        if name is None and failure.get("code") == -32601:
            name = "not-supported"
        return _error(name, str(failure.get("message", "no reason was given")))

    def next_event(self, idle):
        """The next event; TimeoutError when none came for `idle` seconds, which is no fault of the session's."""
        self.deadline = _deadline(idle)
        try:
            while not self.events:
                self._keep_event(self.message())
        except TimeoutError:
            raise TimeoutError("nothing happened to '%s' for %g s" % (self.name, idle)) from None
        return self.events.pop(0)


class Session:
    """The session of one instance.

    Making one asks nothing yet. `timeout` is how long each call waits for its answer, in seconds, None for ever.
    Every call raises NotFoundError when no instance has the name, GoneError when no session attends it (see
    `adopt()`) or it goes away meanwhile, TimeoutError, ProtocolError, UnsafeError, and Error for what the session
    itself refuses; ValueError and TypeError for arguments that cannot be right.
    """

    def __init__(self, name, timeout=TIMEOUT):
        self.name = _check_name(name)
        self.timeout = timeout if timeout is None else _milliseconds(timeout, "timeout") / 1000.0

    def __repr__(self):
        return "Session(%r)" % self.name

    def _call(self, timeout, method, **params):
        with _Connection(self.name, _deadline(timeout)) as connection:
            return connection.call(method, params)

    def _order(self, method, wait, **params):
        """Asked to wait, it waits as long as it takes; but not for a session that does not answer at all."""
        if wait:
            self.status()
        return self._call(None if wait else self.timeout, method, wait=bool(wait), **params)

    def status(self):
        """The status object: state, pid, health, ... A number that is not known is -1 or None."""
        return self._call(self.timeout, "status")

    def probe(self):
        """Asks the application now whether it is well: `health`, `main_thread_age_ms`, `busy`, `scene`,
        `round_trip_ms`, and `silence` with the reason when it does not answer."""
        return self._call(self.timeout, "probe")

    def stop(self, timeout=None, wait=True):
        """Saves, quits, and makes sure. The end report when it has ended; with wait=False the status, at once.

        timeout: seconds until it is killed; None for what the settings say. Once more while it stops: hurries.
        TimeoutError: its session does not answer; `dcchost kill` goes past it.
        """
        milliseconds = 0 if timeout is None else _milliseconds(timeout, "timeout")
        return self._order("stop", wait, timeout_ms=milliseconds)

    def kill(self, wait=True):
        """At once, the whole tree, without asking. As stop() otherwise."""
        return self._order("kill", wait)

    def restart(self, wait=True, recover=False):
        """Saves, quits, starts again. The status object, with wait when it runs again.

        recover: goes on from the unsaved work that the last crash left; NotFoundError where there is none.
        """
        return self._order("restart", wait, recover=bool(recover))

    def agent(self, method, params=None, timeout=30.0):
        """What the agent inside the application answers to one of its methods."""
        milliseconds = _milliseconds(timeout, "timeout")
        with _Connection(self.name, _deadline(timeout + TIMEOUT)) as connection:
            return connection.call("agent", {"method": method, "params": dict(params or {}),
                                             "timeout_ms": milliseconds})

    def events(self, since=0, follow=False, idle=None):
        """What happened, as dicts with `seq`, `time`, `type` and more; an iterator.

        since: only those numbered above it. follow: goes on with what happens from now on, until the session is
        over. idle: seconds without an event after which TimeoutError is raised, which says that nothing happened (the
        session is there, and events() may be called again); None waits for ever. Events that are no longer kept are
        told first, as one of type `gap` with `missed`, how many. Nothing is asked before the first event is.
        """
        if isinstance(since, bool) or not isinstance(since, int):
            raise TypeError("since is a sequence number, not %s" % type(since).__name__)
        if idle is not None:
            idle = _milliseconds(idle, "idle") / 1000.0
        return self._events(since, bool(follow), idle)

    def _events(self, since, follow, idle):
        with _Connection(self.name, _deadline(self.timeout)) as connection:
            kept = connection.call("events", {"since": since, "follow": follow})
            if kept.get("gap"):
                yield {"seq": since, "type": "gap", "missed": kept["gap"]}
            for event in kept.get("events") or []:
                yield event
                if event.get("type") == "ended":
                    return
            while follow:
                event = connection.next_event(idle)
                yield event
                if event.get("type") == "ended":
                    return

    def log_path(self):
        """The file that the application's output goes to; older output has the same path with ".1", ... behind it.

        Needs no session, and does not say that the file is there.
        """
        return os.path.join(state_directory(), self.name, "output.log")


def list_instances(timeout=TIMEOUT):
    """The status of everything that runs, by name, sorted.

    All are asked at the same time. One that no session attends has `attended` False, and its status is what `dcchost
    status` makes of the records; where that cannot be run it is `name`, `attended` and a `state` of None. One whose
    session does not answer within `timeout` seconds has `attended` True and a `state` of None.
    """
    try:
        names = sorted(name for name in os.listdir(runtime_directory()) if _NAME.match(name))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except PermissionError:
        raise UnsafeError("%s belongs to somebody else" % runtime_directory()) from None
    found = {}
    waiting = iter(names)
    lock = threading.Lock()

    def ask():
        while True:
            with lock:
                name = next(waiting, None)
            if name is None:
                return
            found[name] = _row(name, timeout)

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(min(len(names), _MOST_AT_ONCE))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = [found[name] for name in names]
    for row in rows:
        if isinstance(row, BaseException):
            raise row
    return [row for row in rows if row is not None]


def _row(name, timeout):
    """What list_instances() says of one; None when it has ended meanwhile, an exception for it to raise."""
    try:
        return status(name, timeout)
    except NotFoundError:
        return None
    except TimeoutError:
        return {"name": name, "attended": True, "state": None}
    except UnsafeError as problem:
        return problem
    except (GoneError, OSError):
        return {"name": name, "attended": False, "state": None}
    except Exception as problem:
        return problem


def status(name, timeout=TIMEOUT):
    """The status object of one instance, attended or not.

    Where no session attends it, `dcchost status` reads the records and asks the kernel; GoneError if that cannot be
    run.
    """
    try:
        return Session(name, timeout).status()
    except GoneError as problem:
        try:
            return _run_json(["status", "--json", name], timeout)
        except NotFoundError:
            if _find_command(None) is None:
                raise problem
            raise


def _find_command(command):
    return shutil.which(command or os.environ.get("DCCHOST") or "dcchost")


def _run(arguments, timeout, command=None, env=None, cwd=None):
    """Runs dcchost. What it prints, or what it says as an Error with its status. Whatever ends the wait early (Ctrl-C,
    the timeout) lets the command clean up: what it was about to start is not left behind."""
    path = _find_command(command)
    if path is None:
        raise NotFoundError("the command '%s' is not on PATH" % (command or os.environ.get("DCCHOST") or "dcchost"))
    child = subprocess.Popen([path] + list(arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, env=env, cwd=cwd, **(_windows.popen_options() if _windows else {}))
    try:
        out, err = child.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        _end(child)
        raise TimeoutError("%s %s did not end in %g s" % (path, arguments[0], timeout)) from None
    except BaseException:
        _end(child)
        raise
    if child.returncode != 0:
        said = err.decode("utf-8", "replace").strip()
        if said.startswith("dcchost: "):
            said = said[len("dcchost: "):]
        raise _error(_STATUS_NAMES.get(child.returncode, "failed"),
                     said or "%s %s ended with status %d" % (path, arguments[0], child.returncode), child.returncode)
    return out.decode("utf-8", "surrogateescape")


def _end(child):
    """Ends a command that is no longer waited for."""
    if _windows:
        _windows.ask_to_end(child)
    else:
        child.terminate()
    try:
        child.communicate(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
    except BaseException:  # Ctrl-C once more
        child.kill()
        raise


_STATUS_NAMES = {1: "not-found", 2: "invalid", 69: "not-installed", 75: "busy", 78: "invalid", 124: "timeout",
                 127: "not-found"}


def _run_json(arguments, timeout, **more):
    text = _run(arguments, timeout, **more)
    try:
        answer = json.loads(text)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise ProtocolError("dcchost %s printed no JSON object: %.80r" % (arguments[0], text[:80]))
    return readable(answer)


def launch(application, args=(), *, name=None, version=None, headless=False, file=None, environment=None,
           working_directory=None, wait="ready", start_timeout=None, restart=None, max_restarts=None, backoff=None,
           settings=None, command=None, run_environment=None):
    """Launches an application in the background by running `dcchost launch`; its status object.

    args: handed to the application as they are (str or bytes). environment: variables set for it, a dict.
    wait: "ready" (its main thread answers) or "started". start_timeout: seconds until it has to be ready.
    settings: a dict of what `dcchost launch --set` takes. command: path of `dcchost`; else `$DCCHOST`, else PATH.
    run_environment: the environment that `dcchost` itself gets, a dict; else this process's own, which inside an
    application may hold library paths that are none of the next one's.
    Errors: NotFoundError (no such command), BusyError (name taken, no licence), TimeoutError, and Error with the
    command's `status` (README.md has the table).
    """
    if wait not in ("ready", "started"):
        raise ValueError("wait is 'ready' or 'started', not %r" % (wait,))
    words = ["launch", application, "--json", "--wait", wait]
    if headless:
        words.append("--headless")
    for option, value in (("--name", name), ("--version", version), ("--file", file), ("--cwd", working_directory),
                          ("--restart", restart), ("--max-restarts", max_restarts), ("--backoff", backoff)):
        if value is not None:
            words += [option, value if isinstance(value, (str, bytes, os.PathLike)) else str(value)]
    if start_timeout is not None:
        words += ["--start-timeout", "%dms" % _milliseconds(start_timeout, "start_timeout")]
    for option, pairs in (("--env", environment), ("--set", settings)):
        for key, value in (pairs or {}).items():
            words += [option, os.fsencode(key) + b"=" + os.fsencode(value if isinstance(value, bytes) else str(value))]
    if args:
        if isinstance(args, (str, bytes)):
            raise TypeError("args is a list of arguments, not one %s" % type(args).__name__)
        words += ["--"] + list(args)
    return _run_json(words, None, command=command, env=run_environment)


def adopt(name, timeout=60.0, command=None):
    """Takes up an application whose session is gone, by running `dcchost adopt`; its Session.

    timeout: seconds that the command may take. Errors: NotFoundError, BusyError (a session attends it), Error.
    """
    _run(["adopt", _check_name(name)], timeout, command=command)
    return Session(name)
