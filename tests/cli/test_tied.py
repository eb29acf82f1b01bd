"""--tied: when whoever called the command is gone, nothing of the instance is left within five seconds.

What is checked is that it ends, and how; the five seconds are for an idle machine, and tests/faults has them."""

import datetime
import json
import os
import signal
import subprocess

import pytest

from conftest import until

GONE = 60  # for a machine that is busy


def shown(box, *args, **more):
    """A foreground launch that is ready: the command's process."""
    output = box.work / "shown"
    with open(str(output), "wb") as file:
        child = box.popen("launch", "fake", *args, stdout=file, stderr=subprocess.STDOUT, **more)
    until(lambda: "running, ready" in output.read_text() or child.poll() is not None, "ready", GONE)
    assert child.poll() is None, output.read_text()
    return child


def gone(box):
    until(lambda: not box.processes(), "everything to be gone", GONE)


def kill(child):
    child.kill()
    child.wait()


def last(box, name="fake"):
    return until(lambda: (lambda s: s if not s["attended"] else None)(box.status(name)), "the end", GONE)


def test_the_client_is_killed(box):
    child = shown(box, "--tied")
    kill(child)
    status = last(box)
    assert (status["state"], status["result"]["kind"]) == ("stopped", "stopped"), status
    gone(box)
    events = box.run("events", "fake").out
    assert "process %d, which it is tied to, is gone" % child.pid in events
    assert "rescue copy" in events, events


def test_its_group_is_killed(box):
    child = shown(box, "--tied", start_new_session=True)
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    assert last(box)["state"] == "stopped"
    gone(box)


def test_client_and_session_are_killed(box):
    """Then the shim sees to it."""
    child = shown(box, "--tied", "--", "--tree", "setsid")
    session = box.status()["session_pid"]
    os.kill(session, signal.SIGKILL)
    kill(child)
    gone(box)


def test_the_session_dies_first_and_another_takes_over(box):
    child = shown(box, "--tied")
    os.kill(child.pid, signal.SIGSTOP)  # or it would end of that
    status = box.status()
    os.kill(status["session_pid"], signal.SIGKILL)
    assert box.run("adopt", "fake").status == 0
    assert box.status()["pid"] == status["pid"]
    kill(child)
    assert last(box)["state"] == "stopped"
    gone(box)


def test_what_ignores_everything_ends_too(box):
    child = shown(box, "--tied", "--", "--ignore-term", "--slow-save", "60000")
    kill(child)
    gone(box)


def test_a_session_that_does_not_answer_is_gone_past(box):
    child = shown(box, "--tied")
    status = box.status()
    os.kill(status["session_pid"], signal.SIGSTOP)
    kill(child)
    until(lambda: not os.path.exists("/proc/%d" % status["pid"]), "the application to be gone", GONE)
    os.kill(status["session_pid"], signal.SIGCONT)
    gone(box)


def test_a_delay_before_a_restart_ends(box):
    child = shown(box, "--tied", "--backoff", "fixed:60s", "--set", "jitter=0", "--set", "instant-crash=0")
    os.kill(box.status()["pid"], signal.SIGSEGV)
    until(lambda: box.status()["restart_in_ms"] is not None, "the delay")
    kill(child)
    gone(box)


def test_it_survives_a_restart(box):
    child = shown(box, "--tied", "--backoff", "fixed:10ms", "--set", "jitter=0")
    first = box.status()["pid"]
    os.kill(first, signal.SIGSEGV)
    until(lambda: box.status()["pid"] not in (first, -1) and box.status()["ready"], "the next run", GONE)
    os.kill(box.status()["session_pid"], signal.SIGKILL)
    child.wait()
    gone(box)


def test_the_parent_of_the_client_is_killed(box):
    shell = subprocess.Popen(["/bin/sh", "-c", '"$0" launch fake --tied >shown 2>&1; :', os.environ["DCCHOST"]],
                             env=box.env, cwd=str(box.work), stdin=subprocess.DEVNULL)
    output = box.work / "shown"
    until(lambda: output.exists() and "running, ready" in output.read_text(), "ready", GONE)
    kill(shell)
    assert last(box)["state"] == "stopped"
    gone(box)


def test_detached_it_is_tied_to_who_called_it(box):
    shell = subprocess.Popen(["/bin/sh", "-c", '"$0" launch fake --tied -d --wait ready >shown 2>&1; read forever',
                              os.environ["DCCHOST"]], env=box.env, cwd=str(box.work), stdin=subprocess.PIPE)
    output = box.work / "shown"
    until(lambda: output.exists() and "fake: ready" in output.read_text(), "ready", GONE)
    assert box.run("probe").status == 0
    shell.stdin.close()
    shell.wait()
    assert last(box)["state"] == "stopped"
    gone(box)


@pytest.mark.parametrize("more, tied", [([], True), (["--no-tied"], False), (["-d"], False)])
def test_a_farm_engine_means_it(box, more, tied):
    """In the foreground. What is left running on purpose is not tied to the script that starts it."""
    env = dict(box.env, SLURM_JOB_ID="4711", SLURM_ARRAY_TASK_ID="7", SLURM_RESTART_COUNT="2")
    name = "fake-slurm-4711-t7-r2"
    child = box.popen("launch", "fake", *more, env=env, stdout=subprocess.DEVNULL)
    until(lambda: box.run("probe", name).status == 0, "ready", GONE)
    status = box.status(name)
    kill(child)
    if tied:
        gone(box)
        return
    assert box.run("probe", name).status == 0
    assert box.status(name)["pid"] == status["pid"]


