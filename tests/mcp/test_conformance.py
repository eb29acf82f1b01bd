"""The official conformance suite, for both revisions. What is expected to fail stands beside, each with its reason; a
check on that list that passes is a failure too."""

import json
import os
import pathlib
import re
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
SUITE = "@modelcontextprotocol/conformance/dist/index.js"
# So many must pass at least: a suite that skipped its checks would prove nothing.
LEAST = {"2025-11-25": 37, "2026-07-28": 90}


@pytest.fixture
def address(box):
    child = subprocess.Popen([sys.executable, "-B", str(HERE / "bridge.py"), os.environ["DCCHOST"], "mcp"], env=box.env,
                             cwd=str(box.work), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    yield child.stdout.readline().decode().strip()
    child.stdin.close()
    assert child.wait(60) == 0
    child.stdout.close()


def count(results):
    """(passed, failed) checks of the result files that the suite leaves."""
    states = [check["status"] for path in results.rglob("checks.json") for check in json.loads(path.read_text())]
    return states.count("SUCCESS"), states.count("FAILURE")


@pytest.mark.parametrize("revision", sorted(LEAST))
def test_the_suite(address, node, box, revision):
    modules, program = node
    box.launch("--name", "shot")  # so that there are resources to read
    done = subprocess.run([program, str(modules / SUITE), "server", "--url", address, "--requirements", revision,
                           "--expected-failures", str(HERE / ("expected-failures-%s.yaml" % revision)),
                           "--output-dir", str(box.top / "results")],
                          cwd=str(box.work), env=dict(os.environ, HOME=str(box.top / "home")), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=300)
    said = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0, said
    total = re.search(r"Total: (\d+) passed, (\d+) failed", said)
    passed, failed = count(box.top / "results")
    print("figure: conformance %s: %d checks passed, %d excused; %s" % (revision, passed, failed,
                                                                        total.group(0) if total else "-"))
    assert passed >= LEAST[revision], said
