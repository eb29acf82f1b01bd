#!/usr/bin/python3
"""What many instances on one machine cost, beside supervisord and circus.

`./dev bench growth [--instances N] [--idle S]`. The applications are tests/fake-dcc without an agent, which do
nothing. Each figure is of one pass; a peer that is not installed has an empty column. A peer is one daemon that
starts all its programs from one file, so that it has no figure for what one more costs, and none for a daemon that is
killed: its programs die or are lost.
"""

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "python"))

from call_counts import STRACE, cost_of_an_end  # noqa: E402

FEW, MANY = 50, 500  # as tests/python/counting.py has it
NAMES = ["dcchost", "supervisord", "circus"]
STRAY = 100
RESTARTS = (100, 500, 1000, 2000)


def timed(call):
    begin = time.perf_counter()
    value = call()
    return time.perf_counter() - begin, value


def until(condition, patience=120):
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            sys.exit("growth: waited too long")
        time.sleep(0.01)


def field(pid, name):
    try:
        for line in pathlib.Path("/proc/%d/status" % pid).read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def wakeups(pids, seconds):
    """Voluntary context switches of these processes, a minute."""
    before = sum(field(pid, "voluntary_ctxt_switches") for pid in pids)
    time.sleep(seconds)
    return (sum(field(pid, "voluntary_ctxt_switches") for pid in pids) - before) * 60 / seconds


