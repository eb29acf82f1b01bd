"""What agents may do: each thing that is off unless the user named it is refused, and is there when it is named."""

import json
import subprocess

import pytest
from box import until
from mcp import Client, ToolError

LOOKS = ["list_applications", "list_instances", "status", "why", "logs", "events", "probe", "doctor", "wait"]
ACTS = ["launch", "render", "save", "screenshot", "stop", "restart", "adopt", "kill"]


def names(client):
    return [tool["name"] for tool in client.request("tools/list")["tools"]]


def test_tools_by_option(box):
    for options, wanted in (((), LOOKS + ACTS), (("--read-only",), LOOKS), (("--allow", "run-python"), None),
                            (("--read-only", "--allow", "run-python", "--manage-all"), LOOKS)):
        with Client(box.env, *options) as client:
            assert sorted(names(client)) == sorted(wanted or LOOKS + ACTS + ["run_python"])
            for tool in client.request("tools/list")["tools"]:
                assert tool["annotations"]["readOnlyHint"] == (tool["name"] in LOOKS)


def test_what_is_not_listed_cannot_be_called(box):
    box.launch("--name", "shot")
    with Client(box.env, "--read-only") as client:
        for tool in ACTS + ["run_python"]:
            error = client.fault("tools/call", name=tool, arguments={"name": "shot", "app": "fake", "source": "1"})
            assert error["code"] == -32602
    with Client(box.env) as client:
        error = client.fault("tools/call", name="run_python", arguments={"name": "shot", "source": "1"})
        assert error["code"] == -32602
    assert box.status("shot")["state"] == "running"


@pytest.mark.parametrize("argument", ["args", "arguments", "env", "environment", "cwd", "executable", "set", "settings",
                                      "restart", "on_hang", "python", "launched_by"])
def test_launch_has_no_such_argument(box, argument):
    with Client(box.env, cwd=str(box.work)) as client:
        with pytest.raises(ToolError, match="there is no argument '%s'" % argument):
            client.call("launch", **{"app": "fake", "headless": True, argument: "--crash-after=1"})
    assert box.run("ps", "--json").json == []


@pytest.mark.parametrize("value", ["--set=x=y", "-- --crash-after=1", "fake --crash-after=1", "fake;true", "-d",
                                   "/bin/sh"])
def test_no_text_becomes_an_option(box, value):
    """Whatever is in a text stays in it."""
    with Client(box.env, cwd=str(box.work)) as client:
        for arguments in ({"app": value}, {"app": "fake", "name": value}, {"app": "fake", "version": value}):
            with pytest.raises(ToolError):
                client.call("launch", headless=True, **arguments)
    assert box.run("ps", "--json").json == []


def test_scenes_lie_below_a_root(box):
    inside, outside = box.work / "in.scene", box.top / "out.scene"
    for path in (inside, outside):
        path.write_text("scene")
    (box.work / "link.scene").symlink_to(outside)
    with Client(box.env, cwd=str(box.work)) as client:
        for path in (outside, box.work / ".." / "out.scene", box.work / "link.scene"):
            with pytest.raises(ToolError, match="--root DIR"):
                client.call("launch", app="fake", headless=True, scene=str(path))
        with pytest.raises(ToolError, match="absolute"):
            client.call("launch", app="fake", headless=True, scene="in.scene")
        assert client.call("launch", app="fake", headless=True, scene=str(inside))["status"]["scene"] == str(inside)
    with Client(box.env, "--root", str(box.top), cwd=str(box.work)) as client:
        scene = client.call("launch", app="fake", headless=True, name="b", scene=str(box.work / "link.scene"))
        assert scene["status"]["scene"] == str(outside)
    with Client(box.env, "--root", str(box.top / "home"), cwd=str(box.work)) as client:
        with pytest.raises(ToolError, match="--root DIR"):
            client.call("launch", app="fake", headless=True, name="c", scene=str(inside))


@pytest.mark.parametrize("tool", ["stop", "restart", "kill", "run_python"])
def test_what_the_user_started_is_the_users(box, tool):
    box.launch("--name", "mine")
    before = box.status("mine")
    arguments = {"name": "mine", "source": "1"} if tool == "run_python" else {"name": "mine"}
    with Client(box.env, "--allow", "run-python") as client:
        assert client.call("status", name="mine")["launched_by"] is None
        with pytest.raises(ToolError, match="--manage-all"):
            client.call(tool, **arguments)
        assert client.call("save", name="mine")["path"]
    now = box.status("mine")
    assert (now["pid"], now["state"]) == (before["pid"], "running")
    if tool != "run_python":
        with Client(box.env, "--manage-all") as client:
            client.call(tool, **arguments)
        until(lambda: box.status("mine")["pid"] != before["pid"], "it to be over")


