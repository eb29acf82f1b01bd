"""What an instance costs."""

import os
import time

from box import until
from faults import figure, memory_kib

IDLE_S = 20
RESTARTS = 50


def switches(pid):
    with open("/proc/%d/status" % pid) as status:
        return next(int(line.split()[1]) for line in status if line.startswith("voluntary_ctxt_switches"))


def test_idle(box):
    """Nothing to tell and nothing to ask: nobody wakes up."""
    box.launch("--set", "probe-period=0", "--set", "reset-after=0")
    status = box.status()
    session, shim = status["session_pid"], status["shim_pid"]
    settled = [0, -1]

    def is_settled():
        settled.append(switches(session) + switches(shim))
        time.sleep(0.5)
        return settled[-1] == settled[-2]

    until(is_settled, "the start to be over")
    before = {pid: switches(pid) for pid in (session, shim)}
    end = time.monotonic() + IDLE_S
    until(lambda: time.sleep(0.5) or time.monotonic() > end, "a time of idleness", IDLE_S + 10)
    woken = {pid: switches(pid) - before[pid] for pid in before}
    rss = {pid: memory_kib(pid) for pid in before}
    figure("idle for %d s: session woke %d times, shim %d; session %d KiB (own %d KiB), shim %d KiB" % (
        IDLE_S, woken[session], woken[shim], rss[session], memory_kib(session, "RssAnon"), rss[shim]))
    assert woken[session] <= 2 and woken[shim] <= 2
    sanitized = "ASAN_OPTIONS" in box.env
    assert sanitized or rss[session] < 20 << 10
    assert sanitized or rss[shim] < 2 << 10


def test_descriptors_and_memory_are_flat_over_restarts(box):
    box.run("launch", "fake", "-d", "--backoff", "fixed:1ms", "--max-restarts", "4000", "--set", "instant-crash=0",
            "--", "--crash-after", "0", "--count-file", str(box.work / "lives"), "--crash-times", str(RESTARTS))

    def lives():
        try:
            return int((box.work / "lives").read_text())
        except (OSError, ValueError):
            return 0

    until(lambda: lives() >= 5, "the first lives")
    session = box.status()["session_pid"]
    early = memory_kib(session)
    until(lambda: lives() == RESTARTS + 1 and box.status()["ready"], "the last life", 60)
    fds = os.listdir("/proc/%d/fd" % session)
    first_run = len(fds)
    late = memory_kib(session)
    assert box.run("restart").status == 0
    again = len(os.listdir("/proc/%d/fd" % session))
    figure("after %d restarts: %d descriptors (%d after one more), %d KiB (%d KiB after 5)" % (
        RESTARTS, first_run, again, late, early))
    assert first_run < 40 and abs(again - first_run) <= 1
    assert late - early < 3 << 10
    assert box.status()["restart_count"] == RESTARTS + 1
    assert box.run("kill").status == 0
