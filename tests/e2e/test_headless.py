"""A Blender without a window: ready, asked, busy, hung, and well again."""

import os
import signal
import time

import pytest

from world import figure, on_this_machine, until

KEYS = ["name", "app", "version", "state", "ready", "pid", "shim_pid", "restart_count", "uptime_s", "health", "result",
        "log_path"]
QUICK = ["--set", "probe-period=500ms", "--set", "probe-timeout=300ms", "--set", "probe-failures=2", "--set",
         "progress-window=1s"]
# The agent says what a job of its own keeps it busy with. This one takes that back: nobody knows why nothing turns.
UNSAID = "import dcchost_blender_agent, time; dcchost_blender_agent.agent.set_busy(None)\n"
STUCK = UNSAID + "time.sleep(%d)"
BURN = UNSAID + "end = time.monotonic() + %d\nwhile time.monotonic() < end: pass"
ON_SIGNAL = "import signal, time; signal.signal(signal.SIGUSR2, lambda *a: time.sleep(%d))"


def test_ready_and_what_status_says(world):
    status = world.launch()
    for key in KEYS:
        assert key in status
    assert (status["name"], status["app"], status["state"], status["ready"]) == ("blender", "blender", "running", True)
    assert status["headless"] and status["attended"] and status["owned"] and status["restart_count"] == 0
    assert status["result"] is None and status["uptime_s"] > 0 and status["degraded"] == []
    assert os.path.samefile("/proc/%d/exe" % status["pid"], "/usr/bin/blender") or status["version"]
    assert os.path.isdir(os.path.dirname(status["log_path"]))
    world.launch("--name", "another")
    assert [each["name"] for each in world.run("ps", "--json").json] == ["another", "blender"]
    taken = world.run("launch", "blender", "--headless", "-d")
    assert (taken.status, taken.out) == (75, "") and "since" in taken.err
    assert world.status()["pid"] == status["pid"]
    world.stop("another")
    assert world.run("probe", "blender").status == 0
    world.stop("blender")


def test_probe(world):
    world.launch()
    reply = world.run("probe", "--json").json
    assert reply["health"] == "ok" and 0 <= reply["main_thread_age_ms"] < 1000 and reply["busy"] is None
    figure("probe of a headless Blender: %d ms" % reply["round_trip_ms"])
    with world.control() as control:
        asked = control.ask_run("import time; time.sleep(1)")
        reply = until(lambda: (lambda r: r if r["busy"] else None)(control.call("probe")), "the run")
        assert reply["health"] == "busy" and reply["busy"] == "run"
        control.answer(asked)
        assert control.run("import bpy; result = 6 * 7") == "42"
        for _ in range(200):  # whoever has the answer may ask at once
            control.run("result = 1")
            assert control.call("probe")["health"] == "ok"


def test_a_blocked_main_thread_is_seen_and_forgiven(world):
    pid = world.launch(*QUICK)["pid"]
    with world.control() as control:
        control.follow()
        began = time.monotonic()
        control.ask_run(STUCK % 9)
        seen, _event = control.event("state", to="unresponsive")
        figure("blocked main thread: unresponsive after %.1f s" % (seen - began))
        ages = [control.call("probe")["main_thread_age_ms"] for _ in range(3)]
        assert ages == sorted(ages) and ages[0] > 500
        assert world.run("probe").status != 0
        status = control.call("status")
        assert status["state"] == "unresponsive" and status["health"]["state"] == "unresponsive"
        back, _event = control.event("state", **{"from": "unresponsive", "to": "running"})
        figure("well again %.1f s after the block began, which lasted 9 s" % (back - began))
        assert back - began > 8.9
        assert control.call("status")["pid"] == pid


def test_hard_work_is_not_a_hang(world):
    world.launch(*QUICK)
    with world.control() as control:
        control.follow()
        began = time.monotonic()
        asked = control.ask_run(BURN % 8)
        control.event("health", state="busy")
        assert world.status()["state"] == "running"
        control.answer(asked)
        assert time.monotonic() - began >= 8
        assert not [e for _, e in control.events if "unresponsive" in (e.get("to"), e.get("state"))]


def test_a_slow_signal_handler_does_not_stop_the_loop(world):
    pid = world.launch(*QUICK)["pid"]
    with world.control() as control:
        control.run(ON_SIGNAL % 1)
        os.kill(pid, signal.SIGUSR2)
        until(lambda: control.call("probe")["main_thread_age_ms"] > 700, "the handler")
        until(lambda: control.call("probe")["main_thread_age_ms"] < 500, "the loop", 5)


def test_a_paused_blender_is_paused_and_not_hung(world):
    pid = world.launch(*QUICK)["pid"]
    with world.control() as control:
        control.follow()
        os.kill(pid, signal.SIGSTOP)
        control.event("health", state="paused")
        assert world.status()["paused"]
        os.kill(pid, signal.SIGCONT)
        until(lambda: control.call("status")["health"]["state"] == "ok", "health")
        assert not [e for _, e in control.events if e.get("to") == "unresponsive"]


def test_a_hang_is_ended_where_that_is_wanted(world):
    pid = world.launch(*QUICK, "--on-hang", "restart", "--set", "hang-timeout=500ms", "--set", "save-timeout=1s",
                       "--set", "term-timeout=1s", "--backoff", "fixed:50ms")["pid"]
    with world.control() as control:
        control.follow()
        control.ask_run(STUCK % 300)
        control.event("state", to="unresponsive")
        control.event("exit", pid=pid)
        control.event("state", to="running")
    after = world.status()
    assert after["pid"] != pid and after["ready"] and after["restart_count"] == 1


@pytest.fixture
def stopped(world):
    """The end of a Blender that did not listen, within three seconds."""
    pid = world.launch()["pid"]
    with world.control() as control:
        control.ask_run(STUCK % 300)
        until(lambda: control.call("probe")["main_thread_age_ms"] > 500, "the block")
    done = world.run("stop", "--json", "--timeout", "3s")
    assert not os.path.exists("/proc/%d" % pid)
    return done


def test_stopping_a_blocked_blender_takes_no_longer_than_said(stopped):
    figure("stop --timeout 3s of a blocked Blender: %.1f s" % stopped.seconds)
    assert stopped.status == 0 and stopped.seconds < 3 + on_this_machine(2)
    assert stopped.json["result"]["signal"] in (signal.SIGTERM, signal.SIGKILL)
    assert stopped.json["rescue"] == [] and stopped.json["left"] == []


def test_a_save_that_the_deadline_cut_off_has_timed_out(stopped):
    assert stopped.json["saved"] == "timed-out", stopped


def test_the_user_s_own_start_up_script_that_raises(world):
    """Blender tells of it and goes on; so do we, and what it said is in the log."""
    startup = world.work / "scripts/startup"
    startup.mkdir(parents=True)
    (startup / "studio.py").write_text("open(%r, 'a').write('x')\n1 / 0\n" % str(world.work / "ran"))
    world.launch("--env", "BLENDER_USER_SCRIPTS=%s" % startup.parent)
    assert (world.work / "ran").read_text() == "x"
    assert "ZeroDivisionError" in world.run("logs", "blender").out
    assert world.run("probe", "blender").status == 0
    world.stop("blender")
