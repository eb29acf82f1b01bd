"""How Blender ended is what dcchost says, and what a shell sees."""

import os
import signal
import subprocess

import pytest

from world import is_alive, on_this_machine, until

AT_ONCE = ["--restart", "never"]


def script(world, text):
    path = world.work / "script.py"
    path.write_text(text)
    return path


def run_script(world, text, *options):
    return world.run("launch", "blender", "--headless", *AT_ONCE, "--", *options, "--python", script(world, text))


@pytest.mark.parametrize("text, status", [
    ("import sys; sys.exit(7)", 7),
    ("import os; os._exit(9)", 9),
    ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", 128 + signal.SIGKILL),
    ("import os; os.abort()", 128 + signal.SIGABRT),
])
def test_the_end_is_the_applications_own(world, text, status):
    done = run_script(world, text)
    assert done.status == status, done
    result = world.status()["result"]
    assert (result["code"], result["signal"]) == ((status, 0) if status < 128 else (-1, status - 128)), result
    world.expect_nothing_left()


def test_an_exit_code_chosen_for_exceptions(world):
    done = run_script(world, "raise ValueError('no such rig')", "--python-exit-code", "42")
    assert done.status == 42, done
    assert "no such rig" in done.out


def test_an_exception_is_never_success(world):
    done = run_script(world, "raise ValueError('no such rig')")
    assert done.status != 0, done
    assert "no such rig" in done.out
    assert world.status()["result"]["verdict"] == "script-error", (world.status()["result"], done)
    assert world.status()["restart_count"] == 0


def test_the_reason_names_the_exception(world):
    run_script(world, "raise ValueError('no such rig')")
    assert "no such rig" in world.status()["result"]["reason"]


def test_an_exception_that_blender_calls_success(world):
    done = run_script(world, "raise ValueError('no such rig')", "--python-exit-code", "0")
    result = world.status()["result"]
    assert result["verdict"] in ("suspicious", "script-error") and "no such rig" in result["reason"], done


def test_a_script_that_does_its_work(world):
    done = run_script(world, "import bpy; bpy.ops.mesh.primitive_cube_add()")
    assert (done.status, done.err) == (0, ""), done
    assert world.status()["result"]["verdict"] == "clean" and world.status()["state"] == "stopped"


def test_a_missing_script(world):
    done = world.run("launch", "blender", "--headless", *AT_ONCE, "--", "--python", world.work / "gone.py")
    assert done.status != 0 and "gone.py" in done.out, done


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_signals_from_outside(world, number):
    pid = world.launch(*AT_ONCE)["pid"]
    with world.control() as control:
        control.follow()
        os.kill(pid, number)
        _instant, event = control.event("exit")
    result = event["result"]
    if number == signal.SIGTERM:  # the agent makes an orderly end of it, and says for what
        assert (result["kind"], result["code"], result["verdict"]) == ("exited", 0, "cancelled")
        assert result["reason"] == "quit in order after signal 15 (Terminated), which was not ours"
        assert until(lambda: world.status()["state"] == "stopped", "the end")
    else:
        assert (result["kind"], result["signal"], result["verdict"]) == ("signaled", signal.SIGKILL, "killed")
        assert until(lambda: world.status()["state"] == "crashed", "the end")
    assert world.status()["restart_count"] == 0


def test_an_orderly_end_from_outside_is_not_undone(world):
    pid = world.launch("--backoff", "fixed:10ms")["pid"]
    os.kill(pid, signal.SIGTERM)
    status = until(lambda: (lambda s: s if not s["attended"] else None)(world.status()), "the end")
    assert (status["state"], status["restart_count"]) == ("stopped", 0)
    assert world.events(kind="restart") == []


def test_never_ready(world):
    startup = world.work / "scripts" / "startup"
    startup.mkdir(parents=True)
    (startup / "slow.py").write_text("import subprocess, time\nsubprocess.Popen(['sleep', '300'])\n"
                                     "print('looking for the licence of the rig', flush=True)\ntime.sleep(300)\n")
    limit = int(on_this_machine(2)) + 1
    done = world.run("launch", "blender", "--headless", "--wait", "ready", "--start-timeout", "%ds" % limit, "--env",
                     "BLENDER_USER_SCRIPTS=%s" % startup.parent)
    assert (done.status, done.out) == (124, ""), done
    assert "looking for the licence of the rig" in done.err
    world.expect_nothing_left()
    assert world.status()["restart_count"] == 0


def test_the_workers_of_a_crashed_blender_go_too(world):
    before = world.launch(*AT_ONCE, "--set", "crash-grace=500ms")
    with world.control() as control:
        control.follow()
        worker = int(control.run("import subprocess\nresult = subprocess.Popen(['sleep', '300'], "
                                 "start_new_session=True).pid"))
        os.kill(before["pid"], signal.SIGSEGV)
        control.event("exit")
        control.event("ended")
    assert not is_alive(worker)
    world.expect_nothing_left()


def test_a_closed_terminal_leaves_it_running(world):
    child = world.popen("launch", "blender", "--headless", stdout=subprocess.DEVNULL)
    until(lambda: (lambda rows: rows and rows[0]["ready"])(world.run("ps", "--json").json), "ready")
    child.send_signal(signal.SIGHUP)
    child.wait(20)
    assert world.run("probe").status == 0
    assert world.stop()["result"]["verdict"] == "clean"


def test_two_side_by_side(world):
    one, two = world.launch("--name", "one"), world.launch("--name", "two")
    assert one["pid"] != two["pid"] and one["log_path"] != two["log_path"]
    with world.control("one") as control:
        control.run("import bpy; bpy.ops.mesh.primitive_monkey_add()")
    with world.control("two") as control:
        assert control.run("result = 'Suzanne' in bpy.data.objects") == "False"
    assert world.stop("one")["saved"] == "saved"
    assert world.run("probe", "two").status == 0 and is_alive(two["pid"])
    done = world.run("launch", "blender", "--headless", "-d", "--name", "two")
    assert (done.status, done.out) == (75, "") and "two" in done.err
    assert str(two["session_pid"]) in done.err or str(two["pid"]) in done.err
    world.stop("two")
    world.expect_nothing_left()
