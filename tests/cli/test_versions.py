"""While a copy is asked for its version, which may take it twenty seconds, the instance is there: it answers, can be
stopped, and leaves nothing then. The application of these tests tells its version when the test says so."""

import os
import signal
import subprocess

import pytest

from conftest import until

SOON = 15  # seconds; what does not answer at once takes until the version is told, which is never
ASKED = """#!/bin/sh
case "$1" in
--version)
    : >"{work}/asked.$$"
    until [ -e "{work}/tell" ]; do sleep 0.05; done
    echo "Fake 1.2.3"
    exit;;
esac
exec "{fake}" "$@"
"""


@pytest.fixture
def asked(box):
    """A box whose fake application has not told its version yet."""
    script = box.work / "fake-dcc"
    script.write_text(ASKED.format(work=box.work, fake=box.env["DCCHOST_FAKE_EXECUTABLE"]))
    script.chmod(0o755)
    box.env["DCCHOST_FAKE_EXECUTABLE"] = str(script)
    return box


def begin(box, *args):
    child = box.popen(*(args or ("launch", "fake", "-d", "--wait", "ready")), stdout=subprocess.PIPE,
                      stderr=subprocess.PIPE)
    until(lambda: list(box.work.glob("asked.*")), "the version to be asked for")
    until(lambda: (box.runtime / "dcchost" / "fake" / "record.json").exists(), "the start to be under way")
    return child


def end(child):
    out, err = child.communicate(timeout=SOON)
    return child.returncode, out.decode(), err.decode()


def tell(box):
    (box.work / "tell").touch()


def expect_nothing(box):
    until(lambda: not box.processes(), "everything to be gone")
    assert box.run("ps", "--all", "--json").json == []
    assert list((box.runtime / "dcchost").iterdir()) == []
    assert list((box.state / "dcchost").iterdir()) == []
    assert list((box.top / "tmp").iterdir()) == []


def test_it_answers_meanwhile_and_goes_on(asked):
    child = begin(asked)
    status = asked.run("status", "fake", "--json", timeout=SOON).json
    assert (status["state"], status["pid"], status["attended"], status["ready"]) == ("starting", None, True, False)
    row, = asked.run("ps", "--json", timeout=SOON).json
    assert (row["name"], row["state"]) == ("fake", "starting")
    assert asked.run("probe", "fake", timeout=SOON).err == "dcchost: the application does not run now\n"
    busy = asked.run("launch", "fake", "-d", timeout=SOON)
    assert busy.status == 75 and "is in use" in busy.err, busy
    assert child.poll() is None
    tell(asked)
    assert end(child)[0] == 0
    status = asked.status()
    assert (status["state"], status["version"]) == ("running", "1.2.3")


@pytest.mark.parametrize("verb", ["stop", "kill"])
def test_it_can_be_stopped(asked, verb):
    child = begin(asked)
    done = asked.run(verb, "fake", timeout=SOON)
    said = "%s was asked for before its version was known\n" % verb
    assert (done.status, done.out) == (0, "fake: did not start (stopped): " + said), done
    status, out, err = end(child)
    assert (status, out, err) == (125, "", "dcchost: " + said)
    expect_nothing(asked)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("args", [("launch", "fake"), ("launch", "fake", "-d")])
def test_it_can_be_interrupted(asked, number, args):
    child = begin(asked, *args)
    child.send_signal(number)
    status, out, err = end(child)
    assert (status, out) == (128 + number, "")
    assert "during its start; nothing of it is left" in err
    expect_nothing(asked)


def test_what_it_tells_is_not_what_was_asked_for(asked):
    child = begin(asked, "launch", "fake", "-d", "--version", "7")
    tell(asked)
    status, out, err = end(child)
    assert (status, out) == (69, "")
    assert "7 is not installed; there are:\n  1.2.3  " in err
    expect_nothing(asked)


def test_restart_waits_for_it(asked):
    """The instance has ended; the second start asks again, for nothing was remembered."""
    tell(asked)
    asked.launch()
    assert asked.run("stop", "fake").status == 0
    (asked.work / "tell").unlink()
    (asked.top / "cache" / "dcchost" / "versions.json").unlink()
    for path in asked.work.glob("asked.*"):
        path.unlink()
    child = begin(asked, "restart", "fake")
    assert asked.run("status", "fake", "--json", timeout=SOON).json["state"] == "starting"
    tell(asked)
    assert end(child)[0] == 0
    assert asked.status()["state"] == "running"


def test_its_session_is_killed(asked):
    child = begin(asked)
    os.kill(asked.status()["session_pid"], signal.SIGKILL)
    status, _, err = end(child)
    assert status == 125 and "ended and did not say why" in err
    done = asked.run("adopt", "fake", timeout=SOON)
    assert done.status == 1 and "no instance called 'fake' is running" in done.err
    assert list((asked.runtime / "dcchost").iterdir()) == []
    tell(asked)
    asked.launch()


def test_it_never_tells(asked):
    """Its time is up after twenty seconds, once, and it is started without a version."""
    child = begin(asked)
    out, err = child.communicate(timeout=60)
    assert child.returncode == 0, err
    assert len(list(asked.work.glob("asked.*"))) == 1
    status = asked.status()
    assert (status["state"], status["version"]) == ("running", None)
    assert not any("--version" in command for command in asked.processes().values())
