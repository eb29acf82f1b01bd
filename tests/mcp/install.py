#!/usr/bin/python3
"""Puts the official checkers and clients of the Model Context Protocol where tests find them: `install.py DIRECTORY`.

They are packages of Node's and Python's registries, pinned, for tests alone: the conformance suite (which brings the
Node that it needs), the Inspector and the Python client. One kind that cannot be had is told, and its tests are
skipped.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tools"))

import packages  # noqa: E402

NODE_PACKAGES = ["@modelcontextprotocol/conformance@0.2.0-alpha.12", "@modelcontextprotocol/inspector@2.12.0",
                 "node@22"]
PYTHON_PACKAGES = ["mcp==2.3.0"]
# npm's words for a registry that is out of reach.
UNREACHABLE = re.compile(r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|network", re.I)


def install_node(place):
    npm = shutil.which("npm")
    if npm is None:
        raise packages.Unreachable("there is no npm here")
    done = subprocess.run([npm, "install", "--no-audit", "--no-fund", "--prefix", str(place)] + NODE_PACKAGES,
                          cwd=str(place), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = done.stdout.decode("utf-8", "replace")
    if done.returncode != 0 and UNREACHABLE.search(said):
        raise packages.Unreachable("npm cannot reach its registry: " + said.strip().splitlines()[-1])
    if done.returncode != 0:
        raise RuntimeError("npm: " + said)


def install_python(place):
    if sys.version_info < (3, 10):
        raise packages.Unreachable("it needs Python 3.10")
    packages.install(packages.make_environment(place / "python"), *PYTHON_PACKAGES)


KINDS = {"node": (install_node, NODE_PACKAGES), "python": (install_python, PYTHON_PACKAGES)}


def main(directory):
    place = pathlib.Path(directory).resolve()
    place.mkdir(parents=True, exist_ok=True)
    for kind, (install, wanted) in KINDS.items():
        have, reason = place / (kind + ".installed"), place / (kind + ".reason")
        if have.exists() and have.read_text() == " ".join(wanted):
            continue
        try:
            install(place)
        except packages.Unreachable as error:
            reason.write_text(str(error))
            print("mcp: %s: %s" % (kind, error), file=sys.stderr)
            continue
        if reason.exists():
            os.unlink(str(reason))
        have.write_text(" ".join(wanted))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
