"""dcchost render: which frames are done, by their pictures; what is said of the others."""

import json
import os
import pathlib
import re
import signal
import stat

import pytest

from conftest import until

PATIENCE = 60
FAST = ("--backoff", "fixed:10ms", "--set", "instant-crash=0", "--set", "crash-grace=0", "--set", "probe-period=0")
LAST = re.compile(r"^dcchost: verdict=(\S+) frames=(\d+) failed=(\d+) rendered=(\d+) skipped=(\d+) unchecked=(\d+)$")


@pytest.fixture
def scene(box):
    path = box.work / "shot.scene"
    path.write_text("a scene")
    return path


def render(box, *args, frames="1-3", output="out/f_####.png", env=None, timeout=PATIENCE):
    """args: dcchost's, and after "--" the fake application's."""
    args = list(args)
    if "--" not in args:
        args.append("--")
    at = args.index("--")
    args[at:at] = ["--file", "shot.scene", "--frames", frames]
    if output:
        args[at:at] = ["--output", output]
    return box.run("render", "fake", *args, timeout=timeout, **(env or {}))


def verdict(done):
    """(verdict, frames, failed, rendered, skipped, unchecked) of the last line."""
    found = LAST.match((done.out + done.err if not done.out else done.out).splitlines()[-1])
    assert found, done
    return (found.group(1),) + tuple(int(n) for n in found.groups()[1:])


def pictures(box):
    return sorted(path.name for path in (box.work / "out").iterdir())


def frames_begun(oracle):
    """Each frame that any life of the application began, in order."""
    return [int(line.split()[2]) for line in oracle.read_text().splitlines() if line.split()[1] == "frame"]


def test_every_frame_is_told_and_counted(box, scene):
    done = render(box, frames="1-5x2,9")
    assert done.status == 0 and done.err == "", done
    assert pictures(box) == ["f_0001.png", "f_0003.png", "f_0005.png", "f_0009.png"]
    told = re.findall(r"^fake-render: frame (\d+): %s/out/f_0+(\d+)\.png, .*(\d) of 4$" % re.escape(str(box.work)),
                      done.out, re.M)
    assert told == [("1", "1", "1"), ("3", "3", "2"), ("5", "5", "3"), ("9", "9", "4")], done
    assert verdict(done) == ("done", 4, 0, 4, 0, 0)
    status = box.status("fake-render")
    assert status["render"] == {"verdict": "done", "frames": 4, "done": 4, "unchecked": None, "missing": None,
                                "failed": None, "failures": []}
    assert status["state"] == "stopped" and status["restart_count"] == 0


def test_for_programs(box, scene):
    done = render(box, "--json", "--", "--frame-ms", "100")
    assert done.status == 0, done
    events = [json.loads(line) for line in done.out.splitlines()]
    frames = [each for each in events if each["type"] == "frame"]
    assert [each["frame"] for each in frames] == [1, 2, 3]
    for each in frames:
        assert each["file"] == str(box.work / "out" / ("f_%04d.png" % each["frame"]))
        assert (each["check"], each["detail"], each["of"]) == ("whole", "png 1x1", 3)
        assert each["seconds"] > 0 and each["peak_bytes"] > 0, each
        assert each["size"] == os.path.getsize(each["file"])
    types = [each["type"] for each in events]
    assert types[-1] == "ended" and types[-2] == "rendered"
    assert events[-2]["verdict"] == "done" and events[-2]["done"] == 3
    assert done.err.splitlines()[-1].startswith("dcchost: verdict=done frames=3 failed=0")


BAD = {
    "none": "frame 2 failed: it is not there",
    "empty": "frame 2 failed: %s/out/f_0002.png: - it is empty",
    "garbage": "frame 2 failed: %s/out/f_0002.png: png it holds no picture of that format",
    "truncated": "frame 2 failed: %s/out/f_0002.png: png ",
}


@pytest.mark.parametrize("how", sorted(BAD))
def test_what_is_not_whole_is_named(box, scene, how):
    """The application ends with 0 and believes that all is well."""
    done = render(box, "--", "--bad-frames", "2", "--bad", how)
    assert done.status == 1, done
    said = BAD[how] % box.work if "%s" in BAD[how] else BAD[how]
    assert "dcchost: " + said in done.out, done
    assert verdict(done) == ("failed", 3, 1, 2, 0, 0)
    assert box.status("fake-render")["restart_count"] == 0  # it would do the same again


def test_many_that_fail_alike_are_one_line(box, scene):
    done = render(box, "--", "--bad-frames", "2,3,4,7", frames="1-8")
    assert "dcchost: frames 2-4,7 failed: it is not there" in done.out, done
    assert verdict(done) == ("failed", 8, 4, 4, 0, 0)


