"""`dcchost mcp`, as clients of both eras speak it, and as no client should."""

import json
import os
import pathlib
import signal
import subprocess
import threading
import time

import pytest
from box import until
from mcp import MODERN, VERSION, Client


@pytest.fixture(params=["modern", "legacy"])
def client(request, box):
    with Client(box.env, cwd=str(box.work), modern=request.param == "modern") as one:
        yield one
        status, said = one.close()
        assert (status, said) == (0, "")


def test_hello_of_both_eras(box):
    with Client(box.env) as client:
        hello = client.request("server/discover")
        assert hello["supportedVersions"] == ["2026-07-28"] and hello["resultType"] == "complete"
        assert hello["ttlMs"] > 0 and len(hello["instructions"]) <= 500
        # the other era, in between
        client.modern = False
        for asked, answered in (("2025-11-25", "2025-11-25"), ("2024-11-05", "2024-11-05"),
                                ("1999-01-01", "2025-11-25")):
            hello = client.request("initialize", protocolVersion=asked, capabilities={}, clientInfo={"name": "c"})
            assert hello["protocolVersion"] == answered and "resultType" not in hello
            assert hello["serverInfo"]["name"] == "dcchost"
        assert client.request("ping") == {} == client.request("logging/setLevel", level="debug")
        client.modern = True
        assert client.request("tools/list")["resultType"] == "complete"


def test_faults_of_a_modern_request(box):
    with Client(box.env) as client:
        meta = dict(MODERN, **{VERSION: "2030-01-01"})
        client.send({"jsonrpc": "2.0", "id": "v", "method": "tools/list", "params": {"_meta": meta}})
        error = client.stray()["error"]
        assert error["code"] == -32022 and error["data"] == {"supported": ["2026-07-28"], "requested": "2030-01-01"}
        for meta in ({VERSION: "2026-07-28"}, {VERSION: 7}, {}):
            client.send({"jsonrpc": "2.0", "id": "m", "method": "server/discover", "params": {"_meta": meta}})
            error = client.stray()["error"]
            assert error["code"] == -32602 and "_meta" in error["message"]
        for method in ("initialize", "ping", "logging/setLevel", "prompts/list", "resources/subscribe"):
            assert client.fault(method)["code"] == -32601


def test_tools_are_told_alike_in_both_eras(box):
    lists = []
    for modern in (True, False):
        with Client(box.env, modern=modern) as client:
            lists += [client.request("tools/list")["tools"] for _n in range(2)]
    assert all(each == lists[0] for each in lists)
    assert len(lists[0]) == 17
    for tool in lists[0]:
        assert sorted(tool) == ["annotations", "description", "inputSchema", "name", "outputSchema", "title"]
        assert sorted(tool["annotations"]) == ["destructiveHint", "idempotentHint", "openWorldHint", "readOnlyHint"]
        assert tool["inputSchema"]["additionalProperties"] is False
        assert not (tool["annotations"]["readOnlyHint"] and tool["annotations"]["destructiveHint"])


def test_malformed_calls_and_faults_that_can_be_mended(client):
    assert client.fault("tools/call", name="statsu")["code"] == -32602
    assert client.fault("tools/call")["code"] == -32602
    assert client.fault("tools/call", name="status", arguments=[])["code"] == -32602
    for arguments, words in (({"name": "nix"}, "list_instances shows them"), ({"nam": "nix"}, "there are: name"),
                             ({"name": 7}, "is to be text"), ({}, "launch starts something")):
        result = client.request("tools/call", name="status", arguments=arguments)
        assert result["isError"] and words in result["content"][0]["text"], result


def test_resources_that_are_not_there(client):
    for uri in ("dcchost://instance/nix/log", "dcchost://instance/../log", "dcchost://instance/", "file:///etc/passwd",
                "dcchost://instance/nix/crash/../../../log.txt", "dcchost://instance/nix/environment.txt", ""):
        error = client.fault("resources/read", uri=uri)
        assert error["code"] == (-32602 if client.modern else -32002) and error["data"]["uri"] == uri
    assert client.fault("resources/read")["code"] == -32602
    assert client.request("resources/list")["resources"] == []
    assert len(client.request("resources/templates/list")["resourceTemplates"]) == 5


