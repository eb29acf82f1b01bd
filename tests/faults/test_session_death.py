"""The session, the shim, or both are killed at random moments of a run: start, running, a crash, the delay before
the next start, the stop sequence, the end. The application goes on, and what happens to it is told once and truly."""

import collections
import concurrent.futures
import random
import time

import pytest

from box import until
from faults import (SEED, events, figure, is_alive, murder, place, read_oracle, record, start_session,
                    told_ends)

SPAN = 2.0  # seconds: a whole life, with a crash and a stop in it
OPTIONS = ["--set", "backoff-initial=200ms", "--set", "jitter=0", "--set", "instant-crash=0",
           "--set", "crash-grace=80ms", "--start-timeout", "20s"]
MODES = ["--ready-after", "100", "--crash-after", "150", "--crash-times", "1", "--slow-save", "150",
         "--slow-quit", "50", "--tree", "double-fork", "--lifetime", "60"]
QUIT = ("exit", 0)
SEGV = ("signal", 11)


class Trial:
    """One life and one murder."""

    def __init__(self, box, number, victims, rng):
        self.box, self.name, self.victims = box, "n%d" % number, victims
        self.kill_at = rng.uniform(0, SPAN)
        self.stop_at = rng.uniform(1.1, 1.7)
        self.pause = rng.choice([0, 0, 0.02, 0.3])
        self.oracle = box.work / (self.name + ".oracle")
        self.lives = box.work / (self.name + ".lives")
        self.session = None
        self.stops = []
        self.notes = []

    def __repr__(self):
        return "%s: %s killed at %.3f s, stop at %.3f s, adopted %.2f s later; %s" % (
            self.name, "+".join(self.victims), self.kill_at, self.stop_at, self.pause, self.story())

    def story(self):
        told = ["%s %s" % (each["type"], each.get("to") or each.get("step") or "")
                for each in events(self.box, self.name)]
        return "; ".join([*self.notes, "told: " + ", ".join(told)])

    def stop(self):
        self.stops.append(self.box.popen("stop", self.name, stdout=-3, stderr=-3))

    def is_over(self):
        return not place(self.box, self.name).exists() and self.session.poll() is not None

    def play(self):
        began = time.monotonic()
        self.session = start_session(self.box, self.name, *OPTIONS, "--", *MODES, "--oracle", str(self.oracle),
                                     "--count-file", str(self.lives))
        todo = sorted([(self.kill_at, self.kill), (self.stop_at, self.stop)], key=lambda each: each[0])
        for at, act in todo:
            time.sleep(max(0, began + at - time.monotonic()))
            act()
            if act == self.kill and self.victims != ["shim"]:
                self.take_up()
        self.come_to_an_end()
        for stop in self.stops:
            stop.wait(30)
        self.session.wait(30)

    def kill(self):
        left = record(self.box, self.name)
        shim = left["status"]["shim_pid"] if left else None
        if "session" in self.victims:
            murder(self.session.pid)
            self.session.wait()
        if "shim" in self.victims and shim:
            murder(shim)
        left = record(self.box, self.name)
        self.notes.append("left in state %s" % (left["status"]["state"] if left else "nothing"))

    def take_up(self):
        time.sleep(self.pause)
        before = record(self.box, self.name)
        pid = before["status"]["pid"] if before else None
        lived = pid and is_alive(pid)
        done = self.box.run("adopt", self.name, "--json")
        self.notes.append("adopt said %d %s" % (done.status, done.err.strip()))
        if done.status == 0 and lived and done.json["pid"] and done.json["restart_count"] == \
                before["status"]["restart_count"]:
            assert done.json["pid"] == pid, "another process than before"

    def come_to_an_end(self):
        """A stop that was under way goes on by itself; else it is asked for."""
        stopping = any(each.get("to") == "stopping" for each in events(self.box, self.name, "state"))
        if not stopping:
            self.stop()
        until(lambda: not place(self.box, self.name).exists() or self.is_unreachable(), "the end of %r" % self)

    def is_unreachable(self):
        """What never began cannot be adopted; the name must be free then, which the sweep below tells."""
        if any(stop.poll() is None for stop in self.stops) or self.processes():
            return False
        status = self.box.run("status", self.name, "--json")
        return status.status != 0 or not status.json["attended"]

    def processes(self):
        mark = str(self.box.runtime / "dcchost" / self.name) + " "
        return [pid for pid, command in self.box.processes().items()
                if mark in command + " " or "--name %s " % self.name in command]

    def check(self):
        said, told = read_oracle(self.oracle), told_ends(self.box, self.name)
        for incarnation, end in said.items():
            assert incarnation in told, "an end was not told: %s, %r" % (end, self)
            assert told[incarnation] in (end, ("lost", 0)), "told %s, was %s: %r" % (told[incarnation], end, self)
            if self.victims == ["session"]:
                assert told[incarnation] == end, "told %s, was %s: %r" % (told[incarnation], end, self)
        # What the stop sequence ended says nothing itself.
        for incarnation, end in told.items():
            assert incarnation in said or end in (("signal", 15), ("signal", 9), ("lost", 0)), "%s of %r" % (end, self)
        starts = [each["incarnation"] for each in events(self.box, self.name, "started")]
        assert len(starts) == len(set(starts)), "a start was told twice: %r" % self
        assert set(said) <= set(starts), "a start was not told: %r" % self
        self.check_count()

    def check_count(self):
        """Lives are counted on over all sessions."""
        lives = int(self.lives.read_text() or 0) if self.lives.exists() else 0
        status = self.box.run("status", self.name, "--json")
        if lives > 0 and status.status == 0:
            counted = status.json["restart_count"] + 1
            uncounted = 0 if self.last_was_ready() else counted - lives
            assert counted == lives + uncounted and uncounted in (0, 1), "%d lives, counted %d: %r" % (
                lives, counted, self)

    def last_was_ready(self):
        """It counts itself first of all; the stop may have met it before."""
        told = [each.get("to") if each["type"] == "state" else each["type"] for each in events(self.box, self.name)]
        return "running" in told[len(told) - told[::-1].index("started"):] if "started" in told else True


def play_all(box, victims, n):
    rng = random.Random("%d %s" % (SEED, victims))
    trials = [Trial(box, i, victims, rng) for i in range(n)]
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        jobs = [pool.submit(trial.play) for trial in trials]
        failed = [repr(job.exception()) + " in " + repr(trial) for job, trial in zip(jobs, trials) if job.exception()]
    for trial in trials:
        try:
            trial.check()
        except AssertionError as error:
            failed.append(str(error))
    assert not failed, "%d of %d: %s" % (len(failed), n, "\n".join(failed))
    until(lambda: not box.processes(), "everything to be gone: %s" % box.processes())
    states = collections.Counter(trial.notes[0] if trial.notes else "not killed" for trial in trials)
    figure("%d lives, %s killed: %s; %d temporary directories left" % (
        n, " and ".join(victims), ", ".join("%d %s" % (count, state) for state, count in sorted(states.items())),
        len(list((box.top / "tmp").iterdir()))))


@pytest.mark.parametrize("victims, n", [
    (["session"], 40), (["shim"], 10), (["session", "shim"], 10)], ids=["session", "shim", "both"])
def test_killed_at_a_random_moment(box, victims, n):
    play_all(box, victims, n)
