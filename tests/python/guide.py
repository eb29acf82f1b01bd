"""The customer's guide as a program: its python blocks, each with where it begins.

The document is a page saved as text: a block begins behind a line `python` and ends where prose begins again. A block
that stands between two pieces of prose is known by the prose, which is never indented and is no Python.
"""

import ast
import pathlib

GUIDE = pathlib.Path(__file__).resolve().parent / "data" / "process-guide.md"


def blocks():
    """(line number, heading, source) of every python block."""
    lines = GUIDE.read_text(encoding="utf-8").splitlines()
    found = []
    for number, line in enumerate(lines):
        if line.strip() == "python":
            heading = next(each for each in reversed(lines[:number]) if each.strip())
            found.append((number + 2, heading, _source(lines[number + 1:])))
    return found


def _source(lines):
    """The longest beginning of these lines that is Python: prose is not, nor is the next heading."""
    best = 0
    for end in range(1, len(lines) + 1):
        if lines[end - 1].strip() == "python":
            break
        if _is_python("\n".join(lines[:end])) and not _is_heading(lines, end - 1):
            best = end
        elif _is_heading(lines, end - 1):
            break
    return "\n".join(lines[:best]).strip("\n") + "\n"


def _is_heading(lines, at):
    """A line of bare words between empty lines; one word alone is Python as well, and a heading here."""
    line = lines[at]
    alone = line and not line.startswith((" ", "#")) and not any(each in line for each in "()=:\"")
    return bool(alone) and not line.startswith(("import ", "from "))


def _is_python(text):
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True
