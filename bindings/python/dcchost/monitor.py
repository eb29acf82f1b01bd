"""PyProcessMonitor: CPU and memory of processes, by pid.

One reading of all processes is one call into the library, which answers with packed records (core/processes/
dcc-monitor.h); names never leave Python. query() and list_all() are answered from the last reading.
"""

import os
import struct
import threading

from . import _library

_DccHost = _library.load()

_READING = struct.Struct("=qqdII")
_RUNNING, _ZOMBIE = 1, 2
_getpid = os.getpid


class PyProcessMonitor:
    """Readings of the processes that are tracked; with nothing tracked, of every one there is.

    Dicts have `pid`, `name`, `status` (`running`, `stopped` or `crashed`; `unknown` before the first refresh),
    `cpu_usage_percent` (float, since the refresh before; 100.0 is one core kept busy, so several cores give more),
    `memory_bytes` (resident) and `restart_count` (0: nobody is restarted by looking at it). They are the caller's.
    A process is its pid and its start: a later one with the same pid is another, and is not reported as this one.
    """

    def __init__(self):
        self._monitor = _DccHost.Monitor.new()
        self._take = self._monitor.refresh
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._names = {}  # of tracked pids, in the order of tracking
        self._data = b""
        self._in_order = True  # nobody has tracked or untracked since the last reading
        self._read = None  # pid: dict, of those that lived at the last reading; None until somebody asks
        self._shown = None  # the records that list_all() was asked for last
        self._same = None  # their dicts, once it was asked again

    def __repr__(self):
        return "PyProcessMonitor(tracked=%d)" % len(self._names)

    def track(self, pid, name):
        """Tracks a process under a name; again: renames it. ValueError for a number that can be no pid; a pid that
        nobody has is taken, and read as stopped."""
        _library.check_process(self._owner)
        pid = _library.number(pid, "pid", 1, _library.MAX_PID)
        _library.text(name, "name")
        with self._lock:
            self._monitor.track(pid)
            self._names[pid] = name
            self._in_order = False
            self._read = self._shown = None

    def untrack(self, pid):
        """Tracks it no longer. A pid that is not tracked: nothing happens."""
        _library.check_process(self._owner)
        pid = _library.pid_or_none(pid)
        with self._lock:
            if self._names.pop(pid, None) is not None:
                self._monitor.untrack(pid)
                self._in_order = False
                self._read = self._shown = None

    def refresh(self):
        """Takes a reading."""
        if _getpid() != self._owner:
            _library.check_process(self._owner)
        with self._lock:
            self._data = self._take() or b""
            self._in_order = True
            self._read = None

    def query(self, pid):
        """The dict of one process as of the last refresh; None when it was gone then, is not tracked, or was tracked
        after it."""
        read = self._read
        if read is None:
            read = self._unpack()
        try:
            return read[pid].copy()
        except (KeyError, TypeError):
            return self._query_other(_library.pid_or_none(pid))

    def list_all(self):
        """A dict for each tracked process, the dead ones among them: status `stopped` and zeros."""
        with self._lock:
            data = self._data
            if data != self._shown:
                self._shown, self._same = data, None
                return self._pair(None)
            # Nothing has changed since: where all are idle, copies are three times as cheap as new dicts.
            if self._same is None:
                self._same = self._pair(None)
            return [info.copy() for info in self._same]

    def is_alive(self, pid):
        """Whether a process has this pid now and has not ended; it need not be tracked. A zombie is not alive, nor is
        a tracked process whose pid somebody else has now."""
        _library.check_process(self._owner)
        pid = _library.pid_or_none(pid)
        return pid is not None and self._monitor.is_alive(pid)

    def is_running(self, pid=None):
        """is_alive(pid); without a pid, whether anything that is tracked lives now."""
        if pid is not None:
            return self.is_alive(pid)
        _library.check_process(self._owner)
        with self._lock:
            tracked = list(self._names)
        return any(self._monitor.is_alive(each) for each in tracked)

    def tracked_count(self):
        """How many processes are tracked."""
        return len(self._names)

    def _query_other(self, pid):
        """With nothing tracked: one of all the processes that there were."""
        with self._lock:
            if self._names:
                return None
            for record in _READING.iter_unpack(self._data):
                if record[0] == pid:
                    return _info(record, _name_of(pid), set())
        return None

    def _unpack(self):
        """What query() looks in; with nothing tracked no dict is made before somebody asks for it."""
        with self._lock:
            zombies = set()
            listed = self._pair(zombies)
            read = {info["pid"]: info for info in listed if info["status"] == "running" or info["pid"] in zombies}
            self._read = read
            return read

    def _pair(self, zombies):
        """A dict for each tracked process, from its record and its name: with the lock held. They have the same order,
        unless somebody tracked or untracked after the reading. zombies: a set for those, or None.

        Written out for the common case, for it is done a thousand times for each look at a thousand processes."""
        names = self._names
        if not self._in_order:
            found = {record[0]: record for record in _READING.iter_unpack(self._data)}
            return [_info(found[pid], name, zombies) if pid in found else dict(_UNKNOWN, pid=pid, name=name)
                    for pid, name in names.items()]
        return [{"pid": pid, "name": name,
                 "status": "running" if status == _RUNNING else _other(pid, status, zombies),
                 "cpu_usage_percent": cpu, "memory_bytes": memory, "restart_count": 0}
                for (pid, memory, cpu, status, _flags), name in zip(_READING.iter_unpack(self._data), names.values())]


_UNKNOWN = {"pid": 0, "name": "", "status": "unknown", "cpu_usage_percent": 0.0, "memory_bytes": 0, "restart_count": 0}


def _info(record, name, zombies):
    pid, memory, cpu, status, _flags = record
    return {"pid": pid, "name": name, "status": "running" if status == _RUNNING else _other(pid, status, zombies),
            "cpu_usage_percent": cpu, "memory_bytes": memory, "restart_count": 0}


def _other(pid, status, zombies):
    if status != _ZOMBIE:
        return "stopped"
    if zombies is not None:
        zombies.add(pid)
    return _ended(pid)


def _ended(pid):
    """What a zombie was: `crashed` by a signal or a code other than 0, else `stopped`."""
    try:
        with open("/proc/%d/stat" % pid, "rb") as file:
            code = int(file.read().rsplit(b" ", 1)[1])
    except (OSError, ValueError, IndexError):
        return "stopped"
    return "crashed" if code != 0 else "stopped"


def _name_of(pid):
    try:
        with open("/proc/%d/comm" % pid, "rb") as file:
            return os.fsdecode(file.read().rstrip(b"\n"))
    except OSError:
        return ""
