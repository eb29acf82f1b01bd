#!/usr/bin/python3
"""Sums up what the test programs said: one line a suite, then "N passed, N failed, N skipped".

Meson counts programs; people count tests. This reads meson's testlog.json files and counts TAP lines and
pytest's verbose lines inside each program's output. A program that ends badly although every test it spoke
of passed (a leak found at exit, a crash, a time-out) counts as one failure more, and so does one that ran
nothing. With CI=true a skip that the list of allowed skips does not name is a failure too.
"""

import argparse
import fnmatch
import json
import os
import pathlib
import re
import sys
from collections import Counter

TAP = re.compile(r"^(ok|not ok) \d+ (?:- )?([^#\n]*)(# *(SKIP|TODO)\b.*)?$", re.I | re.M)
PYTEST = re.compile(r"^(\S+::.+?) (PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS)\b(?: \((.*)\))?", re.M)
PYTEST_SUM = re.compile(r"^=* ?((?:\d+ \w+, )*\d+ \w+) in [\d.]+s(?: \([\d:]+\))? ?=*$", re.M)
SKIPPED_PROGRAM = "SKIP"
GOOD_PROGRAM = ("OK", "EXPECTEDFAIL", SKIPPED_PROGRAM)


def tests_of_tap(text):
    for word, name, note, _directive in TAP.findall(text):
        outcome = "failed" if word == "not ok" else "skipped" if note else "passed"
        yield name.strip(), outcome


def tests_of_pytest(text):
    outcomes = {"PASSED": "passed", "XFAIL": "passed", "SKIPPED": "skipped"}
    for name, word, _reason in PYTEST.findall(text):
        yield name, outcomes.get(word, "failed")


def tests_of_pytest_sum(program, text):
    """Of a pytest that named no tests: only how many there were."""
    words = {"passed": "passed", "xfailed": "passed", "skipped": "skipped", "failed": "failed",
             "error": "failed", "errors": "failed", "xpassed": "failed"}
    for line in PYTEST_SUM.findall(text)[-1:]:
        for part in line.split(", "):
            number, word = part.split()
            for index in range(int(number) if word in words else 0):
                yield "%s, %s test %d" % (program, word, index + 1), words[word]


def tests_of_program(entry):
    """Yields (name, outcome) for every test of one entry of testlog.json."""
    text = entry.get("stdout", "")
    program = entry["name"].split(" / ", 1)[-1]
    # A verbose pytest line may come twice: once when it fails, once when its fixture fails after it.
    tests = list(tests_of_tap(text)) or list(tests_of_pytest(text)) or list(tests_of_pytest_sum(program, text))
    yield from tests
    if entry["result"] not in GOOD_PROGRAM:
        if not any(outcome == "failed" for _name, outcome in tests):
            yield "%s (%s, status %s)" % (program, entry["result"].lower(), entry.get("returncode")), "failed"
    elif not tests and entry["result"] == SKIPPED_PROGRAM:
        yield program, "skipped"
    elif not tests:
        spoke = "1.." in text or "test session starts" in text
        yield program, "failed" if spoke else "passed"


def suite_of(entry):
    return entry["name"].split(" / ", 1)[0].split(":")[-1].split("+")[0]


def read_entries(directory):
    for path in sorted(pathlib.Path(directory).glob("*.json")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def read_allowed(path):
    lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines() if path else []
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def tally(entries, allowed, strict):
    """Returns ({suite: Counter}, [what went wrong]). An allowed skip "SUITE: NAME" is of that suite alone."""
    counts, complaints = {}, []
    for entry in entries:
        suite = suite_of(entry)
        for name, outcome in tests_of_program(entry):
            # No pattern language for names with brackets: an exact name is always a match.
            full = "%s: %s" % (suite, name)
            known = any(each in (name, full) or fnmatch.fnmatchcase(full if ": " in each else name, each)
                        for each in allowed)
            if outcome == "skipped" and strict and not known:
                outcome = "failed"
                complaints.append("skipped, and not on the list of allowed skips: %s" % name)
            elif outcome == "failed":
                complaints.append("failed: %s: %s" % (suite, name))
            counts.setdefault(suite, Counter())[outcome] += 1
    return counts, complaints


def sentence(counter):
    return "%d passed, %d failed, %d skipped" % tuple(counter[key] for key in ("passed", "failed", "skipped"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--allowed-skips", metavar="FILE")
    parser.add_argument("directories", nargs="+", metavar="DIRECTORY", help="where testlog.json files lie")
    options = parser.parse_args()

    strict = os.environ.get("CI") == "true"
    entries = [entry for directory in options.directories for entry in read_entries(directory)]
    counts, complaints = tally(entries, read_allowed(options.allowed_skips), strict)
    total = sum(counts.values(), Counter())
    if not any(total.values()):
        complaints.append("failed: no test ran")
        total["failed"] += 1
    for line in complaints:
        print(line)
    for suite, counter in sorted(counts.items()):
        print("%-*s %s" % (max(10, *map(len, counts)), suite, sentence(counter)))
    print(sentence(total))
    sys.stdout.flush()
    return 1 if total["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
