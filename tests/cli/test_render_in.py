"""dcchost render --in: frames in an instance that is up, which stand in its own journal; what goes wrong is told."""

import json
import os
import re
import signal

import pytest

from conftest import until
from test_render import LAST, frames_begun, pictures, verdict

PATIENCE = 60
SOON = ("--backoff", "fixed:50ms", "--set", "jitter=0", "--set", "instant-crash=0", "--set", "crash-grace=0")


def start(box, *modes, options=()):
    box.launch(*options, "--", *modes)
    return box.status()


def command(frames="1-3", output="out/f_####.png", args=()):
    return ["render", "--in", "fake", "--frames", frames, "--output", output, *args]


def render(box, *args, **more):
    return box.run(*command(args=args, **more))


def begin(box, *args, **more):
    """A task under way: the command."""
    return box.popen(*command(args=args, **more), stdout=-1, stderr=-2)


def finish(child):
    """(all it said, the last line in parts)"""
    out = child.communicate(timeout=PATIENCE)[0].decode()
    found = LAST.match(out.splitlines()[-1])
    assert found, out
    return out, (found.group(1),) + tuple(int(n) for n in found.groups()[1:])


def events(box, *kinds):
    found = [json.loads(line) for line in box.run("events", "fake", "--json").out.splitlines()]
    return [event for event in found if event["type"] in kinds]


def is_rendering(box):
    return box.run("probe", "fake", "--json").json["busy"] == "render"


def test_frames_stand_in_the_journal(box):
    before = start(box, "--frame-ms", "20")
    done = render(box)
    assert done.status == 0 and verdict(done) == ("done", 3, 0, 3, 0, 0), done
    more = render(box, frames="7,9", output="out/g_##.png")
    assert more.status == 0, more
    told = events(box, "frame", "rendered")
    assert [(event["type"], event.get("frame")) for event in told] == [
        ("frame", 1), ("frame", 2), ("frame", 3), ("rendered", None), ("frame", 7), ("frame", 9), ("rendered", None)]
    for event in told[:3]:
        assert event["file"] == str(box.work / "out" / ("f_%04d.png" % event["frame"]))
        assert (event["check"], event["detail"], event["of"]) == ("whole", "png 1x1", 3)
        assert event["seconds"] >= 0.02 and event["peak_bytes"] > 0 and event["size"] == os.path.getsize(event["file"])
    assert (told[3]["verdict"], told[3]["frames"], told[3]["done"]) == ("done", 3, 3)
    after = box.status()
    assert after["render"]["frames"] == 2 and after["render"]["verdict"] == "done"
    assert (after["pid"], after["restart_count"]) == (before["pid"], 0)
    said = box.run("events", "fake").out
    assert re.search(r"frame 9: %s/out/g_09\.png, .* 2 of 2" % re.escape(str(box.work)), said), said
    assert "render done, 2 of 2 frames" in said


def test_for_programs_it_is_the_event_of_the_journal(box):
    start(box)
    done = render(box, "--json")
    assert done.status == 0, done
    assert [json.loads(line) for line in done.out.splitlines()] == events(box, "frame", "rendered")


def test_what_is_not_whole_has_failed_and_why_says_so(box):
    start(box, "--bad-frames", "2", "--bad", "truncated")
    done = render(box)
    assert done.status == 1 and verdict(done) == ("failed", 3, 1, 2, 0, 0), done
    assert [event["frame"] for event in events(box, "frame")] == [1, 3]
    failures = events(box, "rendered")[0]["failures"]
    assert [each["frames"] for each in failures] == ["2"] and "f_0002.png: png " in failures[0]["reason"]
    why = box.run("why", "fake")
    assert "render   failed, 2 of 3 frames, not 2: %s/out/f_0002.png: png" % box.work in why.out, why


def test_resume(box):
    start(box)
    assert render(box, frames="1-2").status == 0
    done = render(box, "--resume", frames="1-4")
    assert done.status == 0 and verdict(done) == ("done", 4, 0, 2, 2, 0), done


@pytest.mark.parametrize("args, status, said", [
    (("--busy-after", "0", "--busy-for", "100000", "--busy-reason", "load"), 75,
     "'fake' is busy (load); try again when it is done"),
    (("--no-agent",), 78, "'fake' has no agent that could render; start a render of its own"),
])
def test_an_instance_that_cannot(box, args, status, said):
    start(box, *args, options=("--set", "settle=100ms"))
    if "--no-agent" not in args:
        until(lambda: box.run("probe", "fake", "--json").json["busy"], "it to be busy")
    done = render(box)
    assert (done.status, done.err) == (status, "dcchost: %s\n" % said), done
    assert not (box.work / "out").exists() and done.out == ""


