"""What dcchost's agents have in common, whatever application they live in.

Problem: from outside nobody can tell an application that works from one that hangs, nor ask it to save.
Contract: docs/protocol.md, section 1. Dials out to the session, opens no port, never raises into the
application. Lives on without a session and finds the next one by itself. It knows no application: a subclass of
Agent answers the questions at its end, on the main thread, and brings what turns that thread.
Threads: "dcchost-agent" owns the socket and answers ping and stacks; everything else is a job for the main
thread, which takes it from the subclass's timer (window) or from loop(). In mode "thread" nobody takes jobs; the
thread answers alone.

Python 3.7 and its standard library. It lies beside the application's own agent, which loads it by its path.
"""
import atexit
import base64
import collections
import faulthandler
import json
import os
import queue
import selectors
import signal
import socket
import sys
import threading
import time
import traceback

LINE_LIMIT, BACKLOG_LIMIT = 1 << 20, 4 << 20
FIRST_DELAY, LAST_DELAY, HELLO_TIMEOUT = 0.1, 2.0, 10.0
# Qt turned this lately, while the main thread has not for so long: a dialog is open.
QT_TICK_MS, QT_FRESH, MAIN_STALE = 250, 2.0, 3.0

Job = collections.namedtuple("Job", "life id method params")


class Refused(Exception):
    """Told to the session as it is, without a traceback."""


def to_wire(text):
    try:
        text.encode("utf-8")
        return text
    except UnicodeEncodeError:
        return {"base64": base64.b64encode(os.fsencode(text)).decode("ascii")}


def from_wire(value):
    if isinstance(value, dict):
        return os.fsdecode(base64.b64decode(value["base64"]))
    return value


def on_disk(path):
    """A path for the system. An embedded Python may believe that names of files are ASCII; they are not."""
    try:
        return os.fsencode(path)
    except UnicodeEncodeError:
        return path.encode("utf-8", "surrogateescape")


