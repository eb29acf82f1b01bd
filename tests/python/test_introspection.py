"""The library as Python sees it: values, an adapter written in Python, errors as exceptions."""

import gi
import pytest

gi.require_version("DccHost", "1.0")
from gi.repository import DccHost, Gio, GLib  # noqa: E402


class Sketch(DccHost.Adapter):
    """An adapter of one screen, as the documentation shows it."""

    __gtype_name__ = "DccTestSketchAdapter"

    def do_find_installations(self, search):
        found = Gio.ListStore.new(DccHost.Installation)
        found.append(DccHost.Installation.new("/opt/sketch/bin/sketch", "2.1", "default"))
        return found

    def do_plan_launch(self, installation, request):
        if request.get_scene() == "/missing.sketch":
            raise GLib.Error("scene /missing.sketch is not there", "dcc-error-quark",
                             DccHost.Error.SCENE)
        plan = DccHost.LaunchPlan.new(installation.get_executable())
        if request.is_headless():
            plan.add_arg("--batch")
        plan.set_env("SKETCH_HOME", "/opt/sketch")
        return plan

    def do_plan_stop(self, request):
        plan = DccHost.StopPlan.new()
        plan.set_quit_timeout(2500)
        return plan

    def do_read_line(self, line):
        if line.startswith("wrote "):
            return DccHost.OutputEvent.new(DccHost.OutputKind.SAVED, line[6:])
        return None


@pytest.fixture
def adapter():
    return Sketch()


@pytest.fixture
def installation(adapter):
    return adapter.find_installations(DccHost.Search.new("/", None))[0]


def test_finds_installations(installation):
    assert installation.get_executable() == "/opt/sketch/bin/sketch"
    assert installation.get_version() == "2.1"


def test_plans_a_launch_through_the_public_function(adapter, installation):
    request = DccHost.LaunchRequest.new("sketch")
    request.set_headless(True)
    plan = adapter.plan_launch(installation, request)
    assert plan.get_argv() == ["/opt/sketch/bin/sketch", "--batch"]
    assert "SKETCH_HOME=/opt/sketch" in plan.apply_env(["A=1"])
    assert plan.get_readiness() == DccHost.Readiness.SETTLE


def test_an_adapter_says_no_by_raising(adapter, installation):
    request = DccHost.LaunchRequest.new("sketch")
    request.set_scene("/missing.sketch")
    with pytest.raises(GLib.Error, match="scene /missing.sketch is not there"):
        adapter.plan_launch(installation, request)


def test_plans_a_stop(adapter):
    plan = adapter.plan_stop(DccHost.LaunchRequest.new("sketch"))
    assert plan.get_quit_timeout() == 2500
    assert plan.get_save_method() is None


def test_reads_lines(adapter):
    event = adapter.read_line("wrote /tmp/a.png")
    assert (event.get_kind(), event.get_text()) == (DccHost.OutputKind.SAVED, "/tmp/a.png")
    assert adapter.read_line("nothing of note") is None


def test_what_is_not_answered_has_a_default(adapter):
    verdict = adapter.judge_exit(DccHost.ExitInfo.new_exited(0))
    assert verdict.get_kind() == DccHost.VerdictKind.CLEAN
    assert adapter.plan_probe(DccHost.LaunchRequest.new("sketch")).get_kind() == DccHost.ProbeKind.NONE


def test_a_registry_takes_it(adapter):
    registry = DccHost.AdapterRegistry.new()
    assert registry.add("sketch", adapter)
    assert registry.lookup("sketch") == adapter
    with pytest.raises(GLib.Error, match="sketch"):
        registry.lookup("sketsch")


def test_settings_are_checked():
    settings = DccHost.LaunchRequest.new("sketch").get_settings()
    assert settings.parse("max-restarts", "7")
    assert settings.get(DccHost.Setting.MAX_RESTARTS) == 7
    with pytest.raises(GLib.Error):
        settings.parse("max-restarts", "many")
