"""A file server that does not answer, where the application lies, its scene, or a studio's own file: whoever asks the
session is answered all the same, a stop is done, and nothing is left of it. The server of these tests is a directory
below which every call waits as long as a file is there (tests/lib/dcc-stall.c)."""

import os
import signal
import subprocess
import time

import pytest

from box import until

SOON = 15  # seconds; what waits for the server gets no answer at all
AGAIN = ("--backoff", "fixed:30ms", "--set", "jitter=0", "--set", "instant-crash=0")
ASKED = """#!/bin/sh
case "$1" in
--version)
    : >"{work}/asked"
    until [ -e "{work}/tell" ]; do sleep 0.05; done
    echo "Fake 1.2.3"
    exit;;
esac
exec "{fake}" "$@"
"""


class Server:
    def __init__(self, box):
        self.root, self.mark = box.work / "server", box.work / "stalls"
        self.root.mkdir()

    def stall(self):
        self.mark.touch()

    def answer(self):
        if self.mark.exists():
            self.mark.unlink()


@pytest.fixture
def server(box):
    one = Server(box)
    box.env.update(LD_PRELOAD=os.environ["DCC_TEST_STALL"], DCC_TEST_STALLED=str(one.root),
                   DCC_TEST_STALLS=str(one.mark))
    yield one
    one.answer()


def put_application(box, path, text='#!/bin/sh\nexec "{fake}" "$@"\n'):
    path.write_text(text.format(work=box.work, fake=box.env["DCCHOST_FAKE_EXECUTABLE"]))
    path.chmod(0o755)
    box.env["DCCHOST_FAKE_EXECUTABLE"] = str(path)


def begin(box, *args):
    child = box.popen("launch", "fake", *(args or ("-d", "--wait", "ready")), stdout=subprocess.PIPE,
                      stderr=subprocess.PIPE)
    until(lambda: (box.runtime / "dcchost" / "fake" / "record.json").exists(), "the start to be under way")
    return child


def end(child):
    out, err = child.communicate(timeout=60)
    return child.returncode, out.decode(), err.decode()


def expect_answers(box, state):
    began = time.monotonic()
    assert box.run("status", "fake", "--json", timeout=SOON).json["state"] == state
    row, = box.run("ps", "--json", timeout=SOON).json
    assert (row["name"], row["state"]) == ("fake", state)
    assert time.monotonic() - began < SOON


def expect_stop(box):
    assert box.run("stop", "fake", timeout=SOON).status == 0
    until(lambda: not box.processes(), "everything to be gone")
    assert list((box.runtime / "dcchost").iterdir()) == []


def search(box, server):
    """The copies of the application lie there."""
    put_application(box, server.root / "app")
    server.stall()
    return begin(box)


def patterns(box, server):
    """A studio's list of licence patterns lies there."""
    (server.root / "patterns").write_text("no seat\n")
    box.env["DCCHOST_LICENCE_PATTERNS"] = str(server.root / "patterns")
    server.stall()
    return begin(box)


def scene(box, server):
    """The scene lies there, and the server dies while the application is asked for its version."""
    put_application(box, box.work / "app", ASKED)
    (server.root / "a.scene").write_text("scene")
    child = begin(box, "-d", "--wait", "ready", "--file", str(server.root / "a.scene"))
    until((box.work / "asked").exists, "the version to be asked for")
    server.stall()
    (box.work / "tell").touch()
    return child


@pytest.mark.parametrize("what", [search, patterns, scene])
def test_a_start_goes_on(box, server, what):
    child = what(box, server)
    expect_answers(box, "starting")
    assert child.poll() is None
    server.answer()
    status, _, err = end(child)
    assert status == 0, err
    expect_answers(box, "running")


@pytest.mark.parametrize("what", [search, patterns, scene])
def test_a_start_is_stopped(box, server, what):
    child = what(box, server)
    expect_answers(box, "starting")
    expect_stop(box)
    status, out, err = end(child)
    assert (status, out) == (125, ""), err
    assert server.mark.exists()


