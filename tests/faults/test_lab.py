"""A slice of the laboratory, and the laboratory itself: an oracle that finds nothing wrong would not be noticed."""

import json

import pytest

import lab
import lab_accounts
from faults import SEED, figure

LIVES = 200

ONE = "11 start 0 one\n11 ready 0 one\n11 work-autosave 0 one\n11 signal 11 one\n"


def test_what_is_told_is_what_happened(box):
    outcome = lab.run(box, SEED, LIVES)
    figure(outcome.line())
    assert not outcome.faults, "\n".join([outcome.line(), *outcome.details()])
    assert outcome.lives >= LIVES
    assert len(outcome.plans) >= 4, outcome.plans


def exit_event(seq, incarnation, signal, kind="signaled", reason="x", code=-1):
    return {"type": "exit", "time": "t%d" % seq, "seq": seq, "incarnation": incarnation, "pid": 11,
            "result": {"kind": kind, "code": code, "signal": signal, "reason": reason}}


def start_event(incarnation="one"):
    return {"type": "started", "time": "t0", "seq": 0, "incarnation": incarnation, "pid": 11}


@pytest.mark.parametrize("events, deaths, kinds", [
    ([start_event(), exit_event(1, "one", 11)], ["one"], []),
    ([start_event(), exit_event(1, "one", 6)], ["one"], ["wrong"]),
    ([start_event(), exit_event(1, "one", 0, "exited", code=0)], ["one"], ["wrong"]),
    ([start_event(), exit_event(1, "one", 0, "lost")], ["one"], ["wrong"]),
    ([start_event()], [], ["missing"]),
    ([exit_event(1, "one", 11)], ["one"], ["missing"]),
    ([start_event(), exit_event(1, "one", 11)], [], ["missing"]),
    ([start_event(), exit_event(1, "one", 11), exit_event(2, "one", 11)], ["one"], ["duplicate"]),
    ([start_event(), exit_event(1, "one", 11)], ["one", "one"], ["duplicate"]),
    ([start_event(), exit_event(1, "one", 11), exit_event(2, "two", 9)], ["one", "two"], ["wrong", "missing"]),
])
def test_the_oracle_finds_what_is_wrong(tmp_path, events, deaths, kinds):
    (tmp_path / "account").write_text(ONE)
    (tmp_path / "events.jsonl").write_text("".join(json.dumps(each) + "\n" for each in events))
    (tmp_path / "deaths.jsonl").write_text("".join('{"incarnation": "%s"}\n' % each for each in deaths))
    told = lab_accounts.Told()
    told.read(tmp_path)
    runs = lab_accounts.read_account(tmp_path / "account")
    found = [*lab_accounts.compare_ends("n", runs, told, (), set(), False), *lab_accounts.compare_lists("n", told)]
    assert [each.kind for each in found] == kinds, found


@pytest.mark.parametrize("content, lost", [("work-autosave 11 one\n", 0), ("work-autosave 11 two\n", 1), ("", 1)])
def test_the_oracle_knows_whose_work_is_kept(tmp_path, content, lost):
    (tmp_path / "account").write_text(ONE)
    (tmp_path / "rescue").mkdir()
    (tmp_path / "rescue" / "one-11_autosave.scene").write_text(content)
    runs = lab_accounts.read_account(tmp_path / "account")
    assert len(list(lab_accounts.compare_work("n", runs, tmp_path / "rescue"))) == lost
