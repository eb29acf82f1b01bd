"""The tools of `dcchost mcp` on the fake application: each result fits its schema, each fault says what to do next."""

import os
import shlex
import pathlib
import signal

import pytest
from box import until
from mcp import Client, ToolError

TYPES = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "object": dict, "array": list,
         "null": type(None)}


def fits(value, schema, at="result"):
    """JSON Schema, as far as ours use it."""
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    assert any(isinstance(value, TYPES[kind]) and not (kind in ("integer", "number") and isinstance(value, bool))
               for kind in kinds), "%s is %r, not %s" % (at, value, kinds)
    if isinstance(value, str) and "enum" in schema:
        assert value in schema["enum"], at
    if isinstance(value, dict):
        for name in schema.get("required", ()):
            assert name in value, "%s lacks %s" % (at, name)
        for name, inner in schema.get("properties", {}).items():
            if name in value:
                fits(value[name], inner, at + "." + name)
    if isinstance(value, list):
        for index, each in enumerate(value):
            fits(each, schema["items"], "%s[%d]" % (at, index))


class Checked(Client):
    def __init__(self, *args, **more):
        Client.__init__(self, *args, **more)
        self.schemas = {tool["name"]: tool["outputSchema"] for tool in self.request("tools/list")["tools"]}

    def call(self, tool, **arguments):
        result = Client.call(self, tool, **arguments)
        fits(result, self.schemas[tool], tool)
        return result


def fake_with(box, *options):
    """The fake application, always with these options: agents cannot give it any."""
    path = box.top / "fake.sh"
    fake = shlex.quote(os.environ["DCCHOST_FAKE_EXECUTABLE"])
    path.write_text('#!/bin/sh\nexec %s "$@" %s\n' % (fake, " ".join(options)))
    path.chmod(0o755)
    box.env["DCCHOST_FAKE_EXECUTABLE"] = str(path)


@pytest.fixture
def client(box):
    with Checked(box.env, "--allow", "run-python", cwd=str(box.work)) as one:
        yield one


def test_a_whole_life(box, client):
    assert [each["app"] for each in client.call("list_applications")["applications"]] == ["fake"]
    assert client.call("list_instances") == {"instances": []}
    launched = client.call("launch", app="fake", headless=True, name="shot")
    assert launched["outcome"] == "reached" and launched["status"]["ready"]
    assert launched["status"]["launched_by"] == "test" and launched["window"] is None
    assert client.call("status", name="shot")["pid"] == client.call("status")["pid"]
    assert [each["name"] for each in client.call("list_instances")["instances"]] == ["shot"]
    assert client.call("probe", name="shot")["health"] == "ok"
    assert client.call("wait", name="shot", until="idle")["outcome"] == "reached"
    assert pathlib.Path(client.call("save", name="shot")["path"]).exists()
    assert client.call("why", name="shot")["do"] == []
    assert {"fail", "ok"} & {each["level"] for each in client.call("doctor")["checks"]}
    assert client.call("restart", name="shot")["status"]["restart_count"] == 1
    assert client.call("stop", name="shot")["ended"]
    over = client.call("wait", name="shot", until="ended")
    assert over["outcome"] == "reached" and "in order" in over["next"]
    assert client.call("wait", name="shot", until="ready")["outcome"] == "ended"
    assert client.call("list_instances", ended=True)["instances"][0]["state"] == "stopped"


def test_every_call_stands_in_the_events(box, client):
    client.call("launch", app="fake", headless=True, name="shot")
    client.call("status", name="shot")
    client.call("logs", name="shot")
    notes = [each for each in client.call("events", name="shot")["events"] if each["type"] == "note"]
    assert [(each["client"], each["what"]) for each in notes] == [
        ("test", "launch"), ("test", "status"), ("test", "logs"), ("test", "events")]
    done = box.run("events", "shot")
    assert "note      test: status" in done.out, done


def test_events_are_told_once_and_in_parts(box, client):
    client.call("launch", app="fake", headless=True, name="shot")
    first = client.call("events", name="shot", since=1, limit=1)
    assert [each["seq"] for each in first["events"]] == [2] and first["more"] and first["next"] == 2
    rest = client.call("events", name="shot", since=first["next"])
    assert rest["events"][0]["seq"] == 3 and not rest["more"] and rest["gap"] == 0


def test_logs_are_cut_and_clean(box, client):
    fake_with(box, "--print='\033[31mred\033[0m\u202e and \u200bhidden'", "--flood=200000")
    with Checked(box.env) as other:
        other.call("launch", app="fake", headless=True, name="shot")
        until(lambda: other.call("logs", name="shot", lines=200)["truncated"], "output")
        logs = other.call("logs", name="shot", lines=200)
        assert len(logs["lines"]) <= 200 and sum(map(len, logs["lines"])) <= 33 * 1024
        found = other.call("logs", name="shot", grep="RED")["lines"]
        assert found in ([], ["red and hidden"])
        text = other.request("resources/read", uri=logs["resource"])["contents"][0]["text"]
        assert len(text) <= 65 * 1024 and "\033" not in text


def test_a_line_without_end_is_cut_and_not_left_out(box, client):
    fake_with(box, "--flood=200000", "--no-newline")
    with Checked(box.env) as other:
        other.call("launch", app="fake", headless=True, name="shot")
        lines = until(lambda: other.call("logs", name="shot")["lines"], "output")
        assert 4000 <= len(lines[-1]) < 4100 and lines[-1].endswith(" more characters]")


