"""dcchost's agent inside Blender.

What all agents do alike is in dcchost_agent.py, beside this file; here is what only Blender needs: a timer that
turns in a window, its handlers, its way to save and to quit. It touches bpy on the main thread alone.

Python 3.7 and its standard library, Blender 2.93 and newer. Started by boot.py, which is what Blender runs.
DCCHOST_AGENT_MODE: "loop" (loop() will be called), "thread" (a command line render). Windows need none.
DCCHOST_AGENT_FRAMES: "FIRST LAST STEP" of that render, "" not known; unset: the scene says.
"""
import contextlib
import os
import signal
import sys
import threading
from time import monotonic

import bpy

import dcchost_agent as shared
from dcchost_blend_file import UnknownFormat, finish_copy, read_scene_name  # joined
from dcchost_blender_render import FORMATS, prepare_render, render_still  # joined

TICK, TICK_AT_WORK, TICK_AT_START = 0.1, 0.02, 0.05
SCRIPT_FAILED = 42
# A window is usable when so many ticks in a row came in time: the first draws hold the main thread up.
READY_TICKS, READY_GAP, READY_AT_LAST = 6, 0.2, 20.0

agent = None


@contextlib.contextmanager
def altered(preferences, name, value):
    """A preference for a moment, and no trace of it: changed ones are written at the end."""
    known = hasattr(preferences, name)
    before, changed = getattr(preferences, name, None), bpy.context.preferences.is_dirty
    try:
        if known:
            setattr(preferences, name, value)
        yield
    finally:
        if known:
            setattr(preferences, name, before)
            bpy.context.preferences.is_dirty = changed


@contextlib.contextmanager
def silent_handlers():
    lists = [getattr(bpy.app.handlers, name, None) for name in ("save_pre", "save_post", "save_post_fail")]
    before = [(each, list(each)) for each in lists if each is not None]
    try:
        for each, _held in before:
            each.clear()
        yield
    finally:
        for each, held in before:
            each[:] = held


def is_gone(item):
    """Whether it went with the file that it was in."""
    try:
        return item.name is None
    except ReferenceError:
        return True


def is_utf8(data):
    try:
        return data.decode("utf-8") is not None
    except UnicodeDecodeError:
        return False


def read_anew(operator, path, **how):
    """Blender calls it an error, too, when the scene is open and one of its libraries cannot be read: then it is not
    this file that the error names. What the start-up file takes the place of is gone in any case. Where a name is no
    UTF-8 the error is one of decoding (since 4.2), or has no words."""
    before, name = bpy.context.scene, shared.on_disk(path)
    try:
        operator(filepath=path, **how)
    except (RuntimeError, UnicodeDecodeError) as error:
        words = getattr(error, "object", None) or shared.on_disk(str(error))
        if not is_gone(before) or name in words or not (words or is_utf8(name)):
            raise RuntimeError(os.fsdecode(words))


