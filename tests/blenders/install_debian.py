#!/usr/bin/python3
"""Puts another Debian, with its own Blender and an X server, into a directory: `install_debian.py DIRECTORY SUITE...`.

DIRECTORY/SUITE is then the root of a small system that run_debian.py enters; nothing is installed on this one. Some
350 MB are loaded and 1.4 GB are kept for each, once. debootstrap needs root and an archive; where one of them is not to
be had that is told, and the suite's tests are skipped. To have a newer Blender of a suite that moves, delete its root.
Exit status: 0; 1 where something else went wrong; 2 for a suite that is not listed.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))

import packages  # noqa: E402

SUITES = {"trixie": "Blender 4.3.2", "sid": "Blender 5.2, and newer as time goes by"}
PACKAGES = """blender libegl1 libgl1-mesa-dri libegl-mesa0 libglx-mesa0 libjson-glib-1.0-0 procps python3-minimal
python3-pytest xauth xdotool xvfb""".split()
SETTINGS = 'APT::Install-Recommends "false";\nAcquire::Languages "none";\nAcquire::Retries "3";\n'
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"  # the user's may lack what is for root
NO_SERVICES = "#!/bin/sh\nexit 101\n"
# What debootstrap and apt-get say of an archive that does not answer, or does not have all of the suite today.
UNREACHABLE = re.compile(r"failed getting release file|couldn't download|could(?: not|n't) (?:resolve|connect)|"
                         r"connection (?:failed|refused|timed out)|failed to fetch|unable to locate|"
                         r"have unmet dependencies", re.I)


def say(text):
    print("blenders: " + text, file=sys.stderr, flush=True)


def find_mirror():
    """The archive that this system's own apt uses, as debootstrap's argument; none: debootstrap knows one."""
    try:
        told = subprocess.run(["apt-get", "indextargets", "--format", "$(LABEL) $(REPO_URI)"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL).stdout.decode()
    except FileNotFoundError:
        return []
    return [line.split()[1] for line in told.splitlines() if line.startswith("Debian ")][:1]


def run(log, *command):
    """In a namespace of mounts, so that what a command mounts in the new root is gone with it."""
    env = dict(os.environ, PATH=PATH, DEBIAN_FRONTEND="noninteractive", LC_ALL="C.UTF-8")
    with open(str(log), "ab") as file:
        began = file.tell()
        status = subprocess.run(["unshare", "--mount", "--propagation", "private", *command],
                                stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, env=env).returncode
    if status != 0:
        said = log.read_bytes()[began:].decode("utf-8", "replace").strip()
        reason = "%s ended with %d: %s; see %s" % (command[0], status, (said.splitlines() or [""])[-1], log)
        raise packages.Unreachable(reason) if UNREACHABLE.search(said) else RuntimeError(reason)


def make_root(root, suite, log):
    run(log, "debootstrap", "--variant=minbase", suite, str(root), *find_mirror())
    (root / "etc/apt/apt.conf.d/99small").write_text(SETTINGS)
    policy = root / "usr/sbin/policy-rc.d"
    policy.write_text(NO_SERVICES)
    policy.chmod(0o755)
    (root / "etc/mtab").symlink_to("../proc/self/mounts")  # as every Debian but the smallest has it
    shutil.copyfile("/etc/resolv.conf", str(root / "etc/resolv.conf"))
    run(log, "chroot", str(root), "apt-get", "-q", "-y", "install", *PACKAGES)
    run(log, "chroot", str(root), "apt-get", "clean")


def version_in(root):
    told = subprocess.run(["chroot", str(root), "dpkg-query", "-W", "-f", "${Version}", "blender"],
                          stdout=subprocess.PIPE, check=True)
    return told.stdout.decode()


def install(place, suite):
    root, half, log, began = place / suite, place / (suite + ".half"), place / (suite + ".log"), time.monotonic()
    if os.geteuid() != 0:
        raise packages.Unreachable("it needs root, for debootstrap and for entering it")
    if root.exists():
        return
    shutil.rmtree(str(half), ignore_errors=True)
    log.write_bytes(b"")
    if not shutil.which("debootstrap", path=PATH):
        if not shutil.which("apt-get", path=PATH):
            raise packages.Unreachable("debootstrap is not installed")
        run(log, "apt-get", "-q", "-y", "--no-install-recommends", "install", "debootstrap")
    make_root(half, suite, log)
    size = int(subprocess.run(["du", "-sm", str(half)], stdout=subprocess.PIPE).stdout.split()[0])
    say("%s: Blender %s, %.0f s, %d MB" % (suite, version_in(half), time.monotonic() - began, size))
    half.rename(root)


def main(directory, *suites):
    place = pathlib.Path(directory).resolve()
    place.mkdir(parents=True, exist_ok=True)
    for suite in suites:
        if suite not in SUITES:
            say("no Debian %s is listed; there are: %s" % (suite, " ".join(SUITES)))
            return 2
        reason = place / (suite + ".reason")
        reason.write_text("it was not installed")
        try:
            install(place, suite)
            reason.unlink()
        except packages.Unreachable as error:
            reason.write_text(str(error))
            say("%s: its tests are skipped: %s" % (suite, error))
        except RuntimeError as error:
            reason.write_text(str(error))
            say("%s: %s" % (suite, error))
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
