"""Sessions that do not answer: they keep nobody waiting, are shown, and can be got past."""

import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time

import pytest

from box import is_alive
from conftest import until

STRACE = shutil.which("strace", path="/usr/bin:/bin")


@pytest.fixture
def stopped(box):
    """An instance whose session is stopped, as by a debugger or a file server that does not answer."""
    box.launch()
    status = box.status()
    os.kill(status["session_pid"], signal.SIGSTOP)
    yield status
    try:
        os.kill(status["session_pid"], signal.SIGCONT)
    except ProcessLookupError:
        pass


def test_it_is_a_row(box, stopped):
    done = box.run("ps")
    line, = [line for line in done.out.splitlines() if line.startswith("fake ")]
    assert (done.status, done.err) == (0, "")
    assert "not answering" in line and str(stopped["pid"]) in line.split()
    row, = box.run("ps", "--json").json
    assert row["answering"] is False
    assert (row["pid"], row["session_pid"]) == (stopped["pid"], stopped["session_pid"])
    assert set(stopped) <= set(row)


def test_status_says_what_to_do(box, stopped):
    done = box.run("status", "fake")
    assert (done.status, done.out) == (124, "")
    assert done.err == ("dcchost: the session of 'fake' did not answer in time; 'dcchost kill fake' ends the "
                        "application without it\n")


def test_stop_says_what_to_do(box, stopped):
    done = box.run("stop", "fake")
    assert (done.status, done.out) == (124, "")
    assert ("the session of 'fake' (pid %d) does not answer; 'dcchost kill fake' ends" % stopped["session_pid"]
            in done.err)
    assert os.path.exists("/proc/%d" % stopped["pid"])


def test_kill_goes_past_it(box, stopped):
    done = box.run("kill", "fake")
    assert done.status == 0, done
    assert done.err == "dcchost: fake: its session did not answer and was ended\n"
    assert done.out.endswith("fake: stopped: ended by signal 9 (Killed)\n")
    until(lambda: not box.processes(), "everything to be gone")
    exits = [line for line in box.run("events", "fake").out.splitlines() if line.split()[1] == "exit"]
    assert len(exits) == 1
    box.launch()  # the name is free


def test_kill_of_one_that_takes_no_connection(box, stopped):
    """So many callers wait already that nobody can get in any more: nothing may wait for ever."""
    callers = []
    try:
        while len(callers) < 1000:
            caller = socket.socket(socket.AF_UNIX)
            caller.setblocking(False)
            callers.append(caller)
            caller.connect(str(box.runtime / "dcchost" / "fake" / "control.sock"))
        raise AssertionError("the queue has no end")
    except BlockingIOError:
        pass
    began = time.monotonic()
    row, = box.run("ps", "--json").json
    assert row["answering"] is False and time.monotonic() - began < 10
    done = box.run("kill", "fake", timeout=40)
    assert done.status == 0, done
    for caller in callers:
        caller.close()
    assert not os.path.exists("/proc/%d" % stopped["pid"])


def test_kill_without_any_session(box, stopped):
    """Even where no other session can be had, because its adapter is gone: the shim does it."""
    done = box.run("kill", "fake", DCC_ADAPTER_PATH=str(box.work))
    assert done.status == 0, done
    assert "ended by its shim alone" in done.err
    until(lambda: not os.path.exists("/proc/%d" % stopped["pid"]), "the application to be gone")


class Crowd:
    """Instances that are nothing but a record and a socket: one thread answers for all of them."""

    def __init__(self, box, count, silent=0):
        self.listeners, self.silent, self.held = {}, set(), []
        self.place = box.runtime / "dcchost"
        self.place.mkdir(mode=0o700, exist_ok=True)
        for number in range(count):
            name = "n%04d" % number
            status = {"name": name, "app": "fake", "version": "1.2.3", "state": "running", "ready": True,
                      "pid": 1 + number, "shim_pid": None, "session_pid": os.getpid(), "restart_count": 0,
                      "uptime_s": 1.0, "attended": True, "health": {"state": "ok"}, "rescue": [], "degraded": [],
                      "log_path": "x" * 200}
            (self.place / name).mkdir(mode=0o700)
            (self.place / name / "record.json").write_text(json.dumps({"status": status}))
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(str(self.place / name / "control.sock"))
            listener.listen(8)
            self.listeners[listener] = (json.dumps(status), number < silent)
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        import selectors
        selector = selectors.DefaultSelector()
        for listener in self.listeners:
            selector.register(listener, selectors.EVENT_READ)
        while not self.over.is_set():
            for key, _ in selector.select(0.05):
                if key.fileobj in self.listeners:
                    status, silent = self.listeners[key.fileobj]
                    peer = key.fileobj.accept()[0]
                    self.held.append(peer)
                    if not silent:
                        selector.register(peer, selectors.EVENT_READ, status)
                else:
                    line = key.fileobj.recv(65536)
                    if line:
                        number = json.loads(line.decode())["id"]
                        key.fileobj.sendall(b'{"jsonrpc":"2.0","id":%d,"result":%s}\n' % (number, key.data.encode()))
                    selector.unregister(key.fileobj)
        selector.close()

    def close(self):
        self.over.set()
        self.thread.join()
        for each in list(self.listeners) + self.held:
            each.close()


