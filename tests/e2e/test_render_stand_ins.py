"""dcchost render of Maya and Houdini, as far as stand-ins can show it: the real command, the real agent, and programs
that write pictures and go wrong as Render and hython are known to."""

import json
import pathlib
import re
import shutil
import signal

import pytest

import world as lib

STAND_INS = pathlib.Path(__file__).resolve().parents[1] / "stand-ins"
LAST = re.compile(r"^dcchost: verdict=(\S+) frames=(\d+) failed=(\d+) rendered=(\d+) skipped=(\d+) unchecked=(\d+)$")
FAST = ("--backoff", "fixed:10ms", "--set", "instant-crash=0", "--set", "crash-grace=5s", "--set", "jitter=0")


class Studio(lib.World):
    """A world with one of the applications in it. code: what a crash of it ends a command with."""

    def __init__(self, app, home, executable, scene, head, args, code):
        super().__init__()
        self.app, self.args, self.code = app, args, code
        shutil.copytree(str(STAND_INS / app), str(self.top / home))
        shutil.copy(str(STAND_INS / "frames.py"), str(self.top / home / "lib"))
        self.scene, self.head = self.work / scene, head
        self.scene.write_text(head)
        self.record = self.top / "record"
        self.env["DCCHOST_%s_EXECUTABLE" % app.upper()] = str(self.top / home / executable)
        self.env["PYTHONDONTWRITEBYTECODE"] = "1"

    def ask(self, *args, frames="1-6", output="out/shot.####.exr", words="", timeout=lib.PATIENCE, **env):
        """A render; what came of it, and the last line in parts."""
        words = "record=%s %s" % (self.record, words)
        where = ["--output", str(self.work / output)] if output else []
        done = self.run("render", self.app, "--file", str(self.scene), "--frames", frames, *where, *args, "--",
                        *self.args, timeout=timeout, STANDIN_RENDER=words, **env)
        lines = (done.err if "--json" in args else done.out).splitlines()
        found = LAST.match(lines[-1]) if lines else None
        return done, found and (found.group(1),) + tuple(int(n) for n in found.groups()[1:])

    def begun(self):
        return [int(line) for line in self.record.read_text().splitlines()]

    def events(self, kind=None):
        return super().events(self.app + "-render", kind)

    def pictures(self):
        return sorted(path.name for path in (self.work / "out").iterdir())

    def close(self):
        try:
            self.end_all()
            for pid, command in self.processes().items():
                if "bin/hserver" in command:  # outlives every Houdini
                    lib.kill(pid, signal.SIGKILL)
        finally:
            super().close()


APPS = {
    "maya": ("autodesk/maya2024", "bin/maya", "shot.ma", "//Maya ASCII 2024 scene\n", ["-r", "arnold"], 139),
    "houdini": ("hfs20.5.332", "bin/houdini", "shot.hip", "HIP 20.5\n", ["/out/mantra1"], 128 + signal.SIGSEGV),
}


@pytest.fixture
def stand_in():
    """Marks what needs no Blender."""


@pytest.fixture(params=sorted(APPS))
def studio(request, stand_in):
    one = Studio(request.param, *APPS[request.param])
    yield one
    one.close()


@pytest.mark.parametrize("ending, detail", [("exr", "exr 1x1"), ("png", "png 1x1")])
def test_every_frame_is_told_and_proved(studio, ending, detail):
    done, verdict = studio.ask("--json", frames="1-3,7,9", output="out/shot.####." + ending)
    assert done.status == 0 and verdict == ("done", 5, 0, 5, 0, 0), done
    assert studio.pictures() == ["shot.%04d.%s" % (n, ending) for n in (1, 2, 3, 7, 9)]
    told = [event for event in map(json.loads, done.out.splitlines()) if event["type"] == "frame"]
    assert [event["frame"] for event in told] == [1, 2, 3, 7, 9], done
    for event in told:
        assert (event["check"], event["detail"], event["of"]) == ("whole", detail, 5)
        assert event["file"] == str(studio.work / "out" / ("shot.%04d.%s" % (event["frame"], ending)))
    assert studio.begun() == [1, 2, 3, 7, 9]
    assert [event["frame"] for event in studio.events("frame")] == [1, 2, 3, 7, 9]


