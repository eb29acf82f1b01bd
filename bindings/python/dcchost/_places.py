"""The directories that `dcchost` keeps things in, as it finds them itself."""

import os
import stat

_WINDOWS = os.name == "nt"


def _login_directory(logins="/run/user"):
    """What the user's login has made for sockets, or None: as `dcchost` itself takes it (core/platform/dcc-login.h)."""
    path = "%s/%d" % (logins, os.geteuid())
    try:
        facts = os.lstat(path)
    except OSError:
        return None
    ours = stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.geteuid() and not facts.st_mode & 0o022
    return path if ours else None


def _local_directory(what):
    """Below %LOCALAPPDATA%, which no other user of Windows reads."""
    return os.path.join(os.environ.get("XDG_DATA_HOME") or os.environ.get("LOCALAPPDATA", ""), "dcchost", what)


def runtime_directory():
    """The directory of sockets and records: `$XDG_RUNTIME_DIR/dcchost`, else `/run/user/UID/dcchost` where the login
    has made `/run/user/UID`, else `/tmp/dcchost-UID`; on Windows, else `%LOCALAPPDATA%\\dcchost\\run`."""
    given = os.environ.get("XDG_RUNTIME_DIR", "") or (None if _WINDOWS else _login_directory())
    if given:
        return os.path.join(given, "dcchost")
    if _WINDOWS:
        return _local_directory("run")
    return "/tmp/dcchost-%d" % os.geteuid()


def state_directory():
    """The directory of logs, events and rescued work: `$XDG_STATE_HOME/dcchost`, else `~/.local/state/dcchost`, on
    Windows `%LOCALAPPDATA%\\dcchost\\state`."""
    given = os.environ.get("XDG_STATE_HOME", "")
    if given:
        return os.path.join(given, "dcchost")
    if _WINDOWS:
        return _local_directory("state")
    return os.path.join(os.path.expanduser("~"), ".local", "state", "dcchost")
