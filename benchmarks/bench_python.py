#!/usr/bin/python3
"""What the Py* classes cost, beside dcc_mcp_core, psutil and subprocess where they can be imported.

`./dev bench python [ROUNDS]` puts the peers into a virtual environment below build/ and runs this with it; nothing that is
built or tested needs them. All run in this one process, in turns, so that a busy minute hurts all alike; figures are medians.
`--json FILE` writes them down as well. It prints, and judges nothing: a figure beside its aim is for people to look at.
"""

import argparse
import json
import os
import pathlib
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import dcchost

try:
    import dcc_mcp_core
except ImportError:
    dcc_mcp_core = None
try:
    import psutil
except ImportError:
    psutil = None

# Sleeps until a signal comes to its group: then its CPU clock moves. Ends with whoever started it.
WORKER = r"""
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>
static volatile unsigned turns;
static void on_signal(int n) { for (unsigned i = 0; i < 20000; i++) turns += i; }
int main(int argc, char **argv)
{
    if (argc == 1)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGUSR1, on_signal);
    for (;;)
        pause();
}
"""
AIMS = {"refresh idle 1": 25, "refresh idle 10": 60, "refresh idle 100": 80, "refresh idle 1000": 90,
        "refresh busy 10": 20, "refresh busy 100": 20, "refresh busy 1000": 20, "query": 2, "launch call": 1.7,
        "exit to event": 400}


class Herd:
    """Processes to look at."""

    def __init__(self, program, n):
        first = subprocess.Popen([program], preexec_fn=os.setpgrp)
        self.group = first.pid
        self.children = [first] + [subprocess.Popen([program], preexec_fn=self.join) for _ in range(n - 1)]
        self.pids = [child.pid for child in self.children]

    def join(self):
        os.setpgid(0, self.group)

    def stir(self):
        """Moves the CPU clock of each."""
        os.killpg(self.group, signal.SIGUSR1)
        time.sleep(0.002 + len(self.pids) * 0.0001)

    def end(self):
        os.killpg(self.group, signal.SIGKILL)
        for child in self.children:
            child.wait()


class Psutil:
    """What a user of psutil writes for the same five facts."""

    def __init__(self, pids):
        self.processes = [psutil.Process(pid) for pid in pids]

    def look(self):
        found = []
        for process in self.processes:
            with process.oneshot():
                found.append({"pid": process.pid, "status": process.status(), "cpu": process.cpu_percent(),
                              "memory": process.memory_info().rss})
        return found


def monitor_of(package, pids):
    monitor = package.PyProcessMonitor()
    for pid in pids:
        monitor.track(pid, "job")
    monitor.refresh()

    def look():
        monitor.refresh()
        return monitor.list_all()
    return monitor, look


def seconds(function):
    began = time.perf_counter()
    function()
    return time.perf_counter() - began


def in_turns(rounds, ways, before=None):
    """{name: [seconds, ...]}. Nobody always follows the same neighbour, and each warms itself up first: a look of a few
    microseconds would else be charged for what a larger one threw out of the caches."""
    times = {name: [] for name in ways}
    for _round in range(rounds):
        for name in random.sample(list(ways), len(ways)):
            ways[name]()
            if before:
                before()
            times[name].append(seconds(ways[name]))
    return times


class Figures:
    def __init__(self):
        self.rows = []
        print("%-20s %-14s %12s %9s %6s" % ("figure", "of", "median us", "ratio", "aim"))

    def add(self, figure, times, per=1):
        """times: {name: [seconds, ...]}, ours first."""
        medians = {name: statistics.median(values) * 1e6 / per for name, values in times.items() if values}
        ours = medians.get("dcchost")
        for name, value in medians.items():
            ratio = value / ours if ours and name != "dcchost" else None
            aim = AIMS.get(figure) if name == "dcc_mcp_core" else None
            print("%-20s %-14s %12.3f %9s %6s" % (figure, name, value, "%.2f" % ratio if ratio else "",
                                                  aim if aim else ""), flush=True)
            self.rows.append({"figure": figure, "of": name, "median_us": value, "ratio": ratio, "aim": aim})


