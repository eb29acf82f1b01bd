"""What makes gi.repository.DccHost pleasant in Python; PyGObject loads it by itself.

Reprs that say what an object is, requests from keyword arguments, and a session that ends with its `with`. Lists are
Gio.ListModel and iterate as they are; errors are GLib.Error, and DccHost.Error has the predicates
(`DccHost.Error.is_busy(error)`).
"""

from gi.module import get_introspection_module
from gi.overrides import override
from gi.repository import GLib

DccHost = get_introspection_module("DccHost")


class Installation(DccHost.Installation):
    def __repr__(self):
        return "<DccHost.Installation %s version %s from %s>" % (
            self.get_executable(), self.get_version() or "unknown", self.get_origin())


class ExitInfo(DccHost.ExitInfo):
    def __repr__(self):
        return "<DccHost.ExitInfo %s code %d signal %d>" % (
            self.get_kind().value_nick, self.get_code(), self.get_signal())


class Verdict(DccHost.Verdict):
    def __repr__(self):
        return "<DccHost.Verdict %s: %s>" % (self.get_kind().value_nick, self.get_reason())


class LaunchRequest(DccHost.LaunchRequest):
    def __repr__(self):
        return "<DccHost.LaunchRequest of %s as %s>" % (self.get_app(), self.get_name())

    @classmethod
    def new(cls, app, *, name=None, version=None, headless=False, scene=None, args=None, env=None, cwd=None,
            settings=None):
        """A request, with whatever of it is given. env: a dict. settings: a dict of what `dcchost launch --set`
        takes. GLib.Error for a name, variable or setting that makes no sense."""
        request = super().new(app)
        for setter, value in ((request.set_name, name), (request.set_version, version), (request.set_scene, scene),
                              (request.set_args, args), (request.set_cwd, cwd)):
            if value is not None:
                setter(value)
        request.set_headless(headless)
        for key, value in (env or {}).items():
            request.add_env("%s=%s" % (key, value))
        for key, value in (settings or {}).items():
            request.get_settings().parse(key, str(value))
        return request


class Session(DccHost.Session):
    """`with session:` starts it, and stops it at the end: saved, quit, and over for good. The main context of the
    thread that made it turns meanwhile; use it in that thread."""

    def __repr__(self):
        return "<DccHost.Session %s of %s, %s>" % (self.get_name(), self.get_app(), self.get_state().value_nick)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_problem):
        context = GLib.MainContext.get_thread_default() or GLib.MainContext.default()
        if not self.is_over():
            self.stop(0)
        while not self.is_over():
            context.iteration(True)


Installation = override(Installation)
ExitInfo = override(ExitInfo)
Verdict = override(Verdict)
LaunchRequest = override(LaunchRequest)
Session = override(Session)
__all__ = ["ExitInfo", "Installation", "LaunchRequest", "Session", "Verdict"]
