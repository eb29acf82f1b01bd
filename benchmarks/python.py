#!/usr/bin/python3
"""What the Python classes cost, beside dcc_mcp_core, psutil and subprocess.

`./dev bench python [--json FILE] [--only WORD] [--rounds N]`. All contestants run in this one process, in turns, so
that a busy minute hurts all alike; every figure is a median. What waits for nothing is measured in CPU time of this
process, of all its threads: what else the machine does is not in it. A peer that is not installed is named, and its
column is empty. Nothing here is needed to build or to test.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bindings" / "python"))

import contestants  # noqa: E402
from dcchost import PyDccLauncher, PyProcessWatcher  # noqa: E402

PATIENCE = 5.0


class Crowd:
    """N processes of somebody else's, that end when the block does."""

    def __init__(self, program, number):
        self.program, self.number = program, number

    def __enter__(self):
        self.nurse = subprocess.Popen([self.program, "nursery", str(self.number)], stdout=subprocess.PIPE)
        self.pids = [int(self.nurse.stdout.readline()) for _ in range(self.number)]
        return self

    def __exit__(self, *_problem):
        for pid in self.pids:
            try:
                os.kill(pid, 9)
            except ProcessLookupError:
                pass
        self.nurse.kill()
        self.nurse.wait()
        self.nurse.stdout.close()

    def work(self):
        """Has each of them compute a little, and waits until all have."""
        clocks = {pid: (~pid << 3) | 2 for pid in self.pids}
        before = {pid: time.clock_gettime_ns(clock) for pid, clock in clocks.items()}
        for pid in self.pids:
            os.kill(pid, 10)
        for pid, clock in clocks.items():
            while time.clock_gettime_ns(clock) == before[pid]:
                time.sleep(0.0005)


def in_turns(calls, rounds, before=None, clock=time.perf_counter):
    """{name: median seconds} of calls that are made one after the other, again and again."""
    times = {name: [] for name in calls}
    for number in range(rounds + 1):
        for name, call in calls.items():
            if before is not None:
                before()
            begin = clock()
            call()
            if number > 0:  # the first one opens what is kept open
                times[name].append(clock() - begin)
    return {name: statistics.median(each) for name, each in times.items()}


def repeated(call, times):
    def run():
        for _ in range(times):
            call()
    return run


def per(values, number):
    return {name: value / number * 1e6 for name, value in values.items()}


