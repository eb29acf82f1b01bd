"""Started without standard descriptors, as daemons and schedulers start things."""

import os
import subprocess

import pytest


def without(box, closed, *args):
    """dcchost with some of 0, 1 and 2 closed: its status, and what it wrote to stderr."""
    words = " ".join("%d%s&-" % (fd, "<" if fd == 0 else ">") for fd in closed)
    done = subprocess.run(["/bin/sh", "-c", 'exec "$@" %s' % words, "sh", os.environ["DCCHOST"], *args],
                          env=box.env, cwd=str(box.work), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60)
    return done.returncode, done.stderr.decode()


@pytest.mark.parametrize("closed", [(1,), (0, 1)])
def test_an_answer_that_nobody_can_hear_is_told(box, closed):
    """With both closed the answer went into the socket to the session, and was taken for written."""
    box.launch()
    _status, err = without(box, closed, "status", "fake", "--json")
    assert "cannot write to standard output" in err
    assert box.status()["state"] == "running"


def test_without_any_of_them_it_works(box):
    box.launch()
    without(box, (0, 1, 2), "stop", "fake")
    assert not box.processes()