def test_another_format_is_said_to_be_unchecked(box, scene):
    done = render(box, "--", "--bad-frames", "1,2,3", "--bad", "garbage", output="out/f_####.xyz")
    assert done.status == 0, done
    assert done.out.count(" (unchecked), ") == 3
    assert verdict(done) == ("done", 3, 0, 3, 0, 3)


def test_what_lay_there_before_is_no_proof(box, scene):
    assert render(box).status == 0
    old = (box.work / "out" / "f_0002.png").read_bytes()
    done = render(box, "--", "--bad-frames", "2")
    assert done.status == 1, done
    assert "frame 2 failed: %s/out/f_0002.png: it is older than this render" % box.work in done.out, done
    assert (box.work / "out" / "f_0002.png").read_bytes() == old


@pytest.mark.parametrize("k", range(13))
def test_after_a_crash_only_what_is_missing_is_rendered(box, scene, k):
    oracle = box.top / "oracle"
    done = render(box, *FAST, "--", "--crash-at", str(k), "--count-file", str(box.top / "lives"), "--crash-times", "1",
                  "--oracle", str(oracle), frames="1-12")
    assert done.status == 0, done
    assert verdict(done) == ("done", 12, 0, 12, 0, 0)
    assert frames_begun(oracle) == list(range(1, 13)), "rendered twice, or not in order"
    assert box.status("fake-render")["restart_count"] == (0 if k == 12 else 1)


def test_a_picture_that_a_crash_cut_off_is_rendered_again(box, scene):
    oracle = box.top / "oracle"
    done = render(box, *FAST, "--", "--crash-at", "2", "--bad-frames", "2", "--bad", "truncated",
                  "--count-file", str(box.top / "lives"), "--crash-times", "1", "--oracle", str(oracle))
    # The second life writes frame 2 badly as well, and ends in order: then it has failed.
    assert frames_begun(oracle) == [1, 2, 2, 3]
    assert done.status == 1 and verdict(done) == ("failed", 3, 1, 2, 0, 0), done


def test_the_budget_holds(box, scene):
    oracle = box.top / "oracle"
    done = render(box, *FAST, "--max-restarts", "2", "--", "--crash-at", "1", "--oracle", str(oracle), frames="1-9")
    assert done.status == 128 + signal.SIGSEGV, done
    assert frames_begun(oracle) == [1, 2, 3]
    assert verdict(done) == ("crash", 9, 6, 3, 0, 0)
    assert "dcchost: frames 4-9 failed: not rendered: " in done.out


def test_a_code_of_its_own_is_handed_on(box, scene):
    done = render(box, *FAST, "--", "--bad-frames", "3", "--code", "7")
    assert done.status == 7, done
    assert verdict(done) == ("failed", 3, 1, 2, 0, 0)
    assert box.status("fake-render")["restart_count"] == 0


def test_all_frames_are_proof_whatever_the_end(box, scene):
    done = render(box, *FAST, "--", "--code", "7")
    assert done.status == 0 and verdict(done) == ("done", 3, 0, 3, 0, 0), done


def test_resume(box, scene):
    oracle = box.top / "oracle"
    assert render(box, "--", "--bad-frames", "2,5", "--bad", "truncated", frames="1-6").status == 1
    done = render(box, "--resume", "--", "--oracle", str(oracle), frames="1-8x1")
    assert done.status == 0, done
    assert done.err == "dcchost: 4 of 8 frames are there and whole\n"
    assert frames_begun(oracle) == [2, 5, 7, 8]
    assert verdict(done) == ("done", 8, 0, 4, 4, 0)
    again = render(box, "--resume", "--", "--oracle", str(oracle), frames="1-8")
    assert again.status == 0 and verdict(again) == ("done", 8, 0, 0, 8, 0), again
    assert frames_begun(oracle) == [2, 5, 7, 8]


def test_an_application_that_says_nothing_of_its_pictures(box, scene):
    done = render(box, "--", "--silent-frames")
    assert done.status == 0 and verdict(done) == ("done", 3, 0, 3, 0, 0), done


def test_a_command_line_of_first_last_and_step(box, scene):
    """Each run takes what it can, and the next one goes on at once."""
    oracle = box.top / "oracle"
    done = render(box, "--", "--oracle", str(oracle), frames="1-3,7,9,20", env={"DCCHOST_FAKE_CHUNKS": "1"})
    assert done.status == 0 and verdict(done) == ("done", 6, 0, 6, 0, 0), done
    assert frames_begun(oracle) == [1, 2, 3, 7, 9, 20]
    assert box.status("fake-render")["restart_count"] == 2


