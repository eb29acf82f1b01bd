"""Krita in its window, launched through the dropped-in adapter: the artist's work, whatever ends it."""

import os
import pathlib
import signal
import time

from world import figure, until

import edits

# Krita's own autosave, every 7 minutes by default, here after a second: by the user's own preferences.
HASTY = "AutoSaveInterval=1\n"


def test_a_life(fresh):
    rc = fresh.home / "kritarc"
    rc.write_text("[theme]\nTheme=Krita bright\n")
    began = time.monotonic()
    status = fresh.krita()
    figure("krita: ready after %.1f s, with an empty home" % (time.monotonic() - began))
    assert (status["state"], status["headless"], status["version"] != "") == ("running", False, True)
    assert fresh.run("probe", "krita", "--json").json["health"] == "ok"
    with fresh.control() as control:
        # The artist's preferences are in use, and nobody's own resource directory lies elsewhere.
        assert control.run("result = Krita.instance().readSetting('theme', 'Theme', '')") == "'Krita bright'"
        control.run(edits.NEW)
        control.run(edits.ADD)
        until(lambda: control.call("agent", method="ping", params={})["dirty"], "the change to be seen")
    done = fresh.run("stop", "krita", "--json")
    figure("krita: stop with unsaved work took %.2f s" % done.seconds)
    report = done.json
    assert (report["state"], report["saved"], report["left"]) == ("stopped", "saved", [])
    assert (report["result"]["kind"], report["result"]["verdict"]) == ("stopped", "clean")
    assert edits.holds_the_edit(report["copy"])
    # Nothing of ours is in what Krita keeps for the artist, and nothing of theirs is gone.
    assert "dcchost" not in rc.read_text() and "Krita bright" in rc.read_text()
    assert not [path for path in (fresh.top / "data" / "krita").rglob("*dcchost*")]
    fresh.expect_nothing_left()


def test_a_named_document_stays_what_it_is(desk):
    scene = edits.make_document(desk, "shot é.kra")
    before = scene.read_bytes()
    assert desk.krita("--file", str(scene))["scene"] == str(scene)
    with desk.control() as control:
        control.run(edits.ADD)
        control.run(edits.NEW)
        control.run("d = Krita.instance().documents()[1]; d.waitForDone(); d.setModified(True)")
        report = desk.stop("krita")
        copies = desk.rescued("*.kra")
    assert scene.read_bytes() == before
    assert report["saved"] == "saved" and len(copies) == 2, copies  # each document that is changed
    assert [edits.holds_the_edit(copy) for copy in copies].count(True) == 1
    desk.expect_nothing_left()


def test_a_crash_leaves_the_autosave(desk):
    (desk.home / "kritarc").write_text(HASTY)
    pid = desk.krita("--restart", "never")["pid"]
    with desk.control() as control:
        control.follow()
        control.run(edits.NEW)
        control.run(edits.ADD)
        until(lambda: list(desk.home.glob("*krita-%d-*-autosave.kra" % pid)), "Krita's autosave")
        time_of_save = max(path.stat().st_mtime for path in desk.home.glob("*autosave.kra"))
        os.kill(pid, signal.SIGSEGV)
        _instant, event = control.event("exit")
    assert (event["result"]["kind"], event["result"]["signal"], event["result"]["verdict"]) == ("signaled", 11, "crash")
    assert time_of_save > 0
    status = desk.status()
    kinds = {each["kind"]: pathlib.Path(each["path"]) for each in desk.events(kind="rescue")}
    assert edits.holds_the_edit(kinds["autosave"]) and kinds["stacks"].is_file(), kinds
    assert str(kinds["autosave"]) in status["rescue"]
    # In safety, and so Krita asks nobody at its next start.
    assert list(desk.home.glob("*autosave.kra")) == []
    desk.expect_nothing_left()


def test_a_crash_brings_it_back(desk):
    before = desk.krita("--backoff", "fixed:50ms")["pid"]
    with desk.control() as control:
        control.follow()
        os.kill(before, signal.SIGSEGV)
        control.event("restart")
        control.event("state", to="running")
    assert desk.status()["restart_count"] == 1 and desk.status()["pid"] != before
    assert desk.stop("krita")["state"] == "stopped"
    desk.expect_nothing_left()


def test_a_signal_from_outside_saves_first(desk):
    pid = desk.krita()["pid"]
    with desk.control() as control:
        control.follow()
        control.run(edits.NEW)
        control.run(edits.ADD)
        os.kill(pid, signal.SIGTERM)
        _instant, event = control.event("exit")
    assert event["result"]["verdict"] == "cancelled"
    until(lambda: desk.rescued("*.kra"), "the copy")
    assert edits.holds_the_edit(desk.rescued("*.kra")[0])
    until(lambda: not desk.status()["attended"], "the end")
    assert desk.status()["restart_count"] == 0
    desk.expect_nothing_left()


def test_what_is_no_document(desk):
    (desk.work / "bad.kra").write_text("no document")
    done = desk.run("launch", "krita", "-d", "--wait", "ready", "--file", "bad.kra", timeout=300)
    assert done.status == 78 and str(desk.work / "bad.kra") in done.err, done
    desk.expect_nothing_left()


def test_rescued_work_in_a_window(desk):
    """As plan_recovery has it opened; a document without a name must not come to be saved over the rescued file."""
    scene = edits.make_document(desk, "shot.kra")
    desk.krita("--env", "DCCHOST_KRITA_RECOVER=" + str(scene))
    with desk.control() as control:
        assert control.run(edits.NAMES) == repr([("", True)])
    assert desk.stop("krita")["saved"] == "saved"
    desk.expect_nothing_left()
