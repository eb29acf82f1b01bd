"""doctor: what stands in the way, in whole lines, without a long silence."""

import os
import signal
import stat
import subprocess
import time

from conftest import until


def executable(path, text):
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return str(path)


def findings(box, *args, **env):
    return box.run("doctor", *args, "--json", timeout=60, **env).json


def test_no_line_ends_in_the_air(box):
    done = box.run("doctor", "fake", DCCHOST_FAKE_EXECUTABLE="")
    assert done.status == 1
    for line in done.out.splitlines():
        assert not line.rstrip().endswith((":", ";", ",", "->")), line
    line, = [line for line in done.out.splitlines() if line[6:].startswith("fake ")]
    assert "is not installed" in line and "looked at:" not in line
    assert "dcchost list fake" in done.out


def test_absence_is_a_failure_only_where_it_was_asked_about(box):
    levels = {each["level"] for each in findings(box, DCCHOST_FAKE_EXECUTABLE="") if each["check"] == "fake"}
    assert levels == {"warn"}
    levels = {each["level"] for each in findings(box, "fake", DCCHOST_FAKE_EXECUTABLE="") if each["check"] == "fake"}
    assert levels == {"fail"}


def test_who_is_waited_for_is_named(box):
    """An executable that does not tell its version; what is known already is there before."""
    gate = box.work / "gate"
    mute = executable(box.work / "mute",
                      "#!/bin/sh\nwhile [ ! -e '%s' ]; do sleep 0.05; done\necho Fake 1.2.3\n" % gate)
    said = box.work / "said"
    with open(str(said), "wb") as file:
        child = box.popen("doctor", "fake", env=dict(box.env, DCCHOST_FAKE_EXECUTABLE=mute), stdout=file,
                          stderr=subprocess.STDOUT)
        text = until(lambda: (lambda t: t if "still asking for versions" in t else "")(said.read_text()), "a word")
        assert "dcchost: still asking for versions: fake\n" in text
        assert "kernel" in text  # on the screen before the answer is there
        gate.write_text("")
        assert child.wait(60) == 0
    assert "1.2.3" in said.read_text()


def test_applications_are_asked_side_by_side(box):
    """Two that take their time take it together."""
    meeting = box.work / "meeting"
    meeting.mkdir()
    # Each waits for the other: one after the other they would never answer.
    script = ("#!/bin/sh\n: > '{0}'/$$\nn=0\n"
              "while [ $(ls '{0}' | wc -l) -lt 2 ] && [ $n -lt 400 ]; do sleep 0.05; n=$((n + 1)); done\n"
              "[ $(ls '{0}' | wc -l) -ge 2 ] && echo '{1}'\n")
    both = executable(box.work / "both", script.format(meeting, "Fake 1.2.3"))
    other = executable(box.work / "blender", script.format(meeting, "Blender 3.4.1"))
    path = "%s:%s" % (box.env["DCC_ADAPTER_PATH"], os.path.join(os.environ["DCC_TEST_BUILD"], "adapters", "blender"))
    began = time.monotonic()
    found = findings(box, DCC_ADAPTER_PATH=path, DCCHOST_FAKE_EXECUTABLE=both, DCCHOST_BLENDER_EXECUTABLE=other)
    text = " ".join(each["detail"] for each in found)
    assert "1.2.3, %s" % both in text and "3.4.1, %s" % other in text, (found, time.monotonic() - began)


def test_an_adapter_that_dies_is_one_line(box):
    rude = os.path.dirname(os.environ["DCC_TEST_RUDE"])
    done = box.run("doctor", DCC_ADAPTER_PATH="%s:%s" % (box.env["DCC_ADAPTER_PATH"], rude), timeout=60)
    assert done.status in (0, 1)
    assert any(line[6:].startswith("fake ") and "1.2.3" in line for line in done.out.splitlines()), done


def test_a_directory_that_cleaners_look_after_is_said(box):
    done = box.run("doctor", "fake")
    line, = [line for line in done.out.splitlines() if line[6:].startswith("lifetime ")]
    assert line.startswith("warn") and "cleaner of temporary files" in line and str(box.runtime) in line
    if os.path.isdir("/run/user/%d" % os.getuid()):
        return  # the login's own is taken, and no cleaner goes there
    env = {key: value for key, value in box.env.items() if key != "XDG_RUNTIME_DIR"}
    child = box.popen("doctor", "fake", env=env, stdout=subprocess.PIPE)
    out = child.communicate(timeout=60)[0].decode()
    assert "/tmp/dcchost-%d may be removed" % os.getuid() in out


def test_limits_are_said(box):
    checks = {each["check"]: each for each in findings(box, "fake")}
    assert "inotify instances a user" in checks["file watches"]["detail"]
    assert checks["open files"]["detail"].split()[0].isdigit()


def test_a_session_that_does_not_answer_is_said(box):
    box.launch()
    session = box.status()["session_pid"]
    os.kill(session, signal.SIGSTOP)
    try:
        found = [each for each in findings(box, "fake") if each["check"] == "instances"]
    finally:
        os.kill(session, signal.SIGCONT)
    assert found == [{"level": "warn", "check": "instances", "detail": "the session of fake does not answer",
                      "advice": "dcchost kill fake"}]
