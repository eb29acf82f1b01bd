"""What makes gi.repository.DccHost pleasant in Python; PyGObject loads it by itself.

Reprs that say what an object is, requests from keyword arguments, a Host whose sessions end with their `with`, waiting
with a timeout and in asyncio, watchers that iterate, and adapters whose exceptions reach whoever asked. Lists are
Gio.ListModel and iterate as they are; errors are GLib.Error, and DccHost.Error has the predicates
(`DccHost.Error.is_busy(error)`).
"""

import collections
import functools
import json
import select
import struct
import threading
import time

from gi.module import get_introspection_module
from gi.overrides import override
from gi.overrides._dcchost_loop import context, turn_gently_until
from gi.repository import Gio, GLib

DccHost = get_introspection_module("DccHost")

_SLICE_MS = 50
_KILL_MS = 10000


class Installation(DccHost.Installation):
    def __repr__(self):
        return "<DccHost.Installation %s version %s from %s>" % (
            self.get_executable(), self.get_version() or "unknown", self.get_origin())


class ExitInfo(DccHost.ExitInfo):
    def get_pid(self):
        """Whose end it is; None where that is not known."""
        pid = super().get_pid()
        return pid if pid > 0 else None

    def __repr__(self):
        return "<DccHost.ExitInfo %s code %d signal %d>" % (
            self.get_kind().value_nick, self.get_code(), self.get_signal())


class Verdict(DccHost.Verdict):
    def __repr__(self):
        return "<DccHost.Verdict %s: %s>" % (self.get_kind().value_nick, self.get_reason())


# The questions: what answers each, whether it is a list of them, and whether a GLib.Error is an answer, too. All of it
# is in the library's introspection but what the items of a list are.
_Answer = collections.namedtuple("_Answer", "type is_list may_raise")
_ITEMS = {"find_installations": DccHost.Installation, "list_rescue_files": DccHost.RescueFile}


def _answer_to(question):
    interface = question.get_return_type().get_interface()
    kind = getattr(DccHost, interface.get_name(), None) if interface else str
    name = question.get_name()
    return _Answer(_ITEMS.get(name, kind), name in _ITEMS, question.can_throw_gerror())


_ANSWERS = {question.get_name(): _answer_to(question) for question in DccHost.Adapter.__info__.get_vfuncs()}


class Adapter(DccHost.Adapter):
    """Answers questions about one application; derive from it and define `do_plan_launch` and others.

    A list may be any iterable. What a method raises, and an answer of the wrong type, is an error (or, where the
    question has none to return, a warning) that names adapter, question and line; GLib.Error is passed on as it is.
    """

    def __init_subclass__(cls, **more):
        super().__init_subclass__(**more)
        for question, answer in _ANSWERS.items():
            method = cls.__dict__.get("do_" + question)
            if callable(method):
                setattr(cls, "do_" + question, _answering(method, answer))


def _answering(method, answer):
    """The method, with its failures told to the library, which would otherwise see nothing but None."""
    @functools.wraps(method)
    def ask(self, *args):
        try:
            value = _sound_answer(method(self, *args), answer)
        except BaseException as problem:
            if not (answer.may_raise and isinstance(problem, GLib.Error)):
                self.set_failure(_words_of(problem))
            # PyGObject prints what is raised; of this it would end the process.
            if isinstance(problem, SystemExit):
                raise RuntimeError("an adapter may not exit") from problem
            raise
        self.set_failure(None)
        return value
    return ask


def _sound_answer(value, answer):
    if value is None:
        return None
    if not answer.is_list:
        return _typed(value, answer.type, "it")
    if isinstance(value, Gio.ListModel):
        return value
    store = Gio.ListStore.new(answer.type)
    for number, item in enumerate(value):
        store.append(_typed(item, answer.type, "item %d of its list" % number))
    return store


def _typed(value, wanted, what):
    if not isinstance(value, wanted):
        raise TypeError("%s is %.60r, which is no %s" % (what, value, wanted.__name__))
    return value


def _words_of(problem):
    """One line: what was raised, and the line of the adapter that did."""
    words = " ".join(("%s: %s" % (type(problem).__name__, problem)).split())
    trace, place = problem.__traceback__, ""
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name != __file__:
            place = " (%s, line %d)" % (name, trace.tb_lineno)
        trace = trace.tb_next
    return words + place


