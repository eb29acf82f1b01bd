#!/usr/bin/python3
"""What a build for macOS has become: `report.py DIRECTORY ARCH LOG`.

Looks at what lies in DIRECTORY, which ninja made, and writes a test of each fact into LOG, as Meson's own log has them:
each source file has its object, of that processor; each library and program is linked, and nothing in it is undefined
but what a library that it names has. A warning is an error in that build, so there is none in what was compiled.
"""

import json
import pathlib
import struct
import subprocess
import sys

MAGIC = 0xFEEDFACF
MACHINES = {"arm64": 0x0100000C, "x86_64": 0x01000007}
OBJECT, PROGRAM, LIBRARY, BUNDLE = 1, 2, 6, 8
NO_UNDEFINED = 1  # a flag that the linker sets
# below DIRECTORY; what it is
LINKED = {
    "core/libdcchost-1.1.dylib": (LIBRARY,),
    "core/shim/program/dcchost-shim": (PROGRAM,),
    "core/shim/program/dcchost-picture": (PROGRAM,),
    "cli/dcchost": (PROGRAM,),
    "cli/dcchost-cli.so": (LIBRARY, BUNDLE),
    "adapters/blender/dcchost-blender.so": (LIBRARY, BUNDLE),
    "adapters/maya/dcchost-maya.so": (LIBRARY, BUNDLE),
    "adapters/houdini/dcchost-houdini.so": (LIBRARY, BUNDLE),
}


def read_header(path):
    """(processor, kind, flags) of a Mach-O file; None: it is none, or not there."""
    try:
        with open(str(path), "rb") as file:
            words = struct.unpack("<7I", file.read(28))
    except (OSError, struct.error):
        return None
    return (words[1], words[3], words[6]) if words[0] == MAGIC else None


def objects_of(directory):
    """{object: its C file}"""
    commands = json.loads((directory / "compile_commands.json").read_text())
    return {each["output"]: each["file"] for each in commands if each["file"].endswith(".c")}


def is_complete(directory):
    """What an earlier build left is no proof of this one."""
    done = subprocess.run(["ninja", "-C", str(directory), "-n"], stdout=subprocess.PIPE, check=False)
    return done.returncode == 0 and b"no work to do" in done.stdout


def facts_of(directory, arch):
    """Yields (good, what)."""
    machine = MACHINES[arch]
    objects = objects_of(directory)
    compiled = {source for name, source in objects.items()
                if (read_header(directory / name) or ())[:2] == (machine, OBJECT)}
    sources = set(objects.values())
    good = bool(sources) and compiled == sources and is_complete(directory)
    yield good, "%s: %d of %d C files compiled%s" % (arch, len(compiled), len(sources),
                                                     ", 0 warnings" if good else ", and the build is not complete")
    for name, kinds in LINKED.items():
        header = read_header(directory / name)
        good = header is not None and header[0] == machine and header[1] in kinds and header[2] & NO_UNDEFINED != 0
        yield good, "%s: %s %s" % (arch, name, "linked, nothing undefined" if good else "is not what it is to be")


def main(directory, arch, log):
    facts = list(facts_of(pathlib.Path(directory), arch))
    lines = ["%s %d - %s" % ("ok" if good else "not ok", number, what)
             for number, (good, what) in enumerate(facts, 1)]
    print("\n".join(lines))
    good = all(good for good, _what in facts)
    entry = {"name": "macos / " + arch, "stdout": "1..%d\n%s\n" % (len(lines), "\n".join(lines)),
             "result": "OK" if good else "FAIL", "returncode": 0 if good else 1}
    with open(log, "a") as file:
        file.write(json.dumps(entry) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
