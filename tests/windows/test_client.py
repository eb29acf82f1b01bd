"""dcchost.client and `dcchost mcp` in Windows: sessions of the fake application, and files that lead to no session."""

import ctypes
import os
import socket
import threading
import time

import pytest
from mcp import Client, ToolError

from dcchost import client

PATIENCE = 60
NAME = "control.sock"
DACL = 4
OURS_ALONE = "D:P(A;;FA;;;%s)" % client._windows._own_name()
EVERYBODY_READS = OURS_ALONE + "(A;;FR;;;WD)"
EVERYBODY_WRITES = OURS_ALONE + "(A;;FA;;;WD)"


def until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    for name in ("XDG_RUNTIME_DIR", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(name, str(tmp_path / name))
    yield tmp_path
    if os.path.isfile(door()):
        grant(door(), OURS_ALONE)
    for each in client.list_instances():
        client._run(["kill", each["name"]], PATIENCE)


@pytest.fixture
def session():
    client.launch("fake", name="one")
    return client.Session("one", PATIENCE)


def door():
    return os.path.join(client.runtime_directory(), "one", NAME)


def rewrite(change):
    """In place, so that its access list stays."""
    with open(door(), "rb+") as file:
        text = change(file.read())
        file.seek(0)
        file.truncate()
        file.write(text)


def grant(path, access):
    security = ctypes.WinDLL("advapi32")
    descriptor = ctypes.c_void_p()
    assert security.ConvertStringSecurityDescriptorToSecurityDescriptorW(access, 1, ctypes.byref(descriptor), None)
    assert security.SetFileSecurityW(path, DACL, descriptor)


def test_a_life(session):
    status = session.status()
    assert (status["name"], status["state"], status["attended"]) == ("one", "running", True)
    assert session.probe()["health"] == "ok"
    assert [each["name"] for each in client.list_instances()] == ["one"]
    told = [each["type"] for each in session.events()]
    assert "started" in told and "ended" not in told
    assert session.stop()["result"]["kind"] == "stopped"
    until(lambda: not client.list_instances())
    with pytest.raises(client.NotFoundError, match="no instance called 'one' is running"):
        session.status()
    assert os.path.isfile(session.log_path())


def test_events_are_followed(session):
    types = []

    def follow():
        types.extend(each["type"] for each in session.events(follow=True))

    thread = threading.Thread(target=follow)
    thread.start()
    session.stop()
    thread.join(PATIENCE)
    assert types[-1] == "ended" and "exit" in types


def test_a_session_that_was_killed(session):
    before = session.status()
    os.kill(before["session_pid"], 9)
    until(lambda: not client.status("one")["attended"])
    with pytest.raises(client.GoneError, match="dcchost adopt one"):
        session.status()
    assert client.adopt("one").status()["pid"] == before["pid"]


def test_a_file_that_is_not_ours_alone(session):
    for access in (EVERYBODY_READS, EVERYBODY_WRITES):
        grant(door(), access)
        with pytest.raises(client.UnsafeError, match="not this user's alone"):
            session.status()
        with pytest.raises(client.Error, match="not this user's alone"):
            client._run(["probe", "one"], PATIENCE)
        grant(door(), OURS_ALONE)
    assert session.status()["state"] == "running"


DAMAGES = [
    lambda text: b"", lambda text: text[:-1], lambda text: text + text, lambda text: text.replace(b" ", b"  -"),
    lambda text: b"dcchost-socket-2" + text[16:], lambda text: b" ".join(text.split()[:4]) + b"\n",
    lambda text: b"x" * 100000, lambda text: text[:-20] + b"\n", lambda text: text[:-1] + b"0\n"]


def test_a_file_that_is_damaged(session):
    whole = open(door(), "rb").read()
    for change in DAMAGES:
        rewrite(lambda text: change(whole))
        with pytest.raises(client.UnsafeError, match="damaged"):
            session.status()
    rewrite(lambda text: whole)
    assert session.status()["state"] == "running"


def with_port(text, port):
    parts = text.split(b" ")
    return b" ".join(parts[:1] + [b"%d" % port] + parts[2:])


def ask_a_stranger(whole, says, outcome):
    """What he hears, who has got the port and says that."""
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        def listen():
            caller, _address = stranger.accept()
            with caller:
                caller.sendall(says)
                try:
                    for data in iter(lambda: caller.recv(4096), b""):
                        heard.append(data)
                except ConnectionError:
                    pass

        thread = threading.Thread(target=listen)
        thread.start()
        rewrite(lambda text: with_port(whole, stranger.getsockname()[1]))
        with pytest.raises(outcome):
            client.Session("one", 2).status()
        thread.join(PATIENCE)
    return b"".join(heard)


def test_a_stranger_at_the_port(session):
    whole = open(door(), "rb").read()
    for says, outcome in ((b"", client.TimeoutError), (b"0" * 64 + b"\n", client.UnsafeError),
                          (b"HTTP/1.1 400 Bad Request\r\n" * 10, client.UnsafeError)):
        # The word that opens the session's door, which is not where he listens; and nothing of what was to be asked.
        assert ask_a_stranger(whole, says, outcome) == whole.split()[4] + b"\n"
    rewrite(lambda text: whole)
    assert session.status()["state"] == "running"


def test_a_wrong_word_is_turned_away(session):
    whole = open(door(), "rb").read()
    for word in (b"", b"0", b"0" * 64, b"0" * 100000):
        rewrite(lambda text: text.replace(text.split()[4], b"f" * 64))
        with socket.create_connection(("127.0.0.1", int(whole.split()[1])), PATIENCE) as caller:
            caller.sendall(word + b"\n")
            try:
                assert caller.recv(1) == b""
            except ConnectionError:
                pass
    with pytest.raises(client.GoneError):
        session.status()
    rewrite(lambda text: whole)
    assert session.status()["state"] == "running"


def test_who_wrote_it_is_dead(session):
    whole = open(door(), "rb").read()
    parts = whole.split(b" ")
    rewrite(lambda text: b" ".join(parts[:3] + [b"1"] + parts[4:]))
    began = time.monotonic()
    with pytest.raises(client.GoneError, match="no session attends 'one'"):
        session.status()
    assert time.monotonic() - began < 30
    rewrite(lambda text: whole)


@pytest.mark.parametrize("modern", [True, False])
def test_agents(place, modern):
    scene = place / "shot.scene"
    scene.write_text("a scene")
    with Client(None, "--root", str(place), modern=modern) as agent:
        names = [tool["name"] for tool in agent.request("tools/list")["tools"]]
        assert {"launch", "status", "probe", "stop", "doctor"} <= set(names)
        told = agent.call("launch", app="fake", headless=True, name="one", scene=str(scene))
        assert told["outcome"] == "reached" and told["status"]["launched_by"] == "test", told
        assert agent.call("probe", name="one")["health"] == "ok"
        assert os.path.isfile(agent.call("save", name="one")["path"])
        assert {"fail", "ok"} & {each["level"] for each in agent.call("doctor")["checks"]}
        log = agent.call("logs", name="one")["resource"]
        assert "text" in agent.request("resources/read", uri=log)["contents"][0]
        assert agent.call("restart", name="one")["status"]["restart_count"] == 1
        with pytest.raises(ToolError, match="outside"):
            agent.call("launch", app="fake", name="two", scene=os.environ["DCCHOST_FAKE_EXECUTABLE"])
        assert agent.call("stop", name="one")["ended"]
        assert agent.call("wait", name="one", until="ended")["outcome"] == "reached"
        with pytest.raises(ToolError, match="no instance called"):
            agent.call("probe", name="nobody")
        assert agent.close() == (0, "")
    until(lambda: not client.list_instances())


def test_a_call_is_cancelled(session):
    with Client(None, "--manage-all") as agent:
        number, answer = agent.ask("tools/call", name="wait",
                                   arguments={"name": "one", "until": "ended", "timeout_s": 40})
        until(lambda: any(each["type"] == "note" for each in session.events()))
        began = time.monotonic()
        agent.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": number}})
        assert agent.close() == (0, "")
        assert time.monotonic() - began < 30 and answer.empty()
