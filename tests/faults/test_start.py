"""Starts that go wrong, and bytes that must arrive as they were given."""

import os
import signal
import socket
import subprocess
import time

import pytest

from box import until
from faults import events, figure, place

TOUCHY = [b"plain", b"", b"two\nlines", b"tab\tand\\back", b"caf\xe9", b"\xff\xfe", b"'quoted' \"twice\" $HOME `x` *"]


def script(box, name, text, mode=0o755):
    path = box.work / name
    path.write_text(text)
    path.chmod(mode)
    return str(path)


def no_trace(box):
    until(lambda: not box.processes(), "everything to be gone")
    assert not place(box, "fake").exists()


def test_the_executable_goes_away_between_finding_and_executing(box):
    """--version is what finding asks; the script removes itself as it answers."""
    path = script(box, "fleeting", '#!/bin/sh\necho Fake 1.2.3\nrm -f "$0"\n')
    done = box.run("launch", "fake", "-d", "--version", "1.2.3", DCCHOST_FAKE_EXECUTABLE=path)
    assert done.status in (69, 127), done
    assert path in done.err
    no_trace(box)


def test_a_file_that_may_not_be_executed(box):
    done = box.run("launch", "fake", "-d", DCCHOST_FAKE_EXECUTABLE=script(box, "plain", "#!/bin/sh\n", 0o644))
    assert done.status in (69, 126), done
    no_trace(box)


def test_a_directory_is_no_executable(box):
    done = box.run("launch", "fake", "-d", DCCHOST_FAKE_EXECUTABLE=str(box.work))
    assert done.status in (69, 126), done
    no_trace(box)


def test_an_executable_that_is_being_written(box):
    target = box.work / "busy"
    target.write_bytes(open(os.environ["DCCHOST_FAKE_EXECUTABLE"], "rb").read())
    target.chmod(0o755)
    with open(str(target), "r+b"):
        done = box.run("launch", "fake", "-d", DCCHOST_FAKE_EXECUTABLE=str(target))
    assert done.status == 126, done
    assert "Text file busy" in done.err
    no_trace(box)


def test_the_directory_is_not_there(box):
    done = box.run("launch", "fake", "-d", "--cwd", str(box.work / "gone"))
    assert (done.status, done.out) == (78, ""), done
    assert str(box.work / "gone") in done.err
    no_trace(box)


def give_to_nobody(box):
    """Root may enter every directory, so it is somebody else who may not."""
    subprocess.check_call(["chown", "-R", "65534:65534", str(box.top)])
    return {"user": 65534, "group": 65534, "extra_groups": []}


def test_the_directory_may_not_be_entered(box):
    closed = box.work / "closed"
    closed.mkdir(mode=0o700)
    script(box, "fake", "#!/bin/sh\nexec '%s' \"$@\"\n" % os.environ["DCCHOST_FAKE_EXECUTABLE"])
    more = give_to_nobody(box) if os.geteuid() == 0 else {}
    if os.geteuid() == 0:
        os.chown(str(closed), 0, 0)
    else:
        closed.chmod(0)
    try:
        tried = box.popen("launch", "fake", "-d", "--cwd", str(closed), stdout=-1, stderr=-1, **more)
        out, err = tried.communicate(timeout=20)
    except PermissionError:
        pytest.skip("somebody else may not run what was built here")
    finally:
        closed.chmod(0o700)
    if tried.returncode == 127 or b"adapter" in err:
        pytest.skip("somebody else may not read what was built here")
    assert (tried.returncode, out) == (78, b""), err
    assert b"cannot enter the working directory %s: Permission denied" % os.fsencode(str(closed)) in err
    no_trace(box)


def printed(box, *args, env=None, cwd=None):
    done = box.popen(*[b"launch", b"fake", b"--wait", b"started", *args], env=env or box.env,
                     cwd=cwd or str(box.work), stdout=-1, stderr=-1)
    out, err = done.communicate(timeout=30)
    assert done.returncode == 0, (out, err)
    log = box.state / "dcchost" / "fake" / "output.log"
    return log


def escaped(label, value):
    """As the fake application prints it."""
    return label + b" " + b"".join(b"\\x%02x" % c if c < 0x20 or c >= 0x7f or c == 0x5c else b"%c" % c for c in value)


def test_arguments_arrive_as_they_are(box):
    longest = b"x" * (128 * 1024 - 16)
    log = printed(box, b"--", b"--print-args", b"--", *TOUCHY, longest)
    until(lambda: log.exists() and longest in log.read_bytes(), "the arguments")
    lines = log.read_bytes().split(b"\n")
    given = [escaped(b"arg", each) for each in [b"--", *TOUCHY, longest]]
    assert [line for line in lines if line.startswith(b"arg ")][-len(given):] == given


