"""What the documents say of the code is so: tests and files that they name exist, methods are those of the code, and
the words are those of the house."""

import ast
import functools
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCS = sorted((ROOT / "docs").glob("*.md")) + [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
A_TEST = re.compile(r"`(tests/[\w./-]+\.(?:py|c))(?:::(\w+)|:(/[\w./+-]+))`")
A_FILE = re.compile(r"`((?:adapters|bindings|cli|core|docs|examples|tests|tools)/[\w./-]+\.(?:c|h|py|md|map|build))`")

# Words that only the house knew, and what it says now.
WORDS = {
    "brain": "session process", "burial": "exit", "buried": "ended", "ladder": "stop sequence", "rung": "step",
    "telling lines?": "significant lines", "police[sd]?": "ask", "crash row": "crash streak",
    "without a hand": "by itself", "on the word of": "as ... says",
    "(?:a|each|this|next|ended|another|earlier) (?:life|lives)": "run",
}


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


@functools.lru_cache(maxsize=None)
def functions(path):
    return {node.name for node in ast.walk(ast.parse(read(path))) if isinstance(node, ast.FunctionDef)}


def is_run(path):
    """Whether Meson knows of it: a test that nobody runs holds nothing."""
    file = pathlib.PurePath(path)
    names = re.sub(r"^test[-_]", "", file.stem), re.sub(r"^test[-_]blender-", "", file.stem)
    for folder in (file.parent, file.parent.parent):
        build = ROOT / folder / "meson.build"
        text = build.read_text(encoding="utf-8") if build.exists() else ""
        listed = re.findall(r"'(?:[\w/]*/)?(?:test[-_])?([\w-]+)(?:\.\w+)?'", text)
        if any(name.replace("_", "-") in (word.replace("_", "-") for word in listed) for name in names):
            return True
    return False


def find_problem(path, function, case):
    if not (ROOT / path).is_file():
        return "no such file"
    if not is_run(path):
        return "no meson.build names it"
    if function is not None and function not in functions(path):
        return "no such function"
    if case is not None and '"%s"' % case not in read(path):
        return "no such case"
    return None


NAMED = sorted({(str(document.relative_to(ROOT)),) + match.groups() for document in DOCS
                for match in A_TEST.finditer(document.read_text(encoding="utf-8"))}, key=str)


def test_tests_are_named():
    """Each promise names at least one."""
    promises = re.split(r"^### ", read("docs/guarantees.md"), flags=re.M)[1:]
    assert len(promises) >= 8
    for promise in promises:
        assert A_TEST.search(promise), promise.splitlines()[0]


@pytest.mark.parametrize("document, path, function, case", NAMED)
def test_a_test_that_is_named_exists(document, path, function, case):
    assert find_problem(path, function, case) is None


@pytest.mark.parametrize("path, function, case, problem", [
    ("tests/house/test_nothing.py", None, None, "no such file"),
    ("tests/house/test_documents.py", "test_nothing", None, "no such function"),
    ("tests/unit/policy/test-wish.c", None, "/wish/nothing", "no such case"),
    ("tests/lib/box.py", "until", None, "no meson.build names it"),
    ("tests/unit/policy/test-wish.c", None, "/wish/a-stop-wins", None),
    ("tests/house/test_documents.py", "test_tests_are_named", None, None),
])
def test_what_is_not_there_is_found(path, function, case, problem):
    assert find_problem(path, function, case) == problem


@pytest.mark.parametrize("document", DOCS, ids=lambda path: path.name)
def test_files_that_are_named_exist(document):
    text = document.read_text(encoding="utf-8")
    for path in A_FILE.findall(text):
        assert (ROOT / path).is_file(), path
    for target in re.findall(r"\]\(([^)#:]+)(?:#[\w-]*)?\)", text):
        assert (document.parent / target).exists(), target


def test_every_page_is_linked():
    text = "".join(document.read_text(encoding="utf-8") for document in DOCS)
    for page in (ROOT / "docs").glob("*.md"):
        assert re.search(r"\]\((?:docs/)?%s[)#]" % re.escape(page.name), text), page.name


def test_the_rooms_are_those_of_the_tree():
    table = read("docs/architecture.md").partition("## 3. Rooms")[2].partition("## 4.")[0]
    rooms = set(re.findall(r"^\| `core/(\w+)`", table, re.M))
    assert rooms == {path.name for path in (ROOT / "core").iterdir() if path.is_dir()}


# -- The wire --


def rows(heading, column=0):
    """The words between back ticks in a column of the table below a heading (or a line) of docs/protocol.md."""
    text = read("docs/protocol.md").partition("\n%s\n" % heading)[2]
    table = re.search(r"^\|.*\n\|[-|]+\n((?:\|.*\n)+)", text, re.M).group(1)
    return {cells[0].strip("` "): set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]*)`", cells[column]))))
            for cells in (re.split(r"\s*\|\s*", line)[1:] for line in table.splitlines())}


def method_body(source, name):
    return re.search(r"^do_%s\(.*?^}" % name, source, re.M | re.S).group(0)


def test_control_methods():
    source = read("core/session/dcc-control.c")
    table = re.search(r"\} methods\[\] = \{(.*?)\n\};", source, re.S).group(1)
    functions = dict(re.findall(r'\{"(\w+)", do_(\w+)\}', table))
    documented = rows("## 2. The control socket of a session", 1)
    assert set(documented) == set(functions)
    for method, function in functions.items():
        body = method_body(source, function)
        taken = set(re.findall(r'dcc_json_get_\w+\(params, "(\w+)"', body))
        if "wait_or_reply(" in body:
            taken |= set(re.findall(r'dcc_json_get_\w+\(params, "(\w+)"',
                                    re.search(r"^wait_or_reply\(.*?^}", source, re.M | re.S).group(0)))
        assert taken == documented[method], method


def test_agent_news():
    taken = set(re.findall(r'g_str_equal\(method, "(\w+)"\)', read("core/session/dcc-agent-link.c")))
    assert taken == set(rows("Agent to session:"))


def test_agent_methods():
    text = read("docs/protocol.md")
    heading = next(line for line in text.splitlines() if line.startswith("Session to agent"))
    done = set()
    for words in re.findall(r"job\.method (?:not )?in \(([^)]*)\)", read("adapters/agent/dcchost_agent.py")):
        done |= set(re.findall(r'"(\w+)"', words))
    assert done == set(rows(heading))


# -- The words --


def sources():
    for document in DOCS:
        yield document
    mine = ROOT / "tests" / "house"  # holds what it forbids
    for folder in ("core", "cli", "adapters", "bindings", "examples", "tests"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".c", ".h", ".py", ".md", ".pyi", ".in") and mine not in path.parents:
                yield path


@pytest.mark.parametrize("word", sorted(WORDS))
def test_words(word):
    pattern = re.compile(r"\b%s\b" % word, re.I)
    found = ["%s:%d" % (path.relative_to(ROOT), number) for path in sources()
             for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if pattern.search(line)]
    assert not found, "say '%s'" % WORDS[word]
