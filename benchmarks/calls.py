#!/usr/bin/python3
"""System calls of what people do most, counted by strace: `calls.py BUILD...`, a column for each build.

Of a launch and a stop, those of each program: the command, the session, the shim; not the application's, which is a
made-up one. Medians of some runs: how often a process waits depends on how busy the machine is.
"""

import collections
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

RUNS = 5
SAMPLES = 100
# Samples of itself.
MONITOR = """#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
void *dcc_monitor_new(void);
int dcc_monitor_track(void *, int64_t, void **);
uint8_t *dcc_monitor_refresh(void *, size_t *);
int main(int argc, char **argv) {
    void *monitor = dcc_monitor_new();
    size_t length = 0;
    if (!dcc_monitor_track(monitor, getpid(), NULL))
        return 1;
    for (int i = 0; i < atoi(argv[1]); i++)
        free(dcc_monitor_refresh(monitor, &length));
    return length == 0;
}
"""
# What begins a process or a thread, and what it says of it.
BIRTH = re.compile(r"^(?:clone3?|v?fork)\(.* = (\d+)$")
CALL = re.compile(r"^\w+\(")


class Build:
    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        self.dcchost = self.find("dcchost")
        self.shim = self.find("dcchost-shim")
        self.application = self.find("fake-dcc")

    def find(self, name):
        return str(next(path for path in self.root.rglob(name) if path.is_file() and os.access(path, os.X_OK)))

    def environment(self, place):
        adapter = next(self.root.rglob("dcchost-fake.so"))
        places = {}
        for name in ("XDG_RUNTIME_DIR", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "HOME", "TMPDIR"):
            path = os.path.join(place, name)
            os.makedirs(path, 0o700, exist_ok=True)
            places[name] = path
        return dict(os.environ, DCCHOST_SHIM=self.shim, DCCHOST_FAKE_EXECUTABLE=self.application,
                    DCCHOST_ADAPTER_PATH=str(adapter.parent), DCC_ADAPTER_PATH=str(adapter.parent), **places)


def count(directory):
    """{program: calls} of what `strace -ff` has written there: a file for each thread."""
    parents, calls, names = {}, {}, {}
    for path in directory.glob("trace.*"):
        number = int(path.suffix[1:])
        lines = path.read_text(errors="replace").splitlines()
        calls[number] = sum(1 for line in lines if CALL.match(line))
        for line in lines:
            born = BIRTH.match(line)
            if born:
                parents[int(born.group(1))] = number
            if line.startswith("execve(") and line.endswith(" = 0"):
                words = re.findall(r'"((?:[^"\\]|\\.)*)"', line)
                names[number] = os.path.basename(words[0]) + (" session" if "session" in words[1:3] else "")
    sums = collections.Counter()
    for number, n in calls.items():
        at = number
        while at not in names and at in parents:
            at = parents[at]
        sums[names.get(at, "?")] += n
        path = directory / ("trace.%d" % number)
        path.unlink()
    return sums


def trace(program, environment, directory, *words):
    command = ["strace", "-ff", "-qq", "-o", str(directory / "trace"), program, *words]
    subprocess.run(command, env=environment, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def count_sample(build, environment, directory):
    """Of one sample of one process, by the library."""
    source, program = directory / "monitor.c", str(directory / "monitor")
    library = pathlib.Path(build.find("libdcchost-1.so.1.0.0"))
    source.write_text(MONITOR)
    subprocess.run(["cc", "-w", "-o", program, str(source), str(library), "-Wl,-rpath," + str(library.parent)],
                   check=True)
    sums = []
    for number in (1, 1 + SAMPLES):
        trace(program, environment, directory, str(number))
        sums.append(sum(count(directory).values()))
    return (sums[1] - sums[0]) / SAMPLES


def measure(build):
    """{what: calls}, of one run."""
    found = {}
    with tempfile.TemporaryDirectory(prefix="calls-") as place:
        directory, environment = pathlib.Path(place), build.environment(place)
        trace(build.dcchost, environment, directory, "--version")
        found["dcchost --version"] = sum(count(directory).values())
        trace(build.dcchost, environment, directory, "ps")
        found["ps, nothing is running"] = sum(count(directory).values())
        # What is traced is attached until the last of it has ended.
        launch = subprocess.Popen(
            ["strace", "-ff", "-qq", "-o", str(directory / "trace"), build.dcchost, "launch", "fake", "-d", "--name",
             "one", "--wait", "ready"], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        launch.stdout.readline()  # it is ready
        subprocess.run([build.dcchost, "stop", "one"], env=environment, check=True, stdout=subprocess.DEVNULL)
        launch.wait()
        sums = count(directory)
        found["launch -d --wait ready: the command"] = sums["dcchost"]
        found["from launch to stop: the session"] = sums["dcchost session"]
        found["the same: the shim"] = sums["dcchost-shim"]
        for name, words in (("ps of one", ["ps"]), ("status", ["status", "one"]), ("stop", ["stop", "one"])):
            if name == "ps of one":
                subprocess.run([build.dcchost, "launch", "fake", "-d", "--name", "one", "--wait", "ready"],
                               env=environment, check=True, stdout=subprocess.DEVNULL)
            trace(build.dcchost, environment, directory, *words)
            found[name] = sum(count(directory).values())
        found["a sample of one process"] = count_sample(build, environment, directory)
    return found


def main(roots):
    builds = [Build(root) for root in roots]
    runs = [[measure(build) for build in builds] for _run in range(RUNS)]
    print("%-40s %s" % ("system calls", " ".join("%10s" % build.root.parent.name[-10:] for build in builds)))
    for what in runs[0][0]:
        print("%-40s %s" % (what, " ".join(
            "%10d" % statistics.median(run[column][what] for run in runs) for column in range(len(builds)))))


if __name__ == "__main__":
    main(sys.argv[1:])
