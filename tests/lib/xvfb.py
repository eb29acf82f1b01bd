"""An X server of a test's own."""

import os
import shutil
import subprocess

XVFB = shutil.which("Xvfb", path="/usr/bin:/bin:/usr/local/bin")
PATIENCE = 60


class Xvfb:
    """A display whose number the server chooses."""

    def __init__(self, screen="800x600x24"):
        reader, writer = os.pipe()
        self.process = subprocess.Popen(
            [XVFB, "-displayfd", str(writer), "-screen", "0", screen, "-nolisten", "tcp", "-noreset"],
            pass_fds=[writer], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(writer)
        with os.fdopen(reader) as file:
            number = file.readline().strip()
        assert number, "Xvfb did not start"
        self.display = ":" + number

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE)
        for trace in ("/tmp/.X11-unix/X" + self.display[1:], "/tmp/.X%s-lock" % self.display[1:]):
            if os.path.lexists(trace):
                os.unlink(trace)

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE)