def test_a_part_that_fails_is_not_repeated_for_ever(box, scene):
    done = render(box, "--", "--bad-frames", "1,2,3", frames="1-3,7,9", env={"DCCHOST_FAKE_CHUNKS": "1"})
    assert done.status == 1 and verdict(done) == ("failed", 5, 3, 2, 0, 0), done


def test_expect_says_where_pictures_are_looked_for(box, scene):
    done = render(box, "--expect", "out/f_####.png", output="out/f_####.png")
    assert done.status == 0 and verdict(done)[0] == "done", done
    elsewhere = render(box, "--expect", "else/f_####.png")
    assert elsewhere.status == 1, elsewhere
    assert "dcchost: frames 1-3 failed: it is not there" in elsewhere.out


def test_without_a_pattern_what_is_told_counts(box, scene):
    done = render(box, output=None)
    assert done.status == 0 and verdict(done) == ("done", 3, 0, 3, 0, 0), done
    silent = render(box, "--", "--silent-frames", output=None)
    assert silent.status == 1, silent
    assert "dcchost: frames 1-3 failed: nothing says that it was saved" in silent.out


def test_one_frame_takes_too_long(box, scene):
    done = render(box, "--task-timeout", "300ms", "--", "--frame-ms", "100000")
    assert done.status == 124, done
    assert "dcchost: frames 1-3 failed: not rendered: it took longer than it may" in done.out
    assert verdict(done) == ("timeout", 3, 3, 0, 0, 0)
    until(lambda: not box.processes(), "nothing to be left", PATIENCE)


def test_all_of_it_takes_too_long(box, scene):
    done = render(box, "--timeout", "2s", "--", "--frame-ms", "300", frames="1-1000")
    assert done.status == 124, done
    assert verdict(done)[0] == "timeout"


def test_each_frame_has_its_own_time(box, scene):
    done = render(box, "--task-timeout", "15s", "--", "--frame-ms", "200", frames="1-10")
    assert done.status == 0, done


BAD_INPUT = {
    ("--frames", "10-1"): "the frames '10-1' run backwards; write 1-10",
    ("--frames", "1-"): "the frames '1-' make no sense; write 5, 1-240, 1-240x2 or a list as 1-10,15",
    ("--frames", "1-999999999"): "the frames '1-999999999' are too many: 999999999 in all, at most 1000000 are taken",
    ("--frames", "1-1000000000"): "the frames '1-1000000000' have a number of more than nine digits",
    ("--frames", "1-1000000,2000000"): "the frames '2000000' are too many: 1000001 in all, at most 1000000 are taken",
    ("--frames", "1,,3"): "the frames '' are an empty place in the list; leave that comma out",
    ("--frames", "1-10x0"): "the frames '1-10x0' have a step of 0; write a step of 1 or more",
    ("--frames", "1-10x-2"): "the frames '1-10x-2' make no sense; ",
    ("--frames", "1, 2"): "the frames ' 2' make no sense; ",
    ("--frames", "\uff11-\uff13"): "the frames '\uff11-\uff13' make no sense; ",
    ("--frames", "1\033[31m"): "the frames '1\\x1b[31m' make no sense; ",
    ("--frames", "5--5"): "the frames '5--5' run backwards; write -5-5",
    ("--output", "out/"): "--output: the pattern '%s/out/' names a directory; add a name, as shot_####.png",
    ("--output", ""): "--output: the pattern '%s/' names a directory; add a name, as shot_####.png",
    ("--output", "out/.."): "--output: the pattern '%s/' names a directory; add a name, as shot_####.png",
    ("--expect", "out/f_####.png/"): "--expect: the pattern '%s/out/f_####.png/' names a directory; ",
    ("--output", "out/{frame}.png"): "--output: the pattern '%s/out/{frame}.png' writes the frame's number in another "
                                     "way; write ####",
    ("--output", "out/f_$F4.exr"): "--output: the pattern '%s/out/f_$F4.exr' writes the frame's number in another "
                                   "way; write ####",
    ("--output", "out/f_##########.png"): "--output: the pattern '%s/out/f_##########.png' asks for more than nine "
                                          "digits",
    ("--output", "out/f_%s.png"): "the pattern '%s/out/f_%%s.png' has no place for the frame's number, ",
    ("--frames", ""): "no frames are named; write 5, 1-240, 1-240x2 or a list as 1-10,15",
    ("--output", "out/still.png"): "the pattern '%s/out/still.png' has no place for the frame's number, and 3 frames "
                                   "cannot share one file; write #### where the number goes",
    ("--expect", "out/still.png"): "the pattern '%s/out/still.png' has no place for the frame's number, and 3 frames "
                                   "cannot share one file; write #### where the number goes",
    ("--output", "out/#_#.png"): "--output: the pattern '%s/out/#_#.png' has two places for the frame's number; leave "
                                 "one",
    ("--task-timeout", "soon"): "--task-timeout: ",
    ("--timeout", "-1"): "--timeout: ",
}


