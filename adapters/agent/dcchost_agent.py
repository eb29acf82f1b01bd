"""What dcchost's agents have in common, whatever application they live in.

Problem: from outside nobody can tell an application that works from one that hangs, nor ask it to save.
Contract: docs/protocol.md, section 1. Dials out to the session, opens no port, never raises into the
application. Lives on without a session and finds the next one by itself. It knows no application: a subclass of
Agent answers the questions at its end, on the main thread, and brings what turns that thread.
Threads: "dcchost-agent" owns the socket and answers ping and stacks; everything else is a job for the main
thread, which takes it from the subclass's timer (window) or from loop(). In mode "thread" nobody takes jobs; the
thread answers alone.

Python 3.7 and its standard library. join.py makes one file of this and of the parts named below; it lies beside the
application's own agent, which boot.py brings in.
"""
import atexit
import collections
import faulthandler
import io
import os
import queue
import signal
import sys
import threading
import traceback
from time import monotonic, strftime, time

from dcchost_base import Refused, from_wire, look_at, on_disk, say, to_wire  # joined
from dcchost_rescue import RescueCopy  # joined
from dcchost_waiting import find_wait, offer  # joined
from dcchost_wire import LINE_LIMIT, Wire  # joined

# Qt turned this lately, while the main thread has not for so long: a dialog is open.
QT_TICK_MS, QT_FRESH, MAIN_STALE = 250, 2.0, 3.0
# A main thread that has not turned for so long is looked at: it may sleep until a client comes.
WAIT_AFTER = 1.0


