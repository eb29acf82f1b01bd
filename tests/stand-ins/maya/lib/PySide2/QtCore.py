"""Qt's timer alone: it turns in the event loop, also in that of a modal dialog."""
import time

timers = []


class Signal:
    def connect(self, reaction):
        self.reaction = reaction


class QTimer:
    def __init__(self):
        self.timeout, self.due = Signal(), None

    def start(self, period_ms):
        self.period = period_ms / 1000
        self.due = time.monotonic() + self.period
        timers.append(self)


def turn():
    for timer in timers:
        if time.monotonic() >= timer.due:
            timer.due = time.monotonic() + timer.period
            timer.timeout.reaction()
