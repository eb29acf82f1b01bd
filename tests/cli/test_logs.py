"""What an application prints, and how it is shown."""

import os
import subprocess

import pytest

from conftest import until


def test_the_last_lines(box):
    box.launch("--", "--print", "one", "--print", "two", "--print", "three")
    until(lambda: "three\n" in box.run("logs").out, "output")
    lines = box.run("logs", "-n", "all").out.splitlines()
    assert box.run("logs", "-n", "2").out.splitlines() == lines[-2:]
    assert box.run("logs", "-n", "0").out == ""


@pytest.mark.parametrize("count", ["-1", "many", "", "1e3"])
def test_a_malformed_count(box, count):
    done = box.run("logs", "-n", count)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("dcchost: -n takes a number of lines or 'all', not '%s'\n" % count)


def test_control_bytes_go_into_a_pipe_as_they_are(box):
    box.launch("--", "--print", "\x1b[31mred")
    assert "\x1b[31mred\n" in until(lambda: box.run("logs").out, "output")


def test_follow_until_the_end(box):
    box.launch("--", "--print", "early")
    until(lambda: "early" in box.run("logs").out, "output")
    child = box.popen("logs", "-f", stdout=subprocess.PIPE)
    box.run("stop")
    out, _ = child.communicate(timeout=20)
    assert child.returncode == 0
    lines = out.decode().splitlines()
    assert lines == box.run("logs", "fake", "-n", "all").out.splitlines()
    assert lines.count("early") == 1


def test_follow_of_the_last_line_alone(box):
    box.launch("--", "--print", "early", "--print", "late")
    until(lambda: "late" in box.run("logs").out, "output")
    before = box.run("logs", "-n", "all").out.splitlines()
    child = box.popen("logs", "-f", "-n", "1", stdout=subprocess.PIPE)
    assert child.stdout.readline().decode() == before[-1] + "\n"
    box.run("stop")
    child.communicate(timeout=20)
    assert child.returncode == 0


def test_logs_after_the_end(box):
    box.run("launch", "fake", "--restart", "never", "--", "--print", "last words", "--exit-after", "10", "--code", "3")
    done = box.run("logs", "fake")
    assert done.status == 0
    assert "last words\n" in done.out


def test_a_reader_that_leaves_ends_it_quietly(box):
    box.launch("--", "--flood", "2M")
    until(lambda: len(box.run("logs", "-n", "100").out) > 1000, "output")
    child = box.popen("logs", "-n", "all", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    os.read(child.stdout.fileno(), 1)
    child.stdout.close()
    assert child.wait(20) == -13
    assert child.stderr.read() == b""
    child.stderr.close()
