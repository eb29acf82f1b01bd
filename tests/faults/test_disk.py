"""Disks that are full, read-only or tidied up by others while an application runs: it goes on, its end is told as it
was, and what does not work is said."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess

import pytest

from box import until
from faults import events, figure, is_alive, murder, place, read_lines, start_session

MAY_MOUNT = os.geteuid() == 0 and subprocess.call(
    ["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], stdout=-3, stderr=-3) == 0
PAGES, FRAMES = 16, 24
STRACE = shutil.which("strace", path="/usr/bin:/bin")
needs_mount = pytest.mark.skipif(not MAY_MOUNT, reason="may not mount a file system")


@pytest.fixture
def small_disk(box):
    """The state directory on a disk of 256 KiB."""
    subprocess.check_call(["mount", "-t", "tmpfs", "-o", "size=256k,mode=0700", "tmpfs", str(box.state)])
    yield box
    while subprocess.call(["umount", "-l", str(box.state)], stderr=subprocess.DEVNULL) == 0:
        pass


def make_read_only(box):
    """Over it, because what is open for writing cannot be made so itself."""
    subprocess.check_call(["mount", "--bind", str(box.state), str(box.state)])
    subprocess.check_call(["mount", "-o", "remount,bind,ro", str(box.state)])


@needs_mount
def test_the_disk_of_the_log_fills_up(small_disk):
    box = small_disk
    box.launch("--restart", "never", "--set", "log-size=16M", "--", "--flood", "8M", "--exit-after", "3000", "--code",
               "41")
    follower = box.popen("events", "fake", "-f", "--json", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    out, _err = follower.communicate(timeout=30)
    told = [line for line in out.decode().splitlines() if '"exit"' in line and '"code":41' in line.replace(" ", "")]
    assert len(told) == 1, out.decode()
    assert "degraded" in out.decode()
    until(lambda: not box.processes(), "everything to be gone")


@needs_mount
def test_a_full_disk_before_the_start_is_a_clear_error_or_a_degraded_run(small_disk):
    box = small_disk
    (box.state / "ballast").write_bytes(b"x" * 100)
    with pytest.raises(OSError):
        with open(str(box.state / "ballast"), "wb") as ballast:
            while True:
                ballast.write(b"x" * 4096)
                ballast.flush()
    done = box.run("launch", "fake", "-d", "--wait", "ready")
    figure("launch on a full disk: %d %s" % (done.status, done.err.strip()))
    if done.status == 0:
        assert box.status()["degraded"]
        assert box.run("kill").status == 0
    else:
        assert done.err and "No space" in done.err
    until(lambda: not box.processes(), "everything to be gone")


@needs_mount
def test_the_state_directory_becomes_read_only(small_disk):
    box = small_disk
    box.launch("--restart", "never")
    pid = box.status()["pid"]
    follower = box.popen("events", "fake", "-f", "--json", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert follower.stdout.readline()
    make_read_only(box)
    os.kill(pid, signal.SIGSEGV)
    out, _err = follower.communicate(timeout=30)
    lines = [line for line in out.decode().splitlines() if '"exit"' in line]
    assert len(lines) == 1 and '"signal":11' in lines[0].replace(" ", ""), out.decode()
    assert "degraded" in out.decode()


@needs_mount
def test_a_read_only_state_directory_does_not_keep_anybody_from_stopping(small_disk):
    box = small_disk
    box.launch()
    make_read_only(box)
    stopped = box.run("stop")
    subprocess.check_call(["umount", "-l", str(box.state)])
    box.run("kill")
    assert stopped.status == 0, stopped


def test_the_log_is_deleted_by_others(box):
    box.launch("--", "--progress", "2", "--frames", "100000", "--every", "20")
    log = box.state / "dcchost" / "fake" / "output.log"
    until(lambda: log.exists() and log.stat().st_size > 0, "output")
    log.unlink()
    until(lambda: log.exists() and log.stat().st_size > 0, "the log to be made anew")
    shim = box.status()["shim_pid"]
    held = [os.readlink("/proc/%d/fd/%s" % (shim, fd)) for fd in os.listdir("/proc/%d/fd" % shim)]
    assert not any("output.log (deleted)" in each for each in held), held
    assert box.status()["state"] == "running"


def test_the_state_directory_is_deleted_by_others(box):
    """The application lives, its end is told to who listens, and the lack is said."""
    box.launch("--restart", "never", "--", "--print", "words")
    pid = box.status()["pid"]
    shutil.rmtree(str(box.state / "dcchost" / "fake"))
    assert box.run("probe").status == 0
    follower = box.popen("events", "fake", "-f", "--json", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert follower.stdout.readline()
    os.kill(pid, signal.SIGSEGV)
    out, err = follower.communicate(timeout=30)
    assert out.decode().count('"exit"') == 1, (out, err)
    until(lambda: not box.processes(), "everything to be gone")


def sweep(box, name):
    """At one blow: what is made anew meanwhile is not swept up as well."""
    aside = box.top / "swept"
    place(box, name).rename(aside)
    shutil.rmtree(str(aside))


def answers(box, pid):
    """Whether the session of that application can be asked."""
    given = box.run("status", "fake", "--json")
    status = json.loads(given.out) if given.status == 0 else {}
    return status.get("pid") == pid and status.get("attended")


def test_the_runtime_directory_is_deleted(box):
    """A cleaner or a logout takes it away: it is made anew, its name stays taken, it is seen and stops."""
    box.launch("--restart", "never")
    pid = box.status()["pid"]
    shutil.rmtree(str(place(box, "fake").parent))
    assert is_alive(pid)
    until(lambda: answers(box, pid), "the session to answer again")
    assert any("made anew" in each for each in box.status()["degraded"])
    assert box.run("launch", "fake", "-d").status == 75
    assert box.run("stop").status == 0
    until(lambda: not box.processes(), "everything to be gone")


MOVES = {"another name": lambda box: place(box, "fake").rename(place(box, "fake").parent / ".fake"),
         "elsewhere": lambda box: place(box, "fake").rename(box.work / "fake"),
         "with its parent": lambda box: place(box, "fake").parent.rename(box.work / "dcchost")}


@pytest.mark.parametrize("how, args", [("another name", ("--set", "probe-period=0")),
                                       ("elsewhere", ("--set", "probe-period=300ms")),
                                       ("with its parent", ("--set", "probe-period=300ms"))], ids=list(MOVES))
def test_the_runtime_directory_is_moved_away(box, how, args):
    """At once where the kernel tells, else when the application is looked at next: nobody is woken for it."""
    box.launch("--restart", "never", *args)
    pid = box.status()["pid"]
    MOVES[how](box)
    until(lambda: answers(box, pid), "the session to answer again")
    assert any("made anew" in each for each in box.status()["degraded"])
    assert box.run("launch", "fake", "-d").status == 75
    assert box.run("stop").status == 0
    until(lambda: not box.processes(), "everything to be gone")


@pytest.mark.parametrize("what", ["a link", "a file"])
def test_something_else_comes_in_its_place(box, what):
    """Only sessions make anything there, so it is moved out of the way; what a link leads to is left alone."""
    box.launch("--restart", "never")
    pid = box.status()["pid"]
    own = place(box, "fake")
    elsewhere = box.work / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mine").write_text("mine")
    shutil.rmtree(str(own))
    try:
        own.symlink_to(elsewhere) if what == "a link" else own.write_text("")
    except FileExistsError:
        pass  # the session was faster
    until(lambda: answers(box, pid), "the session to answer again")
    assert box.run("stop").status == 0
    assert [each.name for each in elsewhere.iterdir()] == ["mine"]


def test_a_cleaner_takes_some_files(box):
    """Sockets and records that are old go, the directory stays."""
    box.launch("--restart", "never")
    pid = box.status()["pid"]
    for name in ("control.sock", "agent.sock", "record.json"):
        (place(box, "fake") / name).unlink()
    until(lambda: answers(box, pid), "the session to answer again")
    murder(box.status()["session_pid"])
    assert box.run("adopt").status == 0
    assert box.status()["pid"] == pid
    assert box.run("stop").status == 0


def test_an_end_after_the_runtime_directory_was_deleted(box):
    """How it ended is on record all the same."""
    box.launch("--restart", "never", "--", "--exit-after", "1500", "--code", "41")
    shutil.rmtree(str(place(box, "fake").parent), ignore_errors=True)
    until(lambda: events(box, "fake", "exit"), "the end")
    result = events(box, "fake", "exit")[0]["result"]
    assert (result["kind"], result["code"]) == ("exited", 41)
    until(lambda: not box.processes(), "everything to be gone")
    assert box.run("launch", "fake", "-d").status == 0
    assert box.run("kill").status == 0


def test_who_lost_the_runtime_directory_leaves_another_s_alone(box):
    """A session that has no time to make its directory anew finds another one's in its place. The name is the second
    one's, whatever becomes of the first."""
    box.launch("--restart", "never")
    first = box.status()
    os.kill(first["session_pid"], signal.SIGSTOP)
    sweep(box, "fake")
    box.launch()
    second = box.status()
    os.kill(first["session_pid"], signal.SIGCONT)
    os.kill(first["pid"], signal.SIGSEGV)
    until(lambda: not is_alive(first["session_pid"]), "the first session to end")
    status = box.status()
    assert (status["pid"], status["session_pid"], status["attended"]) == (
        second["pid"], second["session_pid"], True)
    murder(second["session_pid"])
    assert box.run("adopt").status == 0
    status = box.status()
    assert (status["pid"], status["incarnation"]) == (second["pid"], second["incarnation"])
    until(lambda: box.run("probe").status == 0, "its agent, which knows this run's token")


