#!/usr/bin/python3
"""The house rules that a machine can hold: `tools/house-rules.py [ROOT]` prints what breaks one.

A rule is a function that takes a file and yields (line number, what is wrong). RULES at the end says which
rule reads which files. Compilers, clang-format and flake8 have their own rules; nothing of theirs is here.
Its own tests: tests/house/test_house_rules.py.
"""

import ast
import collections
import pathlib
import re
import subprocess
import sys

MAX_FILE_LINES = 600
MAX_FUNCTION_LINES = 60
MAX_PRIVATE_INCLUDES = 3

# What each room may include. The compiler holds most of this; here it is said in one place.
BASE = ["core/base"]
VALUES = BASE + ["core/values"]
PLATFORM = BASE + ["core/platform", "core/shim/protocol"]
LAYERS = {
    "core/base": BASE,
    "core/values": VALUES,
    "core/shim/protocol": ["core/shim/protocol"],
    "core/shim/program": ["core/shim/protocol", "core/shim/program"],
    "core/platform": PLATFORM,
    "core/platform/posix": PLATFORM + ["core/platform/posix"],
    "core/platform/linux": PLATFORM + ["core/platform/posix"],
    "core/platform/darwin": PLATFORM + ["core/platform/posix", "core/shim/protocol/darwin"],
    "core/log": BASE + ["core/platform", "core/log"],
    "core/rpc": BASE + ["core/platform", "core/rpc"],
    "core/store": VALUES + ["core/platform", "core/log", "core/store"],
    "core/policy": VALUES + ["core/policy"],
    "core/adapter": VALUES + ["core/platform", "core/adapter", "core/adapter/module"],
    "core/discovery": VALUES + ["core/platform", "core/store", "core/adapter", "core/discovery"],
    "core/conformance": VALUES + ["core/adapter", "core/conformance"],
    "core/picture": ["core/picture"],
    "core/render": VALUES + ["core/platform", "core/render"],
    "core/processes": VALUES + ["core/platform", "core/processes"],
    # It is of these systems, as the shim is, and sees what they have in common.
    "core/shim/link": PLATFORM + ["core/platform/posix", "core/log", "core/shim/link"],
    "core/shim/link/windows": PLATFORM + ["core/platform/windows", "core/shim/link"],
    "core/client": VALUES + PLATFORM + ["core/log", "core/rpc", "core/store", "core/shim/link", "core/client"],
    "core/session": VALUES + PLATFORM + ["core/log", "core/rpc", "core/store", "core/policy", "core/adapter",
                                         "core/discovery", "core/render", "core/shim/link", "core/client",
                                         "core/session"],
    "core/kit": VALUES + ["core/platform", "core/adapter", "core/kit"],
    "adapters": VALUES + ["core/adapter", "core/kit"],
    # Beside what is public: starting the session process, reading logs, what the kernel can do.
    "cli": VALUES + ["core/platform", "core/log", "core/store", "core/adapter", "core/discovery",
                     "core/conformance", "core/render", "core/shim/link", "core/client", "core/session",
                     "cli", "cli/lib", "mcp"],
    # Sessions through the public client alone, and what verbs are made of.
    "mcp": VALUES + ["core/platform", "core/log", "core/client", "cli/lib", "mcp"],
}
GENERATED_HEADERS = {"dcc-version.h": "core/base", "dcc-enum-types.h": "core/base"}

# Ways to start a process that the core does not take: they fork this process's memory, or lose exits.
SPAWNERS = re.compile(r"\b(g_spawn_\w+|g_subprocess_\w+|g_child_watch_\w+|popen|system|vfork)\s*\(")
FORK = re.compile(r"\bfork\s*\(")
MAY_FORK = ("core/shim/program/", "core/platform/linux/dcc-spawn")

