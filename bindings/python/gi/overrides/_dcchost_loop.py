"""asyncio's loop and GLib's main context, turned as one while a coroutine awaits a session; for DccHost.py."""

from gi.repository import GLib


def context():
    return GLib.MainContext.get_thread_default() or GLib.MainContext.default()


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
        own = context()
        if not hasattr(getattr(loop, "_selector", None), "fileno") or not own.acquire():
            return None
        _bridges[loop] = _Bridge(loop, own)
    return _bridges[loop]


async def turn_gently_until(condition):
    """The same below asyncio, whose loop must not be held up."""
    import asyncio
    loop = asyncio.get_running_loop()
    if condition():
        return
    bridge = _bridge(loop)
    while bridge is None:
        while context().iteration(False):
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
