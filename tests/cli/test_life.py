"""The life of an instance as a user sees it: launched, looked at, asked, stopped."""

import json
import os
import re
import signal

import pytest

from conftest import until


def test_launch_and_wait_until_ready(box):
    done = box.launch()
    status = box.status()
    assert done.out == "fake: ready, pid %d, log %s\n" % (status["pid"], status["log_path"])
    assert done.err == ""
    assert (status["name"], status["app"], status["version"]) == ("fake", "fake", "1.2.3")
    assert (status["state"], status["ready"], status["attended"]) == ("running", True, True)
    assert status["restart_count"] == 0
    assert status["result"] is None
    assert status["shim_pid"] > 0 and status["session_pid"] > 0
    assert os.path.samefile("/proc/%d/exe" % status["pid"], box.env["DCCHOST_FAKE_EXECUTABLE"])


def test_launch_detached_returns_once_started(box):
    done = box.run("launch", "fake", "-d", "--", "--never-ready")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("fake: started, pid %d, log " % box.status()["pid"])
    assert box.status()["state"] == "starting"


def test_launch_detached_as_json(box):
    done = box.run("launch", "fake", "--wait", "ready", "--json")
    assert done.status == 0
    assert done.json["state"] == "running"
    assert done.json["pid"] == box.status()["pid"]


def test_the_environment_arguments_and_directory_arrive_as_they_are(box):
    odd = b"caf\xe9 \n*\"'"
    (box.work / "there").mkdir()
    arguments = [b"launch", b"fake", b"-d", b"--wait", b"ready", b"--cwd", b"there", b"--env", b"ODD=" + odd,
                 b"--env", b"TWICE=1", b"--env", b"TWICE=2", b"--", b"--print-args", b"--print-env", b"--print", odd,
                 b"--print-process"]
    child = box.popen(*arguments)
    assert child.wait(20) == 0
    log = until(lambda: box.run("logs", "-n", "all").out, "output")
    shown = "caf\\xe9 \\x0a*\"'"
    for line in ["arg " + shown, "env ODD=" + shown, "env TWICE=2", "cwd %s" % (box.work / "there")]:
        assert line in log.splitlines(), log
    assert "TWICE=1" not in log


def test_a_relative_scene_is_found_from_elsewhere(box):
    (box.work / "there").mkdir()
    (box.work / "a scene.fake").write_text("scene")
    box.launch("--file", "a scene.fake", "--cwd", "there")
    assert box.status()["scene"] == str(box.work / "a scene.fake")


def test_ps_and_status_for_people(box):
    box.launch("--name", "one")
    box.launch("--name", "two")
    lines = box.run("ps").out.splitlines()
    assert lines[0].split() == ["NAME", "APP", "VERSION", "STATE", "PID", "UPTIME", "RESTARTS", "HEALTH"]
    assert [line.split()[:4] for line in lines[1:]] == [["one", "fake", "1.2.3", "running"],
                                                        ["two", "fake", "1.2.3", "running"]]
    assert [each["name"] for each in box.run("ps", "--json").json] == ["one", "two"]
    text = box.run("status", "one").out
    pid = box.status("one")["pid"]
    for line in ["name       one", "app        fake", "state      running", "ready      yes", "pid        %d" % pid]:
        assert line in text.splitlines()


def test_the_only_instance_needs_no_name(box):
    box.launch("--name", "one")
    assert box.run("status", "--json").json["name"] == "one"
    box.launch("--name", "two")
    for verb in ["status", "stop", "kill", "probe", "logs", "events", "restart", "adopt"]:
        done = box.run(verb)
        assert (done.status, done.out) == (2, "")
        assert done.err == ("dcchost: several instances are there, name one: one, two\n"
                            "dcchost: see 'dcchost %s --help'\n" % verb)


def test_a_near_spelling_of_a_name(box):
    box.launch("--name", "sculpt")
    done = box.run("stop", "sclupt")
    assert (done.status, done.err) == (1, "dcchost: no instance called 'sclupt'; did you mean sculpt?\n")


def test_a_taken_name(box):
    box.launch()
    before = box.status()
    done = box.run("launch", "fake", "-d")
    assert (done.status, done.out) == (75, "")
    assert done.err.startswith("dcchost: ")
    assert "fake" in done.err and "since" in done.err
    assert str(before["pid"]) in done.err or str(before["session_pid"]) in done.err
    assert box.status()["pid"] == before["pid"]


def test_probe(box):
    box.launch()
    done = box.run("probe")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("fake: ok, main thread turned ")
    reply = box.run("probe", "--json").json
    assert reply["main_thread_age_ms"] >= 0 and reply["round_trip_ms"] >= 0


def test_probe_of_a_paused_application_is_not_well(box):
    box.launch("--set", "probe-timeout=300ms")
    os.kill(box.status()["pid"], signal.SIGSTOP)
    done = box.run("probe")
    assert (done.status, done.out) == (1, "fake: paused\n")


def test_events(box):
    box.launch()
    box.run("stop")
    lines = box.run("events").out.splitlines()
    types = [line.split()[1] for line in lines]
    assert types[-1] == "ended"
    assert "started" in types and "exit" in types and "step" in types
    events = [json.loads(line) for line in box.run("events", "--json").out.splitlines()]
    assert [each["type"] for each in events] == types
    numbers = [each["seq"] for each in events]
    assert numbers == sorted(numbers)
    last = box.run("events", "--json", "--since", str(numbers[-2])).out.splitlines()
    assert [json.loads(line)["type"] for line in last] == ["ended"]


