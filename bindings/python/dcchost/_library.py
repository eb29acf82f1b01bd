"""The library behind the classes, loaded on first use; and the arguments that all of them check alike."""

import operator
import os

MAX_PID = 2 ** 31 - 1


class OutOfRangeError(ValueError, OverflowError):
    """A number that cannot be what it is given for. Both bases, for old code catches either."""


class UnfitError(RuntimeError, ValueError):
    """What no process can be started with. Both bases: dcc_mcp_core raises the one, Python's own modules the other."""


def load():
    """The namespace gi.repository.DccHost. ImportError says what is missing."""
    try:
        import gi
        gi.require_version("DccHost", "1.0")
        from gi.repository import DccHost
    except AttributeError:  # a directory called gi, and no PyGObject
        raise ImportError("PyGObject is not installed for this Python (python3-gi)") from None
    except ValueError:
        raise ImportError("the typelib DccHost-1.0 is not found; install dcchost, or set GI_TYPELIB_PATH to where it "
                          "was built") from None
    return DccHost


def number(value, what, low, high):
    """An int within bounds; TypeError for what is none, OutOfRangeError outside."""
    try:
        value = operator.index(value)
    except TypeError:
        raise TypeError("%s is an int, not %s" % (what, type(value).__name__)) from None
    if not low <= value <= high:
        raise OutOfRangeError("%s is from %d to %d, not %.40s" % (what, low, high, value if -10 ** 30 < value < 10 ** 30
                                                                  else "that"))
    return value


def pid_or_none(value):
    """The pid that was asked about; None for a number that no process can have. TypeError for what is no int."""
    try:
        value = operator.index(value)
    except TypeError:
        raise TypeError("pid is an int, not %s" % type(value).__name__) from None
    return value if 0 < value <= MAX_PID else None


def text(value, what):
    """A str; TypeError for anything else."""
    if not isinstance(value, str):
        raise TypeError("%s is a str, not %s" % (what, type(value).__name__))
    return value


def check_process(owner):
    """RuntimeError in a child that was forked off after the object was made: its thread and its children are the
    parent's."""
    if os.getpid() != owner:
        raise RuntimeError("this object belongs to process %d, which forked this one; make a new one here" % owner)