@pytest.mark.parametrize("option", sorted(BAD_INPUT))
def test_bad_input_starts_nothing(box, scene, option):
    done = box.run("render", "fake", "--file", "shot.scene", "--frames", "1-3", "--output", "out/f_####.png", *option)
    assert done.status == 2 and done.out == "", done
    said = BAD_INPUT[option] % box.work if "'%s/" in BAD_INPUT[option] else BAD_INPUT[option]
    assert done.err.startswith("dcchost: " + said), done
    assert not (box.work / "out").exists() and box.run("ps", "--json").json == []


@pytest.mark.parametrize("missing, said", [("--file", "name the scene: --file SCENE"),
                                           ("--frames", "name the frames: --frames 1-240")])
def test_what_is_missing(box, scene, missing, said):
    args = {"--file": "shot.scene", "--frames": "1-3"}
    del args[missing]
    done = box.run("render", "fake", *[word for pair in args.items() for word in pair])
    assert done.status == 2 and done.err.startswith("dcchost: " + said), done


def test_resume_needs_a_place(box, scene):
    done = render(box, "--resume", output=None)
    assert done.status == 2 and "add --output or --expect" in done.err, done


def test_no_such_scene(box):
    done = render(box)
    assert done.status == 78 and "is not there; check --file" in done.err, done


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_that_cannot_be_written_to(box, scene):
    (box.work / "out").mkdir()
    (box.work / "out").chmod(stat.S_IRUSR | stat.S_IXUSR)
    done = render(box)
    assert done.status == 78 and "cannot be written to: Permission denied" in done.err, done


def test_a_directory_that_is_a_file(box, scene):
    (box.work / "out").write_text("")
    done = render(box)
    assert done.status == 78, done
    assert "the pictures' directory %s/out cannot be made: " % box.work in done.err
    assert box.run("ps", "--json").json == []


def test_a_disk_that_cannot_be_written_to(box, scene):
    """A directory of the kernel's own takes no files, whoever asks."""
    done = render(box, output="/proc/f_####.png")
    assert done.status == 78 and "the pictures' directory /proc cannot be written to: " in done.err, done


def put(box, what):
    """Something in the place of the second of three pictures; the words that name it."""
    out = box.work / "out"
    out.mkdir()
    one, two = out / "f_0001.png", out / "f_0002.png"
    if what == "directory":
        two.mkdir()
    elif what == "fifo":
        os.mkfifo(str(two))
    elif what == "device":
        two.symlink_to("/dev/null")
    else:
        one.write_text("a picture")
        two.symlink_to(one.name) if what == "link" else os.link(str(one), str(two))
        return ("%s is the same file as %s: two frames cannot share it" % (two, one),
                "%s is the same file as %s: two frames cannot share it" % (one, two))
    return ("%s is to be a picture, and is something else; move it away" % two,)


@pytest.mark.parametrize("what", ["directory", "fifo", "device", "link", "hard link"])
@pytest.mark.parametrize("inside", [False, True])
def test_what_lies_in_a_picture_s_place(box, scene, what, inside):
    """Said before anything is started or written to."""
    said = put(box, what)
    if inside:
        box.launch()
        done = box.run("render", "--in", "fake", "--frames", "1-3", "--output", "out/f_####.png")
    else:
        done = render(box)
    assert done.status == 78 and done.out == "", done
    assert done.err in ["dcchost: %s\n" % each for each in said], done
    assert inside or box.run("ps", "--json").json == []
    assert render(box, "--expect", "else/f_####.png", output="two/f_####.png", frames="7").status == 1


def test_links_that_lead_elsewhere(box, scene):
    """A directory of pictures and a picture may lie on another disk: what lies there is what counts."""
    (box.work / "disk").mkdir()
    (box.work / "out").symlink_to("disk")
    (box.work / "disk" / "f_0002.png").symlink_to(box.work / "real.png")
    done = render(box)
    assert done.status == 0 and verdict(done) == ("done", 3, 0, 3, 0, 0), done
    assert (box.work / "real.png").stat().st_size > 0
    (box.work / "gone").symlink_to("/nonexistent/place")
    done = render(box, output="gone/f_####.png")
    assert done.status == 78 and "the pictures' directory %s/gone cannot be made: " % box.work in done.err, done