def bench_refresh(figures, program, rounds):
    for busy, counts in (("idle", (1, 10, 100, 1000)), ("busy", (10, 100, 1000))):
        for n in counts:
            herd = Herd(program, n)
            kept, ways = [], {}
            for package in filter(None, (dcchost, dcc_mcp_core)):
                monitor, ways[package.__name__] = monitor_of(package, herd.pids)
                kept.append(monitor)
            if psutil:
                ways["psutil"] = Psutil(herd.pids).look
            enough = max(10, min(rounds, rounds * 10 // n))
            figures.add("refresh %s %d" % (busy, n), in_turns(enough, ways, herd.stir if busy == "busy" else None), n)
            herd.end()


def bench_calls(figures, program, rounds):
    herd = Herd(program, 10)
    pid, many = herd.pids[0], range(1000)
    queries, alive = {}, {}
    for package in filter(None, (dcchost, dcc_mcp_core)):
        monitor, _look = monitor_of(package, herd.pids)

        def query(monitor=monitor):
            for _ in many:
                monitor.query(pid)

        def is_alive(monitor=monitor):
            for _ in range(20):
                monitor.is_alive(pid)
        queries[package.__name__], alive[package.__name__] = query, is_alive
    if psutil:
        alive["psutil"] = lambda: [psutil.pid_exists(pid) for _ in range(20)]
    figures.add("query", in_turns(rounds, queries), 1000)
    figures.add("is_alive", in_turns(rounds, alive), 20)
    herd.end()


class Popen:
    """subprocess, in the manner of a launcher."""

    def launch(self, _name, program):
        self.child = subprocess.Popen([program])

    def kill(self, _name):
        self.child.kill()
        self.child.wait()


def bench_launch(figures, program, rounds):
    launchers = {package.__name__: package.PyDccLauncher() for package in filter(None, (dcchost, dcc_mcp_core))}
    launchers["subprocess"] = Popen()
    times = {name: [] for name in launchers}
    for number in range(rounds):
        for name in random.sample(list(launchers), len(launchers)):
            label = "job %d" % number
            times[name].append(seconds(lambda: launchers[name].launch(label, program)))
            launchers[name].kill(label)
            time.sleep(0.001)
    figures.add("launch call", times)


def foreign_process(program):
    """One that is not our child: the other package never reports the end of those."""
    done = subprocess.run(["/bin/sh", "-c", '"$0" alone >/dev/null & echo $!', program], stdout=subprocess.PIPE)
    return int(done.stdout)


def wait_for_exit(watcher, pid):
    while True:
        for event in watcher.poll_events():
            if event["type"] == "exited" and event["pid"] == pid:
                return time.perf_counter()
        time.sleep(0.0001)  # who polls without a pause takes the processor from the one that would tell


def bench_exit(figures, program, rounds):
    times, watchers = {}, {}
    for package in filter(None, (dcchost, dcc_mcp_core)):
        watchers[package.__name__] = package.PyProcessWatcher()  # the default interval of both: 500 ms
        times[package.__name__] = []
        watchers[package.__name__].start()
    times["wait()"] = []
    for _ in range(max(10, rounds // 10)):
        for name, watcher in watchers.items():
            pid = foreign_process(program)
            watcher.track(pid, "job")
            until = time.perf_counter() + 1.2  # they look at it once at least before it ends
            while time.perf_counter() < until:
                watcher.poll_events()
                time.sleep(0.01)
            began = time.perf_counter()
            os.kill(pid, signal.SIGKILL)
            times[name].append(wait_for_exit(watcher, pid) - began)
        child = subprocess.Popen([program])
        began = time.perf_counter()
        child.kill()
        child.wait()
        times["wait()"].append(time.perf_counter() - began)
    for watcher in watchers.values():
        watcher.stop()
    figures.add("exit to event", times)


def heartbeats_of(package, pids, wanted):
    """CPU seconds of this process, all threads, a heartbeat."""
    watcher = package.PyProcessWatcher(poll_interval_ms=100)
    for pid in pids:
        watcher.track(pid, "job")
    began, heard = time.process_time(), 0
    watcher.start()
    while heard < wanted:
        heard += sum(event["type"] == "heartbeat" for event in watcher.poll_events())
        time.sleep(0.05)
    watcher.stop()
    return (time.process_time() - began) / heard


def bench_heartbeats(figures, program, rounds):
    herd = Herd(program, 100)
    times = {package.__name__: [] for package in filter(None, (dcchost, dcc_mcp_core))}
    for _ in range(max(3, rounds // 30)):
        for package in filter(None, (dcchost, dcc_mcp_core)):
            times[package.__name__].append(heartbeats_of(package, herd.pids, 1000) * 1000)
    figures.add("1,000 heartbeats", times)
    herd.end()


def build_worker(directory):
    source, program = pathlib.Path(directory, "worker.c"), pathlib.Path(directory, "worker")
    source.write_text(WORKER)
    subprocess.run(["cc", "-O2", "-o", str(program), str(source)], check=True)
    return str(program)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("rounds", nargs="?", type=int, default=100)
    parser.add_argument("--json", metavar="FILE", help="write the figures there, too")
    parser.add_argument("--only", metavar="NAME", help="refresh, calls, launch, exit or heartbeats")
    options = parser.parse_args()
    missing = [name for name, module in (("dcc_mcp_core", dcc_mcp_core), ("psutil", psutil)) if module is None]
    if missing:
        print("not here, so not measured: " + ", ".join(missing))
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="dcchost-bench-") as directory:
        program = build_worker(directory)
        parts = {"refresh": lambda: bench_refresh(figures, program, options.rounds),
                 "calls": lambda: bench_calls(figures, program, options.rounds),
                 "launch": lambda: bench_launch(figures, program, options.rounds),
                 "exit": lambda: bench_exit(figures, program, options.rounds),
                 "heartbeats": lambda: bench_heartbeats(figures, program, options.rounds)}
        if options.only and options.only not in parts:
            sys.exit("bench: no part is called '%s'; there are: %s" % (options.only, ", ".join(parts)))
        for name, part in parts.items():
            if options.only in (None, name):
                part()
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(figures.rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