@pytest.mark.skipif(not STRACE, reason="no strace here")
def test_the_last_word_is_on_a_slow_disk_when_the_name_is_free(box):
    """A command that comes just then finds no session and reads how it ended. Each line of the journal is let take
    its time: before it is written its reader looks at how the file ends."""
    session = start_session(box, "fake", "--restart", "never", "--", "--exit-before-ready", "3", under=[
        STRACE, "-qq", "-f", "-o", "/dev/null", "-e", "trace=pread64", "-e", "inject=pread64:delay_enter=40000"])
    until(lambda: place(box, "fake").exists(), "the start")
    until(lambda: not place(box, "fake").exists(), "the end")
    lines = read_lines(box.state / "dcchost" / "fake" / "events.jsonl")
    assert '"type":"ended"' in "".join(lines[-2:]), lines
    session.wait(30)


@needs_mount
def test_a_crash_on_a_full_disk_costs_its_evidence_alone(small_disk):
    box = small_disk
    box.launch("--backoff", "fixed:50ms", "--set", "instant-crash=0")
    before = box.status()
    with pytest.raises(OSError):
        with open(str(box.state / "ballast"), "wb") as ballast:
            while True:
                ballast.write(b"x" * 4096)
                ballast.flush()
    os.kill(before["pid"], signal.SIGSEGV)
    after = until(lambda: (lambda s: s if s["ready"] and s["pid"] != before["pid"] else None)(box.status()),
                  "the next run")
    assert after["restart_count"] == 1 and after["bundle"] is None
    assert "the evidence of a crash cannot be written" in after["degraded"]
    crashes = box.state / "dcchost/fake/crashes"
    assert not crashes.exists() or not list(crashes.iterdir())  # no half of one either
    (box.state / "ballast").unlink()
    os.kill(after["pid"], signal.SIGSEGV)
    until(lambda: box.status()["bundle"], "the next bundle")


