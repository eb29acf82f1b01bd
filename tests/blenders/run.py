#!/usr/bin/python3
"""The end-to-end tests of one file on one of the Blenders of install.py: `run.py DIRECTORY VERSION FILE`.

Ends with 77 where that Blender could not be had, and says why.
"""

import os
import pathlib
import sys

directory, version, file = sys.argv[1:]
place = pathlib.Path(directory)
reason = place / (version + ".reason")
program = place / version / "blender"
if reason.exists() or not program.exists():
    print("Blender %s: %s" % (version, reason.read_text() if reason.exists() else "./dev test blenders installs it"))
    sys.exit(77)
os.environ.update(DCCHOST_BLENDER_EXECUTABLE=str(program), DCC_TEST_BPY=version)
os.execvp("pytest-3", ["pytest-3", "-q", "-p", "no:cacheprovider", file])
