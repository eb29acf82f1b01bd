"""The two accounts of one name, and what differs between them.

One was written by the fake application (and by whoever sent it a signal) while it happened: lines of
"PID WORD NUMBER INCARNATION". The other is what dcchost tells: exit events, the list of ends, the last record. They are
compared as sets of runs; every difference is a Fault of one of the kinds that are counted.
"""

import collections
import json

WRONG, MISSING, DUPLICATE, LEFT, LOST_WORK = "wrong", "missing", "duplicate", "left behind", "rescued work lost"
KINDS = [WRONG, MISSING, DUPLICATE, LEFT, LOST_WORK]

Fault = collections.namedtuple("Fault", "kind name text")


class Run:
    """One process of the application by its own word."""

    def __init__(self):
        self.starts = 0
        self.ready = False
        self.ends = {}  # pid: (kind, number); a wrapper and what it wraps are two
        self.sent = set()  # numbers of signals that somebody sent to it
        self.work = set()  # kinds of files that it says are whole


def read_account(path):
    """{incarnation: Run}"""
    runs = collections.defaultdict(Run)
    text = path.read_text() if path.exists() else ""
    for line in text.splitlines():
        pid, word, number, incarnation = line.split()
        run = runs[incarnation]
        if word == "start":
            run.starts += 1
        elif word == "ready":
            run.ready = True
        elif word in ("exit", "signal"):
            run.ends[int(pid)] = (word, int(number))
        elif word == "sent":
            run.sent.add(int(number))
        elif word.startswith("work-"):
            run.work.add((word, pid))
    return dict(runs)


class Told:
    """What dcchost tells of one name, collected over all that was launched under it.

    Of journals the last two are kept, so one that came and went between two looks was not seen. The list of ends holds
    the exit events of it, too: such ends are judged by that, and counted."""

    def __init__(self):
        self.events = {}  # (time, number): event; read again and again, counted once
        self.deaths = []

    def exits(self):
        """{incarnation: [event, ...]}"""
        exits = collections.defaultdict(list)
        for event in self.of("exit"):
            exits[event["incarnation"]].append(event)
        for death in self.deaths:
            if death["incarnation"] not in exits:
                exits[death["incarnation"]] = [death]
        return exits

    def unseen(self):
        return {each["incarnation"] for each in self.deaths} - {each["incarnation"] for each in self.of("exit")}

    def read(self, state):
        """Before and after each launch: of older journals one is kept. The newer one first, which may become it."""
        for name in ("events.jsonl", "events.jsonl.1"):
            for event in read_json_lines(state / name):
                self.events[event["time"], event["seq"]] = event
        self.deaths = read_json_lines(state / "deaths.jsonl")

    def of(self, kind):
        return [each for key, each in sorted(self.events.items()) if each["type"] == kind]


def read_json_lines(path):
    try:
        text = path.read_text()
    except FileNotFoundError:  # not yet, or with a start that was interrupted
        return []
    return [json.loads(line, strict=False) for line in text.split("\n")[:-1]]  # the last may be half


def end_of(result):
    """(kind, number) as the account has it."""
    if result["kind"] == "lost":
        return ("lost", 0)
    if result["kind"] == "start-failed":
        return ("start-failed", 0)
    if result["signal"]:
        return ("signal", result["signal"])
    return ("exit", result["code"])


def allowed_ends(run, pid, asked):
    """How this run may have ended. Where nobody else acted that is one end: the one it announced."""
    ends = {run.ends[pid]} if pid in run.ends else set()
    signals = run.sent | (asked if asked else set())
    if not run.ready:  # it has ended before, or was ended because it never was
        ends.add(("start-failed", 0))
    return ends | {("signal", number) for number in signals}


def compare_ends(name, runs, told, asked, may_be_lost, interrupted):
    """asked: numbers of the signals that dcchost itself had reason to send. may_be_lost: {incarnation}, whose end the
    kernel told to nobody who lived. interrupted: a start was, and such a start leaves nothing, no word either."""
    exits = told.exits()
    started = {event["incarnation"] for event in told.of("started")}
    for incarnation in set(runs) - set(exits):
        if interrupted and incarnation not in started:
            continue
        yield Fault(MISSING, name, "%s: no exit is told, it said %s" % (incarnation, runs[incarnation].ends))
    for incarnation, events in exits.items():
        if len(events) > 1:
            yield Fault(DUPLICATE, name, "%s: told %d times" % (incarnation, len(events)))
        yield from judge(name, runs.get(incarnation, Run()), events[0], asked, incarnation in may_be_lost)


def judge(name, run, event, asked, may_be_lost):
    end = end_of(event["result"])
    if end[0] == "lost":
        if not may_be_lost or not event["result"]["reason"]:
            yield Fault(WRONG, name, "%s: told as lost (%s), it said %s" % (
                event["incarnation"], event["result"]["reason"], run.ends))
    elif end not in allowed_ends(run, event["pid"], asked):
        yield Fault(WRONG, name, "%s: told %s of pid %s, it said %s and was sent %s" % (
            event["incarnation"], end, event["pid"], run.ends, sorted(run.sent)))


def compare_lists(name, told):
    """The list of ends holds what was told, once each, and starts were told once each."""
    exits = collections.Counter(event["incarnation"] for event in told.of("exit"))
    deaths = collections.Counter(each["incarnation"] for each in told.deaths)
    starts = collections.Counter(event["incarnation"] for event in told.of("started"))
    for incarnation in set(exits) - set(deaths):
        yield Fault(MISSING, name, "%s: not in the list of ends" % incarnation)
    for incarnation in set(exits) - set(starts):
        yield Fault(MISSING, name, "%s: no start is told" % incarnation)
    for what, counts in (("the list of ends", deaths), ("starts", starts)):
        for incarnation, count in counts.items():
            if count > 1:
                yield Fault(DUPLICATE, name, "%s: %d times among %s" % (incarnation, count, what))


def compare_work(name, runs, rescue_dir):
    """Every file that a run says it had written whole is somewhere in the directory of rescued work."""
    kept = set()
    for path in rescue_dir.glob("*") if rescue_dir.exists() else []:
        words = path.read_text(errors="replace").split()
        if len(words) == 3 and words[0].startswith("work-"):
            kept.add(tuple(words))
    for incarnation, run in runs.items():
        for kind, pid in run.work:
            if (kind, pid, incarnation) not in kept:
                yield Fault(LOST_WORK, name, "%s: %s of pid %s is nowhere" % (incarnation, kind, pid))


def lost_reasons(told):
    return collections.Counter(event["result"]["reason"] for event in told.of("exit")
                               if event["result"]["kind"] == "lost")
