"""What a farm's engine does to its jobs: it kills the command, its process group, the session with it, or asks all
processes to end at the same time. Nothing is left, soon, and the end is told for what it was."""

import contextlib
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import time

import pytest

from box import until
from faults import events, figure, is_alive

ROUNDS = int(os.environ.get("DCCHOST_TIED_ROUNDS", "3"))
PATIENCE = 60
PROMISE_S = 5
STRACE = shutil.which("strace", path="/usr/bin:/bin")


def on_this_machine(seconds):
    """A promise for a machine that has nothing else to do, on one that is shared."""
    return seconds * max(1, os.getloadavg()[0] / os.cpu_count())


def launch(box, name, *args):
    output = box.work / name
    with open(str(output), "wb") as file:
        child = box.popen("launch", "fake", "--name", name, *args, stdout=file, stderr=subprocess.STDOUT,
                          start_new_session=True)
    until(lambda: "running, ready" in output.read_text() or child.poll() is not None, "ready", PATIENCE)
    assert child.poll() is None, output.read_text()
    return child


def seconds_to_empty(box, begun):
    until(lambda: not box.processes(), "nothing to be left", PATIENCE)
    return time.monotonic() - begun


def tell(what, seconds):
    figure("%s, %d of %d: nothing left after %.2f s (median), %.2f s (worst)" %
           (what, len(seconds), ROUNDS, statistics.median(seconds), max(seconds)))
    assert max(seconds) < on_this_machine(PROMISE_S)


def end(box, name):
    told, = events(box, name, "exit")
    return told["result"]


@pytest.mark.parametrize("what", ["client", "group", "client and session", "client, session stopped"])
def test_killed_without_warning(box, what):
    seconds = []
    for i in range(ROUNDS):
        name = "n%d" % i
        child = launch(box, name, "--tied", "--", "--tree", "setsid", "--tree", "ignore-term")
        status = box.status(name)
        session, application = status["session_pid"], status["pid"]
        begun = time.monotonic()
        if what == "client, session stopped":
            os.kill(session, signal.SIGSTOP)
        if what == "client and session":
            os.kill(session, signal.SIGKILL)
        if what == "group":
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()
        child.wait()
        if what == "client, session stopped":
            until(lambda: not is_alive(application), "the application to be gone", PATIENCE)
            os.kill(session, signal.SIGCONT)
        seconds.append(seconds_to_empty(box, begun))
        if "session" not in what:
            told = end(box, name)
            assert (told["kind"], told["verdict"]) == ("stopped", "cancelled"), told
    tell("SIGKILL to " + what, seconds)


def kill_all_of(pids):
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def test_all_who_could_end_it_are_killed(box):
    """Command, session and shim: the kernel ends what has no window. The next task of an engine's settles what is
    left, and does not start it again, for what it was tied to is gone."""
    seconds = []
    for i in range(ROUNDS):
        name = "n%d" % i
        child = launch(box, name, "--tied", "--headless", "--", "--ignore-term")
        status = box.status(name)
        begun = time.monotonic()
        kill_all_of([child.pid, status["session_pid"], status["shim_pid"]])
        child.wait()
        seconds.append(seconds_to_empty(box, begun))
        assert list(box.temp.iterdir()) and (box.runtime / "dcchost" / name).exists()
        done = box.run("launch", "fake", "--headless", "--", "--job", "--exit-after", "10", SLURM_JOB_ID=str(i))
        assert done.status == 0, done
        until(lambda: not (box.runtime / "dcchost" / name).exists(), "what was left to be cleared", PATIENCE)
        until(lambda: not box.processes(), "nothing to be left", PATIENCE)
        status = box.status(name)
        assert status["restart_count"] == 0 and status["state"] != "running", status
        assert status["result"]["kind"] != "exited", status["result"]
    assert not list(box.temp.iterdir())
    tell("SIGKILL to command, session and shim", seconds)


