"""Crashes, restarts and giving up; sessions and shims that are killed."""

import os
import signal

import pytest

from world import death_of, figure, is_alive, kill, on_this_machine, until

SOON = ["--backoff", "fixed:50ms", "--set", "jitter=0"]


def crash(world, pid):
    kill(pid, signal.SIGSEGV)


def ready_again(world, before, name="blender"):
    return until(lambda: (lambda s: s if s["ready"] and s["pid"] != before["pid"] else None)(world.status(name)),
                 "the next run")


def test_a_crash_is_seen_at_once_mended_and_nothing_stays(world):
    before = world.launch()
    fd = os.pidfd_open(before["pid"])
    with world.control() as control:
        control.follow()
        os.kill(before["pid"], signal.SIGSEGV)
        died = death_of(fd)
        told, event = control.event("exit", pid=before["pid"])
        running, _event = control.event("state", to="running")
    os.close(fd)
    figure("SIGSEGV: exit event %.1f ms after the death, ready again after %.2f s"
           % ((told - died) * 1000, running - died))
    assert told - died < on_this_machine(0.1)
    result = event["result"]
    assert (result["kind"], result["signal"], result["verdict"]) == ("signaled", signal.SIGSEGV, "crash")
    after = ready_again(world, before)
    assert after["restart_count"] == 1 and after["state"] == "running"
    assert len(world.events(kind="exit")) == 1
    report = world.rescued("*crash.txt")
    assert len(report) == 1 and report[0].read_text().startswith("# Blender ")
    assert result["reason"].endswith("its report is %s" % report[0]), result["reason"]
    stacks = world.rescued("*dcchost-faults.txt")
    assert len(stacks) == 1 and "Segmentation fault" in stacks[0].read_text()
    world.stop()
    world.expect_nothing_left()


def test_told_not_to_come_back_it_does_not(world):
    pid = world.launch("--restart", "never")["pid"]
    crash(world, pid)
    status = until(lambda: (lambda s: s if not s["attended"] else None)(world.status()), "the end")
    assert (status["state"], status["restart_count"]) == ("crashed", 0)
    assert status["result"]["signal"] == signal.SIGSEGV
    world.expect_nothing_left()


def test_it_gives_up_when_enough_is_enough(world):
    before = world.launch("--max-restarts", "1", *SOON, "--set", "instant-crash=0")
    crash(world, before["pid"])
    second = ready_again(world, before)
    crash(world, second["pid"])
    status = until(lambda: (lambda s: s if not s["attended"] else None)(world.status()), "the end")
    assert (status["state"], status["restart_count"]) == ("failed", 1)
    gave_up = world.events(kind="gave-up")
    assert len(gave_up) == 1 and "1 restart" in gave_up[0]["reason"]
    assert len(world.events(kind="exit")) == 2
    world.expect_nothing_left()


def test_a_script_that_crashes_at_each_start(world):
    script = world.work / "bad_plugin.py"
    script.write_text("import ctypes\nprint('loading the bad plug-in', flush=True)\nctypes.string_at(0)\n")
    done = world.run("launch", "blender", "--headless", *SOON, "--", "--python", script)
    assert done.status == 128 + signal.SIGSEGV, done
    assert "instant crash" in done.out, done
    assert "loading the bad plug-in" in done.out, done  # why: the last lines of its output
    status = world.status()
    assert status["state"] == "failed" and status["restart_count"] == 1
    report = world.rescued("*crash.txt")
    assert len(report) == 2 and all("bad_plugin.py" in path.read_text() for path in report)


def test_the_last_words_of_a_script_are_in_the_log(world):
    pid = world.launch("--restart", "never")["pid"]
    with world.control() as control:
        control.run("print('opening the rig')")
    crash(world, pid)
    until(lambda: not world.status()["attended"], "the end")
    assert "opening the rig" in world.run("logs", "blender", "-n", "all").out


def test_killed_from_outside_it_comes_back(world):
    before = world.launch(*SOON)
    os.kill(before["pid"], signal.SIGKILL)
    after = ready_again(world, before)
    assert after["restart_count"] == 1
    result = world.events(kind="exit")[0]["result"]
    assert (result["kind"], result["signal"], result["verdict"]) == ("signaled", signal.SIGKILL, "killed")


def test_without_its_session_it_lives_on_until_adopted(world):
    before = world.launch()
    os.kill(before["session_pid"], signal.SIGKILL)
    until(lambda: not world.run("ps", "--json").json[0]["attended"], "ps")
    row = world.run("ps", "--json").json[0]
    assert row["pid"] == before["pid"] and is_alive(before["pid"])
    assert "unattended" in world.run("ps").out
    done = world.run("adopt", "blender")
    assert done.status == 0, done
    after = world.status()
    assert after["attended"] and after["pid"] == before["pid"] and after["incarnation"] == before["incarnation"]
    assert after["session_pid"] != before["session_pid"] and after["restart_count"] == 0
    until(lambda: world.run("probe").status == 0, "the agent to come back")
    assert world.status()["ready"]
    crash(world, before["pid"])
    assert ready_again(world, before)["restart_count"] == 1
    world.stop()


def test_a_crash_that_nobody_watched_is_reported(world):
    before = world.launch(*SOON)
    os.kill(before["session_pid"], signal.SIGKILL)
    crash(world, before["pid"])
    done = world.run("adopt", "blender")
    assert done.status == 0, done
    ready_again(world, before)
    exits = world.events(kind="exit")
    assert len(exits) == 1 and exits[0]["pid"] == before["pid"]
    assert (exits[0]["result"]["kind"], exits[0]["result"]["signal"]) == ("signaled", signal.SIGSEGV)
    assert len(world.rescued("*crash.txt")) == 1


def test_without_its_shim_it_works_and_writes_on(world):
    status = world.launch("--restart", "never")
    os.kill(status["shim_pid"], signal.SIGKILL)
    until(lambda: not world.status()["owned"], "the shim's death to be seen")
    assert world.status()["state"] == "running" and is_alive(status["pid"])
    with world.control() as control:
        control.follow()
        control.run("for i in range(20000): print('still here', i, flush=True)")  # more than a pipe holds
        assert control.call("probe")["health"] == "ok"
        until(lambda: "still here 19999" in world.run("logs", "-n", "all").out, "the output")
        control.ask_run("import os; os._exit(9)")
        _instant, event = control.event("exit")
    assert (event["result"]["kind"], event["result"]["code"]) in [("exited", 9), ("lost", -1)]
    world.expect_nothing_left()


@pytest.mark.parametrize("end", ["stop", "crash"])
def test_without_both_it_can_still_be_taken_over(world, end):
    before = world.launch("--restart", "never")
    os.kill(before["session_pid"], signal.SIGKILL)
    os.kill(before["shim_pid"], signal.SIGKILL)
    until(lambda: not is_alive(before["shim_pid"]) and not is_alive(before["session_pid"]), "both to be gone")
    assert is_alive(before["pid"])
    done = world.run("adopt", "blender")
    assert done.status == 0, done
    until(lambda: world.run("probe").status == 0, "the agent to come back")
    status = world.status()
    assert status["pid"] == before["pid"] and not status["owned"]
    if end == "stop":
        report = world.stop()
        assert report["saved"] == "saved" and report["left"] == []
    else:
        crash(world, before["pid"])
        end = until(lambda: (lambda s: s if not s["attended"] else None)(world.status()), "the end")
        assert end["result"]["signal"] == signal.SIGSEGV or end["result"]["kind"] == "lost"
    world.expect_nothing_left()