def test_a_name_that_is_too_long(box, scene):
    done = render(box, output="out/%s_####.png" % ("f" * 250))
    assert done.status == 78 and "is a name that is too long" in done.err and done.out == "", done
    assert not (box.work / "out").exists()


FINE = {"-5-5": 11, "-5--1": 5, "1-3,2-5": 5, "1-10x999999999": 1, "999999999": 1, "-0": 1,
        "-999999999-999999999x999999999": 3}


@pytest.mark.parametrize("frames", sorted(FINE))
def test_frames_that_are_unusual(box, scene, frames):
    done = render(box, frames=frames)
    assert done.status == 0 and verdict(done) == ("done", FINE[frames], 0, FINE[frames], 0, 0), done


@pytest.mark.parametrize("name", ["f_%04d.png", "f_%d.png", "f_%5d.png", "####", "a\nb_##.png", "f ## .png",
                                  "%%04d.png"])
def test_patterns_that_are_unusual(box, scene, name):
    done = render(box, output="out/" + name)
    assert done.status == 0 and verdict(done)[:4] == ("done", 3, 0, 3), done
    assert len(pictures(box)) == 3


def test_an_application_whose_adapter_does_not_say(box, scene):
    done = box.run("render", "rude", "--file", "shot.scene", "--frames", "1", "--output", "out/f_#.png",
                   DCC_ADAPTER_PATH=str(pathlib.Path(os.environ["DCC_TEST_RUDE"]).parent),
                   DCCHOST_RUDE="find_installations=invent")
    assert done.status != 0 and done.out == "", done


def test_a_stop_is_told_and_what_was_done_counts(box, scene):
    args = ["render", "fake", "--file", "shot.scene", "--frames", "1-1000", "--output", "out/f_####.png", "--",
            "--frame-ms", "200"]
    with open(str(box.top / "said"), "w") as said:
        child = box.popen(*args, stdout=said, stderr=said)
        until(lambda: (box.work / "out" / "f_0002.png").exists(), "two frames", PATIENCE)
        box.run("stop", "fake-render", "--timeout", "1s")
        assert child.wait(PATIENCE) != 0
    last = LAST.match((box.top / "said").read_text().splitlines()[-1])
    assert last and last.group(1) == "cancelled" and int(last.group(4)) >= 1, (box.top / "said").read_text()
    assert int(last.group(3)) + int(last.group(4)) == 1000


def test_a_clock_that_was_set_forward_ends_no_render(box, scene):
    """How long it may take all in all goes on where the session before has left it."""
    child = box.popen("render", "fake", "--set", "render-timeout=1h", "--file", "shot.scene", "--frames", "1-4",
                      "--output", "out/f_####.png", "--", "--frame-ms", "500", stdout=-3, stderr=-3)
    until(lambda: (box.work / "out" / "f_0001.png").exists(), "a frame", PATIENCE)
    os.kill(box.status("fake-render")["session_pid"], signal.SIGKILL)
    child.wait(PATIENCE)
    path = box.runtime / "dcchost" / "fake-render" / "record.json"
    record = json.loads(path.read_text())
    record["began_wall"] -= 2 * 3600 * 1000000
    path.write_text(json.dumps(record))
    assert box.run("adopt", "fake-render").status == 0
    until(lambda: box.status("fake-render")["state"] == "stopped", "its end", PATIENCE)
    render = box.status("fake-render")["render"]
    assert (render["verdict"], render["done"]) == ("done", 4), render


def test_another_session_goes_on(box, scene):
    """What was told as done is not rendered again, and the verdict is that of all frames."""
    oracle = box.top / "oracle"
    child = box.popen("render", "fake", *FAST, "--file", "shot.scene", "--frames", "1-12", "--output", "out/f_####.png",
                      "--", "--frame-ms", "300", "--oracle", str(oracle), stdout=-3, stderr=-3)
    until(lambda: (box.work / "out" / "f_0003.png").exists(), "three frames", PATIENCE)
    os.kill(box.status("fake-render")["session_pid"], signal.SIGKILL)
    child.wait(PATIENCE)
    assert box.run("adopt", "fake-render").status == 0
    until(lambda: box.status("fake-render")["render"]["verdict"], "the end", PATIENCE)
    done = box.status("fake-render")["render"]
    assert (done["verdict"], done["frames"], done["done"], done["failed"]) == ("done", 12, 12, None)
    assert frames_begun(oracle) == list(range(1, 13))
