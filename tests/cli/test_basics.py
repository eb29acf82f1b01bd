"""What every command line tool owes: version, help, and a plain word about a slip."""

import pytest

VERBS = ["launch", "render", "ps", "status", "why", "events", "logs", "probe", "restart", "stop", "kill", "adopt",
         "submit", "list", "adapters", "adapter", "doctor", "mcp"]
STATUSES = """Exit status:
  0     done
  1     what was asked about is not there, or is not well
  2     the command line is wrong
  69    no such application is known or installed
  75    try again later: the name is taken, no licence
  78    bad setting, scene or directory
  124   a timeout fired
  125   dcchost itself failed
  126   the application cannot be executed; 127: its file is not there
"""


def test_version(box):
    done = box.run("--version")
    assert (done.status, done.out, done.err) == (0, "dcchost 1.0.0\n", "")


def test_version_leaves_no_trace(box):
    box.run("--version")
    assert list(box.runtime.iterdir()) == list(box.state.iterdir()) == []


@pytest.mark.parametrize("args", [["--help"], ["-h"], ["help"]])
def test_help(box, args):
    done = box.run(*args)
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("Usage:\n  dcchost VERB [OPTIONS] [ARGUMENTS]\n")
    listed = [line.split()[0] for line in done.out.split("Verbs:\n")[1].split("\n\n")[0].splitlines()]
    assert listed == VERBS
    assert STATUSES in done.out


def test_nothing_said_is_a_usage_error(box):
    done = box.run()
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("Usage:\n")


# 'adapter' has verbs of its own: test_adapter_check.py.
@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "adapter"])
def test_every_verb_explains_itself(box, verb):
    done = box.run(verb, "--help")
    assert (done.status, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "Usage:"
    assert lines[1].startswith("  dcchost " + verb + " [OPTION")
    assert "  -h, --help" in done.out
    assert STATUSES in done.out
    assert done.out == box.run("help", verb).out == box.run(verb, "-h").out


@pytest.mark.parametrize("verb", ["launch", "render", "ps", "status", "why", "events", "probe", "restart", "stop",
                                  "kill", "adopt", "list", "adapters", "doctor"])
def test_what_has_output_has_json(box, verb):
    assert "--json" in box.run(verb, "--help").out


def test_launch_help_lists_the_settings(box):
    text = box.run("launch", "--help").out
    for line in ["  start-timeout     5m", "  probe-period      10s", "  max-restarts      5",
                 "  restart           on-crash"]:
        assert line in text


@pytest.mark.parametrize("word, near", [
    ("lunch", "; did you mean launch?"),
    ("stpo", "; did you mean stop?"),
    ("adap", "; did you mean adopt or adapters or adapter?"),
    ("sess", "; see 'dcchost --help'"),
    ("frobnicate", "; see 'dcchost --help'"),
])
def test_unknown_verb(box, word, near):
    done = box.run(word)
    assert (done.status, done.out) == (2, "")
    assert done.err == "dcchost: unknown verb '%s'%s\n" % (word, near)


def test_unknown_option_of_dcchost(box):
    done = box.run("--frobnicate")
    assert (done.status, done.err) == (2, "dcchost: unknown option '--frobnicate'; see 'dcchost --help'\n")


def test_unknown_option_of_a_verb(box):
    done = box.run("launch", "fake", "--headles")
    assert (done.status, done.out) == (2, "")
    assert done.err == ("dcchost: unknown option --headles; did you mean --headless?\n"
                        "dcchost: see 'dcchost launch --help'\n")


@pytest.mark.parametrize("args, said", [
    (["launch"], "missing argument: APP [-- ARGS]"),
    (["launch", "one", "two"], "too many arguments: 'two'"),
    (["ps", "one"], "too many arguments: 'one'"),
    (["status", "one", "two"], "too many arguments: 'two'"),
    (["launch", "fake", "--name"], "missing argument for --name"),
])
def test_wrong_number_of_arguments(box, args, said):
    done = box.run(*args)
    assert (done.status, done.out) == (2, "")
    assert done.err == "dcchost: %s\ndcchost: see 'dcchost %s --help'\n" % (said, args[0])


def test_control_bytes_in_a_slip_stay_harmless(box):
    done = box.run("\x1b[31mred\n")
    assert "\x1b" not in done.err
    assert "\\x1b[31mred" in done.err


def test_what_turns_the_order_of_a_line_about_is_not_obeyed(box):
    done = box.run("status", "a\u202eb\u2066c\u2028d")
    assert "'a\\xe2\\x80\\xaeb\\xe2\\x81\\xa6c\\xe2\\x80\\xa8d'" in done.err


def test_a_full_disk_is_no_success(box):
    with open("/dev/full", "w") as full:
        child = box.popen("--help", stdout=full, stderr=-1)
        err = child.communicate()[1].decode()
    assert child.returncode == 125
    assert err == "dcchost: cannot write to standard output: No space left on device\n"