@pytest.mark.skipif(not STRACE, reason="no strace here")
@pytest.mark.parametrize("args, calls", [(("--tied", "--headless"), 1), (("--tied",), 0), (("--headless",), 0)])
def test_the_kernel_is_asked_once(box, args, calls):
    """For what is tied and has no window; not by the application itself, and not for anything else."""
    trace = box.top / "trace"
    done = subprocess.run([STRACE, "-qq", "-f", "-o", str(trace), "-e", "trace=prctl,execve", box.command, "launch",
                           "fake", *args, "--", "--exit-after", "10"], env=box.env, cwd=str(box.work), timeout=PATIENCE,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    lines = trace.read_text().splitlines()
    asked = [line for line in lines if "PR_SET_PDEATHSIG, SIGKILL" in line]
    assert len(asked) == calls, asked
    runs = [line for line in lines if re.search(r'execve\("[^"]*/fake-dcc"', line) and '"--exit-after"' in line]
    assert len(runs) == 1, runs
    assert {line.split()[0] for line in asked} <= {runs[0].split()[0]}, (asked, runs)


def test_what_it_has_started_is_ended_by_the_next_task(box):
    """The kernel's signal is for the main process alone."""
    child = launch(box, "n", "--tied", "--headless", "--", "--tree", "setsid", "--tree", "ignore-term")
    status = box.status("n")
    kill_all_of([child.pid, status["session_pid"], status["shim_pid"]])
    child.wait()
    until(lambda: not is_alive(status["pid"]), "the main process to be gone", PATIENCE)
    assert box.processes(), "its children, which nobody has signalled"
    done = box.run("launch", "fake", "--headless", "--", "--job", "--exit-after", "10", SLURM_JOB_ID="1")
    assert done.status == 0, done
    seconds_to_empty(box, time.monotonic())


def test_a_window_outlives_its_shim(box):
    """There is work of somebody's in it: it ends with what it is tied to, as long as there is a session."""
    child = launch(box, "n", "--tied")
    status = box.status("n")
    os.kill(status["shim_pid"], signal.SIGKILL)
    until(lambda: not is_alive(status["shim_pid"]), "the shim's end", PATIENCE)
    assert box.run("probe", "n").status == 0 and box.status("n")["pid"] == status["pid"]
    child.kill()
    child.wait()
    seconds_to_empty(box, time.monotonic())


def orphan(box, name, *args):
    """A window of which nothing but the application is alive any more: its status before."""
    child = launch(box, name, "--tied", *args)
    status = box.status(name)
    kill_all_of([status["shim_pid"], status["session_pid"], child.pid])  # whoever would end it first
    child.wait()
    assert is_alive(status["pid"]) and box.status(name)["pid"] == status["pid"], "the window outlives them"
    return status


@pytest.mark.parametrize("verb", ["launch", "launch -d", "render"])
def test_the_next_launch_of_that_name_ends_a_window_that_nobody_ends(box, verb):
    """Its work is brought to safety first, and the name is free: no 75 for ever."""
    before = orphan(box, "n")
    (box.work / "shot.scene").write_text("a scene")
    args = {"launch": ["launch", "fake", "--", "--exit-after", "10"],
            "launch -d": ["launch", "fake", "-d", "--wait", "ready"],
            "render": ["render", "fake", "--file", "shot.scene", "--frames", "1", "--output", "f_#.png"]}[verb]
    done = box.run(args[0], args[1], "--name", "n", *args[2:])
    assert done.status == 0, done
    told = re.search("^dcchost: n: what it was tied to is gone, so it was ended; rescued: (.*)$", done.err, re.M)
    assert told and os.path.exists(told.group(1)), done
    assert not is_alive(before["pid"])
    box.run("kill", "n")
    seconds_to_empty(box, time.monotonic())


def test_the_next_task_of_an_engine_ends_a_window_that_nobody_ends(box):
    """Whatever its own name is."""
    before = orphan(box, "n")
    done = box.run("launch", "fake", "--headless", "--", "--job", "--exit-after", "10", SLURM_JOB_ID="1")
    assert done.status == 0, done
    until(lambda: not is_alive(before["pid"]), "the window to be ended", PATIENCE)
    seconds_to_empty(box, time.monotonic())
    status = box.status("n")
    assert status["state"] == "stopped" and status["result"]["verdict"] == "cancelled" and status["rescue"], status


def test_a_caller_that_lives_keeps_its_window(box):
    """The name is taken then, also where the session and the shim are gone."""
    child = launch(box, "n", "--tied")
    status = box.status("n")
    child.send_signal(signal.SIGSTOP)  # it would end itself, for its session is gone
    kill_all_of([status["session_pid"], status["shim_pid"]])
    until(lambda: not box.status("n")["attended"], "the session to be gone", PATIENCE)
    done = box.run("launch", "fake", "--name", "n", "-d")
    assert done.status == 75 and is_alive(status["pid"]), done
    child.send_signal(signal.SIGCONT)
    box.run("kill", "n")
    child.wait(PATIENCE)
    seconds_to_empty(box, time.monotonic())


@pytest.mark.parametrize("living", ["application", "shim", "session"])
def test_what_lives_is_left_alone(box, living):
    """By a task of an engine's that settles what others have left."""
    child = launch(box, "n", "--no-tied")
    status = box.status("n")
    victims = {"application": ["session_pid", "shim_pid"], "shim": ["session_pid"], "session": []}[living]
    kill_all_of([child.pid, *(status[victim] for victim in victims)])
    child.wait()
    until(lambda: not any(is_alive(status[victim]) for victim in victims), "their ends", PATIENCE)
    done = box.run("launch", "fake", "--headless", "--", "--job", "--exit-after", "10", SLURM_JOB_ID="1")
    assert done.status == 0, done
    now = box.status("n")
    assert now["pid"] == status["pid"] and now["attended"] == (living == "session"), now
    box.run("kill", "n")
    seconds_to_empty(box, time.monotonic())


@pytest.mark.parametrize("order", [("client", "session", "shim", "app"), ("app", "shim", "session", "client"),
                                   ("session", "client", "app", "shim")])
def test_all_are_asked_to_end(box, order):
    """By whoever does not choose: Slurm without cgroups, systemctl stop, a logout, a shutdown."""
    seconds, kinds = [], {}
    for i in range(ROUNDS):
        name = "n%d" % i
        child = launch(box, name)
        status = box.status(name)
        pids = {"client": child.pid, "session": status["session_pid"], "shim": status["shim_pid"], "app": status["pid"]}
        begun = time.monotonic()
        for each in order:
            with contextlib.suppress(ProcessLookupError):  # what was asked first may have ended the next
                os.kill(pids[each], signal.SIGTERM)
        child.wait(PATIENCE)
        seconds.append(seconds_to_empty(box, begun))
        status, result = box.status(name), end(box, name)
        assert status["state"] == "stopped" and status["restart_count"] == 0, status
        kind = (result["kind"], result["verdict"], child.returncode)
        kinds[kind] = kinds.get(kind, 0) + 1
    figure("ends: %s" % kinds)
    assert {kind[1:] for kind in kinds} == {("cancelled", 143)}, kinds
    tell("SIGTERM to " + ", ".join(order), seconds)


def test_a_job_all_of_whose_processes_are_asked_to_end(box):
    """It had not done its work: cancelled, 143, whoever heard of it first."""
    seconds = []
    for i in range(ROUNDS):
        name = "n%d" % i
        child = launch(box, name, "--headless", "--", "--job", "--busy-after", "10")
        status = box.status(name)
        pids = [child.pid, status["session_pid"], status["shim_pid"], status["pid"]]
        random.shuffle(pids)
        begun = time.monotonic()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        child.wait(PATIENCE)
        seconds.append(seconds_to_empty(box, begun))
        result = end(box, name)
        assert (result["verdict"], child.returncode) == ("cancelled", 143), (result, child.returncode)
        assert box.status(name)["restart_count"] == 0
    tell("SIGTERM to all of a job", seconds)