UNSOUND = [
    (b"nonsense", -32700), (b"\xff\xfe\x00", -32700), (b'{"jsonrpc":"2.0","id":1,"method":"p\xc3"}', -32700),
    (b"{" * 100000, -32700), (b"[" * 100000, -32600), (b'{"a":' * 1000 + b"1" + b"}" * 1000, -32700),
    (b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600), (b"[]", -32600), (b"7", -32600),
    (b'"' + b"x" * (2 << 20) + b'"', -32600), (b'{"id":1,"method":"ping"}', -32600),
    (b'{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600), (b'{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600),
    (b'{"jsonrpc":"2.0","id":123456789012345678901234567890,"method":"ping"}', -32700),
    (b'{"jsonrpc":"2.0","id":1e999,"method":"ping"}', -32700),
    (b'{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', -32602), (b'{"jsonrpc":"2.0","id":1}', -32600)]


def test_what_is_unsound_is_refused_and_the_rest_goes_on(client):
    for line, code in UNSOUND:
        client.send_bytes(line + b"\n")
        assert client.stray()["error"]["code"] == code, line[:80]
    for line in (b"", b"\r", b'{"jsonrpc":"2.0","method":"notifications/whatever","params":{}}',
                 b'{"jsonrpc":"2.0","id":1,"result":{}}', b'{"jsonrpc":"2.0","method":"notifications/cancelled"}'):
        client.send_bytes(line + b"\n")
    assert client.request("tools/list")["tools"]
    assert client.strays.empty()


def test_ids_come_back_as_they_were_sent(box):
    with Client(box.env, modern=False) as client:
        for number in (0, -1, 2 ** 53, 2 ** 63 - 1, 1.5, "", "x", "1", "\u00fc", "a" * 5000):
            client.send({"jsonrpc": "2.0", "id": number, "method": "ping"})
            answer = client.stray()
            assert answer == {"jsonrpc": "2.0", "id": number, "result": {}}
            assert type(answer["id"]) is type(number)


def test_an_id_that_is_under_way_is_not_taken_again(box):
    box.launch("--name", "shot")
    with Client(box.env) as client:
        number, first = client.ask("tools/call", name="wait", arguments={"name": "shot", "until": "ended"})
        client.send({"jsonrpc": "2.0", "id": number, "method": "tools/list", "params": {"_meta": MODERN}})
        # it is answered at once: the first of this id that comes
        assert "tools" in first.get(timeout=60)["result"]
        client.send({"jsonrpc": "2.0", "id": number, "method": "tools/call",
                     "params": {"name": "status", "arguments": {}, "_meta": MODERN}})
        assert client.stray()["error"]["code"] == -32000


def test_an_id_that_was_answered_is_free(box):
    """At once: who has the answer is not told that there is none yet."""
    with Client(box.env) as client:
        for _attempt in range(300):
            client.send({"jsonrpc": "2.0", "id": 1, "method": "tools/call",
                         "params": {"name": "status", "arguments": {"name": "nobody"}, "_meta": MODERN}})
            assert client.stray()["result"]["isError"]


def test_the_end_of_the_input_is_the_end(box):
    client = Client(box.env)
    client.request("tools/list")
    assert client.close() == (0, "")


def test_a_last_line_without_an_end_is_answered(box):
    client = Client(box.env, modern=False, hello=False)
    client.send_bytes(b'{"jsonrpc":"2.0","id":1,"method":"ping"}')
    client.child.stdin.close()
    assert client.stray() == {"jsonrpc": "2.0", "id": 1, "result": {}}
    assert client.close() == (0, "")


def test_what_is_under_way_at_the_end_is_not_waited_for(box):
    box.launch("--name", "shot")
    client = Client(box.env)
    client.ask("tools/call", token=1, name="wait", arguments={"name": "shot", "until": "ended", "timeout_s": 45})
    until(lambda: client.notes, "the wait to be under way")
    assert client.close()[0] == 0 and client.took < 30
    assert box.status("shot")["state"] == "running"


def test_sigterm_ends_it_and_nothing_else(box):
    box.launch("--name", "shot")
    client = Client(box.env)
    client.request("tools/list")
    client.child.send_signal(signal.SIGTERM)
    assert client.child.wait(30) in (0, -signal.SIGTERM)
    assert box.status("shot")["state"] == "running"


def test_a_client_that_goes_away_leaves_no_server(box):
    """Killed, it closes both ends at once."""
    client = Client(box.env)
    client.ask("tools/list")
    client.child.stdin.close()
    os.close(os.dup(client.child.stdout.fileno()))
    assert client.child.wait(30) in (0, -signal.SIGPIPE)
    client.close()


def test_a_client_that_never_reads(box):
    """What waits for it is bounded, and so is the patience with it: then the server says so and ends."""
    child = subprocess.Popen([os.environ["DCCHOST"], "mcp"], env=box.env, stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    line = json.dumps({"jsonrpc": "2.0", "id": "x" * 60000, "method": "tools/list"}).encode() + b"\n"
    sent = []

    def ask():
        try:
            for _n in range(10000):
                sent.append(child.stdin.write(line))
        except OSError:
            pass

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    most = 0
    deadline = time.monotonic() + 100
    while child.poll() is None:
        assert time.monotonic() < deadline, "it waits for ever"
        with open("/proc/%d/status" % child.pid) as lines:
            most = max([most] + [int(each.split()[1]) for each in lines if each.startswith("VmRSS:")])
        time.sleep(0.2)
    thread.join(30)
    assert child.returncode == 125 and b"takes no answers" in child.stderr.read()
    assert most < 64 * 1024 and sum(sent) < 64 << 20
    for each in (child.stdout, child.stderr):
        each.close()


def test_hello_waits_for_no_application(box):
    """Beside the time that a process needs at all, and without a look at what is installed."""
    started = []
    for _n in range(5):
        began = time.monotonic()
        with Client(box.env, modern=False) as client:
            client.request("tools/list")
            started.append(time.monotonic() - began)
    assert min(started) < 1.0
    assert not (box.top / "cache" / "dcchost").exists()


def test_the_reference_is_that_of_the_table(box):
    """Made anew by: dcchost mcp --print-reference > docs/mcp-reference.md"""
    text = pathlib.Path(__file__).resolve().parents[2].joinpath("docs", "mcp-reference.md").read_text(encoding="utf-8")
    assert box.run("mcp", "--print-reference").out == text
