"""What the fault tests share: a session whose process is at hand, what the fake application said it would do, and
what was told of it."""

import json
import os
import pathlib
import signal
import subprocess
import time

from box import figure, is_alive  # noqa: F401

SEED = int(os.environ.get("DCCHOST_FAULT_SEED", "20240601"))


def start_session(box, name, *args, under=(), **more):
    """The process that `dcchost launch` would start, as a child of ours, in no place but the box."""
    command = [*under, os.environ["DCCHOST"], "session", "fake", "--name", name, *args]
    return subprocess.Popen(command, env=more.pop("env", box.env), cwd=str(box.work), stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, **more)


def place(box, name):
    return box.runtime / "dcchost" / name


def record(box, name):
    """What a dead session left, or None."""
    try:
        return json.loads((place(box, name) / "record.json").read_text())
    except (OSError, ValueError):
        return None


def read_lines(path):
    try:
        return path.read_text().split("\n")
    except OSError:
        return []


def events(box, name, kind=None):
    """The journal as it is on disk: what is on its way to the state directory is looked at first, so that nothing is
    missed that arrives in between."""
    lines = [line[2:] for line in read_lines(place(box, name) / "spool")[:-1] if line.startswith("e ")]
    lines += read_lines(box.state / "dcchost" / name / "events.jsonl")
    found = {each["seq"]: each for each in (json.loads(line, strict=False) for line in lines if line)}
    return [found[seq] for seq in sorted(found) if kind is None or found[seq]["type"] == kind]


def read_oracle(path):
    """How the lives of the fake application ended by their own word: {incarnation: (kind, number)}."""
    said = {}
    if not pathlib.Path(path).exists():
        return said
    for line in pathlib.Path(path).read_text().splitlines():
        _pid, word, number, incarnation = line.split()
        if word in ("signal", "exit"):
            said[incarnation] = (word, int(number))
    return said


def told_ends(box, name):
    """How they ended by ours: {incarnation: (kind, number)}; each exactly once."""
    told = {}
    for event in events(box, name, "exit"):
        assert event["incarnation"] not in told, "told twice: %s" % event
        result = event["result"]
        number = result["signal"] if result["kind"] in ("signaled", "stopped") and result["signal"] else result["code"]
        told[event["incarnation"]] = ("signal" if result["signal"] else "exit", number) \
            if result["kind"] != "lost" else ("lost", 0)
    return told


def murder(pid):
    """SIGKILL; returns when it has ended."""
    try:
        fd = os.pidfd_open(pid)
    except OSError:
        return
    try:
        signal.pidfd_send_signal(fd, signal.SIGKILL)
    except OSError:
        pass
    os.close(fd)
    deadline = time.monotonic() + 10
    while is_alive(pid):
        assert time.monotonic() < deadline, "pid %d does not die" % pid
        time.sleep(0.002)


def memory_kib(pid, field="VmRSS"):
    for line in pathlib.Path("/proc/%d/status" % pid).read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1])
    raise AssertionError(field)
