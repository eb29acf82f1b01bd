#!/usr/bin/python3
"""The end-to-end tests of one file in one of the systems of install_debian.py:
`run_debian.py DIRECTORY SUITE FILE [PYTEST'S ARGUMENTS]`.

Tests, dcchost and Blender all run in there, in a namespace of mounts that ends with them: this checkout is there under
its own path and cannot be written to, /tmp is new. The root is changed by pivot_root and not by chroot, so that
namespaces can be made within, as elsewhere. Ends with 77 where there is no such system, and says why.
"""

import os
import pathlib
import shlex
import sys

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
ENTER = """
mount --bind "$ROOT" "$ROOT"
for each in "$CHECKOUT" "$BUILD"; do
    mkdir -p "$ROOT$each"
    mount --bind "$each" "$ROOT$each"
    mount -o remount,bind,ro "$ROOT$each"
done
mount -t tmpfs -o mode=1777 tmp "$ROOT/tmp"
mount -t proc proc "$ROOT/proc"
mount -t sysfs -o ro sys "$ROOT/sys"
mount --rbind /dev "$ROOT/dev"
cd "$ROOT"
pivot_root . .
umount -l .
cd /
"""
CRASHES = {"sid": "20"}  # while editing, in a window and without one: the newest Blender is asked more than the others
TESTS = ["python3", "-m", "pytest", "-q", "-p", "no:cacheprovider"]


def main(directory, suite, file, *more):
    place = pathlib.Path(directory).resolve()
    root, reason = place / suite, place / (suite + ".reason")
    if os.geteuid() != 0:
        print("Debian %s: only root can enter it" % suite)
        return 77
    if reason.exists() or not root.exists():
        print("Debian %s: %s" % (suite, reason.read_text() if reason.exists() else
                                 "./dev test blenders --real installs it"))
        return 77
    env = dict(os.environ, PATH="/usr/bin:/bin:/usr/sbin:/sbin", HOME="/root", LANG="C.UTF-8", ROOT=str(root),
               CHECKOUT=str(CHECKOUT), BUILD=str(place.parent), MESA_SHADER_CACHE_DIR="/var/cache/mesa-shaders")
    env.setdefault("TEST_CRASHES", CRASHES.get(suite, ""))
    for name in ("TMPDIR", "LC_ALL", "DCCHOST_BLENDER_EXECUTABLE"):
        env.pop(name, None)
    os.execvpe("unshare", ["unshare", "--mount", "--propagation", "private", "sh", "-euc",
                           ENTER + "exec " + " ".join(map(shlex.quote, [*TESTS, os.path.abspath(file), *more]))], env)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
