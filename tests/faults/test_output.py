"""Output by the hundred mebibytes: the application is hardly slower for it, the log keeps its size, the session stays
small and answers."""

import json
import os
import subprocess
import time

import pytest

from box import until
from faults import events, figure, memory_kib

FLOOD = 200 << 20
LOG_SIZE, LOG_FILES = 1 << 20, 3


def log_files(box):
    return sorted((box.state / "dcchost" / "fake").glob("output.log*"))


def to_nowhere(box):
    """The same flood to /dev/null, in seconds."""
    began = time.monotonic()
    subprocess.run([os.environ["DCCHOST_FAKE_EXECUTABLE"], "--no-agent", "--flood", str(FLOOD), "--exit-after", "0"],
                   env=box.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, timeout=60)
    return time.monotonic() - began


@pytest.mark.parametrize("kind", [[], ["--binary"], ["--no-newline"], ["--binary", "--no-newline"]],
                         ids=["lines", "binary", "one-line", "binary-line"])
def test_a_flood(box, kind):
    """While nobody reads it."""
    flood = FLOOD if not kind else 100 << 20
    began = time.monotonic()
    assert box.run("launch", "fake", "-d", "--set", "log-size=%d" % LOG_SIZE, "--set", "log-files=%d" % LOG_FILES,
                   "--restart", "never", "--", "--no-agent", *kind, "--flood", str(flood), "--exit-after", "0",
                   "--code", "9").status == 0
    session = box.status()["session_pid"]
    rss = slowest = 0
    while not events(box, "fake", "exit"):
        asked = time.monotonic()
        done = box.run("status")
        slowest = max(slowest, time.monotonic() - asked)
        assert done.status == 0
        try:
            rss = max(rss, memory_kib(session))
        except (OSError, AssertionError):
            break
        time.sleep(0.05)
        assert time.monotonic() < began + 60
    took = time.monotonic() - began
    until(lambda: events(box, "fake", "exit"), "the end")
    kept = sum(path.stat().st_size for path in log_files(box))
    figure("%d MiB %s: %.2f s (%.0f MiB/s)%s, session %d KiB, slowest answer %.0f ms, %d KiB of log in %d files" % (
        flood >> 20, " ".join(kind) or "in lines", took, (flood >> 20) / took,
        ", to /dev/null %.2f s" % to_nowhere(box) if not kind else "", rss, 1000 * slowest, kept >> 10,
        len(log_files(box))))
    assert events(box, "fake", "exit")[0]["result"]["code"] == 9
    assert not events(box, "fake", "degraded")
    assert kept <= LOG_SIZE * LOG_FILES and len(log_files(box)) <= LOG_FILES
    assert rss < 20 << 10
    assert slowest < 0.5 * max(1, os.getloadavg()[0] / os.cpu_count())
    assert b"could not be kept" not in log_files(box)[0].read_bytes()


def test_every_event_is_json_whatever_was_printed(box):
    box.run("launch", "fake", "-d", "--restart", "never", "--", "--no-agent", "--binary", "--flood", "1M",
            "--exit-after", "0", "--code", "9")
    until(lambda: events(box, "fake", "ended"), "the end")
    for line in (box.state / "dcchost" / "fake" / "events.jsonl").read_text().split("\n"):
        assert not line or json.loads(line)


def test_output_is_closed(box):
    """No end of file makes anybody spin, or think that it has ended."""
    box.launch("--", "--close-stdout")
    status = box.status()
    ticks = {pid: busy(pid) for pid in (status["session_pid"], status["shim_pid"])}
    began = time.monotonic()
    until(lambda: time.monotonic() > began + 1, "a second in which nothing should happen")
    for pid, before in ticks.items():
        assert busy(pid) - before <= 5, "pid %d spins" % pid
    assert box.status()["state"] == "running"


def busy(pid):
    with open("/proc/%d/stat" % pid) as stat:
        fields = stat.read().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def test_a_reader_of_the_log_who_does_not_read(box):
    """`logs -f` into a pipe that nobody empties."""
    box.launch("--restart", "never", "--", "--flood", "64M", "--exit-after", "100", "--code", "5")
    reader, writer = os.pipe()
    viewer = box.popen("logs", "-f", stdout=writer)
    os.close(writer)
    until(lambda: events(box, "fake", "exit"), "the end, though nobody reads")
    assert events(box, "fake", "exit")[0]["result"]["code"] == 5
    os.close(reader)
    viewer.wait(20)


def test_an_end_is_told_though_somebody_holds_the_output_open(box):
    box.launch("--restart", "never", "--set", "crash-grace=0", "--set", "tree-timeout=200ms", "--", "--hold-stdout",
               "--crash-after", "50")
    began = time.monotonic()
    until(lambda: events(box, "fake", "exit"), "the end")
    assert time.monotonic() - began < 2
    until(lambda: not box.processes(), "everything to be gone")
