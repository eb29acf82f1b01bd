"""A laboratory: names that are launched again and again by plans that a seed decides, while sessions, shims, clients
and applications are killed; then what dcchost tells is held against what the application wrote down.

A Name has one plan (lab_plans.py) after another. Names are played side by side. Nothing here decides what is right:
that is lab_accounts.py.
"""

import collections
import concurrent.futures
import json
import os
import random
import signal
import subprocess
import threading
import time

import lab_accounts
import lab_plans
from faults import is_alive, place, record, start_session

SIDE_BY_SIDE = 16
PATIENCE = 40  # seconds for what takes fractions of one, on a machine of any load
OUR_SIGNALS = {signal.SIGTERM, signal.SIGKILL}


class Stuck(Exception):
    """What was to end did not."""


class Name:
    """What happens under one name."""

    def __init__(self, box, seed, number, kernel_tells):
        self.box, self.name, self.kernel_tells = box, "n%d" % number, kernel_tells
        self.rng = random.Random("%s %d" % (seed, number))
        self.plans = [lab_plans.Plan(self.rng) for _ in range(self.rng.randint(1, 6))]
        self.account = box.work / (self.name + ".account")
        self.inner = None  # the name of what was launched from inside
        self.told = lab_accounts.Told()
        self.asked = self.interrupted = False
        self.shimless, self.sessionless = set(), set()  # runs whose shim, whose session was killed
        self.children, self.story, self.faults = [], [], []
        self.lives = 0

    def place(self):
        return place(self.box, self.name)

    def state(self):
        return self.box.state / "dcchost" / self.name

    # -- what is done to it --

    def client(self, *args):
        child = self.box.popen(*args, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.children.append(child)
        return child

    def launch(self, plan):
        counter = str(self.box.work / ("%s.%d" % (self.name, self.plans.index(plan))))
        modes = [counter if word == lab_plans.COUNTER else word for word in plan.modes]
        args = ["--name", self.name, *plan.options, "--", *modes, "--oracle", str(self.account)]
        env = dict(self.box.env)
        if plan.nested:
            self.inner = self.name + "i"
            env["DCCHOST_FAKE_EXECUTABLE"] = str(self.nest())
        if plan.by == "session":
            self.children.append(start_session(self.box, *args[1:], env=env))
            return None
        flags = ["-d"] if plan.by == "detached" else []
        child = self.box.popen("launch", "fake", *flags, *args, env=env, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, start_new_session=True)
        self.children.append(child)
        return child

    def nest(self):
        """An executable that launches another instance before it becomes the application."""
        script = self.box.work / (self.name + ".nest")
        if not script.exists():
            text = ("#!/bin/sh\nexport DCCHOST_FAKE_EXECUTABLE='%s'\n[ \"$1\" = --version ] || '%s' launch fake -d "
                    "--name %s -- --autosave --oracle '%s' >/dev/null 2>&1\nexec \"$DCCHOST_FAKE_EXECUTABLE\" \"$@\"\n")
            script.write_text(text % (self.box.env["DCCHOST_FAKE_EXECUTABLE"], os.environ["DCCHOST"], self.inner,
                                      self.box.work / (self.inner + ".account")))
            script.chmod(0o755)
        return script

    def who(self):
        """(pid by role, incarnation) as the record has it."""
        found = record(self.box, self.name)
        status = found["status"] if found else {}
        return {role: status.get(key) for role, key in
                (("session", "session_pid"), ("shim", "shim_pid"), ("application", "pid"))}, status.get("incarnation")

    def strike(self, role, number):
        """Sends a signal to what the record names, if that is still ours; writes it down before."""
        pids, incarnation = self.who()
        pid = pids[role]
        fd = open_ours(self.box, pid)
        if fd is None:
            return
        if role == "application" and incarnation:
            self.write_down(pid, number, incarnation)
        if role == "shim":
            self.shimless.add(incarnation)
        if role == "session":
            self.sessionless.add(incarnation)
        try:
            signal.pidfd_send_signal(fd, number)
        except OSError:
            pass
        os.close(fd)
        if number == signal.SIGKILL:
            wait_for(lambda: not is_alive(pid), "pid %d to die" % pid)

    def write_down(self, pid, number, incarnation):
        fd = os.open(str(self.account), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(fd, b"%d sent %d %s\n" % (pid, number, incarnation.encode()))
        os.close(fd)

    def act(self, action, launcher):
        word = action.word
        self.told.read(self.state())
        self.story.append("%.3f %s" % (action.at, action.text()))
        if word == "kill-session":
            self.strike("session", signal.SIGKILL)
            time.sleep(action.pause)
            for _ in range(action.number):
                self.client("adopt", self.name)
        elif word == "kill-shim":
            self.strike("shim", signal.SIGKILL)
        elif word == "kill-both":
            self.strike("session", signal.SIGKILL)
            self.strike("shim", signal.SIGKILL)
            time.sleep(action.pause)
            self.client("adopt", self.name)
        elif word == "kill-all-three":
            for role in action.order:
                self.strike(role, signal.SIGKILL)
        elif word == "signal":
            self.strike("application", action.number)
        elif word == "terminate-session":
            self.asked = True
            self.strike("session", signal.SIGTERM)
        elif word == "client-dies":
            if launcher is not None and launcher.poll() is None:
                self.asked = self.interrupted = True  # an interrupt is a stop
                launcher.send_signal(action.number)
        elif word == "launch-again":
            self.client("launch", "fake", "-d", "--name", self.name, "--", "--oracle", str(self.account))
        elif word in ("stop", "kill", "restart"):
            self.asked = True
            self.client(word, self.name)
        else:
            self.client(word, self.name)

    # -- one plan --

    def play(self, plan):
        began = time.monotonic()
        self.story.append(repr(plan))
        self.asked = self.asked or plan.may_be_ended
        self.told.read(self.state())
        launcher = self.launch(plan)
        for action in plan.actions:
            time.sleep(max(0, began + action.at - time.monotonic()))
            self.act(action, launcher)
        self.come_to_an_end(plan)
        self.told.read(self.state())

    def is_busy(self):
        return any(child.poll() is None for child in self.children)

    def come_to_an_end(self, plan):
        """It ends by itself, or is asked to; what has nobody left to attend it is adopted, or left to the next plan."""
        wait = PATIENCE if plan.ends_by_itself else 0
        deadline = time.monotonic() + wait
        while time.monotonic() < deadline and self.place().exists() and self.is_attended():
            time.sleep(0.01)
        deadline = time.monotonic() + PATIENCE
        while self.is_busy() or self.place().exists():  # in this order: who is busy may be about to make the place
            self.told.read(self.state())
            if time.monotonic() > deadline:
                raise Stuck("%s is still there: %s, %s" % (
                    self.name, self.processes(), [child.args for child in self.children if child.poll() is None]))
            if not self.is_attended() and not self.is_busy():
                if plan.leaves_ruins and not self.application_lives():
                    break
                self.run("adopt")
            self.asked = True
            self.run("kill" if plan.ends_by_kill else "stop")
        self.children = []

    def run(self, *words):
        try:
            self.box.popen(*words, self.name, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise Stuck("%s of %s does not return" % (words, self.name))

    def is_attended(self):
        pids, _incarnation = self.who()
        fd = open_ours(self.box, pids["session"])
        if fd is not None:
            os.close(fd)
        return fd is not None

    def application_lives(self):
        pids, _incarnation = self.who()
        return pids["application"] is not None and is_alive(pids["application"])

    def processes(self):
        """Those that carry the name: sessions, shims, applications and what they started."""
        marks = (" %s " % self.name, "%s " % self.account, "%s " % self.place())
        return {pid: command for pid, command in self.box.processes().items()
                if any(mark in command + " " for mark in marks) and is_alive(pid)}

    # -- all of it --

    def play_all(self):
        try:
            for number, plan in enumerate(self.plans):
                plan.leaves_ruins = plan.leaves_ruins and number + 1 < len(self.plans)
                self.play(plan)
            wait_for(lambda: not self.processes(), lambda: "nothing to be left: %s" % self.processes(), 10)
        except Stuck as stuck:
            self.faults.append(lab_accounts.Fault(lab_accounts.LEFT, self.name, str(stuck)))
        self.compare(self.name, self.account, self.told)
        try:
            self.end_inner()
        except Stuck as stuck:
            self.faults.append(lab_accounts.Fault(lab_accounts.LEFT, self.name, str(stuck)))
        return self

    def end_inner(self):
        """It was not taken along; it ends when it is asked to."""
        if self.inner is None:
            return
        outer, self.name = self.name, self.inner
        try:
            deadline = time.monotonic() + PATIENCE
            while self.place().exists() or self.processes():
                if time.monotonic() > deadline:
                    raise Stuck("%s is still there: %s" % (self.name, self.processes()))
                self.run("stop")
                if self.place().exists() and not self.is_attended():
                    self.run("adopt")
            told = lab_accounts.Told()
            told.read(self.state())
            self.asked = True
            self.interrupted = True  # with the outer one
            self.compare(self.name, self.box.work / (self.name + ".account"), told)
        finally:
            self.name = outer

    def compare(self, name, account, told):
        runs = lab_accounts.read_account(account)
        self.lives += sum(run.starts for run in runs.values())
        may_be_lost = self.shimless & self.sessionless if self.kernel_tells else self.shimless
        self.faults += lab_accounts.compare_ends(name, runs, told, OUR_SIGNALS if self.asked else (), may_be_lost,
                                                 self.interrupted)
        self.faults += lab_accounts.compare_lists(name, told)
        self.faults += lab_accounts.compare_work(name, runs, self.state() / "rescue")
        if not self.interrupted or told.of("started"):  # else nothing is left of it
            self.faults += compare_last(name, self.state(), told)


def compare_last(name, state, told):
    """The last record says what the last event said."""
    ended = told.of("ended")
    try:
        last = json.loads((state / "last.json").read_text())["status"]
    except (OSError, ValueError):
        last = None
    if not told.events:
        return
    if last is None or not ended:
        yield lab_accounts.Fault(lab_accounts.MISSING, name, "no %s" % ("ended event" if last else "last record"))
    elif (last["state"], last["result"]) != (ended[-1]["state"], ended[-1]["result"]):
        yield lab_accounts.Fault(lab_accounts.WRONG, name, "last.json: %s, told: %s" % (last["result"], ended[-1]))


def open_ours(box, pid):
    """A pidfd of a process of this laboratory, or None."""
    if not pid:
        return None
    try:
        fd = os.pidfd_open(pid)
    except OSError:
        return None
    try:
        with open("/proc/%d/environ" % pid, "rb") as stream:
            ours = b"XDG_RUNTIME_DIR=%s\0" % str(box.runtime).encode() in stream.read() + b"\0"
    except OSError:
        ours = False
    if ours:
        return fd
    os.close(fd)
    return None


def wait_for(condition, what, patience=PATIENCE):
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise Stuck("waited too long for " + (what() if callable(what) else what))
        time.sleep(0.01)


class Outcome:
    """The counts of a laboratory."""

    def __init__(self, seed):
        self.seed, self.names, self.lives, self.unseen, self.seconds = seed, 0, 0, 0, 0.0
        self.faults, self.lost, self.plans = [], collections.Counter(), collections.Counter()
        self.stories = {}

    def add(self, name):
        self.names += 1
        self.lives += name.lives
        self.faults += name.faults
        self.unseen += len(name.told.unseen())
        self.lost += lab_accounts.lost_reasons(name.told)
        self.plans.update(plan.kind for plan in name.plans)
        if name.faults:
            self.stories[name.name] = name.story

    def count(self, kind):
        return sum(fault.kind == kind for fault in self.faults)

    def line(self):
        counts = ", ".join("%s %d" % (kind, self.count(kind)) for kind in lab_accounts.KINDS)
        reasons = "; ".join("%d %s" % (count, reason) for reason, count in self.lost.most_common())
        return "%d lives of %d names, %s, lost %d%s, seed %s, %.0f s, %d judged by the list of ends alone" % (
            self.lives, self.names, counts, sum(self.lost.values()), " (%s)" % reasons if reasons else "", self.seed,
            self.seconds, self.unseen)

    def details(self):
        for fault in self.faults:
            yield "%s: %s: %s" % (fault.kind, fault.name, fault.text)
        for name, story in self.stories.items():
            yield "%s: %s" % (name, "\n    ".join(story))


def left_behind(box):
    """After all: files and directories that should be gone."""
    for top in (box.runtime / "dcchost", box.top / "tmp"):
        for path in top.iterdir() if top.exists() else []:
            if not path.name.startswith("."):
                yield lab_accounts.Fault(lab_accounts.LEFT, path.name, "%s is there" % path)
    for pid, command in box.processes().items():
        yield lab_accounts.Fault(lab_accounts.LEFT, str(pid), command)


def run(box, seed, lives, only=None, progress=None):
    """Plays names until so many lives are over."""
    kernel_tells = "readable from any pidfd" in box.run("doctor").out
    outcome, lock, begun = Outcome(seed), threading.Lock(), time.monotonic()
    numbers = iter(only if only is not None else range(10 ** 9))

    def work():
        while True:
            with lock:
                number = next(numbers, None)
                if number is None or outcome.lives >= lives:
                    return
            name = Name(box, seed, number, kernel_tells).play_all()
            with lock:
                outcome.add(name)
                if progress is not None:
                    progress(outcome, name)

    with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for job in [pool.submit(work) for _ in range(SIDE_BY_SIDE)]:
            job.result()
    try:
        wait_for(lambda: not list(left_behind(box)), "nothing to be left", 15)
    except Stuck:
        outcome.faults += left_behind(box)
    outcome.seconds = time.monotonic() - begun
    return outcome
