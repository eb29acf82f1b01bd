#!/usr/bin/python3
"""The laboratory of tests/faults for as long as you like: `./dev soak [--seed N] [--lives 20000]`.

Prints one line of counts at the end; status 1 where one of them is not zero.
"""

import argparse
import pathlib
import subprocess
import sys
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "lib"), str(pathlib.Path(__file__).resolve().parent)]

import lab  # noqa: E402
from box import Box  # noqa: E402


def main():
    parser = argparse.ArgumentParser(prog="dev soak", description=__doc__.splitlines()[0])
    parser.add_argument("--seed", default=str(int(time.time())), help="of all plans (the time)")
    parser.add_argument("--lives", type=int, default=20000, help="how many at least (%(default)s)")
    parser.add_argument("--only", type=int, nargs="+", metavar="N", help="these names alone")
    parser.add_argument("--keep", action="store_true", help="leave the directory of what was wrong")
    options = parser.parse_args()
    box = Box()
    print("soak: seed %s in %s" % (options.seed, box.top), flush=True)

    def progress(outcome, name):
        for fault in name.faults:
            print("%s: %s: %s" % (fault.kind, fault.name, fault.text), flush=True)
        if name.faults:
            print("    " + "\n    ".join(name.story), flush=True)
        if outcome.names % 100 == 0:
            print("... %d lives, %d faults" % (outcome.lives, len(outcome.faults)), flush=True)

    outcome = lab.run(box, options.seed, options.lives, options.only, progress)
    for fault in outcome.faults:
        print("%s: %s: %s" % (fault.kind, fault.name, fault.text))
    print(outcome.line())
    if options.keep and outcome.faults:
        subprocess.run(["cp", "-r", str(box.top), str(box.top) + "-kept"])
        print("soak: kept in %s-kept" % box.top)
    box.close()
    sys.exit(1 if outcome.faults else 0)


if __name__ == "__main__":
    main()