def processes(mark):
    """{pid: command} of what has this in its environment."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and mark in (entry / "environ").read_bytes():
                found[int(entry.name)] = (entry / "cmdline").read_bytes()
        except OSError:
            continue
    return found


class Dcchost:
    def __init__(self, top):
        self.env = dict(os.environ, XDG_RUNTIME_DIR=top + "/run", XDG_STATE_HOME=top + "/state", TMPDIR=top + "/tmp",
                        XDG_CACHE_HOME=top + "/cache", XDG_DATA_HOME=top + "/data", HOME=top)
        for name in ("run", "state", "tmp", "cache", "data"):
            os.mkdir(os.path.join(top, name), 0o700)
        self.mark = ("XDG_RUNTIME_DIR=%s/run\0" % top).encode()

    def run(self, *args):
        return subprocess.run(["dcchost", *args], env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def launch(self, name, *modes, options=()):
        done = self.run("launch", "fake", "-d", "--name", name, *options, "--", *modes)
        if done.returncode != 0:
            print("growth: %s: %s" % (name, done.stderr.decode()), file=sys.stderr, flush=True)
            sys.exit(1)

    def ps(self):
        return json.loads(self.run("ps", "--json").stdout)

    def gone(self):
        until(lambda: not processes(self.mark))


def start_many(bench, host, number):
    times = [timed(lambda i=i: host.launch("i%d" % i, "--no-agent", "--lifetime", "0",
                                           options=["--set", "settle=0"]))[0] for i in range(number)]
    bench.add("start, median of the first ten", "ms", statistics.median(times[:10]) * 1e3)
    bench.add("start, median of the last ten", "ms", statistics.median(times[-10:]) * 1e3)
    bench.add("all started", "s", sum(times))


def look_at_many(bench, host, number):
    took, rows = min((timed(host.ps) for _ in range(5)), key=lambda each: each[0])
    assert len(rows) == number, len(rows)
    bench.add("ps", "s", took, 0.25)
    silent = rows[0]["session_pid"]
    os.kill(silent, signal.SIGSTOP)
    slow, with_silent = timed(host.ps)
    os.kill(silent, signal.SIGCONT)
    assert len(with_silent) == number
    bench.add("ps, one session silent", "s", slow, took + 0.6)


def adopt_many(bench, host, number):
    for row in host.ps():
        os.kill(row["session_pid"], signal.SIGKILL)
    until(lambda: not any(row["attended"] for row in host.ps()))
    took, done = timed(lambda: host.run("adopt", "--all"))
    assert done.returncode == 0, done.stderr
    assert sum(row["attended"] for row in host.ps()) == number
    bench.add("adopt --all", "s", took)


def end_many(bench, host):
    bench.add("kill --all", "s", timed(lambda: host.run("kill", "--all"))[0])
    host.gone()
    for i in range(STRAY):
        host.launch("s%d" % i, "--no-agent", "--tree", "double-fork", options=["--set", "settle=0"])
    took, done = timed(lambda: host.run("stop", "--all"))
    assert done.returncode == 0, done.stderr
    left = len(processes(host.mark))
    bench.add("stop --all, %d with a stray child" % STRAY, "s", took, 2)
    bench.add("processes left after it", "", left, 0)


def restart_often(bench, host):
    lives = os.path.join(host.env["HOME"], "lives")
    host.launch("r", "--count-file", lives, "--crash-after", "0", "--crash-times", str(RESTARTS[-1]), options=[
        "--backoff", "fixed:0ms", "--max-restarts", "4096", "--set", "burst-window=10s", "--set", "jitter=0", "--set",
        "instant-crash=0", "--set", "scene-crashes=0", "--set", "crash-grace=0"])
    pid = host.ps()[0]["session_pid"]

    def count():
        with contextlib.suppress(OSError, ValueError):
            return int(pathlib.Path(lives).read_text())
        return 0

    full = None  # what is kept of the past has reached its bound
    for number in RESTARTS:
        until(lambda number=number: count() >= number, 600)
        memory = field(pid, "VmRSS")
        bench.add("a session's memory after %d restarts" % number, "KiB", memory, full)
        full = full or (memory * 1.05 if number >= 500 else None)
    host.run("kill", "r")
    host.gone()


def bench_dcchost(bench, number, idle):
    with tempfile.TemporaryDirectory(prefix="dcchost-growth-") as top:
        host = Dcchost(top)
        try:
            start_many(bench, host, number)
            look_at_many(bench, host, number)
            time.sleep(2)
            ours = [pid for pid, command in processes(host.mark).items() if b"fake-dcc\0--no-agent" not in command
                    or b"shim" in command]
            bench.add("wake-ups of all, nobody asking", "1/min", wakeups(ours, idle), 0)
            bench.add("memory of all (PSS)", "MiB", pss(ours))
            adopt_many(bench, host, number)
            end_many(bench, host)
            restart_often(bench, host)
        finally:
            host.run("kill", "--all")
            for pid in processes(host.mark):
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)


def pss(pids):
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError, StopIteration):
            text = pathlib.Path("/proc/%d/smaps_rollup" % pid).read_text()
            total += int(next(line for line in text.splitlines() if line.startswith("Pss:")).split()[1])
    return total / 1024


class Supervisord:
    name = "supervisord"

    def __init__(self, top, number, program):
        self.config, self.number = os.path.join(top, "conf"), number
        text = ("[unix_http_server]\nfile=%(top)s/sock\n[supervisord]\nlogfile=/dev/null\nlogfile_maxbytes=0\n"
                "pidfile=%(top)s/pid\nnodaemon=true\nminfds=8192\n[rpcinterface:supervisor]\n"
                "supervisor.rpcinterface_factory = "
                "supervisor.rpcinterface:make_main_rpcinterface\n[supervisorctl]\n"
                "serverurl=unix://%(top)s/sock\n[program:i]\ncommand=%(program)s\n"
                "process_name=%%(process_num)d\nnumprocs=%(number)d\nstartsecs=0\n"
                "stdout_logfile=/dev/null\nstderr_logfile=/dev/null\n")
        pathlib.Path(self.config).write_text(text % {"top": top, "program": program, "number": number})
        self.daemon = [shutil.which("supervisord"), "-c", self.config]

    def ctl(self, *args):
        return subprocess.run([shutil.which("supervisorctl"), "-c", self.config, *args], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE).stdout.decode()

    def running(self):
        return self.ctl("status").count("RUNNING")

    def stop_all(self):
        self.ctl("stop", "all")


class Circus:
    name = "circus"

    def __init__(self, top, number, program):
        self.config = os.path.join(top, "ini")
        sockets = ["ipc://%s/%s" % (top, word) for word in ("control", "events")]
        self.control = sockets[0]
        words = program.split()
        text = "[circus]\nendpoint = %s\npubsub_endpoint = %s\n[watcher:i]\ncmd = %s\nargs = %s\nnumprocesses = %d\n"
        pathlib.Path(self.config).write_text(text % (*sockets, words[0], " ".join(words[1:]), number))
        self.daemon = [shutil.which("circusd"), self.config]

    def ctl(self, *args):
        return subprocess.run([shutil.which("circusctl"), "--endpoint", self.control, "--timeout", "60", *args],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout.decode()

    def running(self):
        said = self.ctl("list", "i").strip()
        return said.count(",") + 1 if said and "error" not in said.lower() else 0

    def stop_all(self):
        self.ctl("stop", "i", "--waiting")


def bench_children(bench):
    """Children of one launcher, each ended by its name, among few and among many: what stands in the way of seconds is
    what else the machine runs, so calls are counted."""
    if STRACE is None:
        print("absent: strace")
        return
    with tempfile.TemporaryDirectory(prefix="dcchost-ends-") as top:
        for case, number in (("end-few", FEW), ("end-many", MANY)):
            looks, others = cost_of_an_end(case, os.path.join(top, case), "/usr/bin/python3", dict(os.environ))
            bench.add("ending %d children by name: looks at them" % number, "each", looks)
            bench.add("ending %d children by name: other calls" % number, "each", others)


def bench_peer(bench, peer_class, number, idle):
    with tempfile.TemporaryDirectory(prefix="dcchost-peer-") as top:
        peer = peer_class(top, number, "%s --no-agent --lifetime 0" % os.environ["DCCHOST_FAKE_EXECUTABLE"])
        if peer.daemon[0] is None:
            print("absent: " + peer.name)
            return
        begin = time.perf_counter()
        daemon = subprocess.Popen(peer.daemon, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            until(lambda: peer.running() >= number, 300)
            bench.add("all started", "s", time.perf_counter() - begin, who=peer.name)
            bench.add("ps", "s", min(timed(peer.running)[0] for _ in range(3)), who=peer.name)
            bench.add("wake-ups of all, nobody asking", "1/min", wakeups([daemon.pid], idle), who=peer.name)
            bench.add("memory of all (PSS)", "MiB", pss([daemon.pid]), who=peer.name)
            bench.add("kill --all", "s", timed(peer.stop_all)[0], who=peer.name)
        finally:
            daemon.terminate()
            daemon.wait()


class Bench:
    def __init__(self):
        self.rows = {}

    def add(self, what, unit, value, aim=None, who="dcchost"):
        row = self.rows.setdefault(what, {"unit": unit, "aim": aim, "values": {}})
        row["values"][who] = value
        print("... %s, %s: %.3f %s" % (who, what, value, unit), file=sys.stderr, flush=True)

    def report(self):
        print("%-42s %-6s %s   %s" % ("", "", " ".join("%12s" % name for name in NAMES), "aim, at most"))
        for what, row in self.rows.items():
            values = row["values"]
            shown = " ".join("%12s" % ("%.3g" % values[name] if name in values else "-") for name in NAMES)
            print("%-42s %-6s %s   %s" % (what, row["unit"], shown, "" if row["aim"] is None else "%.3g" % row["aim"]))


def main():
    parser = argparse.ArgumentParser(prog="dev bench growth", description=__doc__.splitlines()[0])
    parser.add_argument("--instances", type=int, default=1000, metavar="N", help="how many side by side (%(default)s)")
    parser.add_argument("--idle", type=float, default=20, metavar="S", help="how long nothing happens (%(default)s)")
    options = parser.parse_args()
    bench = Bench()
    bench_dcchost(bench, options.instances, options.idle)
    bench_children(bench)
    for peer in (Supervisord, Circus):
        bench_peer(bench, peer, options.instances, options.idle)
    bench.report()


if __name__ == "__main__":
    main()