def test_two_tasks(box):
    """The second one is told that the first one is under way, whose it is, and begins nothing."""
    start(box, "--frame-ms", "100000")
    child = begin(box)
    until(lambda: is_rendering(box), "the frame to begin")
    done = render(box, output="other/f_####.png")
    assert done.status == 75 and done.out == "", done
    assert done.err == "dcchost: 'fake' is busy: process %d renders frames 1-3 in it; try again when it is done\n" \
        % child.pid, done
    assert not (box.work / "other").exists()
    child.send_signal(signal.SIGTERM)
    assert finish(child)[1][0] == "cancelled"
    assert render(box, "--task-timeout", "100ms", output="other/f_####.png").status == 124


def test_two_tasks_do_not_take_turns(box):
    """Frames that take no time: the application is idle while pictures are looked at, and still is the first one's."""
    start(box)
    child = begin(box, frames="1-2000")
    until(lambda: events(box, "frame"), "the first frame to be there")
    tries = [render(box, frames="9001", output="other/f_####.png") for _ in range(8)]
    assert child.poll() is None, "it was over too soon to tell anything"
    assert [done.status for done in tries] == [75] * 8, tries
    assert all("process %d renders frames 1-2000" % child.pid in done.err for done in tries), tries
    child.send_signal(signal.SIGTERM)
    assert finish(child)[1][0] == "cancelled"
    assert 9001 not in [event["frame"] for event in events(box, "frame")]


def test_a_task_that_is_killed_does_not_hold_the_instance(box):
    """Whoever comes next, also while what it left says who it was."""
    start(box, "--frame-ms", "100000")
    child = begin(box)
    until(lambda: is_rendering(box), "the frame to begin")
    child.kill()
    child.communicate()
    until(lambda: not is_rendering(box), "the frame to be cancelled")
    assert (box.runtime / "dcchost" / "fake" / "render.who").read_text().split(" ")[0] == str(child.pid)
    done = render(box, "--task-timeout", "100ms")
    assert done.status == 124 and "is busy" not in done.err, done
    assert not (box.runtime / "dcchost" / "fake" / "render.who").exists()


def test_a_lock_that_a_cleaner_took_away_is_taken_anew(box):
    start(box, "--frame-ms", "300")
    child = begin(box, frames="1-9")
    until(lambda: is_rendering(box), "the frame to begin")
    lock = box.runtime / "dcchost" / "fake" / "render.lock"
    before = lock.stat().st_ino
    os.rename(str(lock), str(lock) + ".gone")
    until(lambda: lock.exists() and lock.stat().st_ino != before, "another lock")
    done = render(box)
    assert done.status == 75 and "process %d renders" % child.pid in done.err, done
    assert finish(child)[1] == ("done", 9, 0, 9, 0, 0)


@pytest.mark.parametrize("name", ["render.lock", "render.who"])
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_file_of_a_task_is_moved_aside(box, name, make):
    """Also where somebody else renders, whose name is read then."""
    start(box, "--frame-ms", "300")
    child = begin(box, frames="1-9") if name == "render.who" else None
    if child is not None:
        until(lambda: is_rendering(box), "the first to render")
        (box.runtime / "dcchost" / "fake" / name).unlink()
    make(str(box.runtime / "dcchost" / "fake" / name))
    done = render(box)
    assert done.status == (0 if child is None else 75), done
    assert name in done.err and "aside-" in done.err, done
    if child is not None:
        assert "another task renders in it" in done.err and finish(child)[1][0] == "done", done


def test_another_application_and_nobody(box):
    start(box)
    other = box.run("render", "blender", *command()[1:])
    assert (other.status, other.err) == (78, "dcchost: 'fake' is fake, not blender\n"), other
    nobody = box.run("render", "--in", "nobody", *command()[3:])
    assert nobody.status == 1 and "no instance is called 'nobody'" in nobody.err, nobody
    box.run("kill", "fake")
    gone = render(box)
    assert gone.status == 1 and "'dcchost restart fake' brings it up" in gone.err, gone


