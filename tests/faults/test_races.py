"""Two who want the same name at the same moment: one gets it, the other says so and touches nothing."""

import concurrent.futures
import fcntl
import os
import signal
import subprocess
import time

from box import until
from faults import figure, murder, place, start_session

ROUNDS = 100
ADOPTIONS = 50
SIDE_BY_SIDE = 3


def race(box, number):
    """Two launches of one name; the loser's status, and how often the application was started."""
    name = "n%d" % number
    lives = box.work / (name + ".oracle")
    pair = [box.popen("launch", "fake", "-d", "--name", name, "--", "--no-agent", "--tree", "fork", "--oracle",
                      str(lives), stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    said = [each.communicate(timeout=60) for each in pair]
    ends = sorted(each.returncode for each in pair)
    started = lives.read_text().count("left-fork") if lives.exists() else 0
    killed = box.run("kill", name)
    return ends, started, killed.status, said


def test_two_launches_of_one_name(box):
    with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        ends = list(pool.map(lambda i: race(box, i), range(ROUNDS)))
    wrong = [each for each in ends if each[0] != [0, 75] or each[2] != 0]
    assert not wrong, "%d: %s" % (len(wrong), wrong[:3])
    until(lambda: not box.processes(), "everything to be gone")
    figure("%d pairs of launches, one winner each; %d applications ran" % (len(ends), sum(e[1] for e in ends)))
    assert all(each[1] <= 1 for each in ends)


def adopt_twice(box, name):
    pair = [box.popen("session", "--adopt", name, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                      start_new_session=True) for _ in range(2)]
    until(lambda: any(each.poll() is not None for each in pair), "one to give way")
    loser = next(each for each in pair if each.poll() is not None)
    winner = pair[1 - pair.index(loser)]
    return winner, loser.returncode


def test_two_adoptions_at_once(box):
    session = start_session(box, "x", "--", "--lifetime", "120")
    until(lambda: place(box, "x").exists() and box.run("status", "x").status == 0 and box.status("x")["ready"], "ready")
    pid = box.status("x")["pid"]
    for _ in range(ADOPTIONS):
        murder(session.pid)
        session.wait()
        session, status = adopt_twice(box, "x")
        assert status == 75
        until(lambda: box.status("x")["session_pid"] == session.pid, "the winner to attend")
        assert box.status("x")["pid"] == pid
    assert box.status("x")["restart_count"] == 0
    assert box.run("kill", "x").status == 0
    session.wait(20)
    figure("%d pairs of adoptions, one winner each" % ADOPTIONS)


def try_lock(fd):
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def test_a_restart_waits_for_a_shim_that_ends_late(box):
    """It holds the name of what was adopted until it has ended; here the test does so in its place."""
    box.launch("--backoff", "fixed:2s", "--set", "jitter=0", "--set", "instant-crash=0")
    before = box.status()
    murder(before["session_pid"])
    assert box.run("adopt", "fake").status == 0
    os.kill(before["pid"], signal.SIGSEGV)
    until(lambda: box.status()["state"] == "restarting", "the delay")
    lock = os.open(str(place(box, "fake") / "lock"), os.O_RDWR)
    until(lambda: try_lock(lock), "the shim to have ended")
    assert box.status()["state"] == "restarting"
    until(lambda: box.status()["restart_in_ms"] == 0, "the delay to be over")
    time.sleep(0.3)
    assert box.status()["state"] == "restarting"
    os.close(lock)
    until(lambda: box.status()["ready"] and box.status()["pid"] != before["pid"], "the next run")
    assert box.status()["restart_count"] == 1
    assert box.run("kill", "fake").status == 0
