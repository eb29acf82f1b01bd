"""What bash offers after a word of a dcchost command."""

import os
import pathlib
import re
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


def table_of_verbs():
    """{verb: its options} of README's table."""
    text = (SCRIPT.parents[2] / "README.md").read_text()
    rows = text.split("## Verbs\n")[1].split("## ")[0].splitlines()
    cells = [row.split("|")[1] for row in rows if row.startswith("| `")]
    return {found.split()[0]: found for cell in cells for found in re.findall(r"`([^`]+)`", cell)}


def test_readme_lists_every_verb_and_no_other(box):
    """Help, completion and README go by one table."""
    offered = set(offers(box, "")) - {"help", "--help", "--version"}
    assert set(table_of_verbs()) == offered


def test_options_in_the_readme_are_those_of_the_verb(box):
    text = (SCRIPT.parents[2] / "README.md").read_text()
    for verb, usage in table_of_verbs().items():
        if verb == "adapter":
            continue
        shown = box.run(verb, "--help").out
        for option in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", usage):
            assert option in shown, (verb, option)
    launch = text.split("`launch` takes ")[1].split("\n\n")[0]
    shown = box.run("launch", "--help").out
    for option in set(re.findall(r"--[a-z][a-z-]*", launch)):
        assert option in shown, option


def test_instances_are_offered(box):
    box.launch("--name", "here")
    assert offers(box, "stop", "") == ["here"] and offers(box, "why", "h") == ["here"]
    box.run("stop")
    assert offers(box, "stop", "") == [] and offers(box, "why", "") == ["here"]
