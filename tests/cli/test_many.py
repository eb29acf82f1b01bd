"""stop, kill and adopt of many at once."""

import os
import signal
import time

import pytest

from conftest import until

COUNT = int(os.environ.get("TEST_MANY", "8"))


@pytest.fixture
def crowd(box):
    names = ["n%d" % number for number in range(COUNT)]
    for name in names:
        done = box.run("launch", "fake", "--name", name, "-d", "--wait", "ready", "--set", "settle=50ms", "--",
                       "--no-agent", "--tree", "setsid")
        assert done.status == 0, done
    return names


def test_stop_of_all(box, crowd):
    began = time.monotonic()
    done = box.run("stop", "--all", timeout=60)
    print("figure: stop --all of %d with a stray child each: %.2f s" % (COUNT, time.monotonic() - began))
    assert (done.status, done.err) == (0, "")
    told = [line for line in done.out.splitlines() if not line.startswith("  ")]
    assert sorted(line.split(":")[0] for line in told) == sorted(crowd)
    assert all(": stopped" in line for line in told), done
    until(lambda: not box.processes(), "everything to be gone")
    assert box.run("ps", "--json").json == []


def test_kill_of_all_in_json(box, crowd):
    done = box.run("kill", "--all", "--json", timeout=60)
    assert done.status == 0, done
    assert [each["name"] for each in done.json] == sorted(crowd)
    assert all(each["result"]["kind"] == "stopped" for each in done.json)
    until(lambda: not box.processes(), "everything to be gone")


def test_several_names(box, crowd):
    done = box.run("stop", crowd[0], crowd[2], crowd[0])
    assert done.status == 0, done
    told = sorted(line.split(":")[0] for line in done.out.splitlines() if not line.startswith(" "))
    assert told == [crowd[0], crowd[2]]
    left = {each["name"] for each in box.run("ps", "--json").json}
    assert left == set(crowd) - {crowd[0], crowd[2]}
    done = box.run("stop", crowd[0], crowd[1])
    assert done.status == 0, done
    assert "%s: has already ended: " % crowd[0] in done.out and "%s: stopped" % crowd[1] in done.out


def test_an_unknown_name_stops_nothing(box, crowd):
    done = box.run("stop", crowd[0], "nobody")
    assert (done.status, done.out) == (1, "")
    assert "no instance called 'nobody'" in done.err
    assert len(box.run("ps", "--json").json) == COUNT


def test_adopt_and_stop_of_all(box, crowd):
    before = {each["name"]: each for each in box.run("ps", "--json").json}
    lost = crowd[1:]
    for name in lost:
        os.kill(before[name]["session_pid"], signal.SIGKILL)
    until(lambda: sum(not each["attended"] for each in box.run("ps", "--json").json) == len(lost),
          "sessions to be gone")
    done = box.run("adopt", "--all", timeout=60)
    assert (done.status, done.err) == (0, "")
    assert sorted(line.split(":")[0] for line in done.out.splitlines()) == sorted(lost)
    assert all(": adopted, " in line for line in done.out.splitlines())
    after = {each["name"]: each for each in box.run("ps", "--json").json}
    assert all(after[name]["attended"] and after[name]["pid"] == before[name]["pid"] for name in crowd)
    assert after[crowd[0]]["session_pid"] == before[crowd[0]]["session_pid"]


def test_kill_of_all_adopts_what_has_no_session(box, crowd):
    for each in box.run("ps", "--json").json:
        os.kill(each["session_pid"], signal.SIGKILL)
    done = box.run("kill", "--all", timeout=60)
    assert done.status == 0, done
    until(lambda: not box.processes(), "everything to be gone")


def test_one_that_is_silent_keeps_the_others_from_nothing(box, crowd):
    status = box.status(crowd[0])
    os.kill(status["session_pid"], signal.SIGSTOP)
    try:
        done = box.run("stop", "--all", timeout=60)
        assert done.status == 124, done
        assert "the session of '%s'" % crowd[0] in done.err
        left, = box.run("ps", "--json").json
        assert left["name"] == crowd[0] and left["answering"] is False
        done = box.run("kill", "--all", timeout=60)
        assert done.status == 0, done
    finally:
        try:
            os.kill(status["session_pid"], signal.SIGCONT)
        except ProcessLookupError:
            pass
    until(lambda: not box.processes(), "everything to be gone")


@pytest.mark.parametrize("verb, said", [("stop", "nothing is running\n"), ("kill", "nothing is running\n"),
                                        ("adopt", "nothing runs without a session\n")])
def test_all_of_nothing(box, verb, said):
    done = box.run(verb, "--all")
    assert (done.status, done.out, done.err) == (0, said, "")
    assert box.run(verb, "--all", "--json").json == []


@pytest.mark.parametrize("verb", ["stop", "kill", "adopt"])
def test_all_and_names_do_not_go_together(box, verb):
    done = box.run(verb, "--all", "one")
    assert (done.status, done.out) == (2, "")
    assert done.err == ("dcchost: --all and names do not go together: 'one'\n"
                        "dcchost: see 'dcchost %s --help'\n" % verb)


@pytest.mark.parametrize("verb", ["stop", "kill", "adopt"])
def test_a_directory_without_an_instance_is_in_nobodys_way(box, verb):
    box.launch("--name", "one")
    rubbish = box.runtime / "dcchost" / "two"
    rubbish.mkdir(mode=0o700)
    (rubbish / "record.json").write_bytes(b"{")
    done = box.run(verb, "--all")
    assert (done.status, done.err) == (0, ""), done
    box.run("kill", "one")