class ConformanceRow(DccHost.ConformanceRow):
    def __repr__(self):
        return "<DccHost.ConformanceRow %s %s: %s>" % (
            self.get_question(), self.get_outcome().value_nick, self.get_reason() or self.get_seen())


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


def _interruptible(call, timeout_ms, may_go_on):
    """Calls again and again for short times, so that Python's signal handlers run in between. call: with milliseconds;
    may_go_on: of its answer."""
    end = time.monotonic() + timeout_ms / 1000
    left = max(0, timeout_ms)
    while True:
        answer = call(int(min(left, _SLICE_MS)))
        left = (end - time.monotonic()) * 1000
        if left <= 0 or not may_go_on(answer):
            return answer


def _readable(descriptor):
    """What waits for a descriptor, for some milliseconds or (None) for ever; signal handlers run meanwhile."""
    if descriptor < 0:  # there was none left
        return lambda _left: time.sleep(_SLICE_MS / 1000)
    poller = select.poll()
    poller.register(descriptor, select.POLLIN)
    return poller.poll


class Launcher(DccHost.Launcher):
    """Children by name. Signal handlers run while it waits: Ctrl-C is heard at once. A terminate() that was interrupted
    has asked the child to end, and may be called again."""

    def __repr__(self):
        return "<DccHost.Launcher of %d processes>" % self.get_running_count()

    def terminate(self, name, timeout_ms):
        self.ask_to_end(name)
        _interruptible(lambda ms: self.wait_for(name, ms), timeout_ms, lambda gone: not gone)
        try:
            return self.kill(name)
        except GLib.Error as problem:
            if DccHost.Error.is_not_found(problem):
                return True  # another thread has seen to the rest
            raise

    def kill(self, name):
        def kill(ms):
            try:
                return self.kill_within(name, ms)
            except GLib.Error as problem:
                if not DccHost.Error.is_timeout(problem):
                    raise
                return problem

        answer = _interruptible(kill, _KILL_MS, lambda answer: isinstance(answer, GLib.Error))
        if isinstance(answer, GLib.Error):
            raise answer
        return answer

    def pid_of(self, name):
        """The pid of a child that lives; None where none does."""
        return super().pid_of(name) or None


class Client(DccHost.Client):
    """Asks a session from outside. Signal handlers run while it waits: Ctrl-C is heard at once, and the client is of no
    use after that."""

    def call(self, method, params, timeout_ms):
        if threading.current_thread() is not threading.main_thread():
            return super().call(method, params, timeout_ms)
        answer, ask = [], super().call

        def run():
            try:
                answer.append(ask(method, params, timeout_ms))
            except BaseException as problem:
                answer.append(problem)

        # The main thread alone has signal handlers, and hears of them while it waits for another.
        thread = threading.Thread(target=run, name="dcchost-call", daemon=True)
        thread.start()
        thread.join()
        if isinstance(answer[0], BaseException):
            raise answer[0]
        return answer[0]

    def next_event(self, timeout_ms):
        readable = _readable(self.get_fd())
        end = None if timeout_ms < 0 else time.monotonic() + timeout_ms / 1000
        while True:
            try:
                return super().next_event(0)
            except GLib.Error as problem:
                left = None if end is None else (end - time.monotonic()) * 1000
                if not DccHost.Error.is_timeout(problem) or (left is not None and left <= 0):
                    raise
            readable(left)