@pytest.mark.parametrize("count, silent", [(400, 0), (60, 0), (60, 50)])
def test_many_are_asked_at_once(box, count, silent):
    crowd = Crowd(box, count, silent)
    try:
        began = time.monotonic()
        done = box.run("ps", "--json")
        seconds = time.monotonic() - began
    finally:
        crowd.close()
        subprocess.run(["rm", "-rf", str(crowd.place)], check=True)
    print("figure: ps of %d, %d of them silent: %.3f s" % (count, silent, seconds))
    assert (done.status, done.err) == (0, "")
    assert [each["name"] for each in done.json] == ["n%04d" % number for number in range(count)]
    assert sum(each.get("answering", True) is False for each in done.json) == silent
    # Half a second in all for the silent ones, not for each: one after the other they would take 25 s.
    assert seconds < 8


def test_a_few_descriptors_are_enough(box):
    crowd = Crowd(box, 100)
    try:
        done = subprocess.run(["sh", "-c", 'ulimit -n 40 && exec "$0" ps --json', os.environ["DCCHOST"]], env=box.env,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    finally:
        crowd.close()
        subprocess.run(["rm", "-rf", str(crowd.place)], check=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(json.loads(done.stdout.decode())) == 100


def test_an_answer_without_an_end_is_told_as_such(box):
    """Not as a connection that was closed."""
    place = box.runtime / "dcchost" / "endless"
    place.mkdir(mode=0o700, parents=True)
    os.chmod(str(place.parent), 0o700)
    (place / "record.json").write_text('{"status": {"name": "endless", "state": "running"}}')
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(place / "control.sock"))
    listener.listen(8)

    def pour(peer):
        try:
            for _ in range(40):
                peer.sendall(b"x" * 1024 * 1024)
        except OSError:
            pass
        peer.close()

    def serve():
        while True:
            try:
                peer = listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=pour, args=[peer], daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    done = box.run("status", "endless")
    listener.close()
    subprocess.run(["rm", "-rf", str(place)], check=True)
    assert done.status == 125
    assert "longer than 16 MiB" in done.err and "closed the connection" not in done.err


@pytest.fixture
def stopped_shim(box):
    box.launch("--set", "verify-timeout=2s", "--", "--refuse-quit")
    pid = box.status()["shim_pid"]
    os.kill(pid, signal.SIGSTOP)
    yield pid
    try:
        os.kill(pid, signal.SIGCONT)
    except ProcessLookupError:
        pass


@pytest.mark.parametrize("verb", ["stop", "kill"])
@pytest.mark.parametrize("adopted", [False, True])
def test_a_shim_that_is_stopped_goes_on_to_do_it(box, stopped_shim, verb, adopted):
    if adopted:
        os.kill(box.status()["session_pid"], signal.SIGKILL)
        until(lambda: not box.status()["attended"], "the session to be gone")
    done = box.run(verb, "fake")
    assert done.status == 0, done
    until(lambda: not box.processes(), "everything to be gone")


@pytest.mark.skipif(not STRACE, reason="no strace here")
@pytest.mark.parametrize("verb", ["kill", "stop"])
def test_who_asks_again_for_what_cannot_be_done_is_answered(box, verb):
    """A tracer that is stopped itself keeps what it traces from ending: the kernel lets nobody else."""
    box.launch("--set", "verify-timeout=500ms", "--", "--lifetime", "0")
    pid = box.status()["pid"]
    tracer = subprocess.Popen([STRACE, "-f", "-qq", "-o", "/dev/null", "-p", str(pid)], stderr=subprocess.DEVNULL)
    try:
        until(lambda: "TracerPid:\t%d" % tracer.pid in open("/proc/%d/status" % pid).read(), "the tracer")
        os.kill(tracer.pid, signal.SIGSTOP)
        assert box.run("stop", "fake", "--timeout", "1").status == 124
        done = box.run(verb, "fake", timeout=30)
        assert done.status == 124 and "left: %d" % pid in done.out, done
    finally:
        tracer.kill()
        tracer.wait()
    until(lambda: not box.processes(), "everything to be gone")


@pytest.mark.parametrize("also, words, advice", [
    ([], "the application goes on", "dcchost adopt fake"),
    (["shim_pid", "pid"], "the application has ended", "dcchost adopt fake"),
], ids=["alone", "with its application"])
def test_who_follows_a_session_that_is_killed_hears_what_to_do(box, also, words, advice):
    """dcchost itself has failed, whatever became of the application."""
    box.launch("--restart", "never")
    status = box.status()
    with open(str(box.work / "events"), "w") as file:
        follower = box.popen("events", "-f", stdout=file, stderr=subprocess.PIPE)
        until(lambda: "running" in (box.work / "events").read_text(), "the first events")
        os.kill(status["session_pid"], signal.SIGSTOP)
        for which in also:
            os.kill(status[which], signal.SIGKILL)
            until(lambda: not is_alive(status[which]), "its end")
        os.kill(status["session_pid"], signal.SIGKILL)
        said = follower.communicate(timeout=60)[1].decode()
    assert follower.returncode == 125, said
    assert words in said and advice in said, said
    assert box.run("adopt", "fake").status == 0
    box.run("kill", "fake")


def test_the_log_is_followed_past_the_death_of_its_session(box):
    """The shim writes it: there is nothing to be told before the application has ended."""
    box.launch("--restart", "never")
    status = box.status()
    with open(str(box.work / "log"), "w") as file:
        follower = box.popen("logs", "-f", stdout=file, stderr=subprocess.PIPE)
        os.kill(status["session_pid"], signal.SIGKILL)
        until(lambda: not box.status()["attended"], "its end")
        assert box.run("kill", "fake").status == 0
        said = follower.communicate(timeout=60)[1].decode()
    assert (follower.returncode, said) == (0, "")
