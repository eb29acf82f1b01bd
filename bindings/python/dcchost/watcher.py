"""PyProcessWatcher: ends, heartbeats and changes of processes, told by a thread of the library.

poll_events() is one call that drains packed records (core/processes/dcc-watcher.h); names never leave Python.
"""

import os
import struct
import threading
import weakref

from . import _library

_DccHost = _library.load()

_EVENT = struct.Struct("=qqdIiiiBBBBI")
_HEARTBEAT, _STATUS_CHANGED, _EXITED = 1, 2, 3
_STOPPED, _RUNNING, _ZOMBIE = 0, 1, 2
_RESULTS = {1: "exited", 2: "signaled", 6: "lost"}
_MAX_INTERVAL = 2 ** 64 - 1
_CLAMP_INTERVAL = 2 ** 32 - 1  # 49 days, which is never


class PyProcessWatcher:
    """Tells what happens to processes, children of this one or not, as a list of dicts to be polled.

    poll_interval_ms: milliseconds between heartbeats; 0: none, and no timer runs. Ends do not wait for it: the kernel
    tells them at once, and each exactly once. Every dict has `type`, `pid` and `name`, and by type:

    heartbeat: `new_status`, `cpu_usage_percent` (float, 100.0 is one core kept busy), `memory_bytes`.
    status_changed: `old_status`, `new_status`.
    exited: `exit_code` (int; None when it did not exit by itself, or nobody knows), `signal` (int or None),
    `core_dumped` (bool), `result` (`exited`, `signaled`, or `lost`: nobody can say how it ended).

    A status is `running`, `stopped` (ended with code 0) or `crashed` (ended by a signal or another code). Who does not
    poll for an hour finds the newest heartbeat of each process and every end. Methods may be called from any
    thread; in a forked child they raise RuntimeError.
    """

    def __init__(self, poll_interval_ms=500):
        interval = _library.number(poll_interval_ms, "poll_interval_ms", 0, _MAX_INTERVAL)
        self._owner = os.getpid()
        self._watcher = _DccHost.Watcher.new()
        self._watcher.set_heartbeat_interval(min(interval, _CLAMP_INTERVAL))
        self._watcher.set_status_changes(True)
        self._lock = threading.Lock()
        self._names = {}  # watch: (pid, name)
        self._watches = {}  # pid: watch
        # A thread of the library does not go on while the interpreter ends.
        self._finalizer = weakref.finalize(self, _stop, self._watcher, self._owner)

    def __repr__(self):
        return "PyProcessWatcher(running=%r, tracked=%d)" % (self._watcher.is_running(), self.tracked_count())

    def track(self, pid, name):
        """Watches a process under a name, before or after start(); again: renames it. ValueError for a number that
        can be no pid, RuntimeError without descriptors. Of a pid that nobody has the end is told."""
        _library.check_process(self._owner)
        pid = _library.number(pid, "pid", 1, _library.MAX_PID)
        _library.text(name, "name")
        with self._lock:
            try:
                watch = self._watcher.track(pid)
            except _gerror() as problem:
                raise RuntimeError(problem.message) from None
            self._watches[pid] = watch
            self._names[watch] = (pid, name)

    def untrack(self, pid):
        """Watches it no longer, and forgets what is queued of it. A pid that is not watched: nothing happens."""
        _library.check_process(self._owner)
        pid = _library.pid_or_none(pid)
        if pid is None:
            return
        with self._lock:
            self._watcher.untrack(pid)
            self._names.pop(self._watches.pop(pid, None), None)

    def start(self):
        """Begins to watch; started already: nothing. RuntimeError where the system has no thread or descriptor."""
        _library.check_process(self._owner)
        try:
            self._watcher.start()
        except _gerror() as problem:
            raise RuntimeError(problem.message) from None

    def stop(self):
        """Ends watching; what is tracked stays tracked, what is queued can still be polled. Stopped already:
        nothing."""
        _library.check_process(self._owner)
        self._watcher.stop()

    def poll_events(self):
        """What has happened since the last call, oldest first. Never waits."""
        if os.getpid() != self._owner:
            _library.check_process(self._owner)
        data = self._watcher.drain()
        if not data:
            return []
        # Who tracks holds the lock until the name is known, so every event finds its own.
        with self._lock:
            return [event for event in map(self._event, _EVENT.iter_unpack(data)) if event is not None]

    def is_running(self):
        """Whether it has been started and not been stopped."""
        return os.getpid() == self._owner and self._watcher.is_running()

    def tracked_count(self):
        """How many processes are watched; one that has ended no longer is."""
        return self._watcher.get_tracked_count()

    def is_watched(self, pid):
        """Whether this pid is watched."""
        pid = _library.pid_or_none(pid)
        return pid is not None and self._watcher.is_tracked(pid)

    add_watch = track
    remove_watch = untrack
    watch_count = tracked_count

    def _event(self, record):
        (pid, memory, cpu, kind, _wait_status, code, signal, core_dumped, result, old, new, watch) = record
        if watch not in self._names:
            return None  # untracked meanwhile
        name = self._names[watch][1]
        if kind == _HEARTBEAT:
            return {"type": "heartbeat", "pid": pid, "name": name, "new_status": _word(new, code, signal),
                    "cpu_usage_percent": cpu, "memory_bytes": memory}
        if kind == _STATUS_CHANGED:
            return {"type": "status_changed", "pid": pid, "name": name, "old_status": _word(old, 0, 0),
                    "new_status": _word(new, code, signal)}
        del self._names[watch]
        if self._watches.get(pid) == watch:
            del self._watches[pid]
        return {"type": "exited", "pid": pid, "name": name, "exit_code": code if code >= 0 else None,
                "signal": signal or None, "core_dumped": bool(core_dumped), "result": _RESULTS.get(result, "lost")}


def _word(status, code, signal):
    if status == _RUNNING:
        return "running"
    return "crashed" if code > 0 or signal else "stopped"


def _stop(watcher, owner):
    if os.getpid() == owner:
        watcher.stop()


def _gerror():
    from gi.repository import GLib
    return GLib.Error