class Wire:
    """The line to the session. Only its thread touches the socket; anybody may post."""

    def __init__(self, owner, path, token):
        self.agent, self.path, self.token = owner, path, token
        self.welcome = self.refused = False
        self.life = 0  # counts connections: an answer goes to the one that asked, or nowhere
        self.told = {}
        self.outbox = collections.deque()
        self.met, self.drained = threading.Event(), threading.Event()
        self.ear, self.bell = socket.socketpair()
        self.ear.setblocking(False)
        self.bell.setblocking(False)

    def start(self):
        threading.Thread(target=self._run, name="dcchost-agent", daemon=True).start()

    def wake(self):
        try:
            self.bell.send(b"\0")
        except OSError:
            pass  # full: it will wake anyway

    def notify(self, method, **params):
        if self.welcome:
            self._post({"jsonrpc": "2.0", "method": method, "params": params})

    def answer(self, job, result=None, error=None):
        if job.life != self.life:
            return
        message = {"jsonrpc": "2.0", "id": job.id}
        if error is None:
            message["result"] = result
        else:
            message["error"] = {"code": error[0], "message": error[1]}
        self._post(message)

    def flush(self, timeout):
        if self.welcome:
            self.drained.clear()
            self.wake()
            self.drained.wait(timeout)

    def _post(self, message):
        self.outbox.append(json.dumps(message).encode("ascii") + b"\n")
        self.wake()

    def _run(self):
        delay = FIRST_DELAY
        while not self.refused:
            sock = None
            try:
                sock = self._connect()
                self._serve(sock)
            except Exception:  # gone, absent or senseless: there may be another session soon
                pass
            if sock is not None:
                sock.close()
            if self.welcome:
                delay = FIRST_DELAY
            self.welcome = False
            self.life += 1
            self.outbox.clear()
            self.drained.set()
            if not self.refused:
                self._rest(delay)
            delay = min(delay * 2, LAST_DELAY)

    def _connect(self):
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            if len(os.fsencode(self.path)) <= 100:
                sock.connect(self.path)
            else:  # too long for sockaddr_un
                directory = os.open(os.path.dirname(self.path), os.O_RDONLY | os.O_DIRECTORY)
                try:
                    sock.connect("/proc/self/fd/%d/%s" % (directory, os.path.basename(self.path)))
                finally:
                    os.close(directory)
        except BaseException:
            sock.close()
            raise
        return sock

    def _rest(self, delay):
        end = time.monotonic() + delay
        with selectors.DefaultSelector() as selector:
            selector.register(self.ear, selectors.EVENT_READ)
            while time.monotonic() < end:
                if selector.select(max(0, end - time.monotonic())):
                    self._listen()

    def _listen(self):
        try:
            self.ear.recv(4096)
        except OSError:
            pass

    def _serve(self, sock):
        sock.setblocking(False)
        self._post({"jsonrpc": "2.0", "id": "hello", "method": "hello", "params": self.agent.introduce(self)})
        asked_at = time.monotonic()
        inbox, out = bytearray(), bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(self.ear, selectors.EVENT_READ)
            selector.register(sock, selectors.EVENT_READ)
            while not self.refused:
                if self.welcome:
                    self._tell_news()
                elif time.monotonic() - asked_at > HELLO_TIMEOUT:
                    return
                self._write(sock, out)
                selector.modify(sock, selectors.EVENT_READ | (selectors.EVENT_WRITE if out else 0))
                for key, events in selector.select(HELLO_TIMEOUT):
                    if key.fileobj is self.ear:
                        self._listen()
                    elif events & selectors.EVENT_READ:
                        self._read(sock, inbox)

    def _write(self, sock, out):
        while self.outbox:
            out += self.outbox.popleft()
        if len(out) > BACKLOG_LIMIT:
            raise ConnectionError("the session does not read")
        if out:
            try:
                del out[: sock.send(out)]
            except BlockingIOError:
                pass
        if not out and not self.outbox:
            self.drained.set()

    def _read(self, sock, inbox):
        data = sock.recv(65536)
        if not data:
            raise ConnectionError("the session went away")
        inbox += data
        if b"\n" in data:
            *lines, rest = bytes(inbox).split(b"\n")
            inbox[:] = rest
            for line in lines:
                self._take(line)
        if len(inbox) > LINE_LIMIT:
            raise ConnectionError("a line without end")

    def _take(self, line):
        try:
            message = json.loads(line.decode("utf-8"))
        except (ValueError, RecursionError):
            return
        if not isinstance(message, dict):
            return
        if "method" not in message:
            if message.get("id") == "hello":
                self.welcome = "error" not in message
                self.refused = not self.welcome
                self.met.set()
        elif self.welcome and message.get("id") is not None:
            params = message.get("params")
            self.agent.take(Job(self.life, message["id"], message["method"],
                                params if isinstance(params, dict) else {}))

    def _tell_news(self):
        """What the session knows of us follows what is so; who connects later hears the last state."""
        for method, key, params in self.agent.news():
            if self.told.get(method) != (self.life, key):
                self.told[method] = (self.life, key)
                self._post({"jsonrpc": "2.0", "method": method, "params": params})