@pytest.mark.parametrize("k", range(7))
def test_after_a_crash_only_what_is_missing_is_rendered(studio, k):
    done, verdict = studio.ask(*FAST, words="crash-after=%d once=%s" % (k, studio.top / "once"))
    assert done.status == 0 and verdict == ("done", 6, 0, 6, 0, 0), done
    begun = studio.begun()
    if k < 6:  # it crashed within that frame, which was begun, not written
        assert begun == list(range(1, k + 2)) + list(range(k + 1, 7)), "frames were rendered twice"
    else:
        assert begun == list(range(1, 7))
    crashes = [event for event in studio.events("exit") if event["result"]["verdict"] == "crash"]
    assert len(crashes) == (1 if k < 6 else 0)
    for event in crashes:
        assert event["files"], "what the crash left is kept"


def test_a_budget_of_crashes(studio):
    done, verdict = studio.ask(*FAST, "--max-restarts", "1", words="crash-after=1")
    assert done.status != 0, done
    assert verdict == ("crash", 6, 4, 2, 0, 0), done
    assert "dcchost: frames 3-6 failed: not rendered: " in done.out
    assert done.status == studio.code
    assert studio.begun() == [1, 2, 2, 3]


BAD = {"truncated": "shot.0003.exr: exr ", "empty": "shot.0003.exr: - it is empty", "none": "it is not there"}


@pytest.mark.parametrize("how", sorted(BAD))
def test_what_is_not_whole_is_named(studio, how):
    """The application says that all is well."""
    done, verdict = studio.ask(words="bad=3:%s" % how)
    assert done.status == 1 and verdict == ("failed", 6, 1, 5, 0, 0), done
    said = [line for line in done.out.splitlines() if line.startswith("dcchost: frame 3 failed: ")]
    assert said and BAD[how] in said[0], done
    assert studio.begun() == list(range(1, 7))
    resumed, verdict = studio.ask("--resume")
    assert resumed.status == 0 and verdict == ("done", 6, 0, 1, 5, 0), resumed
    assert studio.begun() == list(range(1, 7)) + [3]


def test_a_frame_that_the_renderer_gives_up(studio):
    """hython goes on with the next one; whether Render does is not known, and then the rest is missing as well."""
    done, verdict = studio.ask(words="bad=3:raises")
    assert done.status == 1, done
    if studio.app == "houdini":
        assert verdict == ("script-error", 6, 1, 5, 0, 0), done
        assert "dcchost: frame 3 failed: not rendered: a script failed (code 1); its traceback is in" in done.out
        assert studio.begun() == list(range(1, 7))
    else:
        assert verdict == ("failed", 6, 4, 2, 0, 0), done
        assert "dcchost: frames 3-6 failed: not rendered: ended with code 1, " in done.out
    assert not studio.events("restart"), "a start does not mend that"


def test_no_licence_ends_with_75_and_the_rest_is_resumed(studio):
    done, verdict = studio.ask("--restart", "never", words="licence=4")
    assert done.status == 75 and verdict == ("licence", 6, 3, 3, 0, 0), done
    assert re.search(r"dcchost: frames 4-6 failed: not rendered: no licence: ", done.out), done
    again, verdict = studio.ask("--resume")
    assert again.status == 0 and verdict == ("done", 6, 0, 3, 3, 0), again
    assert studio.begun() == list(range(1, 7))


def test_a_licence_is_waited_for(studio):
    done, verdict = studio.ask(*FAST, "--max-restarts", "2", words="licence=4")
    assert done.status == 75 and verdict == ("licence", 6, 3, 3, 0, 0), done
    waits = studio.events("restart")
    assert len(waits) == 2 and all(event["reason"].startswith("licence, ") for event in waits), waits
    assert studio.begun() == [1, 2, 3], "a frame was rendered twice"


