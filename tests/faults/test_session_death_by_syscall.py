"""The session is killed at system calls that change the world: before each of them something is done and something
is not. What the random moments find by luck, this finds by method."""

import collections
import concurrent.futures
import random
import shutil
import subprocess

import pytest

from box import until
from faults import SEED, figure, start_session
from test_session_death import MODES, OPTIONS, Trial

CALLS = ("rename,renameat,renameat2,unlink,unlinkat,mkdir,rmdir,bind,flock,clone,clone3,vfork,sendto,sendmsg,mknodat,"
         "fallocate")
MOMENTS = 100
STRACE = shutil.which("strace", path="/usr/bin:/bin")

pytestmark = pytest.mark.skipif(not STRACE, reason="no strace here")


class TracedTrial(Trial):
    def __init__(self, box, number, call, when):
        super().__init__(box, number, ["session"], random.Random(number))
        self.call, self.when = call, when
        self.stop_at = 1.2

    def __repr__(self):
        return "%s: killed at %s number %d; %s" % (self.name, self.call, self.when, self.story())

    def play(self):
        under = [STRACE, "-qq", "-o", "/dev/null", "-e", "trace=" + self.call, "-e",
                 "inject=%s:signal=SIGKILL:when=%d" % (self.call, self.when)]
        self.session = start_session(self.box, self.name, *OPTIONS, "--", *MODES, "--oracle", str(self.oracle),
                                     "--count-file", str(self.lives), under=under)
        try:
            self.session.wait(self.stop_at)
        except subprocess.TimeoutExpired:
            self.stop()
            self.session.wait(30)
        self.kill()
        self.take_up()
        self.come_to_an_end()
        for stop in self.stops:
            stop.wait(30)


def count_calls(box):
    """One life that nobody disturbs: which calls there are, and how many."""
    trace = box.work / "trace"
    session = start_session(box, "plain", *OPTIONS, "--", *MODES, "--count-file", str(box.work / "plain.lives"),
                            under=[STRACE, "-qq", "-o", str(trace), "-e", "trace=" + CALLS])
    until(lambda: (box.work / "plain.lives").exists() and (box.work / "plain.lives").read_text().strip() == "2",
          "the second life")
    assert box.run("stop", "plain").status == 0
    session.wait(30)
    calls = collections.Counter(line.split("(")[0] for line in trace.read_text().splitlines() if "(" in line)
    return [(call, when + 1) for call, n in sorted(calls.items()) for when in range(n)]


def test_killed_at_every_kind_of_call(box):
    points = count_calls(box)
    chosen = random.Random(SEED).sample(points, min(MOMENTS, len(points)))
    trials = [TracedTrial(box, i, call, when) for i, (call, when) in enumerate(chosen)]
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        jobs = [pool.submit(trial.play) for trial in trials]
        failed = [repr(job.exception()) + " in " + repr(trial) for job, trial in zip(jobs, trials) if job.exception()]
    for trial in trials:
        try:
            trial.check()
        except AssertionError as error:
            failed.append(str(error))
    figure("%d of %d moments; %d temporary directories left" % (
        len(trials), len(points), len(list((box.top / "tmp").iterdir()))))
    assert not failed, "%d of %d: %s" % (len(failed), len(trials), "\n".join(failed))
    until(lambda: not box.processes(), "everything to be gone")
