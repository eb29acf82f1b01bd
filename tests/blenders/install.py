#!/usr/bin/python3
"""Puts Blenders that the system does not have where tests find them: `install.py DIRECTORY VERSION...`.

Each is the bpy module of Python's registry, in an environment of its own with the Python that it was built for, and a
program DIRECTORY/VERSION/blender that behaves like Blender's command line (command_line.py). About 350 MB are loaded
and 1 GB is kept for each, once. One that cannot be had is told, and its tests are skipped.
Exit status: 0; 2 for a version that is not listed.
"""

import pathlib
import shlex
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tools"))

import packages  # noqa: E402

# Of each the Python that its module runs in, and in no other. bpy 4.2 and 5.0 run in that of Debian 12.
PYTHONS = {"4.2.23": "3.11", "4.5.15": "3.11", "5.0.1": "3.11", "5.2.3": "3.13"}
HAS = "import importlib.metadata as m, sys; sys.exit(m.version('bpy') != sys.argv[1])"


def say(text):
    print("blenders: " + text, file=sys.stderr, flush=True)


def install(place, version):
    home, began = place / version, time.monotonic()
    program, reason = home / "blender", place / (version + ".reason")
    python = home / "bin/python"
    if not python.exists() or subprocess.run([str(python), "-c", HAS, version], stderr=subprocess.DEVNULL).returncode:
        reason.write_text("it was not installed")
        base = packages.find_python(PYTHONS[version])
        if base is None:
            raise packages.Unreachable("it needs Python %s, which is not here" % PYTHONS[version])
        packages.install(packages.make_environment(home, base), "bpy==" + version)
        size = int(subprocess.run(["du", "-sm", str(home)], stdout=subprocess.PIPE).stdout.split()[0])
        say("%s: %.0f s, %d MB" % (version, time.monotonic() - began, size))
    # -u -B: as Blender runs its Python.
    command = " ".join(map(shlex.quote, [str(python), "-u", "-B", str(HERE / "command_line.py")]))
    program.write_text('#!/bin/sh\nexec %s "$@"\n' % command)
    program.chmod(0o755)
    if reason.exists():
        reason.unlink()


def main(directory, *versions):
    place = pathlib.Path(directory).resolve()
    place.mkdir(parents=True, exist_ok=True)
    for version in versions:
        if version not in PYTHONS:
            say("no version %s is listed; there are: %s" % (version, " ".join(PYTHONS)))
            return 2
        try:
            install(place, version)
        except packages.Unreachable as error:
            (place / (version + ".reason")).write_text(str(error))
            say("%s: its tests are skipped: %s" % (version, error))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