def test_events_follow_until_the_end(box):
    box.launch()
    child = box.popen("events", "-f", "--json", stdout=-1)
    box.run("stop")
    out, _ = child.communicate(timeout=20)
    types = [json.loads(line)["type"] for line in out.splitlines()]
    assert child.returncode == 0
    assert types.count("started") == types.count("exit") == types.count("ended") == 1
    assert types[-1] == "ended"


def test_stop_says_what_it_did(box):
    box.launch()
    pid = box.status()["pid"]
    done = box.run("stop")
    assert (done.status, done.err) == (0, "")
    steps = [line.split()[0] for line in done.out.splitlines() if line.startswith("  ")]
    assert steps[:2] == ["save", "quit"]
    assert "rescue copy: " in done.out
    copy = [line for line in done.out.splitlines() if "rescue copy: " in line][0].split(": ", 1)[1]
    assert os.path.getsize(copy) > 0
    assert done.out.splitlines()[-1].startswith("fake: ")
    assert not os.path.exists("/proc/%d" % pid)
    until(lambda: not box.processes(), "the session to leave")
    assert box.run("ps", "--json").json == []
    assert not (box.runtime / "dcchost" / "fake").exists()


def test_stop_as_json(box):
    box.launch()
    report = box.run("stop", "--json").json
    assert report["saved"] == "saved"
    assert report["result"]["kind"] in ("stopped", "exited")
    assert report["left"] == []
    assert [step["step"] for step in report["steps"]][:2] == ["save", "quit"]


def test_stop_names_what_it_ended_beside_the_application(box):
    box.launch("--set", "tree-timeout=100ms", "--", "--tree", "ignore-term")
    done = box.run("stop", "fake")
    assert done.status == 0, done
    beside = [line for line in done.out.splitlines() if line.startswith("  ended beside it: ")]
    assert len(beside) == 1 and re.match(r"  ended beside it: \d+ fake-dcc$", beside[0]), done
    box.launch("--set", "tree-timeout=100ms", "--", "--tree", "ignore-term")
    report = box.run("stop", "fake", "--json").json
    assert [line.split()[1] for line in report["ended"]] == ["fake-dcc"], report


def test_stop_of_one_that_takes_no_hint(box):
    box.launch("--set", "term-timeout=200ms", "--set", "tree-timeout=200ms", "--", "--refuse-save", "--refuse-quit",
               "--ignore-term")
    report = box.run("stop", "--json").json
    assert report["saved"] == "refused"
    assert "kill" in [step["step"] for step in report["steps"]]
    assert report["result"]["signal"] == signal.SIGKILL


def test_stop_within_a_timeout(box):
    box.launch("--", "--slow-save", "60000", "--ignore-term")
    done = box.run("stop", "--timeout", "1s")
    assert done.status == 0, done
    assert not any("fake-dcc" in command for command in box.processes().values())


@pytest.mark.parametrize("text", ["soon", "-1", "5 parsecs"])
def test_stop_with_a_malformed_timeout(box, text):
    done = box.run("stop", "--timeout", text)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("dcchost: --timeout: ")


def test_what_has_ended_stays_known(box):
    box.launch()
    box.run("stop")
    until(lambda: not box.processes(), "the session to leave")
    assert [each["name"] for each in box.run("ps", "--all", "--json").json] == ["fake"]
    assert box.status()["state"] == "stopped"
    for verb in ["stop", "kill"]:
        done = box.run(verb, "fake")
        assert done.status == 0
        assert done.out.startswith("fake: has already ended: ")
    done = box.run("probe", "fake")
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("dcchost: fake has ended: ")


def test_kill(box):
    box.launch("--", "--slow-save", "60000", "--tree", "double-fork")
    done = box.run("kill")
    assert (done.status, done.err) == (0, "")
    assert done.out.splitlines()[-1].startswith("fake: stopped: ended by signal 9")
    until(lambda: not box.processes(), "everything to be gone")


def test_restart(box):
    box.launch()
    before = box.status()
    done = box.run("restart")
    after = box.status()
    assert (done.status, done.err) == (0, "")
    assert done.out == "fake: running again, pid %d\n" % after["pid"]
    assert after["pid"] != before["pid"]
    assert (after["state"], after["ready"]) == ("running", True)


def test_restart_of_one_that_has_ended(box):
    box.launch("--env", "MARK=mine", "--", "--print-env")
    box.run("stop")
    until(lambda: not box.processes(), "the session to leave")
    done = box.run("restart", "fake")
    assert done.status == 0, done
    assert done.out == "fake: running again, pid %d\n" % box.status()["pid"]
    assert "MARK=mine" in until(lambda: box.run("logs", "-n", "all").out, "output")


def test_a_short_job_is_waited_for(box):
    done = box.run("launch", "fake", "-d", "--wait", "ready", "--", "--job", "--exit-before-ready", "0")
    assert (done.status, done.err) == (0, ""), done
    assert re.fullmatch(r"fake: done, pid \d+, log .*/output\.log\n", done.out), done
