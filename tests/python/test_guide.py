"""Every python block of the customer's guide, executed as it stands."""

import os
import re
import subprocess
import sys

import pytest

import guide
from conftest import PACKAGE, environment

NAMED = "/usr/autodesk/maya/bin/maya"
# What the stand-in does: `quiet` lives until it is ended, `crash` dies by a signal a little later.
STAND_IN = """#!/bin/sh
case "$STAND_IN" in
crash) sleep 0.1; kill -SEGV $$ ;;
*) exec sleep 60 ;;
esac
"""
# A view of /usr with the stand-in in it, for this process and its children alone.
AT_ITS_PATH = "mount -t overlay overlay -o \"lowerdir=$0:/usr\" /usr && exec \"$@\""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """(command to go before another, what the path is to be replaced by): how a block meets the stand-in."""
    top = tmp_path_factory.mktemp("usr")
    maya = top / "autodesk" / "maya" / "bin" / "maya"
    maya.parent.mkdir(parents=True)
    maya.write_text(STAND_IN)
    maya.chmod(0o755)
    before = ["unshare", "-rm", "sh", "-c", AT_ITS_PATH, str(top)]
    try:
        seen = subprocess.run(before + ["test", "-x", NAMED], stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        seen = False
    if seen:
        return before, []
    print("no mount namespace here: the path %s alone is substituted" % NAMED)
    return [], [str(maya)]


def run(place, line, **env):
    before, replaced = place
    paths = os.pathsep.join([str(PACKAGE / "drop-in"), str(PACKAGE), os.path.dirname(__file__)])
    command = before + [sys.executable, os.path.join(os.path.dirname(__file__), "run_guide.py"), str(line)] + replaced
    done = subprocess.run(command, env=dict(environment(), PYTHONPATH=paths, **env), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


EXPECTED = {
    "Basic Usage": r"Status: running\nCPU: \d+\.\d%\nMemory: [1-9]\d*\.\d MB\n",
    "Track/Untrack": "",
    "Query Methods": r"self: \d+\.\d+% CPU\n(Process is running\n)?Tracking 1 processes\n",
    "Basic Launch": r"Launched PID: \d+\n",
    "Launch with Environment": "",
    "Process Lifecycle": r"Running: 1 processes\nRestart count: 0\n",
    "Maya Example": r"Maya running as PID \d+\n",
    "Basic Policy": "Restarting in 1000ms...\n",
    "Fixed Backoff": "Retrying in 2000ms...\n",
    "Exponential Backoff": "Attempt 0: waiting 1000ms\nAttempt 1: waiting 2000ms\nAttempt 2: waiting 4000ms\n",
    "Managing Policy State": "Max restarts: 3\n",
    "Basic Watch": r"(Event: heartbeat - self\n)+",
    "Polling Pattern": r"(maya exited\n|(CPU: \d+\.\d+%\n)+)interrupted\n",
    "Start/Stop": r"Watcher running: False\nTracked: [01]\n",
    "Auto-Restart DCC": r"Launched Maya PID \d+\nMaya exited\n%sMax restarts exceeded\n" % "".join(
        r"Restarting in %dms\.\.\.\nMaya exited\n" % delay for delay in (1000, 2000, 4000, 8000, 16000)),
    "1. Always Refresh Before Query": "",
    "2. Handle Missing Processes Gracefully": r"Process not found\n|CPU: .*%\n",
    "3. Use Appropriate Timeouts": "",
    "4. Monitor Resource Usage": r"(High CPU: self\n)?",
}


def test_every_block_is_found():
    text = guide.GUIDE.read_text()
    assert len(guide.blocks()) == len(re.findall(r"^python$", text, re.M)) == len(EXPECTED)
    assert [heading for _line, heading, _source in guide.blocks()] == list(EXPECTED)


@pytest.mark.parametrize("line, heading", [(line, heading) for line, heading, _source in guide.blocks()])
def test_a_block_does_what_the_guide_says(place, line, heading):
    crash = heading == "Auto-Restart DCC"
    status, out, err = run(place, line, STAND_IN="crash" if crash else "quiet")
    assert (status, err) == (1 if crash else 0, ""), err
    assert re.fullmatch(EXPECTED[heading], out), out
