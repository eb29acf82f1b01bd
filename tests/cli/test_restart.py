"""restart never stops for nothing, and never calls a failure a success."""

import json
import os
import signal

import pytest

from conftest import PATIENCE, until

SOON = ["--backoff", "fixed:30ms", "--set", "jitter=0", "--set", "instant-crash=0"]


def scene(box):
    path = box.work / "a.scene"
    path.write_text("scene")
    return path


def test_a_scene_that_is_gone_is_found_out_before_the_stop(box):
    path = scene(box)
    box.launch("--file", str(path))
    before = box.status()
    path.unlink()
    done = box.run("restart")
    assert (done.status, done.out) == (78, "")
    assert done.err == "dcchost: 'fake' is not restarted: its scene %s is not there any more\n" % path
    after = box.status()
    assert (after["pid"], after["state"]) == (before["pid"], "running")


def test_of_one_that_has_ended_too(box):
    path = scene(box)
    box.launch("--file", str(path))
    box.run("stop")
    path.unlink()
    done = box.run("restart", "fake")
    assert (done.status, done.out) == (78, "")
    assert "its scene %s is not there any more" % path in done.err


def test_one_that_cannot_start_again_is_no_success(box):
    """The executable is gone by now: the good one was stopped, and that is told, with the reason."""
    copy = box.work / "fake-dcc"
    copy.write_bytes(open(box.env["DCCHOST_FAKE_EXECUTABLE"], "rb").read())
    os.chmod(str(copy), 0o755)
    box.env["DCCHOST_FAKE_EXECUTABLE"] = str(copy)
    box.launch("--restart", "never")
    copy.unlink()
    done = box.run("restart", "fake")
    assert done.status != 0, done
    assert done.err != "" and "pid -1" not in done.out + done.err


def test_status_after_the_end_names_no_process(box):
    """-1 would be every process of the machine to whoever passes it on to kill."""
    box.launch()
    box.run("stop")
    for text in (box.run("status", "fake", "--json").out, box.run("ps", "--all", "--json").out,
                 box.run("why", "fake", "--json").out):
        assert '"pid" : -1' not in text and '"session_pid" : -1' not in text and '"shim_pid" : -1' not in text
    assert json.loads(box.run("status", "fake", "--json").out)["pid"] is None


def test_one_that_is_stopped_meanwhile_is_no_success(box):
    """It did not start again, whatever the state it ended in is called."""
    box.launch("--", "--slow-quit", "3000")
    restart = box.popen("restart", "fake", stdout=-1, stderr=-1)
    until(lambda: box.status()["state"] == "stopping", "the restart to begin")
    assert box.run("stop", "fake").status == 0
    out, err = (each.decode() for each in restart.communicate(timeout=PATIENCE))
    assert (restart.returncode, out) == (1, "")
    assert err == "dcchost: another command stopped fake before it was ready again\n"
    assert box.status()["restart_count"] == 0


@pytest.mark.parametrize("ended", [False, True])
def test_work_that_is_kept_is_gone_on_from_without_its_scene(box, ended):
    path = scene(box)
    box.launch("--file", str(path), *SOON, "--", "--autosave")
    before = box.status()
    os.kill(before["pid"], signal.SIGSEGV)
    until(lambda: (lambda now: now["ready"] and now["pid"] != before["pid"])(box.status()), "the next run")
    assert box.status()["kept"]
    if ended:
        box.run("kill", "fake")
    path.unlink()
    done = box.run("restart", "fake", "--recover")
    assert done.status == 0, done
    assert box.status()["recovered"]
    box.run("kill", "fake")


def test_a_directory_that_is_gone_is_found_out_before_the_stop(box):
    cwd = box.work / "there"
    cwd.mkdir()
    box.launch("--cwd", str(cwd))
    before = box.status()
    cwd.rmdir()
    done = box.run("restart")
    assert (done.status, done.out) == (78, "")
    assert done.err == "dcchost: its directory %s is not there any more; 'fake' goes on as it is\n" % cwd
    assert box.status()["pid"] == before["pid"]
