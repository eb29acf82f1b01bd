"""PyCrashRecoveryPolicy: whether, and after how long, to start again."""

from . import _library

_DccHost = _library.load()

_MAX_RESTARTS = 2 ** 32 - 1
_MAX_MS = 2 ** 64 - 1
_CLAMP_MS = 2 ** 63 - 1
_UNKNOWN = "unknown"
_STATUSES = ("running", "starting", "stopped", "crashed", "unresponsive", "restarting")


class PyCrashRecoveryPolicy:
    """The rule that a supervised session runs on, for a script that asks it itself.

    max_restarts: how many attempts are granted, from 0. Delays are a fixed 2000 ms until one of the two `use_` methods
    is called. ValueError (OverflowError as well) for numbers that make no sense, TypeError for what is no number.
    """

    def __init__(self, max_restarts=3):
        self._policy = _DccHost.RecoveryPolicy.new(_library.number(max_restarts, "max_restarts", 0, _MAX_RESTARTS))

    def __repr__(self):
        return "PyCrashRecoveryPolicy(max_restarts=%d)" % self.max_restarts

    @property
    def max_restarts(self):
        """How many attempts are granted, int."""
        return self._policy.get_max_restarts()

    def use_exponential_backoff(self, initial_ms, max_delay_ms):
        """Delays of initial_ms, doubled with each attempt, max_delay_ms at most; both in milliseconds."""
        self._policy.use_exponential_backoff(_delay(initial_ms, "initial_ms"), _delay(max_delay_ms, "max_delay_ms"))

    def use_fixed_backoff(self, delay_ms):
        """The same delay each time, in milliseconds."""
        self._policy.use_fixed_backoff(_delay(delay_ms, "delay_ms"))

    def should_restart(self, status):
        """Whether a process of this status is to be started again: True for `crashed` and `unresponsive`, False for
        `running`, `starting`, `stopped` and `restarting`, and for the `unknown` of a monitor that has not looked yet.
        ValueError, which names the six, for anything else. With max_restarts 0 always False, whatever the status
        says."""
        _library.text(status, "status")
        if status == _UNKNOWN:
            return False
        shown = ascii(status)[1:-1][:80]
        try:
            return self._policy.should_restart(shown)
        except _gerror():
            raise ValueError("unknown ProcessStatus: '%s'; there are %s" % (shown, ", ".join(_STATUSES))) from None

    def next_delay_ms(self, name, attempt):
        """Milliseconds to wait before attempt (0 is the first). RuntimeError, `process 'x' exceeded max restarts
        (n)`, when attempt is max_restarts or more."""
        _library.text(name, "name")
        attempt = _library.number(attempt, "attempt", 0, 10 ** 30)
        if attempt >= self.max_restarts:
            raise RuntimeError("process '%s' exceeded max restarts (%d)" % (name, self.max_restarts))
        return self._policy.next_delay("", attempt)


def _delay(value, what):
    return min(_library.number(value, what, 0, _MAX_MS), _CLAMP_MS)


def _gerror():
    from gi.repository import GLib
    return GLib.Error
