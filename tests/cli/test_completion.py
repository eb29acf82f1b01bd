"""What bash offers after a word of a dcchost command."""

import os
import pathlib
import shutil
import subprocess

import pytest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "cli" / "completions" / "dcchost.bash"


def offers(box, *words):
    """For the last of words, which may be empty."""
    source = ('. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _dcchost; printf "%s\\n" "${COMPREPLY[@]}"')
    env = dict(box.env, PATH="%s:/usr/bin:/bin" % os.path.dirname(os.environ["DCCHOST"]))
    said = subprocess.check_output(["bash", "--norc", "-c", source, str(SCRIPT), "dcchost", *words], env=env)
    return said.decode().split()


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
def test_verbs_and_their_words(box):
    assert offers(box, "wh") == ["why"]
    assert "adapter" in offers(box, "") and "adapters" in offers(box, "adap")
    assert offers(box, "adapter", "") == ["check", "list", "new"]
    assert offers(box, "adapter", "n") == ["new"]
    assert offers(box, "adapter", "check", "--s") == ["--slow"]
    assert offers(box, "adapter", "check", "") == []
    assert offers(box, "launch", "f") == ["fake"]
    assert "--json" in offers(box, "adapters", "--")


def test_every_verb_is_offered(box):
    shown = box.run("--help").out.split("Verbs:\n")[1].split("\n\n")[0]
    verbs = [line.split()[0] for line in shown.splitlines()]
    assert verbs and set(verbs) <= set(offers(box, ""))
