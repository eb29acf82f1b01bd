"""dcchost.client against other sides that say too little, too much or nonsense."""

import json
import os
import socket
import subprocess
import sys
import threading
import time

import pytest

from conftest import environment, short
from dcchost import client


class Stranger:
    """Listens where a session would, and answers each connection with the bytes it was given."""

    def __init__(self, directory, answer, close=True):
        directory.mkdir(parents=True)
        self.answer, self.close = answer, close
        self.held = []
        self.heard = []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(directory / "control.sock"))
        self.listener.listen(8)
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            try:
                self.heard.append(connection.recv(65536))
                connection.sendall(self.answer)
            except OSError:
                pass
            if self.close:
                connection.close()
            else:
                self.held.append(connection)

    def end(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(10)
        for connection in self.held:
            connection.close()


@pytest.fixture
def stranger(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    made = []

    def make(answer, close=True, name="odd"):
        made.append(Stranger(tmp_path / "dcchost" / name, answer, close))
        return client.Session(name, timeout=5)

    make.made = made

    yield make
    for each in made:
        each.end()


def reply(result):
    return json.dumps({"jsonrpc": "2.0", "id": 1, "result": result}).encode() + b"\n"


@pytest.mark.parametrize("answer, kind", [
    (b"", client.GoneError),
    (b'{"jsonrpc":"2.0","id":1,"resu', client.GoneError),
    (b"what?\n", client.ProtocolError),
    (b"\xff\xfe\n", client.ProtocolError),
    (b"[1,2]\n", client.ProtocolError),
    (b"[" * 100000 + b"\n", client.ProtocolError),
    (b'{"id":1}\n', client.ProtocolError),
    (b'{"id":1,"result":3}\n', client.ProtocolError),
    (b'{"id":1,"error":"no"}\n', client.ProtocolError),
    (b'{"id":1,"error":{"code":-32601,"message":"what is that"}}\n', client.Error),
], ids=short)
def test_a_bad_answer_is_an_error(stranger, answer, kind):
    session = stranger(answer)
    with pytest.raises(kind) as caught:
        session.status()
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400


def test_half_a_line_and_then_nothing_times_out(stranger):
    stranger(b'{"jsonrpc":"2.0","id":1,', close=False)
    with pytest.raises(client.TimeoutError):
        client.Session("odd", timeout=0.2).status()


def test_a_huge_line_is_taken_up_to_the_limit(stranger):
    text = "x" * (8 * 1024 * 1024)
    assert stranger(reply({"text": text})).status()["text"] == text


def test_a_line_without_end_is_refused(stranger):
    with pytest.raises(client.ProtocolError, match="more than"):
        stranger(b"x" * (17 * 1024 * 1024), close=False).status()


def test_events_before_the_answer_and_a_gap(stranger):
    early = json.dumps({"jsonrpc": "2.0", "method": "event", "params": {"seq": 8, "type": "ended"}}).encode() + b"\n"
    session = stranger(early + reply({"events": [{"seq": 7, "type": "state"}], "next": 8, "gap": 6}))
    assert [(each["seq"], each["type"]) for each in session.events(follow=True)] == [
        (0, "gap"), (7, "state"), (8, "ended")]


def test_bytes_that_are_no_text_arrive_as_the_system_writes_them(stranger):
    status = stranger(reply({"scene": {"base64": "L2NhZukvYQ=="}, "odd": {"base64": "?"}})).status()
    assert os.fsencode(status["scene"]) == b"/caf\xe9/a"
    assert status["odd"] == {"base64": "?"}


def test_an_error_has_the_kind_it_was_sent_with(stranger):
    failure = {"code": -32007, "message": "no answer", "data": {"name": "timeout"}}
    with pytest.raises(client.TimeoutError, match="^no answer$"):
        stranger(json.dumps({"id": 1, "error": failure}).encode() + b"\n").status()


def test_a_request_too_large_is_not_sent(stranger):
    with pytest.raises(ValueError, match="limit"):
        stranger(b"").agent("save", {"directory": "x" * (1024 * 1024)})


def test_a_session_that_goes_away_while_it_is_asked(stranger):
    """In a Python that does not ignore SIGPIPE, as those of some applications. More is asked than a socket takes."""
    stranger(b"")
    code = ("import signal; signal.signal(signal.SIGPIPE, signal.SIG_DFL); from dcchost import client\n"
            "try: client.Session('odd').agent('run', {'source': 'x' * 1000000})\n"
            "except client.GoneError: print('gone')")
    done = subprocess.run([sys.executable, "-c", code], env=environment(), stdout=subprocess.PIPE)
    assert (done.returncode, done.stdout) == (0, b"gone\n")


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "-x", "a\0b", "a\nb", "\N{SNOWMAN}", "x" * 65,
                                  "x" * 2 ** 20], ids=short)