@pytest.mark.parametrize("env, name", [
    ({"SLURM_JOB_ID": "12"}, "fake-slurm-12-r0"),
    ({"SLURM_JOB_ID": "12", "SLURM_STEP_ID": "3", "SLURM_PROCID": "1"}, "fake-slurm-12-s3-p1-r0"),
    ({"OPENJD_SESSION_WORKING_DIR": "/var/x/session-ab12"}, "fake-openjd-session-ab12-p%d"),
    ({"DEADLINE_SESSIONACTION_ID": "sessionaction-1-0", "OPENJD_SESSION_WORKING_DIR": "/s"},
     "fake-openjd-sessionaction-1-0-s-p%d"),
    ({"CUE_FRAME_ID": "f2e1a0b4-0000-4000-8000-123456789abc"}, "fake-opencue-f2e1a0b4-0000-4000-8000-123456789abc-p%d"),
    ({"CUE3": "True"}, "fake-opencue-p%d"),
    ({"SLURM_JOB_ID": ""}, "fake"),
])
def test_names_say_job_task_and_attempt(box, env, name):
    child = box.popen("launch", "fake", "--", "--exit-after", "50", env=dict(box.env, **env), stdout=subprocess.PIPE)
    out = child.communicate(timeout=GONE)[0].decode()
    assert child.returncode == 0, out
    assert out.startswith((name % child.pid if "%d" in name else name) + ":"), out


@pytest.mark.parametrize("text", ["/tmp/ö x/../weird name\n", "x" * 300])
def test_odd_names_are_cleaned(box, text):
    """And stay apart where cleaning makes them alike."""
    names = set()
    for more in ("a", "b"):
        child = box.popen("launch", "fake", "--", "--exit-after", "50", env=dict(box.env, CUE_FRAME_ID=text + more),
                          stdout=subprocess.PIPE)
        out = child.communicate(timeout=GONE)[0].decode()
        assert child.returncode == 0, out
        names.add(out.split(":")[0].rsplit("-", 1)[1])
    assert len(names) == 2


def test_a_number_that_is_none_is_refused(box):
    done = box.run("launch", "fake", SLURM_JOB_ID="12; rm")
    assert done.status == 78, done
    assert 'SLURM_JOB_ID is "12; rm", which is no number; unset it, or say --name NAME' in done.err
    assert box.run("launch", "fake", "--name", "x", "--", "--exit-after", "50", SLURM_JOB_ID="12; rm").status == 0


STUBBORN = ("--", "--slow-save", "300000", "--slow-quit", "300000", "--ignore-term")


def test_a_stop_takes_what_openjd_leaves(box):
    """It says in a file until when it waits, before it asks: less than the 120 s that it gives by default."""
    child = shown(box, *STUBBORN, env=dict(box.env, OPENJD_SESSION_WORKING_DIR=str(box.work)))
    end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=8)
    (box.work / "cancel_info.json").write_text(json.dumps({"NotifyEnd": end.strftime("%Y-%m-%dT%H:%M:%SZ")}))
    child.send_signal(signal.SIGTERM)
    child.wait(GONE)
    assert "save: timed-out" in (box.work / "shown").read_text()
    gone(box)


def test_a_budget_of_the_users_holds(box):
    """Whatever the engine leaves."""
    child = shown(box, "--stop-budget", "4s", *STUBBORN, env=dict(box.env, OPENJD_SESSION_WORKING_DIR=str(box.work)))
    (box.work / "cancel_info.json").write_text(json.dumps({"NotifyEnd": "2099-01-01T00:00:00Z"}))
    child.send_signal(signal.SIGTERM)
    child.wait(GONE)
    gone(box)


def test_a_stop_takes_what_slurm_is_configured_to_wait(box):
    conf = box.work / "slurm.conf"
    (box.work / "farm.conf").write_text("KillWait=6\n")
    conf.write_text("ClusterName=Farm\ninclude %c.conf\n")
    request = box.state / "dcchost/fake-slurm-12-r0/request.json"
    for more, budget in (["--stop-budget", "90s"], "90s"), ([], "4500ms"):
        child = shown(box, *more, env=dict(box.env, SLURM_JOB_ID="12", SLURM_CONF=str(conf)))
        assert json.loads(request.read_text())["settings"]["stop-budget"] == budget
        child.send_signal(signal.SIGTERM)
        child.wait(GONE)
        gone(box)


def test_it_cannot_be_both(box):
    done = box.run("launch", "fake", "--tied", "--no-tied")
    assert done.status == 2 and "contradict" in done.err, done


def test_help_says_to_what(box):
    text = box.run("launch", "--help").out
    for word in ("--tied", "--no-tied", "--stop-budget", "SLURM_JOB_ID", "OPENJD_SESSION_WORKING_DIR", "CUE_FRAME_ID"):
        assert word in text
    assert "tied-to" not in text


@pytest.mark.parametrize("outer", ["--tied", "--no-tied"])
def test_a_foreground_launch_inside_an_application(box, outer):
    """The inner command is part of the outer application's tree; the inner instance is not, but it is tied."""
    application = box.work / "fake-with-script"
    application.write_text('#!/bin/sh\n[ "$DCCHOST_NAME" = fake ] && "%s" launch fake --name inner --tied &\n'
                           'exec "%s" "$@"\n' %
                           (os.environ["DCCHOST"], os.environ["DCCHOST_FAKE_EXECUTABLE"]))
    application.chmod(0o755)
    box.env["DCCHOST_FAKE_EXECUTABLE"] = str(application)
    shown(box, outer)
    until(lambda: box.run("probe", "inner").status == 0, "the inner one", GONE)
    box.run("kill", "fake")
    assert last(box, "inner")["state"] == "stopped"
    gone(box)
