"""What lies in the place of one of a session's own files and is none: a directory, a named pipe that nobody writes, a
link to a file of the user's, one that leads nowhere. It hangs nobody, stops no start and no adoption, is moved aside
where a session needs the place, and the user's file stays as it was."""

import os
import shutil
import signal

import pytest

from box import until
from faults import place

PATIENCE = 15  # of one look: who opens a pipe that nobody writes waits for ever
RUNTIME = ("lock", "session.lock", "record.json", "exit", "control.sock", "agent.sock", "shim.sock", "out.fifo",
           "spool", "files", "last.json", "tmp")
STATE = ("output.log", "events.jsonl", "events.jsonl.1", "deaths.jsonl", "request.json", "last.json", "host.json",
         "crashes", "rescue", "session.log")
# Without these nobody knows enough to take it over. It is seen, it lives, and it can be ended.
ESSENTIAL = ("record.json", "exit")
LOOKS = (("status",), ("why",), ("logs",), ("events",), ("status", "--json"), ("why", "--json"), ("events", "--json"))


def make_directory(path, box):
    path.mkdir(mode=0o700)
    (path / "inside").write_text("something")


def make_pipe(path, box):
    os.mkfifo(str(path), 0o600)


def make_link(path, box):
    path.symlink_to(box.work / "precious")


def make_dangling(path, box):
    path.symlink_to(box.work / "nowhere")


KINDS = pytest.mark.parametrize("make", [make_directory, make_pipe, make_link, make_dangling])


def remove(path):
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(str(path))
    elif os.path.lexists(str(path)):
        path.unlink()


def put_wrong(box, base, name, make):
    """FILES of one kind, each in an instance of its own."""
    (box.work / "precious").write_text("precious")
    remove(base / name)
    make(base / name, box)


def expect_untouched(box):
    assert (box.work / "precious").read_text() == "precious"
    assert not (box.work / "nowhere").exists()


def launch_all(box, files):
    """{file: name of its instance}, all running."""
    names = {file: "n-" + file for file in files}
    starts = [box.popen("launch", "fake", "-d", "--wait", "ready", "--name", name) for name in names.values()]
    assert [start.wait(60) for start in starts] == [0] * len(starts)
    return names


def is_in_the_way(file, make):
    """To a session; its log is the command's."""
    if file in ("crashes", "rescue", "files"):
        return make is not make_directory
    if file in ("control.sock", "agent.sock", "shim.sock", "out.fifo", "tmp"):  # whoever makes them replaces the rest
        return make is make_directory
    return file != "session.log"


def look(box, names):
    """Whatever is asked, an answer comes, and no command breaks."""
    for words in (("ps",), ("ps", "--all"), ("doctor",)):
        done = box.run(*words, timeout=PATIENCE)
        assert 0 <= done.status < 125, (words, done)
    for name in names:
        for words in LOOKS:
            done = box.run(words[0], name, *words[1:], timeout=PATIENCE)
            assert 0 <= done.status < 125 or done.status == 125 and "damaged" in done.err, (words, name, done)


@KINDS
def test_adoption(box, make):
    names = launch_all(box, RUNTIME)
    before = {each["name"]: each for each in box.run("ps", "--json").json}
    for file, name in names.items():
        os.kill(before[name]["session_pid"], signal.SIGKILL)
    until(lambda: not any(each["attended"] for each in box.run("ps", "--json").json), "all sessions to be gone")
    for file, name in names.items():
        put_wrong(box, place(box, name), file, make)
    look(box, names.values())
    for file, name in names.items():
        done = box.run("adopt", name, timeout=PATIENCE)
        assert os.path.exists("/proc/%d" % before[name]["pid"]), (file, done)
        if file in ESSENTIAL:
            assert done.status in (1, 125) and "dcchost kill" in done.err, (file, done)
            continue
        assert done.status == 0, (file, done)
        status = box.status(name)
        assert status["attended"] and status["pid"] == before[name]["pid"], (file, status)
    look(box, names.values())
    for file, name in names.items():
        done = box.run("kill" if file in ESSENTIAL else "stop", name, timeout=PATIENCE)
        assert done.status == 0, (file, done)
    until(lambda: not box.processes(), "all to be gone")
    expect_untouched(box)


@KINDS
def test_start(box, make):
    """What an earlier run has left in the state directory, and what lies in the runtime directory."""
    names = launch_all(box, STATE + tuple("run." + file for file in RUNTIME))
    assert box.run("stop", "--all").status == 0
    until(lambda: not box.processes(), "all to be gone")
    for file, name in names.items():
        base = box.state / "dcchost" / name
        if file.startswith("run."):
            file, base = file[len("run."):], place(box, name)
            base.mkdir(mode=0o700)
        put_wrong(box, base, file, make)
    look(box, names.values())
    for file, name in names.items():
        done = box.run("launch", "fake", "-d", "--wait", "ready", "--name", name, timeout=PATIENCE)
        assert done.status == 0, (file, done)
        degraded = box.status(name)["degraded"]
        told = any("in the place of " in line and file.replace("run.", "", 1) in line for line in degraded)
        assert told == is_in_the_way(file.replace("run.", "", 1), make), (file, degraded)
    look(box, names.values())
    for file, name in names.items():
        done = box.run("stop", name, timeout=PATIENCE)
        assert done.status == 0, (file, done)
    look(box, names.values())
    until(lambda: not box.processes(), "all to be gone")
    expect_untouched(box)
