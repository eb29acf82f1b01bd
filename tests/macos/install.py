#!/usr/bin/python3
"""Makes what a build for macOS needs, once: `install.py DIRECTORY`.

DIRECTORY/zig         a compiler of C with the headers and stubs of Darwin: a wheel of Python's registry
DIRECTORY/sysroot     GLib and json-glib: dylibs of a wheel (both processors in one file), headers of Debian's packages
DIRECTORY/ARCH.ini    what Meson is to know of it; ARCH: arm64, x86_64
DIRECTORY/cc-ARCH     the compiler as Meson expects Apple's to be

Needs Debian's libglib2.0-dev and libjson-glib-dev. Exit status: 0; 77 and one line where a wheel cannot be had.
Nothing of what is built can be run here.
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tools"))
sys.path.insert(0, str(HERE.parent / "lib"))

import packages  # noqa: E402
import sysroot  # noqa: E402

COMPILER = "0.17.1"
PLATFORM = "macosx_10_13_universal2"
# Meson's name of the processor: the compiler's
MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
FILES = ["glib-2.0.0", "gobject-2.0.0", "gio-2.0.0", "gmodule-2.0.0", "json-glib-1.0.0", "ffi.7", "intl.8", "pcre2-8.0"]
HEADERS = ["glib-2.0", "json-glib-1.0", "gio-unix-2.0"]
MODULES = dict(sysroot.MODULES, **{"gio-unix-2.0": ("gio-2.0", "gio-2.0", "glib-2.0")})
CONFIG = [(r"AF_INET6 10", "AF_INET6 30")]
# Meson asks the linker what it is, and speaks to Apple's in words that this one does not know.
WRAPPER = r"""#!/bin/sh
ZIG_GLOBAL_CACHE_DIR='@HOME@/cache' ZIG_LOCAL_CACHE_DIR='@HOME@/cache'
export ZIG_GLOBAL_CACHE_DIR ZIG_LOCAL_CACHE_DIR
n=$#
while [ "$n" -gt 0 ]; do
    word=$1
    shift
    case $word in
    -Wl,--version)
        echo 'ld: unknown option: --version' >&2
        exit 1
        ;;
    -Wl,-v)
        echo '@(#)PROGRAM:ld PROJECT:ld64-1' >&2
        exit 0
        ;;
    -bundle) set -- "$@" -shared ;;
    # Meson lets modules lack what they need; here it is to be found.
    -Wl,-undefined,dynamic_lookup) set -- "$@" -Wl,-undefined,error ;;
    -Wl,-force_load)
        set -- "$@" "$word,$1"
        shift
        n=$((n - 1))
        ;;
    *) set -- "$@" "$word" ;;
    esac
    n=$((n - 1))
done
exec '@HOME@/zig/ziglang/zig' cc -target @TARGET@-macos "$@"
"""
ARCHIVER = r"""#!/bin/sh
ZIG_GLOBAL_CACHE_DIR='@HOME@/cache' ZIG_LOCAL_CACHE_DIR='@HOME@/cache'
export ZIG_GLOBAL_CACHE_DIR ZIG_LOCAL_CACHE_DIR
exec '@HOME@/zig/ziglang/zig' ar "$@"
"""
CROSS = """[constants]
home = '@HOME@'
[binaries]
c = home / 'cc-@ARCH@'
ar = home / 'ar'
pkgconfig = 'pkg-config'
[built-in options]
c_args = ['-D_DARWIN_C_SOURCE']
[properties]
pkg_config_libdir = home / 'sysroot/lib/pkgconfig'
needs_exe_wrapper = true
[host_machine]
system = 'darwin'
cpu_family = '@CPU@'
cpu = '@CPU@'
endian = 'little'
"""


def make_sysroot(home):
    root = home / "sysroot"
    if (root / "made").exists():
        return
    packages.install(sys.executable, "ziglang==" + COMPILER, target=home / "zig")
    wheel, = sysroot.fetch_wheels(home, PLATFORM, "gstreamer_libs")
    (root / "lib").mkdir(parents=True, exist_ok=True)
    for name in FILES:
        inner = "gstreamer_libs-%s.data/purelib/gstreamer_libs/lib/lib%s.dylib" % (sysroot.WHEELS, name)
        for file in (name, name.rpartition(".")[0]):
            (root / "lib" / ("lib%s.dylib" % file)).write_bytes(wheel.read(inner))
    sysroot.make_headers(root, HEADERS, CONFIG)
    sysroot.write_modules(root, MODULES, HEADERS)
    (root / "made").touch()


def write_tools(home):
    texts = {"ar": ARCHIVER}
    for arch, target in MACHINES.items():
        texts["cc-" + arch] = WRAPPER.replace("@TARGET@", target)
        texts[arch + ".ini"] = CROSS.replace("@ARCH@", arch).replace("@CPU@", target)
    for name, text in texts.items():
        path = home / name
        text = text.replace("@HOME@", str(home))
        # Written anew it would make all of a build old.
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
        path.chmod(0o755)


def main(directory):
    home = pathlib.Path(directory).resolve()
    home.mkdir(parents=True, exist_ok=True)
    try:
        make_sysroot(home)
    except packages.Unreachable as error:
        print("macos: %s" % error, file=sys.stderr)
        return packages.SKIPPED
    write_tools(home)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
