"""What the overrides add to gi.repository.DccHost; the package's directory on the path is enough to find them."""

import os

import gi
import pytest

import conftest

gi.require_version("DccHost", "1.0")
from gi.repository import DccHost, Gio, GLib  # noqa: E402


def test_they_are_ours():
    import gi.overrides.DccHost as found
    assert os.path.realpath(found.__file__).startswith(str(conftest.PACKAGE))


def test_reprs():
    assert repr(DccHost.Installation.new("/opt/x", "2.1", "PATH")) == (
        "<DccHost.Installation /opt/x version 2.1 from PATH>")
    assert repr(DccHost.ExitInfo.new_exited(3)) == "<DccHost.ExitInfo exited code 3 signal 0>"
    assert repr(DccHost.LaunchRequest.new("fake", name="two")) == "<DccHost.LaunchRequest of fake as two>"


def test_a_request_in_one_line():
    request = DccHost.LaunchRequest.new("fake", name="two", version="1", headless=True, scene="/a.fake",
                                        args=["-x", "1"], env={"A": "b=c"}, cwd="/", settings={"max-restarts": 7})
    assert isinstance(request, DccHost.LaunchRequest)
    assert (request.get_name(), request.get_version(), request.is_headless()) == ("two", "1", True)
    assert (request.get_scene(), request.get_args(), request.get_cwd()) == ("/a.fake", ["-x", "1"], "/")
    assert request.get_env() == ["A=b=c"]
    assert request.get_settings().get(DccHost.Setting.MAX_RESTARTS) == 7


@pytest.mark.parametrize("bad", [dict(name="a/b"), dict(settings={"no-such": 1}), dict(settings={"max-restarts": "x"})])
def test_a_request_that_makes_no_sense(bad):
    with pytest.raises(GLib.Error):
        DccHost.LaunchRequest.new("fake", **bad)
    with pytest.raises(TypeError):
        DccHost.LaunchRequest.new("fake", nonsense=1)


def test_errors_have_predicates():
    with pytest.raises(GLib.Error) as caught:
        DccHost.AdapterRegistry.new().lookup("nothing")
    assert DccHost.Error.is_unknown_app(caught.value)
    assert not DccHost.Error.is_busy(caught.value)


def test_lists_iterate():
    registry = DccHost.AdapterRegistry.new()
    assert list(registry.list()) == []
    assert isinstance(registry.list(), Gio.ListModel)


def test_a_session_ends_with_its_block(box):
    registry = DccHost.AdapterRegistry.new()
    registry.load_all()
    runtime = DccHost.Runtime.open()
    session = DccHost.Session.new(registry.lookup("fake"), DccHost.LaunchRequest.new("fake"), runtime)
    with session:
        while session.get_state() == DccHost.State.STARTING:
            GLib.MainContext.default().iteration(True)
        assert repr(session) == "<DccHost.Session fake of fake, running>"
        pid = session.get_pid()
    assert session.is_over() and not os.path.exists("/proc/%d" % pid)
    assert DccHost.ResultKind.STOPPED == session.get_result().get_kind()
