"""The agent's line where no socket is a file: a port, and two words that a file holds. Python's own sockets on both
ends, so it is the same here as on Windows."""
import contextlib
import json
import pathlib
import socket
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "adapters" / "agent"))

import dcchost_wire  # noqa: E402

PATIENCE = 60
CALL, ANSWER = "ab" * 32, "cd" * 32


class Owner:
    """Who has the line: what it says of itself, and what it is told."""

    def __init__(self):
        self.jobs = []

    def introduce(self, wire):
        return {"token": wire.token}

    def news(self):
        return []

    def take(self, job):
        self.jobs.append(job)


@pytest.fixture(autouse=True)
def by_port(monkeypatch):
    monkeypatch.setattr(dcchost_wire, "BY_PORT", True)


@pytest.fixture
def server():
    with socket.create_server(("127.0.0.1", 0)) as one:
        one.settimeout(PATIENCE)
        yield one


@contextlib.contextmanager
def line(path, server, **changed):
    port = changed.get("port", server.getsockname()[1])
    path.write_text("dcchost-socket-1 %d 4242 1 %s %s\n" % (port, CALL, ANSWER))
    wire = dcchost_wire.Wire(Owner(), str(path), "token")
    wire.start()
    try:
        yield wire
    finally:
        wire.refused = True
        wire.wake()


def hear_line(stream):
    return stream.readline().decode("ascii").rstrip("\n")


def test_both_say_their_words(tmp_path, server):
    with line(tmp_path / "agent.sock", server) as wire:
        peer, _ = server.accept()
        peer.settimeout(PATIENCE)
        with peer, peer.makefile("rb") as stream:
            assert hear_line(stream) == CALL
            for piece in (ANSWER[:10], ANSWER[10:] + "\n"):
                peer.sendall(piece.encode("ascii"))
            hello = json.loads(hear_line(stream))
            assert (hello["method"], hello["params"]) == ("hello", {"token": "token"})
            peer.sendall(b'{"id": "hello", "result": {}}\n')
            assert wire.met.wait(PATIENCE)
            wire.notify("ready", exists=True)
            assert json.loads(hear_line(stream))["method"] == "ready"


@pytest.mark.parametrize("words", [ANSWER[:-1] + "e\n", "x" * 500, '{"id": "hello", "result": {}}\n' * 9,
                                   CALL + "\n", ""])
def test_a_stranger_is_told_nothing(tmp_path, server, words):
    with line(tmp_path / "agent.sock", server) as wire:
        peer, _ = server.accept()
        peer.settimeout(PATIENCE)
        with peer, peer.makefile("rb") as stream:
            assert hear_line(stream) == CALL
            with contextlib.suppress(OSError):
                peer.sendall(words.encode("ascii"))
                if not words:
                    peer.shutdown(socket.SHUT_WR)
            with contextlib.suppress(ConnectionResetError):
                assert stream.read() == b""  # it hung up
        assert not wire.welcome
        server.accept()[0].close()  # and tries again: there may be a session by now


@pytest.mark.parametrize("text", ["", "1234\n", "dcchost-socket-2 {port} 1 1 a b\n", "dcchost-socket-1 {port} 1 1 a\n",
                                  "\0" * 99])
def test_a_file_that_leads_nowhere(tmp_path, server, text):
    path = tmp_path / "agent.sock"
    with line(path, server, port=1):
        path.write_text(text.format(port=server.getsockname()[1]))
        wire = dcchost_wire.Wire(Owner(), str(path), "token")
        with pytest.raises((ValueError, ConnectionError)):
            wire._connect()


def test_it_follows_the_session_to_another_port(tmp_path, server):
    path = tmp_path / "agent.sock"
    with socket.create_server(("127.0.0.1", 0)) as first:
        first.settimeout(PATIENCE)
        with line(path, first):
            first.accept()[0].close()
            path.write_text("dcchost-socket-1 %d 4242 1 %s %s\n" % (server.getsockname()[1], CALL, ANSWER))
            peer, _ = server.accept()
            with peer, peer.makefile("rb") as stream:
                assert hear_line(stream) == CALL