# What one operating system alone has. It stands in folders and files named for that system, and in the shim.
PLATFORM_WORDS = re.compile(
    r"#\s*include\s*<(?:sys/(?!types|stat)\w+|linux/\w+|glib-unix|gio/gunix\w+|poll|dirent|dlfcn|elf|fnmatch|pwd"
    r"|sched|signal|spawn)\.h>"
    r"|\b(?:epoll|inotify)_\w+|\w*pidfd\w*|\b(?:signalfd|eventfd|memfd_create|flock|prctl|waitid|waitpid|accept4)\s*\("
    r"|\"/proc\b|\bSO_PEERCRED\b|\bAF_UNIX\b|\bpid_t\b|\bst_mtim\b|\bgete?uid\s*\("
    r"|\bW(?:IFEXITED|IFSIGNALED|EXITSTATUS|TERMSIG|COREDUMP)\b|\bO_(?:NOFOLLOW|CLOEXEC|NONBLOCK|DIRECTORY|PATH)\b"
    r"|\bSIG(?:HUP|INT|QUIT|ILL|TRAP|ABRT|BUS|FPE|KILL|SEGV|PIPE|CHLD|TERM|CONT|STOP|SYS|RTMAX)\b")
# Parts of names of folders and files that are of one system, or of one system's files, and the systems that it is of.
OF_A_SYSTEM = {"linux": {"linux"}, "elf": {"linux"}, "darwin": {"darwin"}, "macho": {"darwin"},
               "windows": {"windows"}, "pe": {"windows"}, "posix": {"linux", "darwin"}}
SYSTEMS = ("darwin", "linux", "windows")
PARTS = re.compile(r"[-./]")
NOT_CODE = re.compile(r'/\*.*?\*/|"(?!/proc)(?:[^"\\\n]|\\.)*"', re.S)

EXPORTS = "core/dcchost-1.map"

