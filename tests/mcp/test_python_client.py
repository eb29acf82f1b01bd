"""The official Python client in its three modes: it asks first, it opens with initialize, it takes the
revision for granted."""

import json
import os
import pathlib
import subprocess

import pytest

SCRIPT = pathlib.Path(__file__).resolve().parent / "python_client.py"


@pytest.mark.parametrize("mode", ["auto", "legacy", "2026-07-28"])
def test_a_mode(python, box, mode):
    done = subprocess.run([python, "-B", str(SCRIPT), mode, os.environ["DCCHOST"]], env=box.env, cwd=str(box.work),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=200)
    assert done.returncode == 0, done.stderr.decode()
    said = json.loads(done.stdout)
    notes = said.pop("notes")
    assert len(said.pop("tools")) == 17
    assert said == {"launched": "reached", "waited": "not-yet", "fault": True, "stopped": True}
    assert len(notes) >= 2 and notes == sorted(set(notes))
