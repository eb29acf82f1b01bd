"""What makes gi.repository.DccHost pleasant in Python; PyGObject loads it by itself.

Reprs that say what an object is, requests from keyword arguments, a Host whose sessions end with their `with`, waiting
with a timeout and in asyncio, watchers that iterate, and adapters whose exceptions reach whoever asked. Lists are
Gio.ListModel and iterate as they are; errors are GLib.Error, and DccHost.Error has the predicates
(`DccHost.Error.is_busy(error)`).
"""

import collections
import functools
import json
import struct

from gi.module import get_introspection_module
from gi.overrides import override
from gi.repository import Gio, GLib

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


class Session(DccHost.Session):
    """One application's life, in the main context of the thread that made it; use it in that thread.

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
        """What happens from now on, each a dict as docs/protocol.md has it, until it is over. timeout: for each."""
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
        await _turn_gently_until(self._is_ready)

    async def until_over(self):
        """wait() for asyncio; the DccHost.Result."""
        self._check()
        await _turn_gently_until(self.is_over)
        return self.get_result()

    async def stream(self):
        """events() for asyncio: `async for event in session.stream()`."""
        self._check()
        with _Inbox(self) as inbox:
            while True:
                await _turn_gently_until(inbox.is_worth_a_look)
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
        """Starts an application; the DccHost.Session. request: what DccHost.LaunchRequest.new() takes. GLib.Error:
        nobody knows it, it is not installed, the name is taken, the scene is not there."""
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
                await readable.wait()
            finally:
                loop.remove_reader(descriptor)


def _error(code, message):
    return GLib.Error.new_literal(DccHost.Error.quark(), message, code)


def _context():
    return GLib.MainContext.get_thread_default() or GLib.MainContext.default()


def _turn_until(condition, timeout, what):
    """Turns the thread's main context until the condition holds; other threads run meanwhile."""
    context, late = _context(), []
    source = None
    if timeout is not None:
        source = GLib.timeout_source_new(max(0, int(timeout * 1000)))
        source.set_callback(lambda *_nothing: late.append(True) or False)
        source.attach(context)
    try:
        while not condition():
            if late:
                raise _error(DccHost.Error.TIMEOUT, "waited %g s for %s" % (timeout, what))
            context.iteration(True)
    finally:
        if source is not None:
            source.destroy()


class _Bridge:
    """asyncio's loop and a main context as one, while somebody awaits: asyncio waits where GLib does, for whichever has
    something first. So nobody looks at a clock, and every source is served, whoever has added it.

    Only asyncio's own loop can be had so, for it waits for one descriptor that GLib can wait for as well.
    """

    def __init__(self, loop, context):
        self.loop, self.context, self.waiters = loop, context, {}
        self.selector = loop._selector
        self.look = self.selector.select
        self.source = GLib.unix_fd_source_new(self.selector.fileno(), GLib.IOCondition.IN)
        self.source.set_callback(lambda *_nothing: True)

    def add(self, future, condition):
        if not self.waiters:
            self.source.attach(self.context)
            self.selector.select = self.select
        self.waiters[future] = condition

    def remove(self, future):
        del self.waiters[future]
        if not self.waiters:
            del self.selector.select
            self.source.destroy()
            self.context.release()
            del _bridges[self.loop]

    def select(self, timeout=None):
        """What asyncio calls to wait: nothing of its own is late, and GLib's sources are dispatched meanwhile."""
        may_wait = timeout is None or timeout > 0
        late = None
        if may_wait and timeout is not None:
            late = GLib.timeout_source_new(int(timeout * 1000) + 1)
            late.set_callback(lambda *_nothing: False)
            late.attach(self.context)
        self.context.iteration(may_wait)
        if late is not None:
            late.destroy()
        self.tell()
        return self.look(0)

    def tell(self):
        for future, condition in list(self.waiters.items()):
            try:
                if not future.done() and condition():
                    future.set_result(None)
            except BaseException as problem:
                future.set_exception(problem)


_bridges = {}


def _bridge(loop):
    """None where the two cannot be one: another kind of loop, or another thread turns the context."""
    if loop not in _bridges:
        context = _context()
        if not hasattr(getattr(loop, "_selector", None), "fileno") or not context.acquire():
            return None
        _bridges[loop] = _Bridge(loop, context)
    return _bridges[loop]


async def _turn_gently_until(condition):
    """The same below asyncio, whose loop must not be held up."""
    import asyncio
    loop = asyncio.get_running_loop()
    if condition():
        return
    bridge = _bridge(loop)
    while bridge is None:
        while _context().iteration(False):
            pass
        if condition():
            return
        await asyncio.sleep(0.02)
        bridge = _bridge(loop)
    future = loop.create_future()
    bridge.add(future, condition)
    try:
        await future
    finally:
        bridge.remove(future)


Adapter = override(Adapter)
ConformanceRow = override(ConformanceRow)
Installation = override(Installation)
ExitInfo = override(ExitInfo)
Verdict = override(Verdict)
LaunchRequest = override(LaunchRequest)
Session = override(Session)
Watcher = override(Watcher)
__all__ = ["Adapter", "ConformanceRow", "ExitInfo", "Host", "Installation", "LaunchRequest", "Session", "Verdict",
           "WatchEvent", "Watcher"]