GOTO = re.compile(r"\bgoto\s+\w+\s*;")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b(?=[ :(])|/\* to come \*/")
# The homes that tests and examples make up.
HOME_OF_A_PERSON = re.compile(r"(?<![\w.])(/root/|/home/(?!(artist|ada|me)\b)\w+|/Users/\w+)")
URL = re.compile(r"https?://([\w.-]+)")
KNOWN_HOSTS = ("docs.gtk.org", "www.jsonrpc.org", "mesonbuild.com", "example.com", "www.gtk.org", "localhost",
               "127.0.0.1")
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
PUBLIC_NAME = re.compile(r"DCC_API\s+(?!G_DECLARE|GQuark)(?:[^;()]*?[\s*])(dcc_\w+)\s*\(")
DOC_BLOCK = re.compile(r"/\*\*(.*?)\*/", re.S)
COMMENT = re.compile(r"/\*.*?\*/", re.S)
SINCE_IN_A_LINE = re.compile(r"^ \* +\S.*\bSince: \d", re.M)
SINCE = re.compile(r"^\s*\*?\s*Since: \d", re.M)
DEFINITION = re.compile(r"^((?:dcc|cli|mcp)_[a-z0-9_]+)\s*\([^;{]*\)\s*\{", re.M)
OUR_NAME = re.compile(r"\b(?:dcc|cli|mcp)_[a-z0-9_]+\b")
PUBLIC_TYPE = re.compile(r"DCC_API\s+G_DECLARE_\w+\(\w+,\s*(\w+),")
EXPORTED = re.compile(r"^ +(\w+);", re.M)


class SourceFile:
    """One file of the tree: its path relative to the root, and its text."""

    def __init__(self, path, text, tree=None):
        self.path = path
        self.text = text
        self.lines = text.splitlines()
        self.tree = tree

    def matches(self, pattern):
        """(line number, match) of every match of a compiled pattern."""
        for match in pattern.finditer(self.text):
            yield self.text.count("\n", 0, match.start()) + 1, match


class Tree:
    """All files under rule, and what only the whole tree can tell."""

    def __init__(self, files, root="/nonexistent"):
        self.root = str(root)
        self.files = [SourceFile(path, text, self) for path, text in sorted(files.items())]
        self.homes = dict(GENERATED_HEADERS)
        for each in self.files:
            if each.path.endswith(".h"):
                self.homes.setdefault(each.path.rsplit("/", 1)[-1], each.path.rsplit("/", 1)[0])
        self._documented = None
        self._bodies = None
        self._circles = None
        self._private_includes = None

    def documented(self, name):
        """The documentation block of a C symbol, or None."""
        if self._documented is None:
            self._documented = {}
            for each in self.files:
                if each.path.endswith((".c", ".h")):
                    for block in DOC_BLOCK.findall(each.text):
                        head = re.match(r"\s*\*?\s*(\w+):", block)
                        if head:
                            self._documented[head.group(1)] = block
        return self._documented.get(name)

    def codes(self):
        """The text of each .c that rules about functions read, without comments, by its path."""
        return {each.path: COMMENT.sub("", each.text) for each in self.files
                if each.path.endswith(".c") and each.path.startswith(("core/", "cli/", "mcp/"))}

    def bodies(self):
        """Where each function has a body: its paths, in order, by its name."""
        if self._bodies is None:
            self._bodies = collections.defaultdict(list)
            for path, code in self.codes().items():
                for name in sorted(set(DEFINITION.findall(code))):
                    self._bodies[name].append(path)
        return self._bodies

    def circles(self):
        """Sets of components that call each other in a circle on some system: a component is a .c with its headers."""
        if self._circles is None:
            codes = self.codes()
            self._circles = set()
            for system in SYSTEMS:
                own = of_system(codes, system)
                owner = {name: path for path in own for name in DEFINITION.findall(codes[path])}
                self._circles.update(find_circles(
                    {path: {owner[name] for name in OUR_NAME.findall(codes[path]) if owner.get(name, path) != path}
                     for path in own}))
        return sorted(self._circles)

    def private_includes(self):
        """How often each private header is included, by its name."""
        if self._private_includes is None:
            sources = [each for each in self.files if each.path.startswith(("core/", "cli/", "mcp/", "adapters/"))]
            names = (name.rsplit("/", 1)[-1] for each in sources for name in INCLUDE.findall(each.text))
            self._private_includes = collections.Counter(name for name in names if name.endswith("-private.h"))
        return self._private_includes


def systems_of(path):
    """The systems that a file is named for; none: all of them."""
    return [OF_A_SYSTEM[part] for part in PARTS.split(path) if part in OF_A_SYSTEM]


def name_for_any_system(path):
    """The name of a file without what says of which system it is."""
    return "-".join(part for part in PARTS.split(path.rsplit("/", 1)[-1]) if part not in OF_A_SYSTEM)


def of_system(paths, system):
    """What is compiled for a system, without what it has a file of its own for."""
    own = [path for path in paths if all(system in each for each in systems_of(path))]
    replaced = {path.replace("/%s/" % system, "/") for path in own if "/%s/" % system in path}
    return [path for path in own if path not in replaced]


def reachable(calls, start):
    found, left = set(), [start]
    while left:
        for each in calls.get(left.pop(), ()):
            if each not in found:
                found.add(each)
                left.append(each)
    return found


def find_circles(calls):
    """The sets of files in which each reaches each: sorted lists, in order."""
    reach = {path: reachable(calls, path) for path in calls}
    circles = {tuple(sorted(other for other in reach[path] if path in reach[other])) for path in calls
               if path in reach[path]}
    return sorted(circles)


def rule_file_size(source):
    if len(source.lines) > MAX_FILE_LINES:
        yield MAX_FILE_LINES, "%d lines; split it before %d" % (len(source.lines), MAX_FILE_LINES)


def rule_function_size(source):
    start = None
    for number, line in enumerate(source.lines, 1):
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            length = number - start - 1
            if length > MAX_FUNCTION_LINES:
                yield start, "a function of %d lines; %d is the limit" % (length, MAX_FUNCTION_LINES)
            start = None


def rule_goto(source):
    for number, _match in source.matches(GOTO):
        yield number, "goto; g_autoptr and a smaller function do it"


def rule_finished(source):
    for number, match in source.matches(UNFINISHED):
        yield number, "'%s'; do it, or say in the documentation what is missing" % match.group(0)


def rule_pragma_once(source):
    if "#pragma once" not in source.lines:
        yield 1, "a header without #pragma once"


def rule_head_says_why(source):
    if source.lines and not source.text.startswith("/*"):
        yield 1, "the head of a file says problem, contract and threading"


def rule_place(source):
    for number, match in source.matches(HOME_OF_A_PERSON):
        yield number, "'%s' is a place on one machine" % match.group(0)
    if source.tree and source.tree.root in source.text:
        yield 1, "names the directory that it was written in"


def rule_host(source):
    for number, match in source.matches(URL):
        if match.group(1) not in KNOWN_HOSTS:
            yield number, "the host '%s'; the project needs the system's packages alone" % match.group(1)


def layer_of(path):
    """The innermost room that has a rule."""
    rooms = [room for room in LAYERS if path.startswith(room + "/")]
    return max(rooms, key=len, default=path.split("/")[0])


def rule_layers(source):
    allowed = LAYERS.get(layer_of(source.path))
    own = source.path.rsplit("/", 1)[0]
    for number, match in source.matches(INCLUDE):
        home = source.tree.homes.get(match.group(1).rsplit("/", 1)[-1])
        # What has no home in the tree is generated for this directory alone.
        if allowed is not None and home is not None and home != own and home not in allowed:
            yield number, "%s may not see %s" % (layer_of(source.path), home)


def rule_spawn(source):
    for number, match in source.matches(SPAWNERS):
        yield number, "%s; processes are started by dcc_spawn()" % match.group(1)
    if not source.path.startswith(MAY_FORK):
        for number, _match in source.matches(FORK):
            yield number, "fork; processes are started by dcc_spawn()"


def rule_platform_words(source):
    code = NOT_CODE.sub(lambda match: "\n" * match.group(0).count("\n"), source.text)
    for match in PLATFORM_WORDS.finditer(code):
        yield code.count("\n", 0, match.start()) + 1, "'%s' is of one system; it belongs below core/platform/linux" \
            % match.group(0).strip()


def rule_documented(source):
    for number, match in source.matches(PUBLIC_NAME):
        block = source.tree.documented(match.group(1))
        if block is None:
            yield number, "%s is public and has no documentation comment" % match.group(1)
        elif not SINCE.search(block):
            yield number, "the documentation of %s lacks a line 'Since:'" % match.group(1)


def rule_since(source):
    for number, _match in source.matches(SINCE_IN_A_LINE):
        yield number, "'Since:' within a line; nobody finds it but at its beginning"


def rule_component_circles(source):
    for circle in source.tree.circles():
        if source.path == circle[0]:
            yield 1, "calls in a circle: %s" % " -> ".join(circle + circle[:1])


def rule_one_home(source):
    """So that who knows the file of one system knows it of each."""
    for name, paths in source.tree.bodies().items():
        if source.path in paths[1:] and name_for_any_system(source.path) != name_for_any_system(paths[0]):
            yield 1, "%s has its other body in %s; give the files one name" % (name, paths[0])


def rule_private_headers(source):
    count = source.tree.private_includes()[source.path.rsplit("/", 1)[-1]]
    if count > MAX_PRIVATE_INCLUDES:
        yield 1, "a private header that %d files include, %d may; make a better object" % (count, MAX_PRIVATE_INCLUDES)


def rule_exports(source):
    """The list of exports names what headers declare as public, and that alone. What is really exported is a test."""
    listed = set(EXPORTED.findall(source.text)) - {"local"}
    declared = set()
    for each in source.tree.files:
        if each.path.endswith((".h", ".h.in")) and each.path.startswith("core/"):
            text = COMMENT.sub("", each.text)
            declared.update(PUBLIC_NAME.findall(text))
            declared.update(name + "_get_type" for name in PUBLIC_TYPE.findall(text))
            declared.update(re.findall(r"DCC_API\s+(?:GQuark|GType)\s+(\w+)\s*\(", text))
    for name in sorted(declared - listed):
        yield 1, "%s is DCC_API and not in the list" % name
    # Types of enumerations are declared in a generated header.
    for name in sorted(name for name in listed - declared if not name.endswith("_get_type")):
        yield 1, "%s is listed and no header declares it with DCC_API" % name


def rule_python_37(source):
    try:
        ast.parse(source.text, feature_version=(3, 7))
    except SyntaxError as error:
        yield error.lineno or 1, "not the Python 3.7 that old applications bring: %s" % error.msg


def is_under(*folders):
    return lambda path: path.startswith(folders)


def is_for_any_system(path):
    """Not in a folder or file named for one system, nor the shim."""
    return (is_c(path) and path.startswith(("core/", "cli/", "mcp/"))
            and not path.startswith("core/shim/")
            and not systems_of(path))


def is_c(path):
    return path.endswith((".c", ".h"))


# What an application's own interpreter loads as well.
FOR_ANY_PYTHON = tuple("bindings/python/dcchost/" + name for name in ("__init__.py", "client.py", "executables.py"))


def is_agent(path):
    return path.startswith("adapters/") and "/agent/" in path and path.endswith(".py") or path in FOR_ANY_PYTHON


def is_ours(path):
    """The tests of this lint hold what it forbids."""
    return not path.startswith("tests/house/") and path != "tools/house-rules.py"


RULES = [
    (rule_file_size, lambda path: is_c(path) or path.endswith((".py", ".sh"))),
    (rule_function_size, is_c),
    (rule_goto, is_c),
    (rule_finished, is_ours),
    (rule_pragma_once, lambda path: path.endswith(".h")),
    (rule_head_says_why, lambda path: is_c(path) and is_under("core/", "adapters/", "cli/", "mcp/")(path)),
    (rule_place, is_ours),
    (rule_host, is_ours),
    (rule_layers, lambda path: is_c(path) and is_under("core/", "adapters/", "cli/", "mcp/")(path)),
    (rule_spawn, lambda path: is_c(path) and is_under("core/", "adapters/", "cli/", "mcp/")(path)),
    (rule_platform_words, is_for_any_system),
    (rule_documented, lambda path: path.endswith(".h") and path.startswith("core/")),
    (rule_since, lambda path: is_c(path) and path.startswith("core/")),
    (rule_component_circles, lambda path: path.endswith(".c") and is_under("core/", "cli/", "mcp/")(path)),
    (rule_one_home, lambda path: path.endswith(".c") and is_under("core/", "cli/", "mcp/")(path)),
    (rule_private_headers, lambda path: path.endswith("-private.h")),
    (rule_exports, lambda path: path == EXPORTS),
    (rule_python_37, is_agent),
]


def broken_rules(tree):
    """Every breach as "path:line: what (rule)", in the order of the files."""
    for source in tree.files:
        for rule, applies in RULES:
            if applies(source.path):
                for number, what in rule(source):
                    yield "%s:%d: %s (%s)" % (source.path, number, what, rule.__name__[5:].replace("_", "-"))


def read_tree(root):
    """What git tracks, or would: nothing that was built."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.decode().split("\0")
    files = {}
    for name in filter(None, names):
        path = pathlib.Path(root, name)
        try:
            files[name] = path.read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue
    return Tree(files, pathlib.Path(root).resolve())


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent
    tree = read_tree(root)
    breaches = list(broken_rules(tree))
    for line in breaches:
        print(line)
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
