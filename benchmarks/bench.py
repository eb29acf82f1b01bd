#!/usr/bin/python3
"""First figures of dcchost: what a command costs beyond a C program that says hello, and what it weighs.

`./dev bench [N]` builds, then runs this with dcchost on PATH. Every figure is the median of N runs (200),
taken in turns, so that a busy minute hurts all alike.
"""

import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HELLO = '#include <stdio.h>\nint main(void) { return puts("hello") < 0; }\n'


def run_once(command):
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - begin) * 1000


def compare(commands, rounds):
    """{name: [ms, ...]}, the commands in turns."""
    times = {name: [] for name in commands}
    for _round in range(rounds):
        for name, command in commands.items():
            times[name].append(run_once(command))
    return times


def build_hello(directory):
    source, program = pathlib.Path(directory, "hello.c"), pathlib.Path(directory, "hello")
    source.write_text(HELLO)
    subprocess.run(["cc", "-O2", "-o", str(program), str(source)], check=True)
    return str(program)


def report(times, base):
    floor = statistics.median(times[base])
    print("%-24s %10s %10s %8s" % ("command", "median ms", "p95 ms", "times"))
    for name, values in times.items():
        median, p95 = statistics.median(values), sorted(values)[int(len(values) * 0.95) - 1]
        print("%-24s %10.2f %10.2f %8.2f" % (name, median, p95, median / floor))


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    dcchost = shutil.which("dcchost")
    if dcchost is None:
        sys.exit("bench: dcchost is not on PATH; use ./dev bench")
    with tempfile.TemporaryDirectory(prefix="dcchost-bench-") as directory:
        for name in ("XDG_RUNTIME_DIR", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "HOME"):
            os.environ[name] = os.path.join(directory, name.lower())
            os.mkdir(os.environ[name], 0o700)
        commands = {
            "C hello": [build_hello(directory)],
            "dcchost --version": [dcchost, "--version"],
            "dcchost ps": [dcchost, "ps"],
            "dcchost adapters": [dcchost, "adapters"],
        }
        report(compare(commands, rounds), "C hello")
        size = os.path.getsize(os.environ.get("DCCHOST_SHIM", dcchost))
        print("\ndcchost-shim on disk: %d KiB" % (size // 1024))


if __name__ == "__main__":
    main()