def test_ten_thousand_variables(box):
    env = dict(box.env, **{"VARIABLE_%05d" % i: "value %d" % i for i in range(10000)})
    log = printed(box, b"--", b"--print-env", env=env)
    until(lambda: log.exists() and b"VARIABLE_09999" in log.read_bytes(), "the variables")
    text = log.read_bytes()
    assert all(b"VARIABLE_%05d=value %d" % (i, i) in text for i in range(0, 10000, 97))


def test_bytes_that_are_no_text_in_the_environment_and_the_directory(box):
    strange = os.path.join(os.fsencode(str(box.work)), b"caf\xe9\nline")
    os.mkdir(strange)
    log = printed(box, b"--env", b"STRANGE=a\xff\nb", b"--", b"--print-env", b"--print-process", cwd=strange)
    until(lambda: log.exists() and b"STRANGE" in log.read_bytes(), "the variable")
    pid = box.status()["pid"]
    assert os.readlink(b"/proc/%d/cwd" % pid) == strange
    environ = open("/proc/%d/environ" % pid, "rb").read().split(b"\0")
    assert b"STRANGE=a\xff\nb" in environ


@pytest.mark.parametrize("code", [0, 1, 77, 255])
def test_an_end_before_it_was_ready(box, code):
    done = box.run("launch", "fake", "-d", "--wait", "ready", "--restart", "never", "--", "--exit-before-ready",
                   str(code))
    assert done.status == (code or 1), done  # that it ended is no failure of dcchost
    result = events(box, "fake", "exit")[0]["result"]
    assert (result["kind"], result["code"]) == (("start-failed", -1) if code == 0 else ("exited", code))
    assert len(events(box, "fake", "exit")) == 1
    no_trace(box)


def test_a_wrong_token_is_never_ready(box):
    done = box.run("launch", "fake", "--wait", "ready", "--start-timeout", "700ms", "--", "--bad-token", "--tree",
                   "refork", "--tree", "setsid")
    assert done.status == 124, done
    no_trace(box)
    # That somebody came with a wrong token is a word for the session's own log, and the box asks for silence.
    log = box.state / "dcchost" / "fake" / "session.log"
    figure("the session's word on a wrong token: %r" % log.read_text())
    log.write_text("")


def agent_environment(pid):
    pairs = (each.partition(b"=") for each in open("/proc/%d/environ" % pid, "rb").read().split(b"\0"))
    return {key.decode(): value.decode() for key, _, value in pairs if key.startswith(b"DCCHOST_AGENT")}


def connect(box, environment):
    """By the directory's descriptor: the path may be longer than a socket's address can be."""
    path = environment["DCCHOST_AGENT_SOCKET"]
    directory = os.open(os.path.dirname(path), os.O_RDONLY)
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.connect("/proc/self/fd/%d/%s" % (directory, os.path.basename(path)))
    os.close(directory)
    return client


def test_ready_is_said_twice(box):
    """By an application without an agent of its own; the test is its agent."""
    done = box.run("launch", "fake", "-d", "--", "--never-ready")
    assert done.status == 0, done
    status = box.status()
    client = connect(box, agent_environment(status["pid"]))
    hello = ('{"jsonrpc":"2.0","id":1,"method":"hello","params":{"token":"%s","pid":%d,"app":"fake","version":"1",'
             '"python":"","headless":false,"protocol":1,"ready":false,"scene":""}}\n')
    token = agent_environment(status["pid"])["DCCHOST_AGENT_TOKEN"]
    client.sendall((hello % (token, status["pid"])).encode())
    assert b'"result"' in client.recv(4096)
    client.sendall(b'{"jsonrpc":"2.0","method":"ready","params":{"scene":"","exists":true}}\n' * 2)
    until(lambda: box.status()["ready"], "ready")
    assert len([e for e in events(box, "fake", "state") if e["to"] == "running"]) == 1
    client.close()
    assert box.run("kill").status == 0


def test_a_line_of_a_hundred_mebibytes_to_the_agent_socket(box):
    box.launch()
    before = box.status()
    client = connect(box, agent_environment(before["pid"]))
    client.settimeout(20)
    sent = 0
    with pytest.raises(OSError):
        while sent < 100 << 20:
            client.sendall(b"x" * 65536)
            sent += 65536
    client.close()
    figure("the session hung up after %d KiB of a line without an end" % (sent >> 10))
    assert sent <= 4 << 20
    began = time.monotonic()
    assert box.run("probe").status == 0
    assert time.monotonic() - began < 5
    assert box.status()["pid"] == before["pid"]
    os.kill(before["pid"], signal.SIGTERM)
    until(lambda: not place(box, "fake").exists(), "its end")