def test_a_crash_is_told_with_what_to_do(box, client):
    fake_with(box, "--crash-after=300", "--print='[fatal] the plug-in broke'")
    box.env["XDG_DATA_HOME"] = str(box.top / "data")
    with Checked(box.env) as other:
        other.call("launch", app="fake", headless=True, name="shot", wait_ready=False)
        over = other.call("wait", name="shot", until="ended", timeout_s=45)
        assert over["outcome"] in ("restarted", "reached") and "call why" in over["next"], over
        while over["outcome"] == "restarted":  # until it gives up
            over = other.call("wait", name="shot", until="ended", timeout_s=45)
        assert over["outcome"] == "reached" and "call why" in over["next"], over
        why = other.call("why", name="shot")
        assert why["death"]["result"]["signal"] == signal.SIGSEGV
        assert why["do"][0]["tool"] in ("restart", "launch") and why["do"][0]["arguments"], why["do"]
        assert other.call("why")["name"] == "shot"
        uris = [each["uri"] for each in other.request("resources/list")["resources"]]
        death = next(uri for uri in uris if uri.endswith("/death.json"))
        assert '"signal":11' in other.request("resources/read", uri=death)["contents"][0]["text"].replace(" ", "")
        hidden = death.replace("death.json", "environment.txt")
        assert other.fault("resources/read", uri=hidden)["code"] == -32602


def test_a_hang_ends_a_wait_and_why_says_so(box):
    fake_with(box, "--freeze-after=100")
    with Checked(box.env) as client:
        box.run("launch", "fake", "--name", "shot", "-d", "--wait", "ready", "--set", "probe-period=200ms", "--set",
                "probe-timeout=200ms", "--set", "probe-failures=2", "--set", "progress-window=1s")
        hung = client.call("wait", name="shot", until="ended", timeout_s=45)
        assert hung["outcome"] == "unresponsive" and "call why" in hung["next"]
        why = client.call("why", name="shot")
        assert why["hung"] and [each["tool"] for each in why["do"]] == ["restart", "kill"]
        with pytest.raises(ToolError, match="probe"):
            client.call("save", name="shot")


def test_a_missing_licence_ends_a_wait(box):
    fake_with(box, "--licence-fail")
    with Checked(box.env) as client:
        try:
            client.call("launch", app="fake", headless=True, name="shot", wait_ready=False)
        except ToolError as error:
            assert "licence" in str(error)
        got = client.call("wait", name="shot", until="ready", timeout_s=45)
        assert got["outcome"] in ("waiting-for-licence", "ended")
        why = client.call("why", name="shot")
        assert why["death"]["result"]["verdict"] == "licence"
        assert "licence" in why["do"][0]["text"]


def test_a_wait_tells_its_progress_and_is_cancelled(box, client):
    client.call("launch", app="fake", headless=True, name="shot")
    number, box_of_answer = client.ask("tools/call", token="p", name="wait",
                                       arguments={"name": "shot", "until": "ended", "timeout_s": 45})
    until(lambda: len(client.notes) >= 2, "progress", 60)
    values = [each["params"]["progress"] for each in client.notes]
    assert values == sorted(set(values)) and client.notes[0]["params"]["progressToken"] == "p"
    assert "running" in client.notes[0]["params"]["message"]
    client.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": number}})
    # The id is free again once it is over, and it is never answered.
    until(lambda: client.child.poll() is None and client.call("status", name="shot")["state"] == "running", "an answer")
    known = len(client.notes)
    assert client.call("wait", name="shot", until="ready")["outcome"] == "reached"
    assert box_of_answer.empty() and len(client.notes) == known


def test_nothing_that_waits_holds_up_anything_else(box, client):
    client.call("launch", app="fake", headless=True, name="shot")
    waits = [client.ask("tools/call", name="wait", arguments={"name": "shot", "until": "ended", "timeout_s": 45})[1]
             for _n in range(20)]
    assert client.request("tools/list")["tools"]
    assert client.call("status", name="shot")["ready"]
    assert client.call("stop", name="shot")["ended"]
    assert {each.get(timeout=60)["result"]["structuredContent"]["outcome"] for each in waits} == {"reached"}


def test_a_session_that_is_gone_is_adopted(box, client):
    client.call("launch", app="fake", headless=True, name="shot")
    os.kill(client.call("status", name="shot")["session_pid"], signal.SIGKILL)
    until(lambda: not client.call("status", name="shot")["attended"], "the session to be gone")
    assert client.call("adopt", name="shot")["attended"]
    assert client.call("kill", name="shot")["ended"]


def test_faults_say_what_to_do_next(box, client):
    client.call("launch", app="fake", headless=True, name="shot")
    for tool, arguments, words in (
            ("launch", {"app": "fakr", "headless": True}, "did you mean 'fake'"),
            ("launch", {"app": "fake", "name": "shot", "headless": True}, "shot"),
            ("launch", {"app": "fake", "name": "../x", "headless": True}, "name"),
            ("launch", {"app": "--help", "headless": True}, "no application"),
            ("launch", {"app": "fake", "scene": str(box.work / "nix.blend"), "headless": True}, "not there"),
            ("restart", {"name": "shot", "recover": True}, "no"),
            ("status", {"name": "shut"}, "did you mean"),
            ("wait", {"name": "shot", "until": "never"}, "one of ready, ended, idle, frame"),
            ("wait", {"name": "shot", "until": "ready", "timeout_s": 46}, "from 1 to 45"),
            ("logs", {"name": "shot", "lines": 201}, "from 1 to 200")):
        with pytest.raises(ToolError, match=words):
            client.call(tool, **arguments)
