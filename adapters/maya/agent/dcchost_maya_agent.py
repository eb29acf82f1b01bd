"""dcchost's agent inside Maya.

What all agents do alike is in dcchost_agent.py, beside this file; here is what only Maya needs. Maya's commands are
called on the main thread alone, and never before Maya has come up.
In a window the main thread takes jobs at idle events: a thread of ours asks for one with executeDeferred, one at a
time, which Maya's documentation names as the way in from a thread. maya -batch and mayapy have no idle events; there
loop() is the main thread's whole life. Work of the user's own (mode "thread") is held up by nobody.

Three levels, in every ping: that it is answered (process and interpreter), event_loop_age_ms (Qt turns, also inside a
modal dialog), main_thread_age_ms (Maya's last idle event: it can work). Qt turning without idle events is a dialog.

Python 3.7 and its standard library, Maya 2022 and newer. Started by boot.py, which userSetup.py runs, or mayapy with
the user's script and its arguments.
DCCHOST_AGENT_MODE: "window", "loop", "thread". DCCHOST_MAYA_SCENE, DCCHOST_MAYA_RECOVER: what to open at the start.
"""
import os
import sys
import threading
from time import sleep

import dcchost_agent as shared
from dcchost_maya_render import render_still  # joined

NO_SCENE = "dcchost: the scene cannot be opened"
TICK, TICK_AT_WORK = 0.1, 0.02

agent = None


class Agent(shared.Agent):
    app, suffix = "maya", ".ma"
    refusal = "a script or a render of its own holds the main thread"
    goodbye = "dcchost: Maya ends in order"
    takes_frame_args = True

    def __init__(self, path, token):
        self.awake = self.python = False
        self.asked, self.callbacks = threading.Event(), []
        mode = os.environ.get("DCCHOST_AGENT_MODE") or "thread"
        self.knows_scene = mode != "thread"
        super().__init__(path, token, mode, mode != "window", os.environ.get("DCCHOST_MAYA_VERSION", ""))

    # -- a window: idle events

    def pump(self):
        threading.Thread(target=self.ask_for_ticks, name="dcchost-pulse", daemon=True).start()

    def ask_for_ticks(self):
        import maya.utils
        while not self.gone:
            if not self.asked.is_set():
                self.asked.set()
                try:
                    maya.utils.executeDeferred(tick)
                except Exception:  # not up yet
                    self.asked.clear()
            sleep(TICK if self.jobs.empty() and not self.ending else TICK_AT_WORK)

    def tick(self):
        """Maya is idle."""
        self.asked.clear()
        if not self.awake:
            self.wake_up()
            self.watch_qt()
            self.open_scene()
        self.turn()
        if not self.ready:
            self.become_ready()
        job = self.next_job(0)
        if job is not None:
            self.take_job(job)
        if self.ending:
            self.end()

    # -- without one

    def run_python(self, args, run_script):
        """The whole life of a mayapy."""
        self.python = True
        if self.mode == "thread":
            self.run_script(args, run_script)
        else:
            import maya.standalone
            maya.standalone.initialize(name="python")
            self.live()

    def live(self):
        self.wake_up()
        self.open_scene()
        self.loop()
        self.end()

    def say_goodbye(self):
        self.part()

    # -- what both need

    def wake_up(self):
        """On the main thread, as soon as Maya can be asked."""
        from maya import cmds
        self.awake = True
        self.version = str(cmds.about(version=True)) or self.version
        self.listen()

    def hook(self):
        if self.mode == "thread" and "maya.cmds" in sys.modules:
            self.listen(("kMayaExiting",))

    def listen(self, only=None):
        reactions = {
            "kBeforeOpen": lambda: self.set_busy("load"), "kAfterOpen": self.scene_changed,
            "kBeforeNew": lambda: self.set_busy("load"), "kAfterNew": self.scene_changed,
            "kBeforeSave": lambda: self.set_busy("save"), "kAfterSave": self.scene_changed,
            "kMayaExiting": self.part,
        }
        try:
            from maya.api.OpenMaya import MSceneMessage
        except ImportError:
            return
        for name, reaction in reactions.items():
            if only is None or name in only:
                try:
                    self.callbacks.append(MSceneMessage.addCallback(getattr(MSceneMessage, name),
                                                                    self.guarded(reaction)))
                except Exception:
                    pass  # this Maya does not tell of it

    def guarded(self, reaction):
        def react(*args):
            try:
                reaction()
            except Exception:
                pass
        return react

    def open_scene(self):
        """A recovered scene keeps its own name, and is not saved yet, whatever Maya believes."""
        from maya import cmds
        recover, scene = os.environ.get("DCCHOST_MAYA_RECOVER"), os.environ.get("DCCHOST_MAYA_SCENE")
        try:
            if recover:
                cmds.file(recover, open=True, force=True)
                cmds.file(rename=scene or "untitled")
                cmds.file(type="mayaBinary" if (scene or "").endswith(".mb") else "mayaAscii")
                cmds.file(modified=True)
            elif scene:
                cmds.file(scene, open=True, force=True)
        except Exception as error:
            shared.refuse_scene("%s: %s: %s" % (NO_SCENE, recover or scene, error), self.background)

    def read_scene(self):
        if not self.awake:
            return "", None
        from maya import cmds
        return str(cmds.file(query=True, sceneName=True) or ""), bool(cmds.file(query=True, modified=True))

    def save_copy(self, path):
        """An export: the artist's scene keeps its name and its unsaved changes. Unverified on a real Maya."""
        from maya import cmds
        cmds.file(path, exportAll=True, type="mayaAscii", preserveReferences=True, force=True)

    def render_frame(self, frame, path):
        """frame_args: the camera. How a frame could be cancelled is not known."""
        from maya import cmds
        self.set_busy("render")
        try:
            render_still(cmds, frame, path, self.frame_args)
        finally:
            self.set_busy(None)

    def names(self):
        from maya import cmds
        return {"cmds": cmds}

    def leave(self):
        """At exit of Python alone: that proves no order, a script that failed comes by here as well."""

    def end(self):
        self.part()
        if self.python:
            import maya.standalone
            maya.standalone.uninitialize()
            sys.exit(self.code or 0)
        from maya import cmds
        cmds.quit(force=True, abort=self.background, exitCode=self.code or 0)


def tick():
    try:
        agent.tick()
    except SystemExit:
        raise
    except BaseException:  # never into Maya; the next one comes anyway
        pass


def start():
    global agent
    if agent is None:
        agent = shared.make(Agent, "DCCHOST_MAYA_AGENT")
        if agent is not None:
            agent.start()


def loop():
    """What maya -batch runs last."""
    if agent is not None:
        agent.live()


def main(args, run_script):
    """mayapy's main script. Without a session a script is run as ever."""
    if agent is not None:
        agent.run_python(args, run_script)
    elif args:
        run_script(args)