def bench_refresh(bench):
    for busy in (False, True):
        for number, aim in ((1, 25), (10, 60), (100, 80), (1000, 90)):
            with Crowd(bench.program, number) as crowd:
                calls = {each.name: each.reading(crowd.pids) for each in bench.all if hasattr(each, "reading")}
                again = 1 if busy else max(1, 200 // number)  # one that has to be busy again is read once
                calls = {name: repeated(call, again) for name, call in calls.items()}
                found = in_turns(calls, max(9, bench.rounds // (4 if number == 1000 else 1)),
                                 crowd.work if busy else None, time.process_time)
            bench.add("refresh + list_all, %s, N=%d" % ("busy" if busy else "idle", number), "us/process",
                      per(found, number * again), None if busy and number == 1 else 20 if busy else aim)


def bench_query(bench):
    with Crowd(bench.program, 10) as crowd:
        calls = {each.name: repeated(each.query(crowd.pids), 500) for each in bench.all if hasattr(each, "query")}
        bench.add("query", "us", per(in_turns(calls, bench.rounds, clock=time.process_time), 500), 2)
        calls = {each.name: repeated(each.is_alive(crowd.pids[3]), 50) for each in bench.all
                 if hasattr(each, "is_alive")}
        bench.add("is_alive, any pid", "us", per(in_turns(calls, bench.rounds, clock=time.process_time), 50), 20)


def bench_launch(bench):
    calls, ends = {}, []
    for each in bench.all:
        if hasattr(each, "launching"):
            calls[each.name], end = each.launching([bench.still, "@"])
            ends.append(end)
    rest = iter(range(10 ** 9))

    def clear():
        if next(rest) % len(calls) == 0:
            for end in ends:
                end()
        # On a busy machine one that has just computed waits for its turn after every wait; that would be measured.
        time.sleep(0.005)

    bench.add("launch call", "us", per(in_turns(calls, bench.rounds * 4, clear), 1), 1.7)
    bench.add("launch call, CPU of the caller", "us",
              per(in_turns(calls, bench.rounds * 4, clear, time.thread_time), 1), None)
    for end in ends:
        end()


def wait_for_exit(watcher, pid):
    begin = time.perf_counter()
    while time.perf_counter() - begin < PATIENCE:
        if any(event["type"] == "exited" and event["pid"] == pid for event in watcher.poll_events()):
            return time.perf_counter() - begin
        time.sleep(0.0001)
    return None


def bench_exit(bench):
    rounds = 21
    watching = [each for each in bench.all if hasattr(each, "watcher")]
    with Crowd(bench.program, rounds * len(watching)) as crowd:
        left, times = list(crowd.pids), {}
        watchers = {each.name: each.watcher(500) for each in watching}
        for watcher in watchers.values():
            watcher.start()
        for number in range(rounds):
            for name, watcher in watchers.items():
                pid = left.pop()
                watcher.track(pid, "x")
                time.sleep(0.01 + number * 0.023 % 0.5)  # at another place of the peer's interval
                os.kill(pid, 9)
                times.setdefault(name, []).append(wait_for_exit(watcher, pid) or float("inf"))
        for watcher in watchers.values():
            watcher.stop()
    bench.add("exit to event, a foreign process", "us", per({name: statistics.median(each) for name, each in
                                                            times.items()}, 1), 400)
    told = {}
    for each in watching:
        launcher, watcher = each.launcher(), each.watcher(500)
        watcher.start()
        pid = launcher.launch("own", bench.still, ["C"])["pid"]
        watcher.track(pid, "own")
        told[each.name] = 0.0 if wait_for_exit(watcher, pid) is None else 1.0
        watcher.stop()
    bench.add("exit of an own child is told", "1 = yes", told, None)


def bench_heartbeats(bench):
    with Crowd(bench.program, 100) as crowd:
        costs = {}
        for _round in range(5):
            for each in bench.all:
                if not hasattr(each, "watcher"):
                    continue
                watcher, beats = each.watcher(50), 0
                for pid in crowd.pids:
                    watcher.track(pid, "x")
                watcher.start()
                begin, used = time.monotonic(), time.process_time()
                while time.monotonic() - begin < 1:
                    time.sleep(0.05)
                    beats += len(watcher.poll_events())
                watcher.stop()
                costs.setdefault(each.name, []).append((time.process_time() - used) / max(beats, 1) * 1000)
    bench.add("1,000 heartbeats with polling, N=100", "us of CPU",
              per({name: statistics.median(each) for name, each in costs.items()}, 1), None)


def zombies():
    done = subprocess.run(["ps", "-o", "stat=", "--ppid", str(os.getpid())], stdout=subprocess.PIPE)
    return sum(line.startswith(b"Z") for line in done.stdout.splitlines())


def bench_ten_thousand(bench):
    launcher, watcher = PyDccLauncher(), PyProcessWatcher(poll_interval_ms=0)
    watcher.start()
    number, expected, seen = 10000, {}, []
    begin = time.perf_counter()
    for each in range(number):
        name = "x%d" % each
        watcher.track(launcher.launch(name, bench.still, [chr(64 + each % 32)])["pid"], name)
        expected[name] = each % 32
        seen += watcher.poll_events()
    deadline = time.monotonic() + 60
    while sum(event["type"] == "exited" for event in seen) < number and time.monotonic() < deadline:
        seen += watcher.poll_events()
        time.sleep(0.001)
    took = time.perf_counter() - begin
    watcher.stop()
    codes = [(event["name"], event["exit_code"]) for event in seen if event["type"] == "exited"]
    if len(codes) != number or dict(codes) != expected or zombies() or launcher.running_count():
        sys.exit("bench: of %d endings %d were told, %d with the right code, %d zombies" % (
            number, len(codes), sum(expected[name] == code for name, code in codes), zombies()))
    bench.add("10,000 launches and endings: each told once, right code, no zombie", "us each",
              {"dcchost": took / number * 1e6}, None)


class Bench:
    def __init__(self, program, still, rounds):
        self.program, self.still, self.rounds, self.rows = program, still, rounds, []
        self.all, self.absent = contestants.present()

    def add(self, what, unit, values, aim):
        ratios = {name: value / values["dcchost"] for name, value in values.items()
                  if name != "dcchost" and values["dcchost"] > 0}
        self.rows.append({"what": what, "unit": unit, "values": values, "times": ratios, "aim": aim})
        shown = " ".join("%12s" % ("%.2f" % values[name] if name in values else "-") for name in contestants.NAMES)
        times = " ".join("%8s" % ("%.1f" % ratios[name] if name in ratios else "-") for name in contestants.NAMES[1:])
        print("%-42.42s %-10s %s | %s | %s" % (what, unit, shown, times, aim or "-"), flush=True)


def build(directory, name, *flags):
    """A program of this directory, compiled; without libc where still.c can do without."""
    program, source = os.path.join(directory, name), str(pathlib.Path(__file__).resolve().parent / (name + ".c"))
    command = ["cc", "-O2", "-static", "-o", program, source]
    if not flags or subprocess.run(command + list(flags), stderr=subprocess.DEVNULL).returncode != 0:
        subprocess.run(command, check=True)
    return program


BENCHES = {"refresh": bench_refresh, "query": bench_query, "launch": bench_launch, "exit": bench_exit,
           "heartbeats": bench_heartbeats, "endings": bench_ten_thousand}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", metavar="FILE", help="the figures, for programs")
    parser.add_argument("--only", choices=sorted(BENCHES), help="one of them")
    parser.add_argument("--rounds", type=int, default=50, help="how often each is measured (%(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dcchost-bench-") as directory:
        bench = Bench(build(directory, "crowd"), build(directory, "still", "-nostdlib"), options.rounds)
        for line in bench.absent:
            print("absent: " + line)
        print("%-42s %-10s %s | %s | %s" % ("", "", " ".join("%12s" % each for each in contestants.NAMES),
                                            " ".join("%8.8s" % each for each in contestants.NAMES[1:]),
                                            "aim (times dcc_mcp_core)"))
        for name, run in BENCHES.items():
            if options.only in (None, name):
                run(bench)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps({"absent": bench.absent, "figures": bench.rows}, indent=1))


if __name__ == "__main__":
    main()