class Agent:
    """The life of an agent. mode: "window", "loop" (loop() will be called), "thread" (nobody takes jobs)."""

    app = suffix = ""
    refusal = "a job of its own holds the main thread"
    goodbye = ""  # what is printed where the application ends in order, if it does not say so itself
    knows_scene = True  # when it is ready; work of the user's own may open its scene later
    takes_frame_args = False  # whether render_frame() goes by frame_args
    # What is done on the main thread.
    main_methods = ("save", "run", "quit", "render")  # type: tuple[str, ...]

    def __init__(self, path, token, mode, background, version):
        self.pid = os.getpid()
        self.mode, self.background, self.version = mode, background, version
        self.note_main()
        self.started = self.turned = monotonic()
        self.busy = (None, self.started)
        self.ready = self.ready_told = self.ending = self.interrupted = self.copying = self.unsaved = False
        self.running = self.gone = False  # "run" is under way; the end was told
        self.code = self.qt_turned = self.qt_timer = self.end_signal = None
        self.task, self.frame_args, self.given_up = None, [], collections.deque(maxlen=100)
        self.jobs = queue.Queue()  # SimpleQueue.get() can wait for ever when a signal handler is slow
        # A wrapper or a startup script may have another idea of TMPDIR, and nobody looks there.
        self.temp = next((os.environ[k] for k in ("DCCHOST_AGENT_TEMP_DIR", "TMPDIR", "TMP", "TEMP")
                          if os.environ.get(k)), None)
        self.place, self.dirty = look_at(""), None
        self.wire = Wire(self, path, token)
        self.rescue = RescueCopy(self)
        self.look()

    def start(self):
        for stream in (sys.stdout, sys.stderr):  # a crash takes along what is still in Python's buffers
            try:
                if type(stream) is io.TextIOWrapper:
                    getattr(stream, "reconfigure", dict)(line_buffering=True)
            except Exception:
                pass  # closed
        self.watch_faults()
        self.watch_signals()
        self.hook()
        atexit.register(self.leave)
        offer()
        self.wire.start()
        if self.mode == "window":
            self.pump()
        elif self.mode != "loop":
            self.become_ready()
            self.wire.met.wait(1)  # a short run would be over before anybody heard of it

    def note_main(self):
        """The thread that this is called on is the application's main one."""
        self.main = threading.get_ident()
        self.main_task = getattr(threading, "get_native_id", os.getpid)()

    def become_ready(self):
        self.ready = True
        self.wire.wake()

    def watch_qt(self):
        """A timer of Qt's turns in modal dialogs too, where the application does no work."""
        for name in ("PySide6", "PySide2"):
            try:
                core = __import__(name + ".QtCore").QtCore
                self.qt_timer = core.QTimer()
                self.qt_timer.timeout.connect(self.qt_ticked)
                self.qt_timer.start(QT_TICK_MS)
                self.qt_turned = monotonic()
                return
            except Exception:
                self.qt_timer = None

    def qt_ticked(self):
        self.qt_turned = monotonic()

    @property
    def scene(self):
        return self.place.path

    def look(self, anew=False):
        """Keeps what the thread may tell without touching the application. anew: the same path was read again."""
        before = self.place, self.dirty
        try:
            scene, changed = self.read_scene()
            if anew or scene != self.place.path:
                self.place = look_at(scene)
                self.unsaved = False
            self.dirty = None if changed is None else bool(changed or self.unsaved)
        except Exception:
            self.dirty = None  # the scene cannot be asked at times
        if before != (self.place, self.dirty):
            self.wire.wake()

    def turn(self):
        self.turned = monotonic()
        if threading.get_ident() == self.main and self.busy[0] in ("load", "save", "run"):
            self.set_busy(None)  # they hold the main thread, so they are over
        self.look()

    def set_busy(self, reason):
        if reason != self.busy[0]:
            self.busy = (reason, monotonic())
            self.wire.wake()

    def take_job(self, job):
        if job.life == self.wire.life:  # else whoever asked is gone
            self.do(job)
            self.turn()

    def do(self, job):
        try:
            result = getattr(self, "do_" + job.method)(job.params)
        except BaseException as error:
            kind = "" if isinstance(error, Refused) else type(error).__name__ + ": "
            self.wire.answer(job, error=(-32000, "%s%s" % (kind, error)))
        else:
            self.wire.answer(job, result)

    def do_save(self, params):
        directory = from_wire(params.get("directory"))
        if not directory or not os.path.isdir(on_disk(directory)):
            raise Refused("no such directory: %s" % directory)
        name = os.path.splitext(os.path.basename(self.read_scene()[0]))[0] or "untitled"
        now = "%s-%03d" % (strftime("%Y%m%d-%H%M%S"), time() % 1 * 1000)
        path = os.path.join(directory, "%s-%s%s" % (name, now, self.suffix))
        dirty = self.dirty
        self.copying = True
        try:
            path = self.save_copy(path) or path
        finally:
            self.copying = False
        self.unsaved = bool(dirty)
        if not os.path.isfile(on_disk(path)):
            raise Refused("%s wrote no file to %s" % (self.app.capitalize(), path))
        if self.rescue.changed is not None and self.rescue.is_on():
            self.rescue.make()  # this one can be gone on from as if nothing had been
        return {"path": to_wire(path), "bytes": os.path.getsize(on_disk(path))}

    def do_quit(self, params):
        self.code = int(params.get("code") or 0)
        self.ending = True
        return {"quitting": True}

    def do_run(self, params):
        names = dict(self.names(), __name__="dcchost_run", result=None)
        self.set_busy("run")
        self.running = True
        try:
            exec(compile(str(params.get("source", "")), "<dcchost run>", "exec"), names)
        finally:
            self.running = False
            self.turn()  # before the answer: whoever has that may ask at once whether we are busy
        return {"value": repr(names["result"])[: LINE_LIMIT // 8]}

    def do_render(self, params):
        """One frame, into one file. The thread that asked waits for as long as it takes."""
        path, began = from_wire(params.get("path")), monotonic()
        self.frame_args = [from_wire(each) for each in params.get("args") or []]
        if self.frame_args and not self.takes_frame_args:
            raise Refused("%s takes no arguments for a frame" % self.app.capitalize())
        self.task = params.get("task")
        try:
            if self.is_given_up():
                raise Refused("the render was cancelled")
            self.render_frame(int(params["frame"]), path)
        finally:
            self.task = None
        return {"path": to_wire(path), "ms": int((monotonic() - began) * 1000)}

    def is_given_up(self):
        """Whether whoever asked for the frame that is being rendered wants it no longer."""
        return self.task is not None and self.task in self.given_up

    def next_job(self, timeout):
        try:
            return self.jobs.get(timeout=timeout) if timeout else self.jobs.get_nowait()
        except queue.Empty:
            return None

    def say_goodbye(self):
        """The answer to quit goes out first; a code of its own needs another way out."""
        self.wire.flush(0.5)
        if self.code:
            sys.exit(self.code)

    def loop(self):
        """The whole life of an application whose own timers never fire."""
        self.turn()
        self.become_ready()
        while not self.ending:
            try:
                job = self.next_job(0.25)
                self.turn()
                if job is not None:
                    self.take_job(job)
                self.rescue.turn()
            except KeyboardInterrupt:
                self.ending = True
            except Exception:
                say("dcchost: " + traceback.format_exc())
        self.say_goodbye()

    def leave(self):
        """At exit of Python, whoever brought it about: that gives no unsaved work up."""
        if os.getpid() == self.pid:
            self.wire.notify("bye", code=self.code, **({"signal": self.end_signal} if self.end_signal else {}))
            self.wire.flush(0.3)

    def run_script(self, args, run):
        """The user's own script, as without us, and then the word that all of it was done."""
        try:
            run(args)
        except SystemExit as end:
            if end.code:
                raise
        self.part()

    def part(self):
        """The application ends in order, and not all that end so flush what was printed."""
        if self.gone or os.getpid() != self.pid:
            return
        self.gone = True
        say(self.goodbye)
        Agent.leave(self)

    def scene_changed(self):
        self.set_busy(None)
        self.unsaved = False
        self.rescue.drop()
        self.look(anew=True)
        self.wire.wake()

    def watch_faults(self):
        """All Python stacks when the application breaks, or on SIGUSR1 even while C code holds the interpreter. Where
        the user has an arrangement of the same kind, that stands."""
        if not self.temp:
            return
        try:
            self.faults = open(os.path.join(self.temp, "dcchost-faults.txt"), "w")
            if not faulthandler.is_enabled():
                faulthandler.enable(file=self.faults, all_threads=True)
            if hasattr(faulthandler, "register") and signal.getsignal(signal.SIGUSR1) == signal.SIG_DFL:
                faulthandler.register(signal.SIGUSR1, file=self.faults, all_threads=True)
        except (OSError, ValueError, RuntimeError):
            pass

    def watch_signals(self):
        """SIGTERM becomes an orderly quit, but in mode "thread", which nothing could end in order."""
        try:
            if self.mode == "thread" or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
                return
            signal.signal(signal.SIGTERM, self.terminated)
        except (OSError, ValueError):
            pass

    def terminated(self, number, frame):
        if os.getpid() == self.pid:
            self.end_signal = number
            self.asked_to_end()
        else:  # a forked worker must die by it as ever
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)

    def asked_to_end(self):
        self.ending = True
        if self.background and self.busy[0] == "render":
            self.interrupt()

    def introduce(self, wire):
        """In the agent's thread, as all that follows: the application is not touched."""
        return {"token": wire.token, "pid": self.pid, "app": self.app, "version": self.version,
                "python": sys.version.split()[0], "headless": self.background, "protocol": 1,
                "ready": self.ready_told, "scene": to_wire(self.scene) if self.knows_scene else None}

    def news(self):
        """(method, what it says, params) of each notification that tells a state; told again when that changes."""
        scene, reason = self.place, self.busy[0]
        copy, dirty = self.rescue.path, self.dirty
        where = to_wire(copy) if copy else None
        place = {"scene": to_wire(scene.path), "exists": scene.exists}
        if self.ready and not self.ready_told:
            self.ready_told = True
            yield "ready", True, place if self.knows_scene else {"scene": None, "exists": False}
            self.wire.told["scene"] = (self.wire.life, scene)
        if self.ready_told:
            yield "scene", scene, place
            yield "work", (scene, dirty, copy), {"dirty": dirty, "copy": where, "scene": place["scene"],
                                                 "scene_mtime_ns": scene.changed}
        if reason or "busy" in self.wire.told:
            yield "busy", reason, {"reason": reason}
        trouble = self.rescue.trouble
        if trouble:
            yield "protection", (trouble, copy), {"ok": False, "reason": trouble, "path": where}
        elif "protection" in self.wire.told:
            yield "protection", None, {"ok": True, "path": where}

    def take(self, job):
        if job.method in ("ping", "stacks"):
            self.do(job)
        elif job.method in ("cancel",):
            self.wire.answer(job, {"cancelled": self.give_up(job.params.get("task"))})
        elif job.method not in self.main_methods:
            self.wire.answer(job, error=(-32601, "unknown method: %s" % job.method))
        elif self.mode != "thread":
            self.jobs.put(job)
            if job.method == "quit" and self.background and self.busy[0] == "render":
                self.interrupt()
        elif job.method == "quit":
            self.wire.answer(job, {"quitting": True})
            self.code = 1
            self.asked_to_end()
        else:
            self.wire.answer(job, error=(-32000, self.refusal))

    def give_up(self, task):
        """What of this task has not begun never will. Whether that, or the frame that has begun, ends early."""
        if task is None:
            return self.cancel()
        self.given_up.append(task)
        with self.jobs.mutex:
            waits = any(each.method == "render" and each.params.get("task") == task for each in self.jobs.queue)
        return waits or self.task == task and self.cancel()

    def do_ping(self, params):
        now, (reason, since), copy = monotonic(), self.busy, self.rescue.path
        pulse = {"pid": self.pid, "main_thread_age_ms": int((now - self.turned) * 1000), "busy": reason,
                 "busy_ms": int((now - since) * 1000) if reason else 0,
                 "scene": to_wire(self.scene), "dirty": self.dirty, "copy": to_wire(copy) if copy else None}
        if self.qt_turned is not None:
            pulse["event_loop_age_ms"] = int((now - self.qt_turned) * 1000)
            if not reason and now - self.qt_turned < QT_FRESH and now - self.turned > MAIN_STALE:
                pulse["busy"], pulse["busy_ms"] = "dialog", pulse["main_thread_age_ms"]
        self.tell_wait(pulse, now)
        return pulse

    def tell_wait(self, pulse, now):
        """The age of a main thread that waits says nothing. A window that waits is none that anybody can work in."""
        if not self.background or now - self.turned < WAIT_AFTER or self.busy[0] not in (None, "run"):
            return
        what = find_wait(self.main_task)
        if what is not None:
            pulse["busy"], pulse["busy_ms"] = "waiting", pulse["main_thread_age_ms"]
            pulse["main_thread_age_ms"], pulse["waiting"] = None, what

    def do_stacks(self, params):
        path = os.path.join(self.temp or "", "dcchost-stacks-%d.txt" % int(time() * 1000))
        with open(path, "w") as file:
            faulthandler.dump_traceback(file=file, all_threads=True)
        return {"path": to_wire(path)}

    # What an application answers, on its main thread.

    def read_scene(self):
        """The path of the open scene ("" unnamed), and whether it was changed; None: not known."""
        return "", None

    def save_copy(self, path):
        """Writes a copy; returns where, if it had to have another ending."""
        raise Refused("there is nothing that could be saved")

    def may_copy(self):
        """Whether a rescue copy can be made now; for those that tell of changes by rescue.touch()."""
        return self.busy[0] is None and not self.ending

    def write_rescue(self, path):
        """A copy that a recovery can go on from, made without a trace in the open scene."""
        raise Refused("no rescue copies")

    def recovered(self):
        """This run goes on from a rescue file: it is not saved, whatever the application believes."""
        self.unsaved = True
        self.rescue.touch()

    def names(self):
        """What "run" finds in its namespace."""
        return {}

    def hook(self):
        """Asks the application to tell of loading, saving and rendering."""

    def pump(self):
        """Has the main thread of a window take jobs."""

    def render_frame(self, frame, path):
        """Renders one frame of the open scene to a file; Refused where it was cancelled."""
        raise Refused("%s's agent cannot render in an instance that is up; start a render of its own" % self.app)

    def cancel(self):
        """In the agent's thread. Whether the frame that is being rendered will end early."""
        return False

    def interrupt(self):
        """Ends a render that holds the main thread."""


def make(kind, *told):
    """The agent of this process; None: there is no session. told: variables that are of no concern to an application
    which this one starts."""
    path, token = os.environ.get("DCCHOST_AGENT_SOCKET"), os.environ.pop("DCCHOST_AGENT_TOKEN", "")
    for name in told:
        os.environ.pop(name, None)
    return kind(path, token) if path and token else None


def refuse_scene(text, background):
    """A window stays, on the scene that it has; without one nothing is left to do."""
    say(text)
    if background:
        os._exit(1)
