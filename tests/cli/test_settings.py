"""docs/settings.md against `launch --help`: every setting, its default and what it is for."""

import pathlib
import re

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "settings.md"


def test_the_page_is_the_help(box):
    text = box.run("launch", "--help").out.split("Settings for --set, with their defaults:\n", 1)[1].split("\n\n", 1)[0]
    told = [tuple(re.split(r"  +", line.strip(), maxsplit=2)) for line in text.splitlines()]
    shown = re.findall(r"^\| `([\w-]+)` \| `([^`]+)` \| ([^|]+) \|", PAGE.read_text(encoding="utf-8"), re.M)
    assert len(told) >= 30 and all(len(row) == 3 and row[2] for row in told)
    assert shown == told


def test_lines_fit_a_terminal(box):
    text = box.run("launch", "--help").out.split("Settings for --set", 1)[1].split("\n\n", 1)[0]
    assert max(map(len, text.splitlines())) <= 110
