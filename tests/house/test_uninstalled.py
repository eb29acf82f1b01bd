"""What `eval "$(./dev env)"` promises: the guide's adapter and every public header compile against the tree."""

import os
import pathlib
import re
import shlex
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADERS = [pathlib.Path(path) for path in os.environ["DCC_TEST_HEADERS"].split(os.pathsep)]
ENV = dict(os.environ, PKG_CONFIG_PATH=os.environ["DCC_TEST_PKG_CONFIG"])


def flags(*wanted):
    done = subprocess.run(["pkg-config", *wanted, "dcchost-1"], env=ENV, check=True, stdout=subprocess.PIPE)
    return shlex.split(done.stdout.decode())


def compile_text(tmp_path, text, *options):
    source = tmp_path / "a.c"
    source.write_text(text)
    done = subprocess.run(["cc", "-Wall", "-Werror", *options, str(source), *flags("--cflags")],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("header", sorted(path.name for path in HEADERS) + ["dcchost.h"])
def test_a_header_alone(tmp_path, header):
    compile_text(tmp_path, "#include <%s>\nint x;\n" % header, "-fsyntax-only")


def test_the_adapter_of_the_guide(tmp_path):
    guide = (ROOT / "docs" / "adapters.md").read_text(encoding="utf-8")
    source = re.search(r"^```c\n(/\* Sketch:.*?)^```$", guide, re.M | re.S).group(1)
    (tmp_path / "sketch.c").write_text(source)
    module = tmp_path / "dcchost-sketch.so"
    done = subprocess.run(["cc", "-shared", "-fPIC", "-o", str(module), str(tmp_path / "sketch.c"),
                           *flags("--cflags", "--libs")],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
    assert done.returncode == 0, done.stdout
    module.chmod(0o755)
    checked = subprocess.run([os.environ["DCCHOST"], "adapter", "check", str(module)],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
    assert "plan_launch" in checked.stdout and "refused" not in checked.stdout, checked.stdout
