"""restart never stops for nothing, and never calls a failure a success."""

import json
import os


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
