"""Packages of Python's registry, pinned, for checks and tests alone: dcchost itself needs none of them.

They go where they are told to, never into the system. Where the registry cannot be reached that is an answer of its
own (Unreachable), which is counted as a skip; anything else that pip does not like is a failure.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

# pip's exit status says no more than that it failed. A package of which no version at all is found was not looked for
# where it is; one of which another version is found has a wrong pin.
UNREACHABLE = re.compile(r"from versions: none|connection (?:error|refused|reset|broken|aborted)|timed out|"
                         r"failed to establish|name resolution|max retries", re.I)
SKIPPED = 77  # as Meson's tests say it


class Unreachable(Exception):
    pass


def find_python(version):
    """An interpreter of that version ("3.11"), or None: on PATH, or one of pyenv's that is not switched on."""
    name = "python" + version
    found = [os.path.join(each, name) for each in os.environ.get("PATH", "").split(os.pathsep) if each]
    try:
        root = subprocess.run(["pyenv", "root"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
        versions = pathlib.Path(root.stdout.decode().strip()) / "versions"
        found += sorted(map(str, versions.glob("%s.*/bin/%s" % (version, name))))
    except (OSError, subprocess.CalledProcessError):
        pass
    for path in found:
        # A shim of pyenv's has the name and is none.
        if os.access(path, os.X_OK) and subprocess.run([path, "-c", "import venv, ensurepip"],
                                                       stderr=subprocess.DEVNULL).returncode == 0:
            return path
    return None


def make_environment(directory, python=sys.executable):
    """A virtual environment there, made anew where it is broken; its Python."""
    own = pathlib.Path(directory) / "bin" / "python"
    if not own.exists() or subprocess.run([str(own), "-c", "import pip"], stderr=subprocess.DEVNULL).returncode != 0:
        shutil.rmtree(str(directory), ignore_errors=True)
        subprocess.run([python, "-m", "venv", str(directory)], check=True, stdout=sys.stderr)
    return str(own)


def install(python, *requirements, target=None, dependencies=True):
    """Installs what is pinned, wheels alone: nothing of a package is run by that. Without dependencies: these alone."""
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-cache-dir",
               "--only-binary", ":all:"]
    if target is not None or not dependencies:
        command.append("--no-deps")
    if target is not None:
        command += ["--target", str(target)]
    run_pip("install", command, requirements)


def download(directory, platform, *requirements):
    """Wheels for a Python 3.11 of another system, which no pip of this one would install."""
    run_pip("download", [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
                         "--only-binary", ":all:", "--platform", platform, "--python-version", "3.11",
                         "--dest", str(directory)], requirements)


def run_pip(verb, command, requirements):
    done = subprocess.run(command + list(requirements), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = done.stdout.decode("utf-8", "replace").strip()
    if done.returncode != 0:
        last = said.splitlines()[-1] if said else "pip said nothing"
        if UNREACHABLE.search(said):
            raise Unreachable("%s cannot be had: %s" % (" ".join(requirements), last))
        raise RuntimeError("pip cannot %s %s: %s" % (verb, " ".join(requirements), last))
