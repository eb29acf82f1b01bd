"""dcchost's agent inside Blender.

What all agents do alike is in dcchost_agent.py, beside this file; here is what only Blender needs: a timer that
turns in a window, its handlers, its way to save and to quit. It touches bpy on the main thread alone.

Python 3.7 and its standard library, Blender 2.93 and newer. Started by: blender --python THIS_FILE
DCCHOST_AGENT_MODE: "loop" (loop() will be called), "thread" (a command line render). Windows need none.
DCCHOST_AGENT_FRAMES: "FIRST LAST STEP" of that render, "" not known; unset: the scene says.
"""
import os
import signal
import sys
import threading
import time
import traceback
import types

import bpy

MODULE, SHARED = "dcchost_blender_agent", "dcchost_agent"
TICK, TICK_AT_WORK, TICK_AT_START = 0.1, 0.02, 0.05
# A window is usable when so many ticks in a row came in time: the first draws hold the main thread up.
READY_TICKS, READY_GAP, READY_AT_LAST = 6, 0.2, 20.0

agent = None


def load(name, path):
    """A file as a module, by its path: sys.path is the application's own, and nothing is written beside it."""
    module = types.ModuleType(name)
    module.__file__ = path
    sys.modules[name] = module
    with open(path, encoding="utf-8") as file:
        exec(compile(file.read(), path, "exec"), module.__dict__)
    return module


if SHARED not in sys.modules:
    load(SHARED, os.path.join(os.path.dirname(os.path.abspath(__file__)), SHARED + ".py"))
shared = sys.modules[SHARED]


class Agent(shared.Agent):
    app, suffix = "blender", ".blend"
    refusal = "a command line render holds the main thread"

    def __init__(self, path, token):
        self.frames = self.calm_ticks = 0
        mode = os.environ.get("DCCHOST_AGENT_MODE", "") if bpy.app.background else "window"
        super().__init__(path, token, mode, bpy.app.background, bpy.app.version_string)

    def pump(self):
        bpy.app.timers.register(tick, first_interval=0, persistent=True)
        bpy.app.timers.register(guard, first_interval=5, persistent=True)

    def read_scene(self):
        return bpy.data.filepath, bpy.data.is_dirty

    def names(self):
        return {"bpy": bpy}

    def save_copy(self, path):
        bpy.ops.wm.save_as_mainfile(filepath=path, copy=True, check_existing=False)

    def stay_dirty(self):
        """After a rescue copy Blender comes to believe that all is saved. The artist must still be asked
        before the scene is closed, and an undo step marks it as changed again."""
        if self.unsaved and not bpy.data.is_dirty:
            bpy.ops.ed.undo_push(message="Rescue Copy")

    def tick(self):
        now = time.monotonic()
        gap, self.turned = now - self.turned, now
        self.turn()
        self.forget_render()
        if not bpy.app.timers.is_registered(guard):
            bpy.app.timers.register(guard, first_interval=5, persistent=True)
        job = self.next_job(0)
        if job is not None:
            self.take_job(job)
        if self.ending:
            self.quit_window()
        self.stay_dirty()
        if not self.ready:
            self.calm_ticks = self.calm_ticks + 1 if gap < READY_GAP else 0
            if self.calm_ticks >= READY_TICKS or now - self.started > READY_AT_LAST:
                self.become_ready()
            return TICK_AT_START
        return TICK if job is None and self.jobs.empty() else TICK_AT_WORK

    def forget_render(self):
        """A render that broke tells nobody that it is over."""
        running = getattr(bpy.app, "is_job_running", None)
        if self.busy[0] == "render" and running and time.monotonic() - self.busy[1] > 2:
            if not running("RENDER"):
                self.set_busy(None)

    def quit_window(self):
        self.say_goodbye()
        bpy.ops.wm.quit_blender()

    def hook(self):
        reactions = {
            "load_pre": lambda *a: self.set_busy("load"),
            "load_post": lambda *a: self.scene_changed(),
            "save_pre": lambda *a: self.set_busy("save"),
            "save_post": lambda *a: self.saved(),
            "render_init": lambda *a: self.render_begins(),
            "render_pre": self.frame_begins,
            "render_post": lambda *a: None,
            "render_stats": lambda *a: None,
            "render_write": lambda *a: None,
            "render_complete": lambda *a: self.set_busy(None),
            "render_cancel": lambda *a: self.set_busy(None),
        }
        for name, reaction in reactions.items():
            handlers = getattr(bpy.app.handlers, name, None)
            if handlers is not None:
                handlers.append(self.handler(reaction))

    def handler(self, reaction):
        @bpy.app.handlers.persistent
        def handle(*args):
            try:
                if threading.get_ident() == self.main:  # a window renders in a thread of its own
                    self.turned = time.monotonic()
                reaction(*args)
            except Exception:
                pass
        return handle

    def saved(self):
        self.set_busy(None)
        if not self.copying:
            self.scene_changed()

    def render_begins(self):
        self.frames = 0
        self.set_busy("render")
        if self.ending and self.background:
            self.interrupt()

    def frame_begins(self, *args):
        self.set_busy("render")
        self.frames += 1
        scene = args[0] if args and args[0] is not None else bpy.context.scene
        first, last, step = self.frame_range(scene)
        self.wire.notify("frame", frame=scene.frame_current, first=first, last=last, step=step)

    def frame_range(self, scene):
        asked = os.environ.get("DCCHOST_AGENT_FRAMES")
        if self.mode == "thread" and asked is not None:
            numbers = [int(n) for n in asked.split()]
            return numbers if len(numbers) == 3 else (None, None, None)
        # One frame may be a still image; a second one tells that it is an animation.
        if self.mode == "thread" or self.frames > 1:
            return scene.frame_start, scene.frame_end, scene.frame_step
        return None, None, None

    def interrupt(self):
        """One SIGINT cancels a background render; a second one, ever, would kill Blender."""
        if not self.interrupted:
            self.interrupted = True
            os.kill(self.pid, signal.SIGINT)


def tick():
    try:
        return agent.tick()
    except SystemExit:
        raise  # an asked-for quit with a code of its own
    except BaseException:  # a timer that raises is gone for ever
        return TICK


def guard():
    """An interrupt can strike a timer before its first line; this one brings the other back."""
    if not bpy.app.timers.is_registered(tick):
        bpy.app.timers.register(tick, persistent=True)
    return 5.0


def start():
    global agent
    path, token = os.environ.get("DCCHOST_AGENT_SOCKET"), os.environ.pop("DCCHOST_AGENT_TOKEN", "")
    if path and agent is None:
        agent = Agent(path, token)
        agent.start()


def loop():
    if agent is not None:
        agent.loop()


if __name__ == "__main__" and MODULE not in sys.modules:
    try:
        # Blender may clear the namespace that a script ran in; a module stays.
        load(MODULE, __file__).start()
    except Exception:
        traceback.print_exc()