def test_a_name_that_is_none(name):
    with pytest.raises(ValueError, match="no name for an instance") as caught:
        client.Session(name)
    assert len(str(caught.value)) < 700


@pytest.mark.parametrize("name", [None, 3, b"fake"])
def test_a_name_that_is_no_text(name):
    with pytest.raises(TypeError):
        client.Session(name)


def test_nobody_is_there(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "nothing"))
    assert client.list_instances() == []
    with pytest.raises(client.NotFoundError):
        client.Session("fake").status()
    (tmp_path / "nothing" / "dcchost" / "left").mkdir(parents=True)
    with pytest.raises(client.NotFoundError):
        client.Session("left").status()
    assert client.list_instances() == []


def test_a_link_in_the_place_of_an_instance_is_not_followed(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    (tmp_path / "dcchost").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "dcchost" / "fake").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(client.Error):
        client.Session("fake").status()


@pytest.mark.parametrize("said", [None, -1, 0])
def test_a_pid_where_there_is_no_process_is_none(stranger, said):
    """os.kill(-1, ...) signals every process there is; sessions of dcchost 1.0 say -1."""
    answer = {"pid": said, "shim_pid": said, "exit": {"pid": said, "code": -1}, "list": [{"pid": said}],
              "session_pid": 7, "stupid": -1}
    assert stranger(reply(answer)).status() == {
        "pid": None, "shim_pid": None, "exit": {"pid": None, "code": -1}, "list": [{"pid": None}], "session_pid": 7,
        "stupid": -1}


def test_a_pid_of_an_event_is_none_as_well(stranger):
    events = [{"seq": 1, "type": "exit", "pid": -1}, {"seq": 2, "type": "ended"}]
    assert [event.get("pid", 0) for event in stranger(reply({"events": events})).events()] == [None, 0]


def test_quiet_is_no_failure_of_the_session(stranger):
    session = stranger(reply({"events": []}), close=False)
    with pytest.raises(client.TimeoutError) as caught:
        list(session.events(follow=True, idle=0.2))
    assert str(caught.value) == "nothing happened to 'odd' for 0.2 s"


def test_a_restart_may_recover(stranger):
    session = stranger(reply({"state": "running"}))
    assert session.restart(recover=True)["state"] == "running"
    assert session.restart()["state"] == "running"
    heard = [json.loads(each) for each in stranger.made[0].heard]
    assert [each["params"]["recover"] for each in heard if each["method"] == "restart"] == [True, False]


def test_one_silent_session_hides_nobody(stranger):
    stranger(b"", close=False)
    stranger(b"", close=False, name="also")
    stranger(reply({"name": "zed", "state": "running"}), name="zed")
    start = time.monotonic()
    assert client.list_instances(timeout=2) == [
        {"name": "also", "attended": True, "state": None}, {"name": "odd", "attended": True, "state": None},
        {"name": "zed", "state": "running"}]
    assert time.monotonic() - start < 3.9  # side by side
