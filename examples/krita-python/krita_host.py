#!/usr/bin/python3
"""krita_host.py [SCENE]: Krita under dcchost, with an adapter written in Python.

The adapter is the class below; all else is a program that uses it: start, wait until Krita is ready, ask whether it
is well, stop it with its work saved. The agent is the one of the example in C, ../krita/agent.
"""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys

import gi

gi.require_version("DccHost", "1.0")
from gi.repository import DccHost, Gio, GLib  # noqa: E402

AGENT = pathlib.Path(__file__).resolve().parent.parent / "krita" / "agent"
PLUGINS = "krita/data/krita/pykrita/"
CRASHES = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL)


def find_shared():
    """The part of an agent that knows no application, as dcchost installs it."""
    said = subprocess.run(["pkg-config", "--variable=agentdir", "dcchost-1"], stdout=subprocess.PIPE, check=True)
    return pathlib.Path(os.fsdecode(said.stdout.strip())) / "dcchost_agent.py"


class Krita(DccHost.Adapter):
    def __init__(self):
        super().__init__(id="krita", title="Krita")
        self.files = {
            PLUGINS + "dcchost_krita_agent.py": AGENT / "dcchost_krita_agent.py",
            PLUGINS + "dcchost_agent.py": find_shared(),
            PLUGINS + "kritapykrita_dcchost_krita_agent.desktop": AGENT / "kritapykrita_dcchost_krita_agent.desktop",
            "krita/config/kritarc": AGENT / "kritarc",
        }
        self.files = {name: GLib.Bytes.new(path.read_bytes()) for name, path in self.files.items()}

    def do_find_installations(self, search):
        found = Gio.ListStore.new(DccHost.Installation)
        path = search.program("krita")
        if path:
            one = DccHost.Installation.new(path, None, "PATH")
            one.set_version_command([path + "_version"])  # krita --version needs a display
            found.append(one)
        return found

    def do_read_version(self, installation, output):
        version = re.match(r"\d[\d.]{0,30}", output)
        return version.group() if version else None

    def do_plan_launch(self, installation, request):
        if request.is_headless():
            raise GLib.Error.new_literal(DccHost.Error.quark(), "this adapter starts Krita in a window only",
                                         DccHost.Error.NOT_SUPPORTED)
        plan = DccHost.LaunchPlan.new(installation.get_executable())
        for name, content in self.files.items():
            plan.add_file(name, content)
        private = request.get_private_dir()
        for variable, place, default in (("XDG_DATA_DIRS", "data", "/usr/local/share:/usr/share"),
                                         ("XDG_CONFIG_DIRS", "config", "/etc/xdg")):
            plan.set_env(variable, "%s/krita/%s:%s" % (private, place, os.environ.get(variable) or default))
        plan.set_env("TMPDIR", request.get_temp_dir())
        plan.set_env("DCCHOST_AGENT_MODE", "window")
        plan.set_readiness(DccHost.Readiness.AGENT)
        plan.add_arg("--nosplash")
        if request.get_scene():
            plan.set_env("DCCHOST_KRITA_SCENE", request.get_scene())
            plan.add_arg(request.get_scene())
        return plan

    def do_plan_probe(self, request):
        return DccHost.ProbePlan.new_agent("ping", None)

    def do_plan_stop(self, request):
        plan = DccHost.StopPlan.new()
        plan.set_save_method("save")
        plan.set_quit_method("quit")
        return plan

    def do_judge_exit(self, info):
        if info.get_kind() == DccHost.ResultKind.SIGNALED and info.get_signal() in CRASHES:
            return DccHost.Verdict.new(DccHost.VerdictKind.CRASH, "crashed (signal %d)" % info.get_signal())
        if info.get_kind() == DccHost.ResultKind.EXITED and info.get_code() == 0:
            return DccHost.Verdict.new(DccHost.VerdictKind.CLEAN, "quit in order")
        if info.get_kind() == DccHost.ResultKind.LOST:
            return DccHost.Verdict.new(DccHost.VerdictKind.UNKNOWN, "nobody saw how it ended")
        return DccHost.Verdict.new(DccHost.VerdictKind.FAILED, "ended badly")


def ask(session, verb):
    """Another program would ask so: any process of the same user may, while this one turns its main loop."""
    with subprocess.Popen(["dcchost", verb, session.get_name(), "--json"], stdout=subprocess.PIPE) as child:
        over = []
        GLib.child_watch_add(GLib.PRIORITY_DEFAULT, child.pid, lambda *_status: over.append(True))
        while not over:
            GLib.MainContext.default().iteration(True)
        return json.loads(child.stdout.read().decode())


def wait_for_enter(session):
    """Until somebody presses Enter here, or Krita has ended by itself."""
    pressed = []
    watch = GLib.unix_fd_add_full(GLib.PRIORITY_DEFAULT, 0, GLib.IOCondition.IN | GLib.IOCondition.HUP,
                                  lambda *_event: pressed.append(True))
    tick = GLib.timeout_add(200, lambda: GLib.SOURCE_CONTINUE)
    while not pressed and not session.is_over():
        GLib.MainContext.default().iteration(True)
    GLib.source_remove(tick)
    if not pressed:
        GLib.source_remove(watch)


def main():
    registry = DccHost.AdapterRegistry.new()
    registry.add("krita", Krita())
    host = DccHost.Host(registry)
    scene = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else None
    with host.launch("krita", scene=scene) as session:
        version = json.loads(session.get_status())["version"]
        print("ready: pid %d, version %s" % (session.get_pid(), version), flush=True)
        print("probe: %s; Enter saves and quits" % ask(session, "probe")["health"], flush=True)
        wait_for_enter(session)
    result = session.get_result()
    print("over: %s, %s" % (result.get_kind().value_nick, result.get_reason()))


if __name__ == "__main__":
    main()
