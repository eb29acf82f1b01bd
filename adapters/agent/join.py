"""Makes one file of several: what dcchost brings along for an application is a file, not a package.

join.py parts OUTPUT PART...       a module of several parts: a line "from PART import ...  # joined" is left out
join.py agent OUTPUT BOOT PART...  the parts, to be loaded by BOOT; the last one's name is the agent's
"""
import os
import re
import sys

JOINED = re.compile(r"^from \w+ import .*  # joined\n", re.MULTILINE)
DESCRIPTION = re.compile(r'""".*?"""\n', re.DOTALL)
FENCE = "'" * 3


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def join(paths):
    """The parts in their order: each uses what stands before it. The last one's description is that of all."""
    parts = [JOINED.sub("", read(path)).rstrip("\n") + "\n" for path in paths]
    description = DESCRIPTION.match(parts[-1]).group()
    parts[-1] = parts[-1][len(description):]
    return description + "\n" + "\n\n".join(parts)


def bundle(boot, paths):
    """BOOT, then the parts as a literal, so that nothing of them runs before BOOT has made it safe. Line numbers in
    tracebacks are those of the result."""
    source = join(paths)
    if FENCE in source or source.endswith("\\\n"):
        raise ValueError("a part holds what ends the literal")
    name = os.path.splitext(os.path.basename(paths[-1]))[0]
    runs = re.search(r"^def main\(", source, re.MULTILINE) is not None
    head = "%s\n\nSOURCE = r%s" % (read(boot), FENCE)
    return "%s%s%s\n\nenter(%r, %r, SOURCE, %d)\n" % (head, source, FENCE, name, runs, head.count("\n"))


def main(kind, target, *paths):
    text = join(paths) if kind == "parts" else bundle(paths[0], paths[1:])
    with open(target, "w", encoding="utf-8") as out:
        out.write(text)


if __name__ == "__main__":
    main(*sys.argv[1:])
