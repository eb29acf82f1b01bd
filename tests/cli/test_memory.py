"""How much memory it had: the kernel's count at the end, also below a wrapper; and a job that was stopped."""

import os
import signal
import subprocess

from conftest import until

HUNGRY = """#!/usr/bin/python3
import os, sys, time
if "--version" in sys.argv:
    os.execv(%r, [%r] + sys.argv[1:])
block = bytearray(300 << 20)
del block
os.execv(%r, [%r] + sys.argv[1:])
"""


def application(box, text):
    path = box.work / "application"
    path.write_text(text)
    path.chmod(0o755)
    box.env["DCCHOST_FAKE_EXECUTABLE"] = str(path)


def test_a_peak_between_two_looks_is_seen(box):
    fake = os.environ["DCCHOST_FAKE_EXECUTABLE"]
    application(box, HUNGRY % (fake, fake, fake, fake))
    assert box.run("launch", "fake", "--", "--exit-after", "50", timeout=60).status == 0
    result = box.status()["result"]
    assert result["peak_bytes"] > 300 << 20, result
    assert result["peak_from"] in ("kernel", "samples")


def test_below_a_wrapper(box):
    fake = os.environ["DCCHOST_FAKE_EXECUTABLE"]
    hungry = box.work / "hungry"
    hungry.write_text(HUNGRY % (fake, fake, fake, fake))
    hungry.chmod(0o755)
    application(box, '#!/bin/sh\n"%s" "$@"\nexit $?\n' % hungry)
    assert box.run("launch", "fake", "--", "--exit-after", "50", timeout=60).status == 0
    result = box.status()["result"]
    assert result["peak_bytes"] > 300 << 20, result


def test_a_job_that_was_stopped_is_cancelled(box):
    output = box.work / "shown"
    with open(str(output), "wb") as file:
        child = box.popen("launch", "fake", "--headless", "--", "--job", stdout=file, stderr=subprocess.STDOUT)
    until(lambda: "running, ready" in output.read_text(), "ready", 60)
    child.send_signal(signal.SIGTERM)
    assert child.wait(60) == 143
    result = box.status()["result"]
    assert (result["kind"], result["verdict"], result["job"]) == ("stopped", "cancelled", True), result