@pytest.mark.parametrize("frame_ms", [100000, 500])
def test_ctrl_c(box, frame_ms):
    """Within a frame where the application can; and no further one is begun."""
    before = start(box, "--frame-ms", str(frame_ms), *([] if frame_ms == 100000 else ["--no-cancel"]))
    child = begin(box, frames="1-9")
    until(lambda: is_rendering(box), "the frame to begin")
    child.send_signal(signal.SIGINT)
    out, parts = finish(child)
    assert child.returncode == 143 and parts[0] == "cancelled", out
    if frame_ms == 100000:
        assert parts == ("cancelled", 9, 9, 0, 0, 0) and "dcchost: cancelling the frame\n" in out, out
        assert "frame 1 failed: the render was cancelled" in out and "frames 2-9 failed: not rendered: cancelled" in out
        assert list((box.work / "out").iterdir()) == []
    else:
        assert "no further frame is begun; fake goes on with this one" in out and parts[2] + parts[3] == 9, out
        assert len(pictures(box)) == parts[3] >= 1
    assert events(box, "rendered")[-1]["verdict"] == "cancelled"
    assert not is_rendering(box) and box.status()["pid"] == before["pid"]


def test_an_engine_hears_that_a_task_was_cancelled(box):
    """And nothing of an end: the instance lives."""
    start(box, "--frame-ms", "100000")
    child = begin(box, "--dialect", "openjd")
    until(lambda: is_rendering(box), "the frame to begin")
    child.send_signal(signal.SIGINT)
    out = finish(child)[0]
    assert child.returncode == 143 and "openjd_fail: cancelled: 0 of 3 frames are there\n" in out, out


def test_a_second_ctrl_c_does_not_wait(box):
    start(box, "--frame-ms", "100000", "--no-cancel")
    child = begin(box)
    until(lambda: is_rendering(box), "the frame to begin")
    child.send_signal(signal.SIGINT)
    until(lambda: child.stdout.readline().decode().startswith("dcchost: no further frame"), "the first to be heard")
    child.send_signal(signal.SIGINT)
    out, parts = finish(child)
    assert child.returncode == 143 and parts == ("cancelled", 3, 3, 0, 0, 0), out
    assert "dcchost: fake goes on with frame 1" in out, out
    assert is_rendering(box)


@pytest.mark.parametrize("cancels", [True, False])
def test_a_frame_that_takes_too_long(box, cancels):
    before = start(box, "--frame-ms", "100000", *([] if cancels else ["--no-cancel"]))
    done = render(box, "--task-timeout", "500ms")
    assert done.status == 124 and verdict(done) == ("timeout", 3, 3, 0, 0, 0), done
    why = "it took longer than it may, and was cancelled" if cancels else \
        "it took longer than it may; fake goes on with it, and is busy until it is done"
    assert done.err == "dcchost: frame 1: %s\n" % why, done
    assert "dcchost: frame 1 failed: %s\n" % why in done.out
    assert "dcchost: frames 2,3 failed: not rendered: it took longer than it may" in done.out
    assert is_rendering(box) == (not cancels)
    assert box.status()["pid"] == before["pid"] and events(box, "rendered")[-1]["verdict"] == "timeout"


def test_a_frame_that_has_not_begun_is_never_rendered(box):
    """The main thread holds it up, and it is given up meanwhile."""
    oracle = box.top / "oracle"
    start(box, "--hang-after", "3000", "--hang-for", "6000", "--oracle", str(oracle))
    until(lambda: box.run("probe", "fake", "--json").json["main_thread_age_ms"] > 100, "the main thread to hang")
    done = render(box, "--task-timeout", "300ms", frames="1")
    assert done.status == 124, done
    until(lambda: box.run("probe", "fake", "--json").json["main_thread_age_ms"] == 0, "the main thread to turn")
    assert render(box, frames="2").status == 0
    assert frames_begun(oracle) == [2]


def test_all_of_it_takes_too_long(box):
    start(box, "--frame-ms", "100")
    done = render(box, "--timeout", "2s", frames="1-1000")
    assert done.status == 124 and verdict(done)[0] == "timeout" and verdict(done)[3] > 0, done
    until(lambda: not is_rendering(box), "the last frame to be cancelled")


def test_whoever_goes_away_leaves_no_frame_behind(box):
    """A task that its engine kills: the next one does not find the instance busy."""
    start(box, "--frame-ms", "100000")
    child = begin(box)
    until(lambda: is_rendering(box), "the frame to begin")
    child.kill()
    child.communicate()
    until(lambda: not is_rendering(box), "the frame to be cancelled")


def test_a_crash_in_the_middle(box):
    before = start(box, "--crash-at", "1", options=SOON)
    done = render(box, "--restart", "never")
    assert done.status == 139 and verdict(done) == ("crash", 3, 2, 1, 0, 0), done
    assert "dcchost: fake went away at frame 2: signal 11" in done.err, done
    assert "dcchost: frames 2,3 failed: not rendered: fake went away: signal 11" in done.out, done
    until(lambda: box.status()["ready"] and box.status()["pid"] != before["pid"], "its own policy to bring it back")
    assert [event["frame"] for event in events(box, "frame")] == [1]
    assert "render   crash, 1 of 3 frames, not 2,3: not rendered: fake went away: signal 11" in box.run("why").out