class RescueCopy:
    """A copy of unsaved work in the life's own directory, for the day the application breaks. Made on the main thread
    while nobody works there, and never for more than a fiftieth of the time: how long the last one took says when
    the next may be made. A copy is whole or not there."""

    QUIET, SHARE, PATIENCE = 1.0, 50, 4

    def __init__(self, agent):
        self.agent, self.path = agent, None
        try:
            self.period = int(os.environ.get("DCCHOST_AGENT_RESCUE_MS") or 0) / 1000.0
        except ValueError:
            self.period = 0.0
        self.changed = self.touched_at = self.made_at = None
        self.cost = 0.0

    def touch(self):
        """Something in the scene has changed."""
        self.touched_at = time.monotonic()
        if self.changed is None:
            self.changed = self.touched_at

    def is_due(self):
        now = time.monotonic()
        if self.changed is None or not self.period or not self.agent.temp:
            return False
        if now - self.touched_at < self.QUIET and now - self.changed < self.period * self.PATIENCE:
            return False
        return self.made_at is None or now - self.made_at >= max(self.period, self.cost * self.SHARE)

    def turn(self):
        if self.is_due() and self.agent.may_copy():
            self.make()

    def make(self):
        name = os.path.splitext(os.path.basename(self.agent.scene))[0] or "untitled"
        name = os.fsdecode(os.fsencode(name)[:180])  # there is more to come, and 255 bytes are the end
        path = os.path.join(self.agent.temp, name + "_rescue" + self.agent.suffix)
        began = self.made_at = time.monotonic()
        self.changed = None
        try:
            self.agent.copying = True
            try:
                self.agent.write_rescue(path + ".part")
            finally:
                self.agent.copying = False
            os.replace(path + ".part", path)
            if self.path not in (None, path):
                self.drop()
            self.path = path
        except Exception:  # there will be another change; a full disk does not stop anybody's work
            self.remove(path + ".part")
        self.made_at = time.monotonic()
        self.cost = self.made_at - began
        self.changed = None

    def drop(self):
        """It holds nothing that is not elsewhere, or nothing that anybody wants."""
        self.changed = None
        if self.path is not None:
            self.remove(self.path)
            self.path = None

    @staticmethod
    def remove(path):
        try:
            os.unlink(path)
        except OSError:
            pass


