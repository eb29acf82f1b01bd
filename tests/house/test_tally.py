"""The sum at the end of `./dev test` counts tests, not programs, and nothing bad is counted as good."""

import importlib.util
import json
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TALLY = ROOT / "tools" / "tally.py"

spec = importlib.util.spec_from_file_location("tally", TALLY)
tally = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tally)

TAP = "1..3\nok 1 /a/b\nok 2 /a/c # SKIP no display\nnot ok 3 /a/d\n# ok 4 /not/a/test\n"
PYTEST = ("===== test session starts =====\n"
          "../t.py::test_a PASSED      [ 25%]\n"
          "../t.py::test_b[x y] PASSED [ 50%]\n"
          "../t.py::test_c SKIPPED (no display) [ 75%]\n"
          "../t.py::test_d FAILED      [100%]\n")


def entry(stdout="", result="OK", name="dcchost:unit / thing", returncode=0):
    return {"name": name, "stdout": stdout, "result": result, "returncode": returncode}


def outcomes(*args, **kwargs):
    return [outcome for _name, outcome in tally.tests_of_program(entry(*args, **kwargs))]


QUIET = "..s.F\n\nFAILED t.py::test_a - assert 0\n1 failed, 3 passed, 1 skipped, 2 warnings in 62.10s (0:01:02)\n"


@pytest.mark.parametrize("text", [TAP, PYTEST, QUIET])
def test_counts_what_the_program_says(text):
    found = outcomes(text, "FAIL", returncode=1)
    assert (found.count("failed"), found.count("skipped")) == (1, 1)


@pytest.mark.parametrize("text", ["1..1\nok 1 /a\n", "t.py::test_a PASSED [100%]\n", ""])
def test_a_bad_end_after_good_tests_is_a_failure(text):
    for result in ("ERROR", "FAIL", "TIMEOUT", "INTERRUPT"):
        assert "failed" in outcomes(text, result, returncode=-11)


def test_a_program_of_one_test():
    assert outcomes("") == ["passed"]
    assert outcomes("", "SKIP", returncode=77) == ["skipped"]


@pytest.mark.parametrize("text", ["1..0\n", "==== test session starts ====\ncollected 0 items\n"])
def test_running_nothing_is_a_failure(text):
    assert outcomes(text) == ["failed"]


def run(tmp_path, entries, allowed="", ci="false"):
    (tmp_path / "log.json").write_text("".join(json.dumps(each) + "\n" for each in entries))
    (tmp_path / "allowed").write_text(allowed)
    command = [sys.executable, str(TALLY), "--allowed-skips", str(tmp_path / "allowed"), str(tmp_path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, env=dict(os.environ, CI=ci))
    return done.returncode, done.stdout.decode().splitlines()


def test_the_last_line_is_the_sum(tmp_path):
    status, lines = run(tmp_path, [entry("1..1\nok 1 /a\n"), entry("", name="dcchost:cli / x")])
    assert (status, lines) == (0, ["cli        1 passed, 0 failed, 0 skipped",
                                   "unit       1 passed, 0 failed, 0 skipped",
                                   "2 passed, 0 failed, 0 skipped"])


def test_a_failure_is_named_and_fails_the_run(tmp_path):
    status, lines = run(tmp_path, [entry(TAP, "FAIL")])
    assert status == 1
    assert "failed: unit: /a/d" in lines
    assert lines[-1] == "1 passed, 1 failed, 1 skipped"


@pytest.mark.parametrize("allowed, status", [("", 1), ("/a/c\n", 0), ("# why\n/a/*\n", 0), ("/b/*\n", 1)])
def test_on_the_build_server_a_skip_must_be_allowed(tmp_path, allowed, status):
    skipped = [entry("1..2\nok 1 /a/b\nok 2 /a/c # SKIP no display\n")]
    assert run(tmp_path, skipped, allowed, ci="true")[0] == status
    assert run(tmp_path, skipped, allowed)[0] == 0


@pytest.mark.parametrize("allowed, status", [
    ("two: t.py::test_[ab]*\n", 0), ("one: *\n", 1), ("tw*: t.py::test_a\n", 0), ("t.py::test_a\n", 0), ("*\n", 0),
    ("two*\n", 1)])
def test_an_allowed_skip_may_be_of_one_suite(tmp_path, allowed, status):
    skipped = [entry("t.py::test_a SKIPPED (no display) [100%]\n", name="dcchost:two / x")]
    assert run(tmp_path, skipped, allowed, ci="true")[0] == status


def test_what_could_not_be_had_is_no_failure_where_that_is_allowed(tmp_path):
    skipped = [entry("", "SKIP", "dcchost:blender-4.2.23 / blender-4.2.23-crash", 77)]
    assert run(tmp_path, skipped, "blender-*.*.*-*\n", ci="true") == (0, [
        "blender-4.2.23 0 passed, 0 failed, 1 skipped", "0 passed, 0 failed, 1 skipped"])
    assert run(tmp_path, skipped, "", ci="true")[0] == 1


def test_no_tests_at_all_fail_the_run(tmp_path):
    status, lines = run(tmp_path, [])
    assert (status, lines[-1]) == (1, "0 passed, 1 failed, 0 skipped")