def hold_up(box, session_pid, seconds):
    """The directory of the bundles takes as long to be made, as on a file server that does not answer."""
    tracer = subprocess.Popen(
        [STRACE, "-qq", "-f", "-p", str(session_pid), "-o", "/dev/null",
         "-P", str(box.state / "dcchost/fake/crashes"), "-e", "trace=mkdir,mkdirat",
         "-e", "inject=mkdir,mkdirat:delay_enter=%d" % (seconds * 1000000)], env=box.env)
    until(lambda: "TracerPid:\t0\n" not in read_text("/proc/%d/status" % session_pid), "strace to hold it")
    return tracer


def read_text(path):
    with open(path) as file:
        return file.read()


def told(box, kind):
    return [each for each in (json.loads(line) for line in box.run("events", "fake", "--json").out.splitlines())
            if each["type"] == kind]


@pytest.mark.skipif(not STRACE, reason="no strace here")
def test_a_session_answers_while_the_evidence_goes_to_a_disk_that_does_not(box):
    """The exit waits for its evidence for five seconds; the bundle is told of when it is there."""
    box.launch("--backoff", "fixed:50ms", "--set", "instant-crash=0")
    before = box.status()
    tracer = hold_up(box, before["session_pid"], 20)
    os.kill(before["pid"], signal.SIGSEGV)
    until(lambda: not is_alive(before["pid"]), "its end")
    given = box.run("status", "fake", "--json")
    assert given.status == 0 and given.seconds < 10, given
    assert given.json["session_pid"] == before["session_pid"] and given.json["attended"]
    after = until(lambda: (lambda s: s if s["ready"] and s["pid"] not in (None, before["pid"]) else None)(box.status()),
                  "the next run")
    assert after["bundle"] is None and not told(box, "bundle"), after
    assert "the state directory does not answer" in after["degraded"]
    ends = told(box, "exit")
    assert [each["incarnation"] for each in ends] == [before["incarnation"]] and ends[0].get("bundle") is None, ends
    bundle = until(lambda: box.status()["bundle"], "the bundle")
    assert [each["path"] for each in told(box, "bundle")] == [bundle]
    tracer.terminate()
    tracer.wait(30)
    death = json.loads((pathlib.Path(bundle) / "death.json").read_text())
    assert death["incarnation"] == before["incarnation"] and death["next"]["action"] == "restart"
    assert box.run("stop").status == 0