@pytest.mark.parametrize("what", [search, patterns, scene])
def test_a_start_is_interrupted(box, server, what):
    child = what(box, server)
    child.send_signal(signal.SIGINT)
    assert end(child)[0] == 130
    until(lambda: not box.processes(), "everything to be gone")
    assert list((box.runtime / "dcchost").iterdir()) == []


def test_a_start_whose_caller_is_killed(box, server):
    put_application(box, server.root / "app")
    server.stall()
    child = begin(box, "--tied")
    child.kill()
    end(child)
    until(lambda: not box.processes(), "everything to be gone")
    assert list((box.runtime / "dcchost").iterdir()) == []


def launch_with_scene(box, server, *args):
    path = server.root / "a.scene"
    path.write_text("scene")
    box.launch("--file", str(path), *args)


@pytest.mark.parametrize("then", ["answers", "stopped"])
def test_a_crash(box, server, then):
    """It is brought back when the server says that the scene is there."""
    launch_with_scene(box, server, *AGAIN)
    before = box.status()["pid"]
    server.stall()
    os.kill(before, signal.SIGKILL)
    until(lambda: box.run("status", "fake", "--json", timeout=SOON).json["state"] == "restarting", "the crash")
    expect_answers(box, "restarting")
    if then == "stopped":
        expect_stop(box)
        return
    server.answer()
    until(lambda: box.status()["state"] == "running", "the next run")
    assert box.status()["pid"] != before


def ask_for_restart(box):
    """The command looks at the scene, too, and has it before it: the server stops answering afterwards."""
    env = {name: value for name, value in box.env.items() if name != "LD_PRELOAD"}
    return box.popen("restart", "fake", env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.mark.parametrize("then", ["answers", "stopped", "gone"])
def test_a_restart(box, server, then):
    """What runs goes on until it is known that another run would find its scene."""
    launch_with_scene(box, server)
    before = box.status()["pid"]
    server.stall()
    child = ask_for_restart(box)
    for _ in range(5):
        expect_answers(box, "running")
    assert child.poll() is None and box.status()["pid"] == before
    if then == "stopped":
        expect_stop(box)
        assert end(child)[0] != 0
        return
    if then == "gone":  # and the command has seen it
        (server.root / "a.scene").unlink()
    server.answer()
    status, _, err = end(child)
    if then == "gone":
        assert status == 78 and "is not there any more" in err
    else:
        assert status == 0, err
    assert (box.status()["pid"] == before) == (then == "gone")


def test_one_who_asks_for_a_restart_and_goes(box, server):
    launch_with_scene(box, server)
    before = box.status()["pid"]
    server.stall()
    child = ask_for_restart(box)
    expect_answers(box, "running")
    child.kill()
    end(child)
    expect_answers(box, "running")
    server.answer()
    assert box.status()["pid"] == before


def test_unsaved_work_of_a_scene(box, server):
    """Whether it is newer than the scene cannot be told; that it is there can."""
    launch_with_scene(box, server, "--backoff", "fixed:60s", *AGAIN[2:], "--", "--crash-save",
                      "--print", "FAKE CRASH soon", "--crash-after", "1")
    until(lambda: box.status()["state"] == "restarting", "the crash")
    assert box.status()["recovery"] is not None
    server.stall()
    for _ in range(3):
        expect_answers(box, "restarting")
    assert box.run("status", "fake", "--json", timeout=SOON).json["recovery"] is not None
    expect_stop(box)


def test_an_adoption(box, server):
    """The studio's file is not waited for; that its words are not known is told."""
    (server.root / "patterns").write_text("no seat\n")
    box.env["DCCHOST_LICENCE_PATTERNS"] = str(server.root / "patterns")
    box.launch()
    os.kill(box.status()["session_pid"], signal.SIGKILL)
    server.stall()
    done = box.run("adopt", "fake", timeout=SOON)
    assert done.status == 0, done
    expect_answers(box, "running")
    expect_stop(box)
