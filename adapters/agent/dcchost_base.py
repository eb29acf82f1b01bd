"""What every part of an agent uses.

Clocks are bound when the agent is loaded: what an add-on puts in the place of time.monotonic() later does not matter.
"""
import base64
import collections
import os
import stat
import sys
from time import monotonic  # noqa: F401

Job = collections.namedtuple("Job", "life id method params")
# exists: whether the file of that name is there; changed: its time of change when it was opened or saved, in
# nanoseconds, None where there is none.
Scene = collections.namedtuple("Scene", "path exists changed")


class Refused(Exception):
    """Told to the session as it is, without a traceback."""


def to_wire(text):
    try:
        text.encode("utf-8")
        return text
    except UnicodeEncodeError:
        return {"base64": base64.b64encode(on_disk(text)).decode("ascii")}


def from_wire(value):
    if isinstance(value, dict):
        return os.fsdecode(base64.b64decode(value["base64"]))
    return value


def on_disk(path):
    """A path for the system. An embedded Python may believe that names of files are ASCII; they are not."""
    try:
        return os.fsencode(path)
    except UnicodeEncodeError:
        return path.encode("utf-8", "surrogateescape")


def look_at(path):
    """The scene of that path as it lies on the disk now."""
    try:
        found = os.stat(on_disk(path)) if path else None
    except (OSError, ValueError):
        found = None
    exists = found is not None and stat.S_ISREG(found.st_mode)
    return Scene(path, exists, found.st_mtime_ns if exists else None)


def remove(path):
    try:
        os.unlink(on_disk(path))
    except OSError:
        pass


def flush():
    """What the application has printed. The streams are the user's: closed, replaced or gone."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass


def say(text):
    """A line of the agent's own in the application's output, after what was printed before."""
    flush()
    try:
        os.write(1, on_disk(text + "\n"))
    except OSError:
        pass
