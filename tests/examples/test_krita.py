"""The adapter out of the tree: found, checked, listed, and refused where it cannot do what is asked."""

import json
import os
import subprocess

from world import figure

import edits


def test_it_passes_the_conformance_suite(installed, module):
    done = subprocess.run([str(installed.dcchost), "adapter", "check", str(module)], env=installed.env,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = done.stdout.decode()
    assert done.returncode == 0 and said.endswith("krita 1.0: all is well\n"), said


def test_it_needs_nothing_of_the_tree(module):
    """Not even at run time: what it links is what any program with GLib has, and libdcchost-1."""
    said = subprocess.run(["readelf", "-d", str(module)], stdout=subprocess.PIPE, check=True).stdout.decode()
    needed = [line.split("[")[1].split("]")[0] for line in said.splitlines() if "(NEEDED)" in line]
    assert "libdcchost-1.so.1" in needed or "libdcchost-1.so.1.0.0" in needed, needed
    assert all(name.startswith(("libdcchost", "libg", "libjson-glib", "libc.")) for name in needed), needed
    assert os.path.dirname(os.environ["DCC_TEST_EXAMPLES"]) not in said and os.environ["DCC_TEST_BUILD"] not in said


def test_it_is_found_by_itself(desk):
    line, = [line for line in desk.run("adapters").out.splitlines() if line.startswith("krita ")]
    assert line.split()[1:3] == ["1.0", "loaded"]
    listed = desk.run("list", "krita", "--json")
    assert listed.status == 0, listed
    assert '"/usr/bin/krita"' in listed.out
    version = subprocess.run(["krita_version"], stdout=subprocess.PIPE).stdout.decode().strip()
    assert '"%s"' % version in listed.out
    assert json.loads(listed.out)


def test_no_display_is_said_at_once(desk):
    del desk.env["DISPLAY"]
    done = desk.run("launch", "krita", "-d")
    assert done.status == 78 and "--headless" in done.err and "DISPLAY" in done.err, done


def test_a_scene_that_is_not_there(desk):
    done = desk.run("launch", "krita", "-d", "--file", "none.kra")
    assert done.status == 78 and str(desk.work / "none.kra") in done.err, done


def test_without_a_window(desk):
    scene = edits.make_document(desk, "shot é.kra")
    status = desk.krita("--headless", "--file", str(scene))
    assert status["headless"] and status["scene"] == str(scene)
    assert desk.run("probe", "krita", "--json").json["health"] == "ok"
    before = scene.read_bytes()
    with desk.control() as control:
        control.run(edits.ADD)
        assert control.run(edits.NAMES) == repr([(str(scene), True)])
    report = desk.stop("krita")
    assert (report["state"], report["saved"], report["left"]) == ("stopped", "saved", [])
    assert edits.holds_the_edit(report["copy"])
    assert scene.read_bytes() == before
    desk.expect_nothing_left()


def test_export_without_a_window(desk):
    scene = edits.make_document(desk, "shot.kra")
    target = desk.work / "shot.png"
    done = desk.run("launch", "krita", "--headless", "--file", str(scene), "--", "--export", "--export-filename",
                    str(target), timeout=300)
    assert done.status == 0 and target.read_bytes().startswith(b"\x89PNG"), done
    figure("export without a window: %.1f s" % done.seconds)
    (desk.work / "bad.kra").write_text("no document")
    done = desk.run("launch", "krita", "--headless", "--file", "bad.kra", "--", "--export", "--export-filename",
                    str(desk.work / "bad.png"), timeout=300)
    assert done.status == 78 and not (desk.work / "bad.png").exists(), done
    assert desk.status()["result"]["verdict"] == "bad-scene"
    desk.expect_nothing_left()


def test_arguments_that_need_a_window(desk):
    done = desk.run("launch", "krita", "--headless", "--", "--canvasonly")
    assert done.status != 0 and "without a window" in done.err, done


PLANS = """
import sys, gi
gi.require_version("DccHost", "1.0")
from gi.repository import DccHost, Gio
adapter = DccHost.AdapterRegistry.new().load_file(sys.argv[1])
installation = DccHost.Installation.new("/usr/bin/krita", None, "PATH")
def show(safe, rescue):
    request = DccHost.LaunchRequest.new("krita", scene=sys.argv[2], env={"DISPLAY": ":4711"})
    request.set_private_dir("/private")
    request.set_temp_dir("/temp")
    request.set_safe(safe)
    file = DccHost.RescueFile.new(DccHost.RescueKind.COPY, rescue) if rescue else None
    plan = adapter.plan_recovery(installation, request, file) if file else adapter.plan_launch(installation, request)
    env = dict(each.split("=", 1) for each in plan.apply_env(["XDG_DATA_DIRS=/mine", "XDG_DATA_HOME=/artist/data"]))
    print(plan.get_argv(), [env.get(key) for key in ("XDG_DATA_DIRS", "XDG_DATA_HOME", "DCCHOST_KRITA_RECOVER")])
show(False, None)
show(True, None)
show(False, "/rescue/shot.kra")
"""


def test_plans(desk, module):
    """Safe mode sets the artist's directories aside; rescued work is opened by the agent, not by its own name."""
    scene = desk.work / "shot.kra"
    scene.write_text("a document")
    done = subprocess.run(["/usr/bin/python3", "-c", PLANS, str(module), str(scene)],
                          env=dict(desk.env, XDG_DATA_DIRS="/mine"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr.decode()
    open_it, front = str(["/usr/bin/krita", "--nosplash", str(scene)]), "/private/krita/data:/mine"
    assert done.stdout.decode().splitlines() == [
        "%s %s" % (open_it, [front, "/artist/data", None]),
        "%s %s" % (open_it, [front, "/temp/safe/XDG_DATA_HOME", None]),
        "%s %s" % (["/usr/bin/krita", "--nosplash"], [front, "/artist/data", "/rescue/shot.kra"])]


def test_rescued_work_keeps_its_name(desk):
    scene = edits.make_document(desk, "shot.kra")
    desk.krita("--headless", "--file", str(scene))
    with desk.control() as control:
        control.run(edits.ADD)
    copy = desk.stop("krita")["copy"]
    desk.krita("--headless", "--file", str(scene), "--env", "DCCHOST_KRITA_RECOVER=" + copy)
    with desk.control() as control:
        assert control.run(edits.NAMES) == repr([(str(scene), True)])
    assert edits.holds_the_edit(desk.stop("krita")["copy"]) and not edits.holds_the_edit(scene)
    desk.expect_nothing_left()
