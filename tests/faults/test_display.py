"""A window whose display died and that sleeps on: nobody but us will end it. What sleeps for another reason, or works,
is left alone."""

import os
import shutil
import subprocess
import time

import pytest

from box import until

XVFB = shutil.which("Xvfb", path="/usr/bin:/bin:/usr/local/bin")
QUICK = ["--set", "probe-period=200ms", "--set", "probe-timeout=200ms", "--set", "probe-failures=2",
         "--set", "progress-window=600s"]
ASLEEP, SILENT, AT_WORK = ["--hang-after", "1"], ["--freeze-after", "1"], ["--busy-after", "1"]

pytestmark = pytest.mark.skipif(not XVFB, reason="no Xvfb here")


class Server:
    """An X server, and its name."""

    def __init__(self):
        reader, writer = os.pipe()
        self.process = subprocess.Popen([XVFB, "-displayfd", str(writer), "-nolisten", "tcp", "-noreset"],
                                        pass_fds=[writer], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        os.close(writer)
        with os.fdopen(reader) as file:
            self.number = file.readline().strip()
        assert self.number, "Xvfb did not start"

    def kill(self):
        """As a crash of it: what it had in /tmp is left there."""
        self.process.kill()
        self.process.wait()

    def remove_traces(self):
        for path in ("/tmp/.X11-unix/X" + self.number, "/tmp/.X%s-lock" % self.number):
            if os.path.lexists(path):
                os.unlink(path)


@pytest.fixture
def server():
    one = Server()
    yield one
    one.kill()
    one.remove_traces()


def launch(box, display, *modes, headless=False):
    box.launch(*QUICK, *(["--headless"] if headless else []), "--env", "DISPLAY=" + display, "--", *modes)
    return box.status()["pid"]


@pytest.mark.parametrize("modes", [ASLEEP, SILENT], ids=["asleep", "silent"])
@pytest.mark.parametrize("name", [":%s", ":%s.0", "unix:%s"])
def test_its_display_died(box, server, modes, name):
    launch(box, name % server.number, *modes)
    until(lambda: box.status()["health"]["state"] in ("busy", "unresponsive"), "its silence")
    server.kill()
    status = until(lambda: (lambda s: s if not s["attended"] else None)(box.status()), "the end")
    assert status["result"]["verdict"] == "no-display", status["result"]
    assert "display went away" in status["result"]["reason"]
    assert status["restart_count"] == 0, status  # there is nothing to start it on
    assert status["state"] in ("failed", "crashed")
    assert "display went away" in box.run("why", "fake").out


def test_also_for_a_session_that_adopted_it(box, server):
    launch(box, ":" + server.number, *ASLEEP)
    os.kill(box.status()["session_pid"], 9)
    until(lambda: not box.run("ps", "--json").json[0]["attended"], "the session to be gone")
    assert box.run("adopt", "fake").status == 0
    server.kill()
    status = until(lambda: (lambda s: s if not s["attended"] else None)(box.status()), "the end")
    assert status["result"]["verdict"] == "no-display", status["result"]


def expect_left_alone(box, pid):
    """Ten times as long as it takes where it is ended."""
    until(lambda: box.status()["health"]["state"] in ("busy", "unresponsive"), "its silence")
    deadline = time.monotonic() + 4
    until(lambda: time.monotonic() > deadline, "time to pass")
    status = box.status()
    assert status["attended"] and status["pid"] == pid and status["state"] in ("running", "unresponsive"), status


def test_its_display_is_there(box, server):
    expect_left_alone(box, launch(box, ":" + server.number, *ASLEEP))


@pytest.mark.parametrize("name, modes, headless", [
    (":%s", ASLEEP, True), ("localhost:%s", ASLEEP, False), ("farm7:%s", ASLEEP, False), (":%s", AT_WORK, False),
], ids=["without a window", "through ssh", "of another machine", "at work"])
def test_no_reason_to_end_it(box, server, name, modes, headless):
    server.kill()
    expect_left_alone(box, launch(box, name % server.number, *modes, headless=headless))


def test_what_answers_is_not_asked_for_its_display(box, server):
    server.kill()
    pid = launch(box, ":" + server.number)
    deadline = time.monotonic() + 3
    until(lambda: time.monotonic() > deadline, "time to pass")
    status = box.status()
    assert (status["pid"], status["health"]["state"]) == (pid, "ok"), status
