#!/usr/bin/python3
"""Puts the engines that Python's registry has where the farm's tests find them: `install.py DIRECTORY`.

openjd-cli, which runs OpenJD templates, and OpenCue's RQD, each in an environment of its own. One that cannot be had is
told, and its tests are skipped. (Slurm is Debian's; `./dev test farm` installs that.)
"""

import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tools"))

import packages  # noqa: E402

# All that each needs, by name: RQD also asks for what sees an artist's keyboard, which has to be compiled, and which it
# goes without.
ENGINES = {
    "openjd": ["openjd-cli==0.7.6", "openjd-sessions==0.10.14", "openjd-model==0.11.14", "PyYAML==6.0.4",
               "pydantic==2.14.4", "pydantic-core==2.50.5", "annotated-types==0.8.0", "typing-extensions==4.16.0",
               "typing-inspection==0.4.5"],
    "rqd": ["opencue-rqd==1.37.0", "opencue-proto==1.37.0", "grpcio==1.85.3", "protobuf==7.36.2", "psutil==5.9.8",
            "future==1.0.0", "typing-extensions==4.16.0"],
}
HAS = """import importlib.metadata, sys
for name, version in (each.split("==") for each in sys.argv[1:]):
    if importlib.metadata.version(name) != version:
        sys.exit(1)
"""


def install(home, requirements):
    python = home / "bin/python"
    if python.exists() and subprocess.run([str(python), "-c", HAS, *requirements],
                                          stderr=subprocess.DEVNULL).returncode == 0:
        return
    packages.install(packages.make_environment(home), *requirements, dependencies=False)


def main(directory):
    place = pathlib.Path(directory).resolve()
    place.mkdir(parents=True, exist_ok=True)
    for name, requirements in ENGINES.items():
        reason = place / (name + ".reason")
        reason.write_text("it was not installed")
        try:
            install(place / name, requirements)
            reason.unlink()
        except packages.Unreachable as error:
            reason.write_text(str(error))
            print("farm: %s: its tests are skipped: %s" % (name, error), file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