def test_a_frame_that_takes_too_long(studio):
    done, verdict = studio.ask("--task-timeout", "2s", words="seconds=1000")
    assert done.status == 124 and verdict == ("timeout", 6, 6, 0, 0, 0), done
    assert "dcchost: frames 1-6 failed: not rendered: it took longer than it may" in done.out


def test_all_of_it_takes_too_long(studio):
    done, verdict = studio.ask("--timeout", "6s", frames="1-1000", words="seconds=0.3")
    assert done.status == 124 and verdict[0] == "timeout" and verdict[2] + verdict[3] == 1000, done


def test_a_stop_is_cancelled(studio):
    child = studio.popen("render", studio.app, "--file", studio.scene, "--frames", "1-1000", "--output",
                         studio.work / "out/shot.####.exr", "--", *studio.args, stdout=-1, stderr=-2,
                         env=dict(studio.env, STANDIN_RENDER="seconds=0.2"))
    lib.until(lambda: (studio.work / "out/shot.0002.exr").exists(), "two frames")
    child.send_signal(signal.SIGTERM)
    out = child.communicate(timeout=lib.PATIENCE)[0].decode()
    found = LAST.match(out.splitlines()[-1])
    assert found and found.group(1) == "cancelled" and child.returncode == 143, out
    assert int(found.group(3)) + int(found.group(4)) == 1000 and int(found.group(4)) >= 1


def test_where_the_scene_says_where_pictures_go(studio):
    """Maya's lines name no file: then --expect says it. Its format is one that nobody here can read."""
    if studio.app == "maya":
        done, verdict = studio.ask("--expect", str(studio.work / "images/shot.####.iff"), output=None)
        assert done.status == 0 and verdict == ("done", 6, 0, 6, 0, 6), done
        done, verdict = studio.ask(output=None)
    else:
        done, verdict = studio.ask("--expect", str(studio.work / "render/shot.####.exr"), output=None)
        assert done.status == 0 and verdict == ("done", 6, 0, 6, 0, 0), done
        done, verdict = studio.ask(output=None)
    assert done.status == 1 and verdict == ("failed", 6, 6, 0, 0, 0), done
    assert "frames 1-6 failed: nothing says that it was saved; say with --expect where it lies" in done.out, done


def test_a_scene_that_cannot_be_read(studio):
    """How Render says so is not known: then it is a failure like any other."""
    studio.scene.write_text("no scene")
    done, verdict = studio.ask(*FAST)
    if studio.app == "houdini":
        assert done.status == 78 and verdict == ("bad-scene", 6, 6, 0, 0, 0), done
    else:
        assert done.status == 1 and verdict == ("failed", 6, 6, 0, 0, 0), done
    assert not studio.events("restart")


IN = {"maya": [], "houdini": ["--", "/out/mantra1"]}  # Maya's scene has one camera that it renders


def start(studio, words="", **env):
    done = studio.run("launch", studio.app, "--headless", "--file", studio.scene, "-d", "--wait", "ready", *FAST,
                      STANDIN_RENDER="record=%s once=%s %s" % (studio.record, studio.top / "once", words), **env)
    assert done.status == 0, done
    return studio.status(studio.app)


def task(studio, *args, frames="1-6", output="out/shot.####.exr", rest=None):
    done = studio.run("render", "--in", studio.app, "--frames", frames, "--output", str(studio.work / output), *args,
                      *(IN[studio.app] if rest is None else rest))
    found = LAST.match(done.out.splitlines()[-1]) if done.out else None
    return done, found and (found.group(1),) + tuple(int(n) for n in found.groups()[1:])


