"""Whoever does not read what a command says changes nothing about what it did."""

import os
import signal
import subprocess

import pytest

from conftest import until


def run_shell(box, line):
    done = subprocess.run(["sh", "-c", line, os.environ["DCCHOST"]], env=box.env, cwd=str(box.work), timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return done.returncode, done.stderr.decode()


@pytest.mark.parametrize("where, why", [(">/dev/full", "No space left on device"), (">&-", "Bad file descriptor"),
                                        ("<&- >&-", "Bad file descriptor")])
def test_a_launch_is_done(box, where, why):
    status, err = run_shell(box, '"$0" launch fake -d --wait ready ' + where)
    assert (status, err) == (0, "dcchost: cannot write to standard output: %s\n" % why)
    assert box.status()["ready"] is True


def test_a_launch_whose_reader_is_gone_is_done(box):
    status, _ = run_shell(box, '{ "$0" launch fake -d --wait ready; echo $? >status; } | true')
    assert (box.work / "status").read_text() == "0\n"
    assert status == 0 and box.status()["ready"] is True


@pytest.mark.parametrize("verb", ["stop", "kill", "restart"])
def test_so_are_other_deeds(box, verb):
    box.launch()
    status, err = run_shell(box, '"$0" %s fake >/dev/full' % verb)
    assert (status, err) == (0, "dcchost: cannot write to standard output: No space left on device\n")


def test_so_is_an_adoption(box):
    box.launch()
    os.kill(box.status()["session_pid"], signal.SIGKILL)
    until(lambda: not box.status()["attended"], "the session to be gone")
    assert run_shell(box, '"$0" adopt fake >/dev/full')[0] == 0
    assert box.status()["attended"] is True


@pytest.mark.parametrize("code", [0, 7])
def test_a_job_in_the_foreground_keeps_its_code(box, code):
    status, err = run_shell(box, '"$0" launch fake --restart never -- --exit-after 50 --code %d >/dev/full' % code)
    assert status == code
    assert "cannot write to standard output" in err


@pytest.mark.parametrize("verb", ["list", "ps", "--help", "--version", "adapters"])
def test_an_answer_that_cannot_be_given_is_a_failure(box, verb):
    for where in (">/dev/full", ">&-", "<&- >&-"):
        assert run_shell(box, '"$0" %s %s' % (verb, where))[0] == 125, where


def test_nothing_of_ours_lands_on_closed_descriptors(box):
    """What opened a socket or a log on descriptor 1 would have the words written into it."""
    status, _ = run_shell(box, '"$0" launch fake -d --wait ready <&- >&- 2>&-')
    assert status == 0 and box.status()["ready"] is True
    for path in (box.state / "dcchost" / "fake").iterdir():
        if path.is_file():
            assert b"fake: ready" not in path.read_bytes(), path


def test_a_limit_of_file_sizes_is_told(box):
    """And is no death by SIGXFSZ (153)."""
    text = "x" * 4096
    (box.state / "dcchost").mkdir(mode=0o700)
    (box.state / "dcchost" / "fake").mkdir(mode=0o700)
    (box.state / "dcchost" / "fake" / "session.log").write_text(text)
    status, err = run_shell(box, 'ulimit -f 0; "$0" launch fake -d; code=$?; exit $code')
    assert status not in (153, 128 + signal.SIGXFSZ), err
    assert status == 0 or err
    (box.state / "dcchost" / "fake" / "session.log").unlink()
    status, err = run_shell(box, 'ulimit -f 0; "$0" list >out')
    assert (status, err) == (125, "dcchost: cannot write to standard output: File too large\n")
