#!/usr/bin/python3
"""Checks the agents' calls against published type stubs of the applications' Python: `tools/stubs.py BUILD`.

A misspelt method, keyword or module is told, also for Maya and Houdini, which no test can run. What is needed (mypy and
the stubs, pinned below) is put into BUILD/stubs and stays there. Errors within the stubs are not told, nor "may be
None". Before its agents are believed a set of stubs must refuse a call that is wrong: stubs that were not found would
refuse nothing.
Exit status: 0 all is well, 1 something is wrong, 77 the packages cannot be had.
"""

import collections
import pathlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import packages

ROOT = pathlib.Path(__file__).resolve().parents[1]
MYPY = "mypy==2.4.1"
Stubs = collections.namedtuple("Stubs", "name requirement app wrong")
SAVE = "import bpy\nbpy.ops.wm.save_as_mainfile(filepth='/a')\n"
STUBS = [
    Stubs("Blender 3.4", "fake-bpy-module-3.4==20260730", "blender", SAVE),
    Stubs("Blender 4.2", "fake-bpy-module-4.2==20260730", "blender", SAVE),
    Stubs("Blender 5.2", "fake-bpy-module-5.2==20260730", "blender", SAVE),
    Stubs("Maya", "types-maya==0.6.1", "maya", "from maya import cmds\ncmds.file(renam='/a')\n"),
    Stubs("Houdini 21", "types-houdini==21.0.512.3", "houdini", "import hou\nhou.hipFile.save(file_nam='/a')\n"),
]
OPTIONS = ["--python-version", "3.11", "--check-untyped-defs", "--follow-imports=silent", "--no-strict-optional",
           "--disable-error-code=var-annotated", "--hide-error-context", "--no-color-output", "--no-error-summary"]


def fetch(place):
    """mypy and the stubs, once; the Python that has mypy."""
    python = packages.make_environment(place / "mypy")
    if subprocess.run([python, "-c", "import importlib.metadata as m; assert m.version('mypy') == %r"
                       % MYPY.partition("==")[2]], stderr=subprocess.DEVNULL).returncode != 0:
        packages.install(python, MYPY)
    for stubs in STUBS:
        directory = place / stubs.requirement
        if not directory.exists():
            made = place / (stubs.requirement + ".part")
            packages.install(python, stubs.requirement, target=made)
            # By that ending only an installed package is found, and of Blender there are three.
            for package in made.glob("*-stubs"):
                package.rename(made / package.name[:-len("-stubs")])
            made.rename(directory)
    return python


def check(python, place, stubs, files):
    """What mypy says of these files, and of no others."""
    name = stubs.requirement.partition("==")[0]
    paths = [ROOT / "adapters/agent", ROOT / "adapters" / stubs.app / "agent", place / stubs.requirement]
    command = [python, "-m", "mypy", *OPTIONS, "--cache-dir", str(place / "cache" / name), *map(str, files)]
    done = subprocess.run(command, env={"MYPYPATH": ":".join(map(str, paths)), "PATH": "/usr/bin:/bin"}, cwd=str(ROOT),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode not in (0, 1):
        raise RuntimeError("mypy ended with %d: %s" % (done.returncode, (done.stderr + done.stdout).decode()[-2000:]))
    # By their names: what mypy remembers of an earlier time may have another directory.
    names = tuple(file.name for file in files)
    return [line for line in done.stdout.decode().splitlines()
            if pathlib.Path(line.partition(":")[0]).name in names and ": note:" not in line]


def judge(python, place, stubs):
    """The faults that one set of stubs finds."""
    control = place / ("wrong-%s.py" % stubs.requirement.partition("==")[0].replace(".", "-"))
    control.write_text(stubs.wrong)
    if len(check(python, place, stubs, [control])) != 1:
        return ["%s: a wrong keyword is not refused, these stubs prove nothing" % stubs.requirement]
    agents = sorted((ROOT / "adapters" / stubs.app / "agent").glob("*.py"))
    return ["%s (%s)" % (line, stubs.name) for line in check(python, place, stubs, agents)]


def main(build):
    place = pathlib.Path(build).resolve() / "stubs"
    place.mkdir(parents=True, exist_ok=True)
    try:
        python = fetch(place)
    except packages.Unreachable as error:
        print(error)
        return packages.SKIPPED
    with ThreadPoolExecutor(2) as pool:
        faults = sum(pool.map(lambda stubs: judge(python, place, stubs), STUBS), [])
    print("\n".join(faults or ["the agents agree with " + ", ".join(stubs.name for stubs in STUBS)]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
