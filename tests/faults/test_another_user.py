"""A farm's worker runs its tasks as another user than its own (OpenJD: `sudo -u jobuser`): what that user inherits is
often somebody else's. Each such thing is a clear error; nothing is made where others could reach it."""

import os
import pathlib
import shutil
import signal
import stat
import subprocess
import time

import pytest

from box import until
from faults import figure, is_alive

USER = 40000 + os.getpid() % 20000  # nobody's, so that its directories are this test's
PATIENCE = 60
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may be another user")
JOB = ("--headless", "--", "--job", "--exit-after", "10")


@pytest.fixture
def guest(box):
    """A box of another user's: (box, what starts a command as that user)."""
    box.top.chmod(0o755)
    subprocess.check_call(["chown", "-R", "%d:%d" % (USER, USER), str(box.top)])
    who = {"user": USER, "group": USER, "extra_groups": []}
    try:
        tried = box.popen("adapters", stdout=-1, stderr=-1, **who)
        out = tried.communicate(timeout=PATIENCE)[0]
    except PermissionError:
        out = b""
    if b"fake" not in out:
        pytest.skip("somebody else may not run what was built here")
    yield box, who
    shutil.rmtree("/tmp/dcchost-%d" % USER, ignore_errors=True)


def foreign(box, name, mode):
    """Root's, beside the guest's."""
    path = box.top / name
    path.mkdir()
    path.chmod(mode)
    return str(path)


def run(box, who, *args, cwd=None, **env):
    env = {name: value for name, value in dict(box.env, **env).items() if value is not None}
    child = box.popen(*args, env=env, cwd=cwd or str(box.work), stdout=-1, stderr=-1, **who)
    out, err = child.communicate(timeout=PATIENCE)
    return child.returncode, out.decode(), err.decode()


def is_quiet(box):
    until(lambda: not box.processes(), "everything to be gone", PATIENCE)


@needs_root
@pytest.mark.parametrize("mode", [0o700, 0o755])
@pytest.mark.parametrize("variable, advice", [
    ("XDG_RUNTIME_DIR", "set XDG_RUNTIME_DIR and XDG_STATE_HOME to directories of yours"),
    ("XDG_STATE_HOME", "set XDG_RUNTIME_DIR and XDG_STATE_HOME to directories of yours"),
    ("HOME", "set XDG_STATE_HOME to a directory you can write to"),
    ("TMPDIR", "set TMPDIR to a directory you can write to")])
def test_what_is_somebody_elses_is_named(guest, mode, variable, advice):
    box, who = guest
    path = foreign(box, "root's-run", mode)
    more = {"XDG_STATE_HOME": None} if variable == "HOME" else {}
    status, out, err = run(box, who, "launch", "fake", *JOB, **dict(more, **{variable: path}))
    assert status == 125 and out == "", (status, out, err)
    line, = err.splitlines()
    assert path in line and advice in line, err
    assert os.listdir(path) == []
    is_quiet(box)


@needs_root
def test_a_working_directory_of_somebody_elses(guest):
    """The worker's session directory, as OpenJD leaves it where it gives the group nothing."""
    box, who = guest
    path = foreign(box, "session", 0o700)
    status, out, err = run(box, who, "launch", "fake", "--cwd", path, *JOB)
    assert status == 78, (status, out, err)
    assert "cannot enter the working directory %s: Permission denied; --cwd names another" % path in out, out
    assert "shim was killed" not in out + err, out
    is_quiet(box)


@needs_root
def test_a_directory_that_all_may_write_to_is_not_trusted(guest):
    """Somebody else could put sockets there."""
    box, who = guest
    path = foreign(box, "shared", 0o777)
    status, _out, err = run(box, who, "launch", "fake", *JOB, XDG_RUNTIME_DIR=path)
    assert status == 125 and "%s can be written to by others; set XDG_RUNTIME_DIR to a private" % path in err, err
    assert os.listdir(path) == []


@needs_root
def test_with_nothing_inherited_a_place_of_its_own_is_made(guest):
    """PATH, HOME and the engine's variables alone."""
    box, who = guest
    session = foreign(box, "openjd", 0o755)
    place = pathlib.Path("/tmp/dcchost-%d" % USER)
    child = box.popen("launch", "fake", "--headless", "--", "--job", "--exit-after", "1500", stdout=-1, stderr=-2,
                      env={name: value for name, value in dict(box.env, OPENJD_SESSION_WORKING_DIR=session).items()
                           if name not in ("XDG_RUNTIME_DIR", "XDG_STATE_HOME", "TMPDIR", "XDG_CACHE_HOME")}, **who)
    until(lambda: place.exists() and os.listdir(str(place)), "its directory", PATIENCE)
    facts = place.stat()
    assert (facts.st_uid, stat.S_IMODE(facts.st_mode)) == (USER, 0o700)
    out = child.communicate(timeout=PATIENCE)[0].decode()
    assert child.returncode == 0 and out.splitlines()[-1] == "dcchost: verdict=clean status=0", out
    until(lambda: not os.listdir(str(place)), "its directory to be empty", PATIENCE)


@needs_root
def test_it_ends_with_a_caller_of_another_user(guest):
    """Who called it is root's `sudo`, which this user may not signal, and can see."""
    box, who = guest
    pid_file = box.work / "pid"
    command = ["setpriv", "--reuid", str(USER), "--regid", str(USER), "--clear-groups", box.command, "launch", "fake",
               "--name", "guest", "--tied", "-d", "--wait", "ready"]
    caller = subprocess.Popen(["sh", "-c", '"$@" && echo done >"$0" && exec sleep 600', str(pid_file), *command],
                              env=box.env, cwd=str(box.work), stdout=-3, stderr=-3)
    until(pid_file.exists, "the launch", PATIENCE)
    status, out, _err = run(box, who, "status", "guest", "--json")
    assert status == 0 and '"ready": true' in out.replace('" : ', '": '), out
    begun = time.monotonic()
    caller.send_signal(signal.SIGKILL)
    caller.wait()
    is_quiet(box)
    figure("a caller of another user's was killed: nothing left after %.2f s" % (time.monotonic() - begun))
    assert not is_alive(caller.pid)