@pytest.mark.skipif(not STRACE, reason="no strace here")
def test_a_scene_on_a_disk_that_does_not_answer_leaves_its_session_answering(box):
    """Which version saved it is to be known before the start; it can be asked after, and stopped, meanwhile."""
    scene = box.work / "shot.scene"
    scene.write_text("a scene")
    session = start_session(box, "fake", "--file", str(scene), under=[
        STRACE, "-qq", "-f", "-o", "/dev/null", "-P", str(scene), "-e", "trace=openat", "-e",
        "inject=openat:delay_enter=60000000"])
    try:
        given = until(lambda: (lambda given: given if given.status == 0 else None)(box.run("status", "fake", "--json")),
                      "its session to be known")
        assert (given.json["state"], given.json["pid"]) == ("starting", None), given
        box.run("stop", "fake", timeout=30)
        until(lambda: not place(box, "fake").exists(), "its end", 30)
        assert not events(box, "fake", "started")
    finally:
        session.kill()  # strace, which would hold what is left of it for the whole minute
        session.wait(30)


@pytest.fixture
def full_gallery(box):
    """A directory for pictures on a disk of some pages: (box, directory)."""
    gallery = box.work / "out"
    gallery.mkdir()
    size = PAGES * os.sysconf("SC_PAGE_SIZE")
    subprocess.check_call(["mount", "-t", "tmpfs", "-o", "size=%d,mode=0700" % size, "tmpfs", str(gallery)])
    (box.work / "shot.scene").write_text("a scene")
    yield box, gallery
    while subprocess.call(["umount", "-l", str(gallery)], stderr=subprocess.DEVNULL) == 0:
        pass


def render(box, *args):
    return box.run("render", "fake", "--file", "shot.scene", "--frames", "1-%d" % FRAMES, "--output",
                   "out/f_####.png", "--backoff", "fixed:10ms", "--set", "instant-crash=0", *args)


@needs_mount
def test_pictures_that_fill_their_disk(full_gallery):
    """What is there counts, what is not is named, and --resume renders that alone when there is room."""
    box, gallery = full_gallery
    done = render(box)
    assert done.status == 1, done
    failed, rendered = re.search(r"verdict=failed frames=%d failed=(\d+) rendered=(\d+) skipped=0" % FRAMES,
                                 done.out).groups()
    assert 0 < int(rendered) < FRAMES, done
    assert re.search(r"frames? %d\S* failed: " % (int(rendered) + 1), done.out), done
    subprocess.check_call(["mount", "-o", "remount,size=1m", str(gallery)])
    again = render(box, "--resume")
    assert again.status == 0, again
    assert "verdict=done frames=%d failed=0 rendered=%s skipped=%s" % (FRAMES, failed, rendered) in again.out, again


@needs_mount
def test_no_room_for_any_picture(full_gallery):
    """Before the start: then nothing is started."""
    box, gallery = full_gallery
    with pytest.raises(OSError):
        (gallery / "ballast").write_bytes(b"x" * ((PAGES + 1) * os.sysconf("SC_PAGE_SIZE")))
    done = render(box)
    figure("render onto a full disk: %d %s" % (done.status, (done.err or done.out).strip()))
    assert done.status not in (0, 75), done
    assert "No space left on device" in done.err + done.out, done
    assert not box.processes()


def fill(directory):
    """To the last byte, in pieces that become smaller."""
    for size in (4096, 64):
        number = 0
        try:
            while number < 20000:
                (directory / ("ballast-%d-%d" % (size, number))).write_bytes(b"x" * size)
                number += 1
        except OSError:
            pass


@needs_mount
def test_the_next_run_on_a_full_disk_is_not_taken_for_the_last(small_disk):
    """What is told of the old one has not arrived yet; its numbers are not those of the new one."""
    box = small_disk
    box.launch("--restart", "never")
    before = box.status()["pid"]
    fill(box.state)
    os.kill(before, signal.SIGSEGV)
    until(lambda: not box.processes(), "the end")
    oracle = box.work / "oracle"
    done = box.run("launch", "fake", "-d", "--", "--oracle", str(oracle), "--exit-after", "0")
    assert done.status == 0, done
    until(lambda: not box.processes(), "the end")
    pids = {int(line.split()[0]) for line in oracle.read_text().splitlines()}
    assert ", pid %d, " % pids.pop() in done.out and not pids, done


@needs_mount
def test_how_it_ended_is_known_though_no_disk_takes_it(small_disk):
    box = small_disk
    subprocess.check_call(["mount", "-t", "tmpfs", "-o", "size=512k,mode=0700", "tmpfs", str(box.runtime)])
    try:
        box.launch("--restart", "never", "--", "--exit-after", "1500", "--code", "41")
        fill(box.runtime)
        fill(box.state)
        until(lambda: not box.processes(), "the end")
        status = box.status()
        assert (status["state"], status["result"]["code"]) == ("crashed", 41)
        for each in [*box.runtime.glob("ballast*"), *box.state.glob("ballast*")]:
            each.unlink()
        box.launch("--restart", "never")  # the name is free
        assert box.run("kill", "fake").status == 0
    finally:
        subprocess.call(["umount", "-l", str(box.runtime)])
