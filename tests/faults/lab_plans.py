"""What is to happen in the laboratory: drawn from a seed alone, so that a plan is the same whenever it is played."""

import signal

OPTIONS = ["--backoff", "fixed:1ms", "--set", "instant-crash=0", "--set", "scene-crashes=0",
           "--set", "term-timeout=200ms", "--set", "tree-timeout=200ms", "--set", "save-timeout=3s",
           "--set", "bundles=2", "--max-restarts"]
CRASHES = [signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE]
STRIKES = [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGTERM]
TREES = ["fork", "double-fork", "setsid", "ignore-term"]
COUNTER = "COUNTER"  # in the modes: a file of this plan's own
SPAN = 0.5  # seconds in which something happens to an instance

# word: how often it is drawn
ACTIONS = {"kill-session": 6, "kill-shim": 3, "kill-both": 2, "kill-all-three": 1, "signal": 4, "terminate-session": 1,
           "client-dies": 2, "launch-again": 2, "stop": 3, "kill": 1, "restart": 2, "adopt": 1, "probe": 1, "status": 1}
KINDS = {"chain": 5, "code": 3, "asked": 4, "hang": 1, "never-ready": 1, "nested": 1}


def draw(rng, table):
    return rng.choices(list(table), list(table.values()))[0]


class Action:
    def __init__(self, rng, span):
        self.at, self.word = rng.uniform(0, span), draw(rng, ACTIONS)
        self.pause = rng.choice([0, 0, 0.01, 0.1])
        self.number = 1
        self.order = rng.sample(["session", "shim", "application"], 3)
        if self.word == "signal":
            self.number = rng.choice(STRIKES)
        if self.word == "client-dies":
            self.number = rng.choice([signal.SIGKILL, signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
        if self.word == "kill-session":
            self.number = rng.choice([1, 1, 1, 2, 0])  # adopters

    def text(self):
        more = {"signal": int(self.number), "client-dies": int(self.number), "kill-all-three": self.order,
                "kill-session": "adopters %d after %.2f s" % (self.number, self.pause)}
        return "%s %s" % (self.word, more.get(self.word, ""))


class Plan:
    """One instance: how it is launched, what the application does, what happens to it, how it is ended."""

    def __init__(self, rng):
        self.kind = draw(rng, KINDS)
        self.by = rng.choices(["session", "detached", "foreground"], [5, 2, 2])[0]
        self.nested = self.kind == "nested"
        self.ends_by_itself = False
        self.may_be_ended = self.kind in ("hang", "never-ready")  # by dcchost, unasked
        self.ends_by_kill = rng.random() < 0.25
        self.leaves_ruins = rng.random() < 0.5
        restarts = rng.randint(2, 9)
        self.modes = ["--lifetime", "300", *getattr(self, "_" + self.kind.replace("-", "_"))(rng, restarts)]
        # What has said that it crashed, and has a wrapper that is there when the crash's grace is over, is ended.
        self.may_be_ended = self.may_be_ended or (self.kind == "chain" and "--wrapper" in self.modes)
        self.options = [*OPTIONS, str(restarts), "--set", "crash-grace=%s" % rng.choice(["0", "50ms"]),
                        *self._recovery(rng), *self._hang_options()]
        quiet = self.kind in ("chain", "code") and rng.random() < 0.4
        self.actions = [] if quiet else sorted((Action(rng, SPAN) for _ in range(rng.randint(0, 4))),
                                               key=lambda each: each.at)

    def _recovery(self, rng):
        return ["--recover", rng.choice(["ask", "auto", "never"])]

    def _hang_options(self):
        if self.kind == "hang":
            return ["--on-hang", "restart", "--set", "probe-period=30ms", "--set", "probe-timeout=60ms", "--set",
                    "probe-failures=2", "--set", "progress-window=0", "--set", "hang-timeout=0"]
        return ["--start-timeout", "150ms"] if self.kind == "never-ready" else ["--start-timeout", "60s"]

    def _common(self, rng):
        words = []
        for word, odds in (("--autosave", 0.6), ("--wrapper", 0.1), ("--refuse-quit", 0.1), ("--refuse-save", 0.1),
                           ("--ignore-term", 0.1), ("--hold-stdout", 0.1)):
            if rng.random() < odds:
                words.append(word)
        if rng.random() < 0.3:
            words += ["--tree", rng.choice(TREES)]
        if rng.random() < 0.2:
            words += ["--slow-save", str(rng.randint(1, 150))]
        if rng.random() < 0.2:
            words += ["--slow-quit", str(rng.randint(1, 150))]
        return words

    def _chain(self, rng, restarts):
        """Crash after crash, until it gives up or is well."""
        times = rng.randint(1, restarts + 2)
        self.ends_by_itself = times > restarts
        words = ["--crash-after", str(rng.randint(0, 20)), "--signal", str(int(rng.choice(CRASHES)))]
        if not self.ends_by_itself:
            words += ["--count-file", COUNTER, "--crash-times", str(times)]
        return [*words, *(["--crash-save"] if rng.random() < 0.7 else []), *self._common(rng)]

    def _code(self, rng, _restarts):
        self.ends_by_itself = True
        how = ["--exit-before-ready"] if rng.random() < 0.2 else ["--exit-after", str(rng.randint(0, 30)), "--code"]
        return [*how, str(rng.choice([0, 0, 1, 3, 4, 42, 126, 137, 255])), *self._common(rng)]

    def _asked(self, rng, _restarts):
        return self._common(rng)

    def _hang(self, rng, _restarts):
        return ["--freeze-after", str(rng.randint(0, 30)), "--count-file", COUNTER, "--crash-times", "1",
                *self._common(rng)]

    def _never_ready(self, rng, restarts):
        self.ends_by_itself = True
        return ["--never-ready", "--count-file", COUNTER, "--crash-times", str(restarts + 1), *self._common(rng)]

    def _nested(self, rng, _restarts):
        return self._common(rng)

    def __repr__(self):
        return "%s by %s%s: %s -- %s" % (self.kind, self.by, ", ends by kill" if self.ends_by_kill else "",
                                         " ".join(self.options[len(OPTIONS):]), " ".join(self.modes))