def test_who_launched_it_outlasts_server_and_session(box):
    with Client(box.env, cwd=str(box.work)) as client:
        client.call("launch", app="fake", headless=True, name="shot")
    with Client(box.env) as client:
        client.call("restart", name="shot")
        assert client.call("status", name="shot")["launched_by"] == "test"
        assert client.call("stop", name="shot")["ended"]
    assert box.run("restart", "shot").status == 0
    with Client(box.env) as client:
        assert client.call("stop", name="shot")["ended"]


def test_windows_need_a_display_that_is_found(box):
    """An agent is told at once, and what to do; not by an application that cannot start."""
    with Client(dict(box.env, PATH="/nonexistent")) as client:
        try:
            got = client.call("launch", app="fake", name="shot")
        except ToolError as error:
            assert '"headless":true' in str(error)
        else:  # whoever runs this has a desktop
            assert got["window"]["from"] == "the environment of the user's desktop"
    with Client(dict(box.env, DISPLAY=":77")) as client:
        window = client.call("launch", app="fake", name="other")["window"]
        assert window == {"display": ":77", "from": "the environment of this server"}


def test_the_display_of_the_login_is_found(box):
    """As the user's systemd says it, which is a stand-in here."""
    tools = box.top / "bin"
    tools.mkdir()
    (tools / "systemctl").write_text("#!/bin/sh\n[ \"$*\" = '--user show-environment' ] || exit 1\n"
                                     "echo DISPLAY=:88\necho XAUTHORITY=/a/b\necho LANG=de_DE.UTF-8\n"
                                     "echo SECRET=no\n")
    (tools / "systemctl").chmod(0o755)
    with Client(dict(box.env, PATH="%s:/usr/bin:/bin" % tools)) as client:
        got = client.call("launch", app="fake", name="shot")
        assert got["window"] == {"display": ":88", "from": "systemctl --user show-environment"}
        environment = open("/proc/%d/environ" % got["status"]["pid"], "rb").read().split(b"\0")
    for wanted in (b"DISPLAY=:88", b"XAUTHORITY=/a/b", b"LANG=de_DE.UTF-8"):
        assert wanted in environment
    assert not any(each.startswith(b"SECRET") for each in environment)


def test_the_display_of_the_desktop_is_found(box):
    """Where there is no systemd: of the eldest process of a graphical login; what only has a display is none."""
    desktop = dict(box.env, DISPLAY=":66", XDG_SESSION_TYPE="x11", XAUTHORITY="/c")
    alone = subprocess.Popen(["sleep", "600"], env=dict(box.env, DISPLAY=":67"))
    child = subprocess.Popen(["sleep", "600"], env=desktop)
    try:
        with Client(dict(box.env, PATH="/nonexistent")) as client:
            window = client.call("launch", app="fake", name="shot")["window"]
        assert window["from"] == "the environment of the user's desktop"
        assert window["display"] != ":67"
    finally:
        for each in (alone, child):
            each.kill()
            each.wait()


def test_wrong_usage(box):
    done = box.run("mcp", "--allow", "everything")
    assert done.status == 2 and "--allow takes run-python" in done.err
    done = box.run("mcp", "--root", str(box.top / "nix"))
    assert done.status == 78 and "no directory that is there" in done.err
    done = box.run("mcp", "--print-config", "nix")
    assert done.status == 78 and "claude-code" in done.err


@pytest.mark.parametrize("client, outer", [("claude-code", "mcpServers"), ("claude-desktop", "mcpServers"),
                                           ("cursor", "mcpServers"), ("windsurf", "mcpServers"),
                                           ("lm-studio", "mcpServers"), ("gemini-cli", "mcpServers"),
                                           ("copilot-cli", "mcpServers"), ("vscode", "servers"),
                                           ("zed", "context_servers")])
def test_the_configuration_of_a_client_works(box, client, outer):
    """What it says starts a server that sees what this shell sees, from HOME and PATH alone."""
    box.launch("--name", "shot")
    done = box.run("mcp", "--print-config", client, "--read-only", "--root", ".")
    assert done.status == 0 and "belongs into" in done.err
    server = json.loads(done.out)[outer]["dcchost"]
    assert server["args"] == ["mcp", "--read-only", "--root=%s" % box.work]
    env = dict({"HOME": box.env["HOME"], "PATH": "/usr/bin:/bin"}, **server["env"])
    line = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_instances"}}\n'
    answer = subprocess.run([server["command"], *server["args"]], env=env, input=line, stdout=subprocess.PIPE,
                            timeout=60)
    found = json.loads(answer.stdout)["result"]["structuredContent"]["instances"]
    assert [each["name"] for each in found] == ["shot"]


def test_the_other_shapes_of_configuration(box):
    done = box.run("mcp", "--print-config", "codex", "--manage-all")
    lines = done.out.splitlines()
    assert lines[0] == "[mcp_servers.dcchost]" and lines[1].startswith('command = "/')
    assert lines[2] == 'args = ["mcp","--manage-all"]' and "[mcp_servers.dcchost.env]" in lines
    server = json.loads(box.run("mcp", "--print-config", "opencode").out)["mcp"]["dcchost"]
    assert server["type"] == "local" and server["command"][1:] == ["mcp"] and server["environment"]