class Agent:
    """The life of an agent. mode: "window", "loop" (loop() will be called), "thread" (nobody takes jobs)."""

    app = suffix = ""
    refusal = "a job of its own holds the main thread"

    def __init__(self, path, token, mode, background, version):
        self.pid = os.getpid()
        self.mode, self.background, self.version = mode, background, version
        self.main = threading.get_ident()
        self.started = self.turned = time.monotonic()
        self.busy = (None, self.started)
        self.ready = self.ready_told = self.ending = self.interrupted = self.copying = self.unsaved = False
        self.code = self.qt_turned = self.qt_timer = None
        self.jobs = queue.Queue()  # SimpleQueue.get() can wait for ever when a signal handler is slow
        self.temp = next((os.environ[k] for k in ("TMPDIR", "TMP", "TEMP") if os.environ.get(k)), None)
        self.place, self.dirty = ("", False), None  # the scene, and whether it is there: always together
        self.rescue = RescueCopy(self)
        self.look()
        self.wire = Wire(self, path, token)

    def start(self):
        for stream in (sys.stdout, sys.stderr):  # a crash takes along what is still in Python's buffers
            getattr(stream, "reconfigure", dict)(line_buffering=True)
        self.watch_faults()
        self.watch_signals()
        self.hook()
        atexit.register(self.leave)
        self.wire.start()
        if self.mode == "window":
            self.pump()
        elif self.mode != "loop":
            self.become_ready()
            self.wire.met.wait(1)  # a short run would be over before anybody heard of it

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
                self.qt_turned = time.monotonic()
                return
            except Exception:
                self.qt_timer = None

    def qt_ticked(self):
        self.qt_turned = time.monotonic()

    @property
    def scene(self):
        return self.place[0]

    def look(self, anew=False):
        """Keeps what the thread may tell without touching the application. anew: the same path was read again."""
        try:
            scene, changed = self.read_scene()
            if anew or scene != self.place[0]:
                self.place = scene, os.path.isfile(on_disk(scene))
                self.unsaved = False
            self.dirty = None if changed is None else bool(changed or self.unsaved)
        except Exception:
            self.dirty = None  # the scene cannot be asked at times

    def turn(self):
        self.turned = time.monotonic()
        if threading.get_ident() == self.main and self.busy[0] in ("load", "save", "run"):
            self.set_busy(None)  # they hold the main thread, so they are over
        self.look()

    def set_busy(self, reason):
        if reason != self.busy[0]:
            self.busy = (reason, time.monotonic())
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
        now = "%s-%03d" % (time.strftime("%Y%m%d-%H%M%S"), time.time() % 1 * 1000)
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
        if self.rescue.changed is not None and self.rescue.period and self.temp:
            self.rescue.make()  # this one can be gone on from as if nothing had been
        return {"path": to_wire(path), "bytes": os.path.getsize(on_disk(path))}

    def do_quit(self, params):
        self.code = int(params.get("code") or 0)
        self.ending = True
        return {"quitting": True}

    def do_run(self, params):
        names = dict(self.names(), __name__="dcchost_run", result=None)
        self.set_busy("run")
        try:
            exec(compile(str(params.get("source", "")), "<dcchost run>", "exec"), names)
        finally:
            self.turn()  # before the answer: whoever has that may ask at once whether we are busy
        return {"value": repr(names["result"])[: LINE_LIMIT // 8]}

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
                traceback.print_exc()
        self.say_goodbye()

    def leave(self):
        """In order: what was not saved the artist has given up, unless it is not he who ends it."""
        if os.getpid() == self.pid:
            if not self.ending:
                self.rescue.drop()
            self.wire.notify("bye", code=self.code)
            self.wire.flush(0.3)

    def scene_changed(self):
        self.set_busy(None)
        self.unsaved = False
        self.rescue.drop()
        self.look(anew=True)
        self.wire.wake()

    def watch_faults(self):
        """All Python stacks when the application breaks, or on SIGUSR1 even while C code holds the interpreter."""
        if not self.temp:
            return
        try:
            self.faults = open(os.path.join(self.temp, "dcchost-faults.txt"), "w")
            faulthandler.enable(file=self.faults, all_threads=True)
            if hasattr(faulthandler, "register"):
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
                "ready": self.ready_told, "scene": to_wire(self.scene)}

    def news(self):
        (scene, exists), reason = self.place, self.busy[0]
        place = {"scene": to_wire(scene), "exists": exists}
        if self.ready and not self.ready_told:
            self.ready_told = True
            yield "ready", True, place
            self.wire.told["scene"] = (self.wire.life, (scene, exists))
        if self.ready_told:
            yield "scene", (scene, exists), place
        if reason or "busy" in self.wire.told:
            yield "busy", reason, {"reason": reason}

    def take(self, job):
        if job.method in ("ping", "stacks"):
            self.do(job)
        elif job.method not in ("save", "run", "quit"):
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

    def do_ping(self, params):
        now, (reason, since) = time.monotonic(), self.busy
        pulse = {"pid": self.pid, "main_thread_age_ms": int((now - self.turned) * 1000), "busy": reason,
                 "busy_ms": int((now - since) * 1000) if reason else 0,
                 "scene": to_wire(self.scene), "dirty": self.dirty}
        if self.qt_turned is not None:
            pulse["event_loop_age_ms"] = int((now - self.qt_turned) * 1000)
            if not reason and now - self.qt_turned < QT_FRESH and now - self.turned > MAIN_STALE:
                pulse["busy"], pulse["busy_ms"] = "dialog", pulse["main_thread_age_ms"]
        return pulse

    def do_stacks(self, params):
        path = os.path.join(self.temp or "", "dcchost-stacks-%d.txt" % int(time.time() * 1000))
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
        """This life goes on from a rescue file: it is not saved, whatever the application believes."""
        self.unsaved = True
        self.rescue.touch()

    def names(self):
        """What "run" finds in its namespace."""
        return {}

    def hook(self):
        """Asks the application to tell of loading, saving and rendering."""

    def pump(self):
        """Has the main thread of a window take jobs."""

    def interrupt(self):
        """Ends a render that holds the main thread."""
