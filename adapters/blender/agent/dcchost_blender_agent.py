"""dcchost's agent inside Blender.

What all agents do alike is in dcchost_agent.py, beside this file; here is what only Blender needs: a timer that
turns in a window, its handlers, its way to save and to quit. It touches bpy on the main thread alone.

Python 3.7 and its standard library, Blender 2.93 and newer. Started by: blender --python THIS_FILE
DCCHOST_AGENT_MODE: "loop" (loop() will be called), "thread" (a command line render). Windows need none.
DCCHOST_AGENT_FRAMES: "FIRST LAST STEP" of that render, "" not known; unset: the scene says.
"""
import contextlib
import os
import signal
import struct
import sys
import threading
import time
import traceback
import types

import bpy

MODULE, SHARED = "dcchost_blender_agent", "dcchost_agent"
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


class SceneNames:
    """Where a .blend file keeps the name of its scene: Blender writes it into autosaves, but not into copies, and
    without it neither the scene's name nor relative paths come back. The file describes itself; what is not as
    expected is left as it is."""

    HEAD = struct.Struct("<4siQii")  # of a block: code, length, address, structure, count
    ROOM, TAIL = 1024, 1 << 20

    def __init__(self):
        self.field = None  # within the block GLOB; -1: not found

    def write(self, path, name):
        if self.field == -1 or len(name) >= self.ROOM:
            return
        with open(path, "r+b") as file:
            if file.read(9) != b"BLENDER-v":
                return
            file.seek(12)
            for _n in range(100):
                code, length, _address, structure, _count = self.HEAD.unpack(file.read(self.HEAD.size))
                if code == b"GLOB":
                    break
                file.seek(length, os.SEEK_CUR)
            else:
                return
            start = file.tell()
            if self.field is None:
                self.field = self.find(file, structure)
            if 0 <= self.field <= length - self.ROOM:
                file.seek(start + self.field)
                file.write(name.ljust(self.ROOM, b"\0"))

    def find(self, file, structure):
        file.seek(-min(self.TAIL, os.fstat(file.fileno()).st_size), os.SEEK_END)
        data = file.read()
        start = data.rfind(b"SDNANAME")
        try:
            return self.search(data[start + 4:], structure) if start >= 0 else -1
        except (struct.error, IndexError, ValueError):
            return -1

    def search(self, data, structure):
        """The offset of the member filename[1024] or filepath[1024]. Sections: NAME, TYPE, TLEN, STRC."""
        at = 0

        def begin(code):
            nonlocal at
            at = (at + 3) & ~3
            if data[at:at + 4] != code:
                raise ValueError(code)
            at += 4

        def numbers(form, n):
            nonlocal at
            got = struct.unpack_from("<%d%s" % (n, form), data, at)
            at += struct.calcsize("<%d%s" % (n, form))
            return got

        def words(n):
            nonlocal at
            found = []
            for _n in range(n):
                end = data.index(b"\0", at)
                found.append(data[at:end])
                at = end + 1
            return found

        begin(b"NAME")
        members = words(*numbers("i", 1))
        begin(b"TYPE")
        types = words(*numbers("i", 1))
        begin(b"TLEN")
        lengths = numbers("H", len(types))
        begin(b"STRC")
        numbers("i", 1)
        for _n in range(structure):
            numbers("H", 2 * numbers("H", 2)[1])
        offset = 0
        for _n in range(numbers("H", 2)[1]):
            kind, member = numbers("H", 2)
            if members[member] in (b"filename[1024]", b"filepath[1024]"):
                return offset
            pointer = members[member].startswith((b"*", b"(*"))
            size = struct.calcsize("P") if pointer else lengths[kind]
            for count in members[member].split(b"[")[1:]:
                size *= int(count.rstrip(b"]"))
            offset += size
        return -1


scene_names = SceneNames()


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
        self.edited, self.file = False, None
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
        return (super().may_copy() and (self.edited or bpy.data.is_dirty) and
                not getattr(window, "modal_operators", None))  # since 4.2

    def write_rescue(self, path):
        """As Blender's own autosave: paths stay as they are, no preview is drawn (half a second in a window), nobody
        who waits for a save is called, and the copy knows the scene's own name."""
        dirty = bool(bpy.data.is_dirty)
        with silent_handlers(), altered(bpy.context.preferences.filepaths, "file_preview_type", "NONE"):
            bpy.ops.wm.save_as_mainfile(filepath=path, copy=True, check_existing=False, compress=False,
                                        relative_remap=False)
        self.unsaved = self.unsaved or dirty
        if not self.background:
            self.stay_dirty()
        if bpy.data.filepath:
            scene_names.write(path, os.fsencode(bpy.data.filepath))

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
            "save_pre": lambda *a: self.save_begins(),
            "save_post": lambda *a: self.saved(),
            "render_init": lambda *a: self.render_begins(),
            "render_pre": self.frame_begins,
            "render_post": lambda *a: None,
            "render_stats": lambda *a: None,
            "render_write": lambda *a: None,
            "render_complete": lambda *a: self.set_busy(None),
            "render_cancel": lambda *a: self.set_busy(None),
            "depsgraph_update_post": self.changed,
            "undo_post": self.changed,
            "redo_post": self.changed,
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

    def changed(self, *args):
        """The scene was evaluated anew: also when it was only opened. A change that a script of ours makes leaves no
        mark in Blender; without a window there is no other."""
        if self.copying or self.busy[0] not in (None, "run"):
            return
        self.edited = self.edited or self.busy[0] == "run"
        if self.edited or not self.background:
            self.rescue.touch()

    def recover(self, path):
        """The scene of a rescue file under its own name. A window would live on, empty, where it cannot be read."""
        try:
            bpy.ops.wm.recover_auto_save(filepath=path)
        except RuntimeError as error:
            print("dcchost: the rescue file cannot be opened: %s" % error)
            sys.exit(SCRIPT_FAILED)
        self.edited = True
        self.recovered()

    def scene_changed(self):
        self.edited = False
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
