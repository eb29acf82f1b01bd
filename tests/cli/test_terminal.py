"""A launch on a terminal: one line that is rewritten, Ctrl-C by the keyboard, a window that is closed."""

import fcntl
import os
import pty
import select
import signal
import subprocess
import termios
import time

import pytest

from conftest import PATIENCE, until


def take_terminal():
    """Stdin becomes the controlling terminal, so that Ctrl-C and a closed window reach the command."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Terminal:
    """A command on a terminal of its own."""

    def __init__(self, box, *args, **env):
        self.master, slave = pty.openpty()
        self.text = b""
        self.child = subprocess.Popen([os.environ["DCCHOST"], *args], env=dict(box.env, TERM="xterm", **env),
                                      cwd=str(box.work), stdin=slave, stdout=slave, stderr=slave,
                                      start_new_session=True,
                                      preexec_fn=take_terminal)
        os.close(slave)

    def read(self):
        """What is there; False when the other side is closed."""
        try:
            self.text += os.read(self.master, 65536)
            return True
        except OSError:
            return False

    def until(self, word):
        deadline = time.monotonic() + PATIENCE
        while word not in self.text:
            assert time.monotonic() < deadline, self.text
            if select.select([self.master], [], [], 0.2)[0] and not self.read():
                break
        assert word in self.text, self.text

    def type(self, keys):
        os.write(self.master, keys)

    def end(self):
        while self.read():
            pass
        return self.child.wait(PATIENCE)

    def close(self):
        if self.master >= 0:
            os.close(self.master)
            self.master = -1


@pytest.fixture
def terminal(box):
    open_ones = []

    def make(*args, **env):
        open_ones.append(Terminal(box, *args, **env))
        return open_ones[-1]
    yield make
    for each in open_ones:
        each.close()
        if each.child.poll() is None:
            each.child.kill()
            each.child.wait()


def test_the_status_line(terminal):
    shown = terminal("launch", "fake", "--", "--exit-after", "2500")
    shown.until(b"\r\x1b[Kfake: running, pid ")
    assert shown.end() == 0
    assert b"fake: \x1b[32mrunning, ready after " in shown.text


def test_no_colour_when_not_wanted(terminal):
    shown = terminal("launch", "fake", "--", "--exit-after", "100", NO_COLOR="1")
    assert shown.end() == 0
    assert b"\x1b[3" not in shown.text


def test_the_progress_bar(terminal):
    shown = terminal("launch", "fake", "--headless", "--", "--progress", "50", "--every", "50", "--exit-after", "4000")
    shown.until(b"#")
    shown.until(b" % frame 1")
    shown.type(b"\x03")
    shown.end()


def test_ctrl_c(box, terminal):
    shown = terminal("launch", "fake")
    shown.until(b"running, ready")
    shown.type(b"\x03")
    assert shown.end() == 0
    assert b"asking it to save and quit; once more hurries" in shown.text
    until(lambda: not box.processes(), "everything to be gone")


def test_closing_the_window_leaves_it_running(box, terminal):
    shown = terminal("launch", "fake")
    shown.until(b"running, ready")
    before = box.status()
    shown.close()
    assert shown.child.wait(PATIENCE) == -signal.SIGHUP
    assert box.run("probe").status == 0
    after = box.status()
    assert (after["pid"], after["session_pid"]) == (before["pid"], before["session_pid"])


def test_logs_escape_control_bytes(box, terminal):
    box.launch("--", "--print", "\x1b[31mred")
    until(lambda: "red" in box.run("logs").out, "output")
    shown = terminal("logs")
    assert shown.end() == 0
    assert b"\\x1b[31mred" in shown.text and b"\x1b" not in shown.text
