"""Out of processes, descriptors or memory: that is no crash, and passes."""

import os
import pathlib
import resource
import shutil
import signal
import socket
import subprocess

import pytest

from box import until
from faults import events, figure, start_session

STRACE = shutil.which("strace", path="/usr/bin:/bin")
FAST = ["--set", "backoff-initial=100ms", "--set", "jitter=0"]


def ready(box):
    until(lambda: box.run("status", "fake").status == 0 and box.status()["ready"], "ready")
    return box.status()


def hasten(box):
    """The delay is not what is tested here, and it is of seconds."""
    status = box.status()
    if status["state"] == "restarting" and status["restart_in_ms"] > 1000:
        assert box.run("restart").status == 0


@pytest.mark.skipif(not STRACE, reason="no strace here")
@pytest.mark.parametrize("error, limit", [("EAGAIN", "ulimit -u"), ("ENOMEM", "memory.max")])
def test_no_process_to_be_had_at_the_start(box, error, limit):
    """The first attempts are refused by the kernel; nobody calls that a crash, and the limit is named."""
    # Not clone3, which makes threads here.
    calls = "clone,vfork,fork"
    session = start_session(box, "fake", *FAST, under=[
        STRACE, "-qq", "-o", "/dev/null", "-e", "trace=" + calls, "-e",
        "inject=%s:error=%s:when=1..2" % (calls, error)])
    until(lambda: any(each.get("to") == "restarting" for each in events(box, "fake", "state")), "the refusal")
    assert any(limit in each.get("reason", "") for each in events(box, "fake", "state"))
    hasten(box)
    assert ready(box)["restart_count"] == 0
    assert not events(box, "fake", "exit") and not events(box, "fake", "restart")
    assert box.run("stop").status == 0
    session.wait(20)


@pytest.mark.skipif(not STRACE, reason="no strace here")
def test_no_thread_to_be_had_at_the_start(box):
    session = start_session(box, "fake", *FAST, under=[
        STRACE, "-qq", "-o", "/dev/null", "-e", "trace=clone3", "-e", "inject=clone3:error=EAGAIN:when=1"])
    until(lambda: session.poll() is not None or box.run("status", "fake").status == 0 and box.status()["ready"],
          "ready")
    died = session.poll() is not None
    box.run("kill", "fake")
    assert not died


@pytest.mark.skipif(not STRACE, reason="no strace here")
def test_no_inotify_instance_left(box):
    """128 of them a user are a usual limit, so no session may need one; it hears of output all the same."""
    session = start_session(box, "fake", "--", "--print", "a line", under=[
        STRACE, "-f", "-qq", "-o", "/dev/null", "-e", "trace=inotify_init,inotify_init1", "-e",
        "inject=inotify_init,inotify_init1:error=EMFILE"])
    ready(box)
    until(lambda: "a line" in box.run("logs", "fake").out, "the line")
    follower = box.popen("logs", "fake", "-f", stdout=subprocess.PIPE)
    assert box.run("kill", "fake").status == 0
    assert b"a line" in follower.communicate(timeout=20)[0]
    session.wait(20)


@pytest.mark.skipif(not STRACE, reason="no strace here")
def test_no_process_for_a_session(box):
    done = subprocess.run([STRACE, "-qq", "-o", "/dev/null", "-e", "trace=clone,vfork,fork", "-e",
                           "inject=clone,vfork,fork:error=EAGAIN", os.environ["DCCHOST"], "launch", "fake", "-d"],
                          env=box.env, cwd=str(box.work), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 125
    assert b"cannot start the session process" in done.stderr and b"ulimit -u" in done.stderr
    assert box.run("ps", "--json").json == []


def test_many_sessions_and_not_one_inotify_instance(box):
    for name in ("a", "b", "c"):
        box.run("launch", "fake", "--name", name, "-d", "--wait", "ready")
        for pid in (box.status(name)["session_pid"], box.status(name)["shim_pid"]):
            links = [os.readlink(str(each)) for each in pathlib.Path("/proc/%d/fd" % pid).iterdir()]
            assert not [link for link in links if "inotify" in link], links


def few_files():
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def test_no_descriptors_left_in_the_session(box):
    """Who floods it with connections is refused, and the others are served again."""
    session = start_session(box, "fake", preexec_fn=few_files)
    status = ready(box)
    directory = os.open(str(box.runtime / "dcchost" / "fake"), os.O_RDONLY)
    crowd = []
    for _ in range(100):
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(2)
        try:
            client.connect("/proc/self/fd/%d/control.sock" % directory)
        except OSError:
            client.close()
            continue
        crowd.append(client)
    n = len(os.listdir("/proc/%d/fd" % session.pid))
    for client in crowd:
        client.close()
    os.close(directory)
    until(lambda: box.run("probe").status == 0, "service")
    figure("%d callers at once, %d descriptors open in the session with a limit of 64" % (len(crowd), n))
    assert box.status()["pid"] == status["pid"]
    os.kill(status["pid"], signal.SIGKILL)
    until(lambda: events(box, "fake", "exit"), "the end")
    assert box.run("kill").status == 0
    session.wait(20)


@pytest.mark.skipif(not STRACE, reason="no strace here")
def test_no_descriptors_for_a_shim(box):
    session = start_session(box, "fake", *FAST, under=[
        STRACE, "-qq", "-o", "/dev/null", "-e", "trace=socketpair", "-e", "inject=socketpair:error=EMFILE:when=1"])
    until(lambda: events(box, "fake", "state"), "the refusal")
    hasten(box)
    assert ready(box)["restart_count"] == 0
    assert not events(box, "fake", "exit")
    assert box.run("stop").status == 0
    session.wait(20)


@pytest.mark.skipif(not STRACE, reason="no strace here")
def test_no_process_for_the_application_in_the_shim(box):
    """The shim is there, and the kernel has no process for what it is to start."""
    wrapper = box.work / "shim"
    shim = os.environ["DCCHOST_SHIM"]
    wrapper.write_text("#!/bin/sh\nif [ -e %s/once ]; then exec '%s' \"$@\"; fi\n: > %s/once\n"
                       "exec %s -qq -f -o /dev/null -e trace=clone -e inject=clone:error=EAGAIN:when=1 '%s' \"$@\"\n"
                       % (box.work, shim, box.work, STRACE, shim))
    wrapper.chmod(0o755)
    session = start_session(box, "fake", *FAST, env=dict(box.env, DCCHOST_SHIM=str(wrapper)))
    until(lambda: session.poll() is not None or events(box, "fake", "state"), "the refusal")
    told = [(each["type"], each.get("to"), each.get("reason")) for each in events(box, "fake")]
    figure("EAGAIN in the shim: %s" % told)
    assert any(each[1] == "restarting" for each in told), told
    assert not events(box, "fake", "exit")
    hasten(box)
    assert ready(box)["restart_count"] == 0
    assert box.run("stop").status == 0
    session.wait(20)