def test_in_an_instance_that_is_up(studio):
    before = start(studio)
    for frames, n in (("1-3", 3), ("7,9", 2)):
        done, verdict = task(studio, frames=frames)
        assert done.status == 0 and verdict == ("done", n, 0, n, 0, 0), done
    assert studio.pictures() == ["shot.%04d.exr" % n for n in (1, 2, 3, 7, 9)]
    again, verdict = task(studio, "--resume", frames="1-4")
    assert again.status == 0 and verdict == ("done", 4, 0, 1, 3, 0), again
    assert studio.begun() == [1, 2, 3, 7, 9, 4]
    told = [event["frame"] for event in lib.World.events(studio, studio.app, "frame")]
    assert told == [1, 2, 3, 7, 9, 4]
    after = studio.status(studio.app)
    assert (after["pid"], after["restart_count"]) == (before["pid"], 0)
    report = studio.stop(studio.app)
    assert report["result"]["verdict"] == "clean", report
    assert studio.scene.read_text() == studio.head and len(studio.pictures()) == 6, "nothing of ours is left there"


@pytest.mark.parametrize("k", range(6))
def test_a_crash_of_an_instance_that_is_up(studio, k):
    before = start(studio, words="crash-after=%d" % k)
    done, verdict = task(studio, "--restart", "on-crash")
    assert done.status == 0 and verdict == ("done", 6, 0, 6, 0, 0), done
    assert studio.begun() == list(range(1, k + 2)) + list(range(k + 1, 7)), "frames were rendered twice"
    assert "went away at frame %d: " % (k + 1) in done.err and "it is back" in done.err
    after = studio.status(studio.app)
    assert after["pid"] != before["pid"] and after["scene"] == str(studio.scene)


def test_a_frame_that_fails_in_an_instance_that_is_up(studio):
    start(studio, words="bad=3:raises")
    done, verdict = task(studio)
    assert done.status == 1 and verdict == ("failed", 6, 1, 5, 0, 0), done
    assert re.search("^dcchost: frame 3 failed: .*the renderer gave up at frame 3", done.out, re.M), done
    assert studio.begun() == list(range(1, 7))


def test_a_frame_that_takes_too_long_in_an_instance_that_is_up(studio):
    """Neither can be told to leave a frame alone: that is said, and the next task is told that it is busy."""
    before = start(studio, words="seconds=1000")
    done, verdict = task(studio, "--task-timeout", "2s")
    assert done.status == 124 and verdict == ("timeout", 6, 6, 0, 0, 0), done
    assert "%s goes on with it, and is busy until it is done" % studio.app in done.err, done
    busy, _verdict = task(studio)
    assert busy.status == 75 and "'%s' is busy (render)" % studio.app in busy.err, busy
    assert studio.status(studio.app)["pid"] == before["pid"]


REFUSED = {
    "maya": [(["--", "perspShape", "topShape"], {}, "name one camera after --, not perspShape topShape"),
             ([], {"STANDIN_FORMAT": "iff"}, "the scene renders .iff; give --output that ending, or set another"),
             (["--", "perspShape"], {"STANDIN_FORMAT": "png"}, "the scene renders .png; give --output that ending")],
    "houdini": [([], {}, "name the node that renders after --, as in -- /out/mantra1"),
                (["--", "/out/nothing"], {}, "the scene has no node /out/nothing"),
                (["--", "/obj"], {}, "/obj is no node that renders")],
}


@pytest.mark.parametrize("i", [0, 1, 2])
def test_what_a_frame_is_refused_for(studio, i):
    rest, env, said = REFUSED[studio.app][i]
    start(studio, **env)
    done, verdict = task(studio, frames="1", rest=rest)
    assert done.status == 1 and verdict == ("failed", 1, 1, 0, 0, 0), done
    assert "dcchost: frame 1 failed: " + said in done.out, done
    assert studio.pictures() == []


def test_a_node_that_is_not_there(stand_in):
    one = Studio("houdini", *APPS["houdini"])
    try:
        one.args = ["/out/nothing"]
        done, verdict = one.ask(*FAST)
        assert done.status == 78 and verdict == ("bad-scene", 6, 6, 0, 0, 0), done
        assert "has no node /out/nothing" in done.out, done
        assert not one.events("restart")
    finally:
        one.close()
