"""Who is measured, and how each is asked the same thing. A method that is missing: it cannot do that."""

import itertools
import os
import subprocess

NAMES = ["dcchost", "dcc_mcp_core", "psutil", "subprocess"]


class Classes:
    """The Py* classes, of whichever package."""

    def __init__(self, name, package):
        self.name, self.package = name, package
        self.launcher, self.watcher = package.PyDccLauncher, package.PyProcessWatcher

    def _monitor(self, pids):
        monitor = self.package.PyProcessMonitor()
        for pid in pids:
            monitor.track(pid, "x")
        return monitor

    def reading(self, pids):
        monitor = self._monitor(pids)

        def read():
            monitor.refresh()
            assert len(monitor.list_all()) == len(pids)
        return read

    def query(self, pids):
        monitor = self._monitor(pids)
        monitor.refresh()
        return lambda: monitor.query(pids[0])

    def is_alive(self, pid):
        monitor = self._monitor([])
        return lambda: monitor.is_alive(pid)

    def launching(self, argv):
        """(what launches one more, what ends them all)"""
        launcher, numbers, live = self.launcher(), itertools.count(), []

        def launch():
            name = "x%d" % next(numbers)
            launcher.launch(name, argv[0], argv[1:])
            live.append(name)

        def end():
            while live:
                launcher.kill(live.pop())
        return launch, end


class Psutil:
    name = "psutil"

    def __init__(self, package):
        self.package = package

    def reading(self, pids):
        processes = [self.package.Process(pid) for pid in pids]

        def read():
            for process in processes:
                with process.oneshot():
                    process.cpu_percent(None)
                    process.memory_info()
        return read

    def is_alive(self, pid):
        return lambda: self.package.pid_exists(pid)


class Popen:
    name = "subprocess"

    def launching(self, argv):
        live = []

        def end():
            while live:
                process = live.pop()
                process.kill()
                process.wait()
        return lambda: live.append(subprocess.Popen(argv, stdin=subprocess.DEVNULL, start_new_session=True)), end


def present():
    """([who is here], [who is not, and why])"""
    import dcchost
    found, absent = [Classes("dcchost", dcchost)], []
    # dcc_mcp_core writes a line for each call, which costs it more than the call.
    os.environ.setdefault("RUST_LOG", "off")
    try:
        import dcc_mcp_core
        found.append(Classes("dcc_mcp_core", dcc_mcp_core))
    except ImportError as problem:
        absent.append("dcc_mcp_core (%s); what only it is compared with has no ratio" % problem)
    try:
        import psutil
        found.append(Psutil(psutil))
    except ImportError as problem:
        absent.append("psutil (%s)" % problem)
    return found + [Popen()], absent