class Session(DccHost.Session):
    """The supervision of one application, in the main context of the thread that made it; use it in that thread.

    Every wait turns that context and lets other threads run. `timeout`: seconds, None for ever; GLib.Error
    (DccHost.Error.is_timeout) when it has passed. `with session:` starts it unless it has been started, waits until it
    is ready, and stops it at the end: saved, quit, and over for good. In a forked child it raises RuntimeError.
    """

    _started = False

    def __repr__(self):
        return "<DccHost.Session %s of %s, %s>" % (self.get_name(), self.get_app(), self.get_state().value_nick)

    def _check(self):
        if self.is_foreign():
            raise RuntimeError("the session %s belongs to the process that forked this one; dcchost.client reaches it "
                               "from here" % self.get_name())

    def get_pid(self):
        """The application's pid; None where none runs."""
        pid = super().get_pid()
        return pid if pid > 0 else None

    def start(self):
        self._check()
        self._started = super().start()
        return self._started

    def __enter__(self):
        if not self._started:
            self.start()
        try:
            self.wait_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def stop(self, timeout_ms=0):
        self._check()
        super().stop(timeout_ms)

    def kill(self):
        self._check()
        super().kill()

    def restart(self):
        self._check()
        super().restart()

    def __exit__(self, *_problem):
        if self.is_foreign():
            return
        if not self.is_over():
            self.stop(0)
        self.wait()

    def _is_ready(self):
        """Whether it has come so far. GLib.Error (DccHost.Error.is_start) when it has ended badly before."""
        if not self.is_over():
            return self.get_state() == DccHost.State.RUNNING
        refusal = self.get_refusal()
        if refusal is not None:
            raise refusal
        result = self.get_result()
        if result is not None and result.to_exit_status() != 0:
            raise _error(DccHost.Error.START, "%s: %s" % (self.get_name(), result.get_reason()))
        return True

    def wait_ready(self, timeout=None):
        """Waits until it is ready, or over in order. GLib.Error when it failed."""
        self._check()
        _turn_until(self._is_ready, timeout, "%s to be ready" % self.get_name())

    def wait(self, timeout=None):
        """Waits until it is over for good; the DccHost.Result."""
        self._check()
        _turn_until(self.is_over, timeout, "%s to end" % self.get_name())
        return self.get_result()

    def events(self, timeout=None):
        """What happens from now on, each a dict as docs/protocol.md has it, until it is over. timeout: seconds for
        each; where nothing happens for that long it raises GLib.Error (DccHost.Error.is_timeout). None: for ever."""
        self._check()
        with _Inbox(self) as inbox:
            while True:
                _turn_until(inbox.is_worth_a_look, timeout, "news of %s" % self.get_name())
                if not inbox:
                    return
                yield inbox.popleft()

    async def until_ready(self):
        """wait_ready() for asyncio, in whose loop the session lives: other tasks go on. While somebody awaits, the
        loop waits for what the main context waits for as well."""
        self._check()
        await turn_gently_until(self._is_ready)

    async def until_over(self):
        """wait() for asyncio; the DccHost.Result."""
        self._check()
        await turn_gently_until(self.is_over)
        return self.get_result()

    async def stream(self):
        """events() for asyncio: `async for event in session.stream()`."""
        self._check()
        with _Inbox(self) as inbox:
            while True:
                await turn_gently_until(inbox.is_worth_a_look)
                if not inbox:
                    return
                yield inbox.popleft()


class _Inbox(collections.deque):
    """The events of a session, from `with` to its end."""

    def __init__(self, session):
        super().__init__()
        self.session = session

    def __enter__(self):
        self.handler = self.session.connect("event", lambda _session, text: self.append(json.loads(text)))
        return self

    def __exit__(self, *_problem):
        self.session.disconnect(self.handler)

    def is_worth_a_look(self):
        return bool(self) or self.session.is_over()


