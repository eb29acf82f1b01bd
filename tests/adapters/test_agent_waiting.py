"""Waiting is told apart from hanging where that can be known, inside Blender's Python without a window."""
import ast
import socket

import pytest

import stand_in
from stand_in import until

pytestmark = pytest.mark.skipif(not stand_in.BLENDER, reason="no blender here")

SERVER = """
import os, select, socket, selectors, threading, time
server = socket.socket(%(family)s)
server.bind(%(address)s)
server.listen()
port = server.getsockname()
open(%(port)r, 'w').write(repr(port))
"""
INET = {"family": "socket.AF_INET", "address": "('127.0.0.1', 0)"}
WAITS = {
    "accept": "server.accept()",
    "select": "select.select([server], [], [])",
    "select with a time-out": "while not select.select([server], [], [], 0.5)[0]: pass",
    "poll": "p = select.poll(); p.register(server, select.POLLIN); p.poll()",
    "epoll": "p = select.epoll(); p.register(server, select.EPOLLIN); p.poll()",
    "selectors": "s = selectors.DefaultSelector(); s.register(server, selectors.EVENT_READ); s.select()",
    "a client's next word": "peer = socket.create_connection(port); threading.Timer(4, peer.close).start()\n"
                            "server.accept()[0].recv(100)",
}
# What may as well never come back.
HANGS = {
    "a lock": "threading.Event().wait(3)",
    "sleep": "time.sleep(3)",
    "a pipe": "r, w = os.pipe(); threading.Timer(3, os.write, (w, b'x')).start(); os.read(r, 1)",
    "another's answer": "peer = socket.create_connection(port); one = server.accept()[0]\n"
                        "threading.Timer(3, one.close).start(); peer.recv(1)",
    "work": "end = time.monotonic() + 3\nwhile time.monotonic() < end: pass",
}


def ages(line, number):
    """What pings say until the run is over."""
    seen = []
    until(lambda: seen.append(line.ping(timeout=10)) or str(number) in line.answers, patience=60)
    return seen


@pytest.mark.parametrize("family", ["inet", "unix"])
def test_a_server_waits(family, start, session, home):
    start("loop")
    line = session.meet()
    for n, how in enumerate(WAITS):
        if family == "unix" and how.startswith("a client"):
            continue  # asked of TCP
        path = repr(str(home / ("server%d" % n)))
        address = INET if family == "inet" else {"family": "socket.AF_UNIX", "address": path}
        number = line.ask("run", source=SERVER % dict(address, port=str(home / "port")) + WAITS[how])
        until(lambda: line.ping(timeout=10)["busy"] == "waiting")
        pulse = line.ping(timeout=10)
        assert pulse["busy"] == "waiting" and pulse["waiting"] == "for clients", how
        assert pulse["main_thread_age_ms"] is None and pulse["busy_ms"] > 900, how
        release(home)
        line.answer(number)
        until(lambda: line.ping()["busy"] is None and line.ping()["main_thread_age_ms"] is not None)


def release(home):
    address = ast.literal_eval((home / "port").read_text())
    with socket.socket(socket.AF_INET if isinstance(address, tuple) else socket.AF_UNIX) as client:
        client.connect(address)


def test_what_is_not_known_to_wait_has_its_age(start, session, home):
    start("loop")
    line = session.meet()
    for how, source in HANGS.items():
        number = line.ask("run", source=SERVER % dict(INET, port=str(home / "port")) + source)
        seen = ages(line, number)
        assert all(pulse["busy"] in ("run", None) and "waiting" not in pulse for pulse in seen), how
        assert max(pulse["main_thread_age_ms"] for pulse in seen) > 2000, how
        line.answer(number)


SAYS = """
import time
from dcchost_wait import waiting
with waiting("for the night"):
    time.sleep(3)
time.sleep(3)
"""


@pytest.mark.parametrize("mode", ["loop", "thread"])
def test_a_script_says_that_it_waits(mode, start, session, home):
    if mode == "thread":
        start("thread", args=["--python-expr", SAYS])
        line = session.meet()
    else:
        start("loop")
        line = session.meet()
        line.ask("run", source=SAYS)
    until(lambda: line.ping(timeout=10).get("waiting") == "for the night")
    until(lambda: (line.ping(timeout=10)["main_thread_age_ms"] or 0) > 3500)
    assert "waiting" not in line.ping(timeout=10)


def test_a_window_that_serves_is_none_that_can_be_worked_in(start, session, home):
    start("gui")
    line = session.meet()
    number = line.ask("run", source=SERVER % dict(INET, port=str(home / "port")) + WAITS["accept"])
    until(lambda: (lambda p: p["busy"] == "run" and (p["main_thread_age_ms"] or 0) > 2500)(line.ping(timeout=10)))
    assert "waiting" not in line.ping(timeout=10)
    release(home)
    line.answer(number)
