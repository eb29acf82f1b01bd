"""list, adapters, ps and doctor: for people and for programs."""

import os
import shutil

import pytest


@pytest.fixture
def bare(box):
    """A machine where no adapter comes from the path."""
    box.env["DCC_ADAPTER_PATH"] = str(box.work)
    return box


def test_ps_of_nothing(box):
    assert box.run("ps").out == "nothing is running; 'dcchost launch APP' starts something\n"
    done = box.run("ps", "--json")
    assert (done.status, done.json, done.err) == (0, [], "")


def test_verbs_with_nothing_running(box):
    for verb in ["status", "stop", "kill", "probe", "logs", "events", "restart", "adopt"]:
        done = box.run(verb)
        assert (done.status, done.out) == (1, "")
        assert done.err == "dcchost: nothing is running; 'dcchost launch APP' starts something\n"


def test_verbs_with_an_unknown_name(box):
    for verb in ["status", "stop", "kill", "probe", "logs", "events", "restart", "adopt"]:
        done = box.run(verb, "nobody")
        assert (done.status, done.out) == (1, "")
        assert done.err == "dcchost: no instance called 'nobody'; 'dcchost ps --all' shows them\n"


@pytest.mark.parametrize("name", ["../x", "/etc", ".", "", "a b\x1b[2J"])
def test_a_name_is_no_path(box, name):
    for verb in ["adopt", "logs", "stop"]:
        done = box.run(verb, name)
        assert (done.status, done.out) == (1, "")
        assert "\x1b" not in done.err


def test_list(box):
    done = box.run("list")
    assert (done.status, done.err) == (0, "")
    assert done.out.splitlines()[0].split() == ["APP", "VERSION", "EXECUTABLE", "ORIGIN", "NOTE"]
    ours = [line for line in done.out.splitlines() if line.startswith("fake ")]
    assert ours == [line for line in ours if box.env["DCCHOST_FAKE_EXECUTABLE"] in line and " 1.2.3 " in line]
    assert len(ours) == 1


def test_list_one_as_json(box):
    done = box.run("list", "fake", "--json")
    assert done.json == [{"app": "fake", "version": "1.2.3", "executable": box.env["DCCHOST_FAKE_EXECUTABLE"],
                          "origin": "DCCHOST_FAKE_EXECUTABLE", "reservation": None}]


def test_list_of_an_unknown_application(box):
    done = box.run("list", "fakee")
    assert (done.status, done.out) == (69, "")
    assert "fake" in done.err


def test_list_of_one_that_is_not_installed(box):
    done = box.run("list", "fake", DCCHOST_FAKE_EXECUTABLE="")
    assert (done.status, done.out) == (69, "")
    assert "DCCHOST_FAKE_EXECUTABLE" in done.err


def test_adapters(box):
    done = box.run("adapters", "--json")
    assert (done.status, done.err) == (0, "")
    fake = [each for each in done.json if each["id"] == "fake"]
    assert len(fake) == 1
    assert fake[0]["loaded"] is True and fake[0]["reason"] is None
    assert fake[0]["path"] == os.path.join(box.env["DCC_ADAPTER_PATH"], "dcchost-fake.so")
    table = box.run("adapters").out.splitlines()
    assert table[0].split() == ["ID", "VERSION", "STATE", "FILE", "REASON"]
    assert any(line.split()[0] == "fake" and " loaded " in line for line in table)


def test_no_adapters_names_the_places(bare):
    done = bare.run("adapters", "--json")
    if done.json:  # a dcchost is installed on this machine
        return
    text = bare.run("adapters").out
    assert text.startswith("no adapters; these directories were searched for dcchost-<id>.so:\n  %s\n" % bare.work)
    assert "/dcchost/adapters\n" in text
    assert bare.run("list", "--json").json == []
    assert bare.run("doctor").status == 1


def test_a_broken_adapter_file_disables_only_itself(box):
    broken = box.work / "dcchost-broken.so"
    broken.write_text("this is no module")
    os.chmod(str(broken), 0o644)
    box.env["DCC_ADAPTER_PATH"] = "%s:%s" % (box.work, box.env["DCC_ADAPTER_PATH"])
    records = {os.path.basename(each["path"]): each for each in box.run("adapters", "--json").json}
    assert records["dcchost-fake.so"]["loaded"] is True
    assert records["dcchost-broken.so"]["loaded"] is False
    assert records["dcchost-broken.so"]["reason"]
    line = [line for line in box.run("adapters").out.splitlines() if str(broken) in line]
    assert len(line) == 1 and "refused" in line[0]
    assert box.run("list", "fake").status == 0
    assert str(broken) in box.run("doctor").out
    assert box.run("launch", "broken", "-d").status in (69, 125)


def test_a_truncated_adapter_file_kills_nobody(box):
    source = os.path.join(box.env["DCC_ADAPTER_PATH"], "dcchost-fake.so")
    shutil.copy(source, str(box.work / "dcchost-cut.so"))
    with open(str(box.work / "dcchost-cut.so"), "r+b") as file:
        file.truncate(os.path.getsize(source) // 2)
    box.env["DCC_ADAPTER_PATH"] = "%s:%s" % (box.work, box.env["DCC_ADAPTER_PATH"])
    done = box.run("adapters")
    assert done.status == 0
    assert "refused" in done.out and "dcchost-cut.so" in done.out


def test_doctor(box):
    done = box.run("doctor", "fake")
    assert (done.status, done.err) == (0, ""), done
    for check in ["runtime directory", "state directory", "log space", "kernel", "open files", "shim", "instances"]:
        assert any(line[:4].strip() in ("ok", "warn") and check in line for line in done.out.splitlines()), check
    levels = {each["level"] for each in box.run("doctor", "fake", "--json").json}
    assert levels <= {"ok", "warn"}


def test_doctor_misses_the_shim(box):
    done = box.run("doctor", "fake", DCCHOST_SHIM="/nowhere/dcchost-shim")
    assert done.status == 1
    assert any(line.startswith("fail") and "/nowhere/dcchost-shim" in line for line in done.out.splitlines())


def test_doctor_of_what_is_not_installed(box):
    done = box.run("doctor", "fake", DCCHOST_FAKE_EXECUTABLE="")
    assert done.status == 1
    assert box.run("doctor", "nonsense").status == 1


def test_no_colour_into_a_pipe(box):
    for verb in ["doctor", "list", "adapters", "ps"]:
        assert "\x1b" not in box.run(verb, TERM="xterm").out