class Host:
    """The applications of one program: adapters, directories, and the sessions that were launched here.

    registry: a DccHost.AdapterRegistry; None: all modules that are found. runtime: a DccHost.Runtime; None: the
    user's. Iterates over its live sessions.

        host = DccHost.Host()
        with host.launch("blender", headless=True) as session:
            print(session.get_pid())
    """

    def __init__(self, registry=None, runtime=None):
        self.registry = registry or DccHost.AdapterRegistry.new()
        if registry is None:
            self.registry.load_all()
        self.runtime = runtime or DccHost.Runtime.open()
        self._sessions = {}

    def __repr__(self):
        return "<DccHost.Host of %d sessions in %s>" % (len(self), self.runtime.get_path())

    def launch(self, app, **request):
        """Starts an application; the DccHost.Session, at once: it starts while the main context turns, and until then
        it has no pid (None). `with host.launch(...)` and session.wait_ready() wait until it is ready. request: what
        DccHost.LaunchRequest.new() takes. GLib.Error: nobody knows it, it is not installed, the name is taken, the
        scene is not there."""
        adapter = self.registry.lookup(app)
        session = DccHost.Session.new(adapter, LaunchRequest.new(app, **request), self.runtime)
        session.start()
        return self._keep(session)

    def adopt(self, name):
        """Takes up an instance that nobody attends; the DccHost.Session."""
        return self._keep(DccHost.Session.adopt(self.registry, self.runtime, name))

    def _keep(self, session):
        session._started = True
        self._sessions = {each.get_name(): each for each in self}
        self._sessions[session.get_name()] = session
        return session

    def __iter__(self):
        return iter([session for session in self._sessions.values() if not session.is_over()])

    def __len__(self):
        return len(list(iter(self)))

    def __getitem__(self, name):
        """The live session of this name; KeyError where there is none."""
        for session in self:
            if session.get_name() == name:
                return session
        raise KeyError(name)

    def __bool__(self):
        return True

    def stop_all(self, timeout=None):
        """Asks every session to save and quit, all at once, and waits until they are over."""
        sessions = list(self)
        for session in sessions:
            session.stop(0)
        for session in sessions:
            session.wait(timeout)


WatchEvent = collections.namedtuple(
    "WatchEvent", "pid memory_bytes cpu_percent type wait_status exit_code signal core_dumped result old_status "
    "new_status watch")
_WATCH_EVENT = struct.Struct("=qqdIiiiBBBBI")


class Watcher(DccHost.Watcher):
    """Iterates over what it has to tell, oldest first, as WatchEvent (the fields of DccHost.WatchEvent), and ends
    where nothing is left or, in `async for`, when it is stopped."""

    def __repr__(self):
        return "<DccHost.Watcher of %d processes, %s>" % (
            self.get_tracked_count(), "running" if self.is_running() else "stopped")

    def wait(self, timeout_ms):
        """As in C, and signal handlers run meanwhile: Ctrl-C is heard at once."""
        end = None if timeout_ms < 0 else time.monotonic() + timeout_ms / 1000
        readable = _readable(self.get_fd())
        while not super().wait(0):
            left = None if end is None else (end - time.monotonic()) * 1000
            if not self.is_running() or (left is not None and left <= 0):
                return False
            readable(left)
        return True

    def __iter__(self):
        return map(WatchEvent._make, _WATCH_EVENT.iter_unpack(self.drain() or b""))

    async def __aiter__(self):
        import asyncio  # it takes longer to load than everything else here
        loop, readable = asyncio.get_running_loop(), asyncio.Event()
        descriptor = self.get_fd()
        while True:
            for event in self:
                yield event
            if not self.is_running():
                return
            readable.clear()
            loop.add_reader(descriptor, readable.set)
            try:
                await readable.wait()  # of news, or of the watcher's stop
            finally:
                loop.remove_reader(descriptor)


def _error(code, message):
    return GLib.Error.new_literal(DccHost.Error.quark(), message, code)


def _turn_until(condition, timeout, what):
    """Turns the thread's main context until the condition holds; other threads run meanwhile."""
    turned, late = context(), []
    source = None
    if timeout is not None:
        source = GLib.timeout_source_new(max(0, int(timeout * 1000)))
        source.set_callback(lambda *_nothing: late.append(True) or False)
        source.attach(turned)
    try:
        while not condition():
            if late:
                raise _error(DccHost.Error.TIMEOUT, "waited %g s for %s" % (timeout, what))
            turned.iteration(True)
    finally:
        if source is not None:
            source.destroy()


Adapter = override(Adapter)
Client = override(Client)
ConformanceRow = override(ConformanceRow)
Installation = override(Installation)
ExitInfo = override(ExitInfo)
Verdict = override(Verdict)
LaunchRequest = override(LaunchRequest)
Launcher = override(Launcher)
Session = override(Session)
Watcher = override(Watcher)
__all__ = ["Adapter", "Client", "ConformanceRow", "ExitInfo", "Host", "Installation", "LaunchRequest", "Launcher",
           "Session", "Verdict", "WatchEvent", "Watcher"]