class Agent(shared.Agent):
    app, suffix = "blender", ".blend"
    main_methods = shared.Agent.main_methods + ("screenshot",)
    refusal = "a command line render holds the main thread"

    def __init__(self, path, token):
        self.frames = self.calm_ticks = 0
        self.cancelled = False
        self.edited, self.file, self.handlers = False, None, []
        self.born_dirty = bpy.app.background and bpy.data.is_dirty
        mode = os.environ.get("DCCHOST_AGENT_MODE", "") if bpy.app.background else "window"
        super().__init__(path, token, mode, bpy.app.background, bpy.app.version_string)

    def pump(self):
        bpy.app.timers.register(tick, first_interval=0, persistent=True)
        bpy.app.timers.register(guard, first_interval=5, persistent=True)

    def read_scene(self):
        return bpy.data.filepath, self.is_marked() or self.edited

    def is_marked(self):
        """Whether Blender knows of a change. What a script changes leaves no mark there, but in self.edited; and
        without a window a scene may be marked from the start (4.2)."""
        marked = bool(bpy.data.is_dirty)
        self.born_dirty = self.born_dirty and marked
        return marked and not self.born_dirty

    def names(self):
        return {"bpy": bpy}

    def save_copy(self, path):
        """To be opened as any scene: relative paths lead from there to where they led. As for any copy of ours, nobody
        who waits for a save is called: it would be taken for the artist's."""
        with silent_handlers(), altered(bpy.context.preferences.filepaths, "file_preview_type", "NONE"):
            bpy.ops.wm.save_as_mainfile(filepath=path, copy=True, check_existing=False)

    def do_screenshot(self, params):
        """The first window, as it is drawn, into a file that only we know of."""
        windows = bpy.context.window_manager.windows
        if self.background or not windows:
            raise shared.Refused("it has no window")
        path, window = shared.from_wire(params.get("path")), windows[0]
        if not path or not os.path.isdir(shared.on_disk(os.path.dirname(path))):
            raise shared.Refused("no such directory: %s" % path)
        override = getattr(bpy.context, "temp_override", None)  # since 3.2; a context manager, whatever stubs say
        if override is None:
            raise shared.Refused("before Blender 3.2 there is no way to a picture of a window from outside")
        with override(window=window, screen=window.screen):
            bpy.ops.screen.screenshot(filepath=path)
        return {"path": shared.to_wire(path), "bytes": os.path.getsize(shared.on_disk(path))}

    def stay_dirty(self):
        """After a rescue copy Blender comes to believe that all is saved. The artist must still be asked
        before the scene is closed, and an undo step marks it as changed again. With no room for steps the mark
        is all that is made: nothing can be redone after a step."""
        if not self.unsaved or bpy.data.is_dirty:
            return
        with altered(bpy.context.preferences.edit, "undo_steps", 0):
            bpy.ops.ed.undo_push(message="Rescue Copy")
        if not bpy.data.is_dirty:
            bpy.ops.ed.undo_push(message="Rescue Copy")

    def may_copy(self):
        window = getattr(bpy.context, "window", None)
        return (super().may_copy() and (self.edited or self.is_marked()) and
                not getattr(window, "modal_operators", None))  # since 4.2

    def write_rescue(self, path):
        """As Blender's own autosave: paths stay as they are, no preview is drawn (half a second in a window), nobody
        who waits for a save is called, and the copy knows the scene's own name."""
        dirty = self.is_marked()
        with silent_handlers(), altered(bpy.context.preferences.filepaths, "file_preview_type", "NONE"):
            bpy.ops.wm.save_as_mainfile(filepath=path, copy=True, check_existing=False, compress=False,
                                        relative_remap=False)
        self.unsaved = self.unsaved or dirty
        if not self.background:
            self.stay_dirty()
        try:
            finish_copy(path, shared.on_disk(bpy.data.filepath))
        except UnknownFormat as error:
            return "the copy does not know its scene's name, it will come back without one: %s" % error
        return None

    def tick(self):
        now = monotonic()
        gap, self.turned = now - self.turned, now
        self.turn()
        self.forget_render()
        self.keep_handlers()
        if not bpy.app.timers.is_registered(guard):
            bpy.app.timers.register(guard, first_interval=5, persistent=True)
        job = self.next_job(0)
        if job is not None:
            self.take_job(job)
        if self.ending:
            self.quit_window()
        self.stay_dirty()
        self.rescue.turn()
        if not self.ready:
            self.calm_ticks = self.calm_ticks + 1 if gap < READY_GAP else 0
            if self.calm_ticks >= READY_TICKS or now - self.started > READY_AT_LAST:
                self.become_ready()
            return TICK_AT_START
        return TICK if job is None and self.jobs.empty() else TICK_AT_WORK

    def forget_render(self):
        """A render that broke tells nobody that it is over."""
        running = getattr(bpy.app, "is_job_running", None)
        if self.busy[0] == "render" and running and monotonic() - self.busy[1] > 2:
            if not running("RENDER"):
                self.set_busy(None)

    def quit_window(self):
        self.say_goodbye()
        bpy.ops.wm.quit_blender()

    def hook(self):
        reactions = {
            "load_pre": lambda *a: self.set_busy("load"),
            "load_post": lambda *a: self.scene_changed(),
            "save_pre": lambda *a: self.save_begins(),
            "save_post": lambda *a: self.saved(),
            "render_init": lambda *a: self.render_begins(),
            "render_pre": self.frame_begins,
            "render_post": lambda *a: None,
            "render_stats": lambda *a: None,
            "render_write": lambda *a: None,
            "render_complete": lambda *a: self.set_busy(None),
            "render_cancel": lambda *a: self.render_cancelled(),
            "depsgraph_update_post": self.changed,
            "undo_post": self.changed,
            "redo_post": self.changed,
        }
        self.handlers = [(name, self.handler(reaction)) for name, reaction in reactions.items()
                         if hasattr(bpy.app.handlers, name)]
        for name, handler in self.handlers:
            getattr(bpy.app.handlers, name).append(handler)

    def keep_handlers(self):
        """An add-on may throw out every handler there is. Who knows what was not told meanwhile: it counts as changed,
        where that is not known to be otherwise."""
        lost = [(name, handler) for name, handler in self.handlers
                if not any(each is handler for each in getattr(bpy.app.handlers, name))]
        for name, handler in lost:
            getattr(bpy.app.handlers, name).append(handler)
        if lost and (self.background or self.is_marked()):
            self.edited = True
            self.rescue.touch()

    def turn(self):
        super().turn()
        if self.mode == "loop":
            self.keep_handlers()

    def handler(self, reaction):
        @bpy.app.handlers.persistent
        def handle(*args):
            try:
                if threading.get_ident() == self.main:  # a window renders in a thread of its own
                    self.turned = monotonic()
                reaction(*args)
            except Exception:
                pass
        return handle

    def changed(self, *args):
        """The scene was evaluated anew: also when it was only opened. A change that a script of ours makes leaves no
        mark in Blender; without a window there is no other."""
        if self.copying or self.busy[0] not in (None, "run"):
            return
        self.edited = self.edited or self.running
        if self.edited or not self.background:
            self.rescue.touch()

    def recover(self, path, scripts=None):
        """The scene of a rescue file under its own name; without one, if that is not certain, so that the artist is
        asked for a name and nothing is written where it does not belong. A window would live on, empty, where it
        cannot be read. scripts: whether those in the scene run; None: as the preferences say."""
        try:
            self.open_rescue(path, {} if scripts is None else {"use_scripts": scripts})
        except RuntimeError as error:
            shared.say("dcchost: the rescue file cannot be opened: %s: %s" % (path, " ".join(str(error).split())))
            sys.exit(SCRIPT_FAILED)
        self.edited = True
        self.recovered()

    def open_rescue(self, path, trust):
        doubt = None
        try:
            name = read_scene_name(shared.on_disk(path))
        except (UnknownFormat, OSError) as error:  # Blender may know more of it than we do
            name, doubt = None, "the scene's name cannot be read: %s" % error
        if name and self.is_ours(os.fsdecode(name), path):
            name, doubt = b"", "the name that it has, %s, is none of the artist's" % os.fsdecode(name)
        if name != b"":
            read_anew(bpy.ops.wm.recover_auto_save, path, **trust)
            got = bpy.data.filepath
            if got and not self.is_ours(got, path) and name in (None, shared.on_disk(got)):
                return
            doubt = doubt or "Blender did not give it its name, %s" % os.fsdecode(name)
        if name == b"" or bpy.data.filepath:
            read_anew(bpy.ops.wm.read_homefile, path)
        if bpy.data.filepath:
            raise RuntimeError("it cannot be kept from taking the name %s" % bpy.data.filepath)
        if doubt:
            shared.say("dcchost: %s comes back without a name, save it under its own: %s" % (path, doubt))

    def is_ours(self, name, path):
        """Whether a scene of that name would be saved where only we write."""
        places = [shared.on_disk(place) for place, _prefix in self.rescue.places]
        name = shared.on_disk(name)
        return name == shared.on_disk(path) or os.path.dirname(name) in places

    def leave(self):
        """A window that Blender has closed in order has left all in quit.blend, beside the copy. Then its timers are
        gone; whoever ends Python itself, as sys.exit() does, comes by here before."""
        orderly = not self.background and not bpy.app.timers.is_registered(tick)
        if orderly and not self.ending and self.temp and os.path.isfile(os.path.join(self.temp, "quit.blend")):
            self.rescue.drop()
        super().leave()

    def scene_changed(self):
        self.edited = False
        self.born_dirty = self.background and bpy.data.is_dirty
        super().scene_changed()

    def look_at_file(self):
        try:
            status = os.stat(bpy.data.filepath)
        except OSError:
            return bpy.data.filepath, None
        return bpy.data.filepath, (status.st_ino, status.st_mtime_ns, status.st_size)

    def save_begins(self):
        self.file = self.look_at_file()
        self.set_busy("save")

    def saved(self):
        """Also called when the artist saves a copy: then the scene itself is not saved."""
        self.set_busy(None)
        if self.copying:
            return
        if self.look_at_file() != self.file:
            self.scene_changed()
        else:
            self.edited = True
            self.rescue.touch()

    def render_begins(self):
        self.frames = 0
        self.set_busy("render")
        if self.background and (self.ending or self.is_given_up()):
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

    def render_cancelled(self):
        self.cancelled = True
        self.set_busy(None)

    def render_frame(self, frame, path):
        """What was changed for it is no change of the artist's. A cancelled render says that it is finished."""
        extension = os.path.splitext(path)[1][1:].lower()
        if extension not in FORMATS:
            raise shared.Refused("the format of '.%s' is not known; name .png, .jpg, .exr or .tif" % extension)
        render = bpy.context.scene.render
        held = render.image_settings.file_format, render.use_overwrite, render.use_placeholder, self.edited
        self.cancelled = False
        prepare_render(extension)
        try:
            render_still(frame, path)
        finally:
            render.image_settings.file_format, render.use_overwrite, render.use_placeholder, self.edited = held
            self.set_busy(None)
        if self.cancelled:
            raise shared.Refused("the render was cancelled")

    def cancel(self):
        """Without a window one interruption is taken, in all of Blender's life; in one it is only seen between
        frames."""
        if not self.background or self.interrupted or self.busy[0] != "render":
            return False
        self.interrupt()
        return True

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
    if agent is None:
        agent = shared.make(Agent)
        if agent is not None:
            agent.start()


def loop():
    if agent is not None:
        agent.loop()