def test_where_asked_it_goes_on_when_it_is_back(box):
    oracle = box.top / "oracle"
    start(box, "--crash-at", "2", "--oracle", str(oracle), options=SOON)
    done = render(box, "--restart", "on-crash", frames="1-6")
    assert done.status == 0 and verdict(done) == ("done", 6, 0, 6, 0, 0), done
    assert done.err.count("it is back, and what is missing is rendered") == 2
    assert frames_begun(oracle) == [1, 2, 3, 4, 5, 6]
    assert [event["frame"] for event in events(box, "frame")] == [1, 2, 3, 4, 5, 6]


def test_a_budget_of_crashes(box):
    start(box, "--crash-at", "0", options=SOON)
    done = render(box, "--restart", "on-crash", "--max-restarts", "2")
    assert done.status == 139 and verdict(done) == ("crash", 3, 3, 0, 0, 0), done
    assert done.err.count("it is back") == 2


@pytest.mark.parametrize("verb, word", [("stop", "cancelled"), ("kill", "cancelled")])
def test_a_stop_of_the_instance_is_no_crash(box, verb, word):
    start(box, "--frame-ms", "100000")
    child = begin(box)
    until(lambda: is_rendering(box), "the frame to begin")
    box.run(verb, "fake", "--timeout", "1s") if verb == "stop" else box.run(verb, "fake")
    out, parts = finish(child)
    assert child.returncode == 143 and parts == (word, 3, 3, 0, 0, 0), out
    assert "fake went away at frame 1" in out


LICENCE = ("--print", "Studio: no seat is free")
ENDS = [
    # how the instance ends in the middle of a task, what is said, as `render` says it, and what an engine is told
    ((), "crash", 139, 139),
    (("--exit-after", "2500", "--code", "5"), "failed", 5, 5),
    (("--exit-after", "2500", "--code", "75"), "failed", 75, 1),
    (("--exit-after", "2500", "--code", "3", *LICENCE), "licence", 75, 75),
    (("--exit-after", "2500"), "cancelled", 143, 143),
]


@pytest.mark.parametrize("modes, word, status, below", ENDS)
def test_the_status_is_that_of_a_render(box, modes, word, status, below):
    """The application's own, or dcchost's for the verdict; and below an engine."""
    patterns = box.top / "patterns"
    patterns.write_text("no seat is free\n")
    box.env["DCCHOST_LICENCE_PATTERNS"] = str(patterns)
    for args, wanted in (((), status), (("--dialect", "openjd"), below)):
        start(box, "--frame-ms", "20", *(modes or ("--crash-at", "3")),
              options=("--restart", "never", "--set", "crash-grace=0"))
        done = render(box, *args, frames="1-5000")
        assert done.status == wanted and verdict(done)[:2] == (word, 5000), done
        if args:
            failed = [line for line in done.out.splitlines() if line.startswith("openjd_fail: ")]
            assert len(failed) == 1 and re.search("; %s: [0-9]+ of 5000 frames are there$" % word, failed[0]), done
        until(lambda: not box.processes(), "the instance to be gone")


def test_a_crash_may_be_mapped(box):
    start(box, "--crash-at", "1", options=SOON)
    done = render(box, "--exit-map", "crash=44")
    assert done.status == 44 and verdict(done)[0] == "crash", done


def test_a_cancelled_task_may_be_mapped(box):
    start(box, "--frame-ms", "100000")
    child = begin(box, "--exit-map", "cancelled=9")
    until(lambda: is_rendering(box), "the frame to begin")
    child.send_signal(signal.SIGTERM)
    out, parts = finish(child)
    assert child.returncode == 9 and parts[0] == "cancelled", out


def test_a_session_that_is_gone(box):
    status = start(box, "--frame-ms", "100000")
    child = begin(box)
    until(lambda: is_rendering(box), "the frame to begin")
    os.kill(status["session_pid"], signal.SIGKILL)
    out, parts = finish(child)
    assert child.returncode == 125 and parts == ("unknown", 3, 3, 0, 0, 0), out
    assert "it lives, and its session is gone; 'dcchost adopt fake'" in out


def test_arguments_that_the_application_does_not_take(box):
    start(box)
    done = box.run(*command(), "--file", "x.scene")
    assert done.status == 2 and "'fake' has its scene: leave --file out" in done.err, done
