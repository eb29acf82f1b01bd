"""Each house rule finds what breaks it and leaves the rest alone."""

import importlib.util
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def load(name):
    spec = importlib.util.spec_from_file_location(name.replace("-", "_"), ROOT / "tools" / (name + ".py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


rules = load("house-rules")

HEAD = "/* What it is for. */\n"


def function(lines):
    return HEAD + "int\nf(void)\n{\n" + "    work();\n" * lines + "}\n"


# rule, path, what breaks it, what looks like it and does not
CASES = [
    ("file-size", "cli/a.c", HEAD + "int x;\n" * 600, HEAD + "int x;\n" * 599),
    ("function-size", "cli/a.c", function(61), function(60)),
    ("goto", "cli/a.c", HEAD + "goto out;\n", HEAD + "/* we go to bed */\n"),
    ("finished", "cli/a.c", HEAD + "/* TODO: more */\n", HEAD + "int todo_list;\n"),
    ("finished", "README.md", "FIXME later\n", "fixed\n"),
    ("finished", "cli/a.c", "/* to come */\n", "/* to come and go */\n"),
    ("pragma-once", "cli/a.h", HEAD + "int x;\n", HEAD + "#pragma once\n"),
    ("head-says-why", "core/base/a.c", "int x;\n", HEAD + "int x;\n"),
    ("place", "README.md", "see /root/notes\n", "see /home/artist/scene.blend\n"),
    ("place", "README.md", "see /home/joe/notes\n", "see ~/notes\n"),
    ("place", "README.md", "built in /the/tree/of/mine\n", "built in /the/tree\n"),
    ("host", "meson.build", "https://registry.invalid/x\n", "https://docs.gtk.org/glib\n"),
    ("layers", "core/values/a.c", HEAD + '#include "session.h"\n', HEAD + '#include "base.h"\n'),
    ("layers", "core/policy/a.c", HEAD + '#include "adapter.h"\n', HEAD + '#include "values.h"\n'),
    ("layers", "adapters/x/a.c", HEAD + '#include "session.h"\n', HEAD + '#include "adapter.h"\n'),
    ("layers", "core/shim/program/a.c", HEAD + '#include "base.h"\n', HEAD + '#include "shim.h"\n'),
    ("layers", "cli/a.c", HEAD + '#include "policy.h"\n', HEAD + '#include "session.h"\n'),
    ("spawn", "core/platform/a.c", HEAD + "g_spawn_async (x);\n", HEAD + "dcc_spawn(x);\n"),
    ("spawn", "core/session/a.c", HEAD + "g_child_watch_add(p, f, d);\n", HEAD + "g_unix_fd_add(p);\n"),
    ("spawn", "core/session/a.c", HEAD + "pid = fork();\n", HEAD + "/* never a fork */\n"),
    ("spawn", "adapters/x/a.c", HEAD + "popen(command);\n", HEAD + "fopen(command);\n"),
    ("platform-words", "core/session/a.c", HEAD + "#include <sys/wait.h>\n", HEAD + "#include <sys/stat.h>\n"),
    ("platform-words", "core/session/a.c", HEAD + "#include <signal.h>\n", HEAD + "#include <string.h>\n"),
    ("platform-words", "core/processes/a.c", HEAD + "int pidfd = open_it(pid);\n", HEAD + "/* a pidfd */\n"),
    ("platform-words", "core/store/a.c", HEAD + "flock(fd, 2);\n", HEAD + "dcc_lock_take(path);\n"),
    ("platform-words", "core/client/a.c", HEAD + "return WEXITSTATUS(status);\n", HEAD + 'say("WEXITSTATUS");\n'),
    ("platform-words", "core/client/a.c", HEAD + "kill(pid, SIGTERM);\n", HEAD + 'say("SIGTERM");\n'),
    ("platform-words", "cli/a.c", HEAD + 'path = "/proc/self/exe";\n', HEAD + 'path = "/process";\n'),
    ("platform-words", "core/platform/a.h", HEAD + "#pragma once\npid_t owner;\n", HEAD + "#pragma once\nint pid;\n"),
    ("platform-words", "core/log/a.c", HEAD + "epoll_wait(fd);\n", HEAD + "dcc_epoll = 1;\n"),
    ("platform-words", "core/rpc/a.c", HEAD + "open(path, O_NOFOLLOW);\n", HEAD + "open(path, O_RDONLY);\n"),
    ("documented", "core/base/p.h", HEAD + "#pragma once\nDCC_API int dcc_undocumented(void);\n",
     HEAD + "#pragma once\nDCC_API int dcc_documented(void);\n"),
    ("documented", "core/base/p.h", HEAD + "#pragma once\nDCC_API int dcc_ageless(void);\n",
     HEAD + "#pragma once\nint dcc_private(void);\n"),
    ("documented", "core/base/p.h", HEAD + "#pragma once\nDCC_API int dcc_joined(void);\n",
     HEAD + "#pragma once\nDCC_API int dcc_documented(void);\n"),
    ("since", "core/base/s.c", HEAD + "/**\n * dcc_s:\n *\n * Returns: a thing that Since: 1.0\n */\n",
     HEAD + "/**\n * dcc_s:\n *\n * Returns: a thing\n * Since: 1.0\n */\n"),
    ("component-circles", "core/base/round.c", HEAD + "void\ndcc_round(void)\n{\n    dcc_ring();\n}\n",
     HEAD + "void\ndcc_round(void)\n{\n    /* dcc_ring() calls it */\n}\n"),
    ("one-home", "core/platform/windows/tower.c", HEAD + "void\ndcc_strike(void)\n{\n}\n",
     HEAD + "void\ndcc_strike_twice(void)\n{\n}\n"),
    ("one-home", "cli/tower-windows.c", HEAD + "void\ndcc_strike(void)\n{\n}\n",
     HEAD + "/* void\ndcc_strike(void)\n{\n}\n*/\n"),
    ("one-home", "core/platform/windows/bell.c", None, HEAD + "void\ndcc_strike(void)\n{\n}\n"),
    ("one-home", "core/platform/bell-windows.c", None, HEAD + "void\ndcc_strike(void)\n{\n}\n"),
    ("private-headers", "core/base/x-private.h", HEAD + "#pragma once\n", None),
    ("private-headers", "core/base/three-private.h", None, HEAD + "#pragma once\n"),
    ("exports", rules.EXPORTS, "X {\n  global:\n    dcc_documented;\n    dcc_nowhere;\n  local:\n    *;\n};\n",
     "X {\n  global:\n    dcc_listed;\n    dcc_typed_get_type;\n    dcc_an_enum_get_type;\n  local:\n    *;\n};\n"),
    ("exports", rules.EXPORTS, "X {\n  global:\n    dcc_typed_get_type;\n  local:\n    *;\n};\n", None),
    ("exports", rules.EXPORTS, "X {\n  global:\n    dcc_listed;\n  local:\n    *;\n};\n", None),
    ("python-37", "adapters/x/agent/a.py", "if (n := 3):\n    pass\n", "n = 3\n"),
    ("python-37", "adapters/x/agent/a.py", "def f(a, /):\n    pass\n", "def f(a, *, b):\n    pass\n"),
]

SURROUNDINGS = {
    "core/base/base.h": HEAD + "#pragma once\n",
    "core/values/values.h": HEAD + "#pragma once\n",
    "core/adapter/adapter.h": HEAD + "#pragma once\n",
    "core/platform/platform.h": HEAD + "#pragma once\n",
    "core/policy/policy.h": HEAD + "#pragma once\n",
    "core/session/session.h": HEAD + "#pragma once\n",
    "core/shim/protocol/shim.h": HEAD + "#pragma once\n",
    "core/base/docs.c": HEAD + "/**\n * dcc_documented:\n *\n * Since: 1.0\n */\n/**\n * dcc_ageless:\n */\n",
    "core/base/listed.c": HEAD + "/**\n * dcc_listed:\n *\n * Since: 1.0\n */\n",
    # Documented, but what is said of its age is in a comment of tests alone, so that no other rule sees it.
    "tests/joined.c": HEAD + "/**\n * dcc_joined:\n *\n * Returns: it Since: 1.0\n */\n",
    "core/base/public.h": HEAD + "#pragma once\nDCC_API int\ndcc_listed(void);\n",
    "core/base/typed.h": HEAD + "#pragma once\nDCC_API\nG_DECLARE_FINAL_TYPE(DccTyped, dcc_typed, DCC, T, GObject)\n",
    "core/platform/posix/bell.c": HEAD + "void\ndcc_strike(void)\n{\n}\n",
    "core/base/ring.c": HEAD + "void\ndcc_ring(void)\n{\n    dcc_round();\n}\n",
}
SURROUNDINGS.update({"core/base/i%d.c" % n: HEAD + '#include "x-private.h"\n' for n in range(4)})
SURROUNDINGS.update({"core/base/j%d.c" % n: HEAD + '#include "three-private.h"\n' for n in range(3)})


def broken(path, text):
    tree = rules.Tree(dict(SURROUNDINGS, **{path: text}), "/the/tree/of/mine")
    return [line.rsplit("(", 1)[1].rstrip(")") for line in rules.broken_rules(tree)]


@pytest.mark.parametrize("rule, path, bad, good", CASES)
def test_rule(rule, path, bad, good):
    assert bad is None or set(broken(path, bad)) == {rule}
    assert good is None or broken(path, good) == []


def test_every_rule_has_a_case():
    named = {rule.__name__[5:].replace("_", "-") for rule, _applies in rules.RULES}
    assert named == {case[0] for case in CASES}


def test_a_rule_leaves_other_files_alone():
    assert broken("tests/x.c", "int f() { system (1); }\n") == []
    assert broken("adapters/x/tool.py", "if (n := 3):\n    pass\n") == []


@pytest.mark.parametrize("path", ["core/platform/linux/a.c", "core/platform/darwin/a.c", "core/platform/posix/a.c",
                                  "core/shim/link/a.c", "core/adapter/dcc-module-elf.c"])
def test_what_is_named_for_a_system_may_name_it(path):
    assert broken(path, HEAD + "int pidfd = waitid(P_PID, SIGTERM);\n") == []


def circles_of(calls):
    return [list(circle) for circle in rules.find_circles(calls)]


def test_circles():
    assert circles_of({"a": {"b"}, "b": {"c"}, "c": set()}) == []
    assert circles_of({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]
    assert circles_of({"a": {"b"}, "b": {"a"}, "c": {"d", "a"}, "d": {"c"}}) == [["a", "b"], ["c", "d"]]


def function_that_calls(name, *called):
    return HEAD + "void\n%s(void)\n{\n%s}\n" % (name, "".join("    %s();\n" % each for each in called))


def test_circles_are_those_of_one_system():
    files = {"core/platform/linux/bell.c": function_that_calls("dcc_bell", "dcc_rope"),
             "core/platform/linux/rope.c": function_that_calls("dcc_rope"),
             "core/platform/windows/bell.c": function_that_calls("dcc_bell"),
             "core/platform/windows/rope.c": function_that_calls("dcc_rope", "dcc_bell")}
    assert rules.Tree(files).circles() == []
    files["core/platform/linux/rope.c"] = function_that_calls("dcc_rope", "dcc_bell")
    assert rules.Tree(files).circles() == [("core/platform/linux/bell.c", "core/platform/linux/rope.c")]


def test_what_a_system_has_for_itself_does_not_count_for_it_elsewhere():
    files = {"core/link.c": function_that_calls("dcc_link", "dcc_bell"),
             "core/windows/link.c": function_that_calls("dcc_link"),
             "core/platform/windows/bell.c": function_that_calls("dcc_bell", "dcc_link")}
    assert rules.Tree(files).circles() == []


def test_line_numbers_are_those_of_the_file():
    tree = rules.Tree({"cli/a.c": HEAD + "\n\ngoto out;\n"})
    assert list(rules.broken_rules(tree))[0].startswith("cli/a.c:4: ")
