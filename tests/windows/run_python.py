#!/usr/bin/python3
"""Runs a file of tests in a Windows Python under wine: `run_python.py BUILD FILE`, with the library of this build.

The typelib is that of this system's build, $DCC_GIR, with the DLL's name in it: the interface has no type whose size
differs. Skipped (77) where that Python or that description is not there.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

SKIPPED = 77


def skip(reason):
    print("skipped: %s" % reason)
    return SKIPPED


def windows(path):
    return "Z:" + str(path).replace("/", "\\")


def make_typelib(gir, home):
    """Others do the same beside it, so it appears at once and whole."""
    with tempfile.TemporaryDirectory(dir=str(home)) as place:
        other, typelib = pathlib.Path(place, gir.name), pathlib.Path(place, "typelib")
        other.write_text(gir.read_text().replace("libdcchost-1.so.1", "libdcchost-1-1.dll"))
        subprocess.run(["g-ir-compiler", str(other), "-o", str(typelib)], check=True)
        os.replace(str(typelib), str(home / "typelibs/DccHost-1.0.typelib"))


def main(build, file):
    build, home = pathlib.Path(build), pathlib.Path(build).parent
    gir = pathlib.Path(os.environ.get("DCC_GIR", "/nonexistent"))
    root = pathlib.Path(__file__).resolve().parents[2]
    if not (home / "python/lib/site-packages/gi").exists():
        reason = home / "python.reason"
        return skip(reason.read_text() if reason.exists() else "there is no Windows Python")
    if not gir.exists():
        return skip("DCC_GIR names no description of the interface")
    make_typelib(gir, home)
    dlls = [windows(home / "sysroot/bin"), windows(build / "core")]
    environment = dict(
        os.environ, WINEPATH=";".join(dlls), PYGI_DLL_DIRS=";".join(dlls), GI_TYPELIB_PATH=windows(home / "typelibs"),
        PYTHONPATH=";".join([windows(root / "bindings/python"), windows(root / "tests/lib")]),
        DCC_TEST_HANDS=str(build / "tests/windows/hands.exe"), PYTHONUTF8="1",
        PYTHONPYCACHEPREFIX=windows(home / "pycache"), PYTHONDONTWRITEBYTECODE="",  # it is slow enough
        DCCHOST=str(build / "cli/dcchost.exe"), DCCHOST_ADAPTER_PATH=str(build / "tests/modules/fake"),
        DCCHOST_FAKE_EXECUTABLE=str(build / "tests/fake-dcc/fake-dcc.exe"))
    # This Python wants pipes on both sides.
    done = subprocess.run([str(home / "wine"), "python.exe", "-m", "pytest", "-vv", "-p", "no:cacheprovider",
                           "--rootdir", windows(root), windows(pathlib.Path(file).resolve())],
                          cwd=str(home / "python"), env=environment, input=b"", stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    print(done.stdout.decode("utf-8", "replace").replace("\r\n", "\n"))
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
