"""Started without standard descriptors, as daemons and schedulers start things."""

import os
import subprocess

import pytest


def without(box, closed, *args):
    """dcchost with some of 0, 1 and 2 closed."""
    words = " ".join("%d%s&-" % (fd, "<" if fd == 0 else ">") for fd in closed)
    return subprocess.Popen(["/bin/sh", "-c", 'exec "$@" %s' % words, "sh", os.environ["DCCHOST"], *args],
                            env=box.env, cwd=str(box.work), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)


@pytest.mark.parametrize("closed", [(1,), (0, 1)])
def test_what_is_written_goes_into_nothing_of_its_own(box, closed):
    """With both closed the events went into the socket to the session, which closed the connection."""
    box.launch()
    follower = without(box, closed, "events", "fake", "--follow")
    assert box.run("stop", "fake").status == 0
    _out, err = follower.communicate(timeout=60)
    assert b"cannot write to standard output" in err
    assert b"connection" not in err


def test_without_any_of_them_it_works(box):
    box.launch()
    without(box, (0, 1, 2), "stop", "fake").communicate(timeout=60)
    assert not box.processes()
