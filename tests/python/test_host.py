"""DccHost.Host and the ways to wait: the fake application launched, waited for and iterated over from Python."""

import asyncio
import os
import signal
import subprocess
import threading
import time

import gi
import pytest

from conftest import PATIENCE, until

gi.require_version("DccHost", "1.0")
from gi.repository import DccHost, GLib  # noqa: E402


@pytest.fixture
def host(box):
    host = DccHost.Host()
    yield host
    host.stop_all(PATIENCE)


def is_there(pid):
    return os.path.exists("/proc/%d" % pid)


def test_a_block_has_it_ready_and_leaves_nothing(host):
    with host.launch("fake", headless=True) as session:
        pid = session.get_pid()
        assert session.get_state() == DccHost.State.RUNNING and is_there(pid)
        assert [each.get_name() for each in host] == ["fake"] and len(host) == 1
        assert host["fake"] is session and "1 session" in repr(host)
    assert session.is_over() and not is_there(pid) and list(host) == []
    assert session.get_result().get_kind() == DccHost.ResultKind.STOPPED
    with pytest.raises(KeyError):
        host["fake"]


def test_a_block_that_raises_stops_it_all_the_same(host):
    with pytest.raises(ZeroDivisionError):
        with host.launch("fake") as session:
            pid = session.get_pid()
            1 / 0
    assert session.is_over() and not is_there(pid)


def test_what_cannot_be_launched(host):
    with pytest.raises(GLib.Error) as caught:
        host.launch("no-such")
    assert DccHost.Error.is_unknown_app(caught.value)
    with host.launch("fake") as session:
        with pytest.raises(GLib.Error) as caught:
            host.launch("fake")
        assert DccHost.Error.is_busy(caught.value) and str(session.get_pid()) in caught.value.message
    with pytest.raises(GLib.Error):
        host.launch("fake", name="a/b")
    with pytest.raises(TypeError):
        host.launch("fake", nonsense=1)


def test_one_that_dies_before_it_is_ready(host):
    with pytest.raises(GLib.Error) as caught:
        with host.launch("fake", args=["--exit-before-ready", "3"], settings={"restart": "never"}):
            pytest.fail("it was not ready")
    assert DccHost.Error.is_start(caught.value)


def test_a_version_that_nobody_has_told_yet(host):
    """It is asked for while the program goes on; what comes of it is heard by whoever waits."""
    session = host.launch("fake", version="9")
    with pytest.raises(GLib.Error) as caught:
        session.wait_ready(PATIENCE)
    assert DccHost.Error.is_not_installed(caught.value) and "9 is not installed; there are:" in caught.value.message
    session.wait(PATIENCE)
    with pytest.raises(GLib.Error) as caught:  # by now it is known, and told at once
        host.launch("fake", version="9", name="second")
    assert DccHost.Error.is_not_installed(caught.value)


def test_waiting_has_an_end(host):
    session = host.launch("fake", args=["--never-ready"])
    with pytest.raises(GLib.Error) as caught:
        session.wait_ready(0.05)
    assert DccHost.Error.is_timeout(caught.value) and "fake" in caught.value.message
    with pytest.raises(GLib.Error) as caught:
        session.wait(0)
    assert DccHost.Error.is_timeout(caught.value)
    session.kill()
    assert session.wait(PATIENCE).get_kind() == DccHost.ResultKind.STOPPED


def test_other_threads_run_while_one_waits(host):
    counted, over = [0], threading.Event()

    def count():
        while not over.is_set():
            counted[0] += 1
            time.sleep(0.001)

    session = host.launch("fake", args=["--never-ready"])
    thread = threading.Thread(target=count)
    thread.start()
    before = counted[0]
    with pytest.raises(GLib.Error):
        session.wait(0.5)
    assert counted[0] - before > 5
    over.set()
    thread.join()


def test_events_as_they_come(host):
    session = host.launch("fake", settings={"restart": "never"})
    seen = []
    for event in session.events(PATIENCE):
        seen.append(event)
        if event.get("to") == "running":
            os.kill(session.get_pid(), signal.SIGSEGV)
    ends = [event for event in seen if event["type"] == "exit"]
    assert len(ends) == 1 and ends[0]["result"]["signal"] == signal.SIGSEGV
    assert session.is_over()


def test_many_at_once_are_stopped_together(host):
    sessions = [host.launch("fake", name="fake-%d" % i) for i in range(3)]
    for session in sessions:
        session.wait_ready(PATIENCE)
    assert [session.get_name() for session in host] == ["fake-0", "fake-1", "fake-2"]
    host.stop_all(PATIENCE)
    assert len(host) == 0 and all(session.is_over() for session in sessions)


def test_taken_up_again(host, box):
    done = box.run("launch", "fake", "-d", "--wait", "ready")
    assert done.status == 0, done
    before = box.status()
    os.kill(before["session_pid"], signal.SIGKILL)
    until(lambda: not box.status()["attended"], "the session to be gone")
    with host.adopt("fake") as session:
        assert session.get_pid() == before["pid"] and host["fake"] is session
    assert not is_there(before["pid"])


def test_asyncio_goes_on(host):
    async def scenario():
        ticks = 0

        async def tick():
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.sleep(0.005)

        ticking = asyncio.ensure_future(tick())
        sessions = [host.launch("fake", name="fake-%d" % i, settings={"restart": "never"}) for i in range(2)]
        await asyncio.wait_for(asyncio.gather(*(session.until_ready() for session in sessions)), PATIENCE)
        waiting = asyncio.ensure_future(sessions[0].until_over())
        seen = ticks
        while ticks < seen + 5:
            await asyncio.sleep(0.01)
        assert not waiting.done()
        os.kill(sessions[0].get_pid(), signal.SIGKILL)
        sessions[1].stop(0)
        results = await asyncio.wait_for(asyncio.gather(waiting, sessions[1].until_over()), PATIENCE)
        ticking.cancel()
        return [result.get_kind() for result in results]

    assert asyncio.run(scenario()) == [DccHost.ResultKind.SIGNALED, DccHost.ResultKind.STOPPED]


def waits():
    """How often this thread has gone to sleep."""
    with open("/proc/thread-self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("voluntary_ctxt_switches"))


def test_awaiting_polls_nothing(host):
    """Half a second of nothing: a few wake-ups for what a session does by itself, not one every so many ms."""
    async def scenario():
        session = host.launch("fake", settings={"restart": "never"})
        await session.until_ready()
        waiting = asyncio.ensure_future(session.until_over())
        before = waits()
        await asyncio.sleep(0.5)
        found = waits() - before
        assert not waiting.done()
        session.stop(0)
        await waiting
        return found

    assert asyncio.run(asyncio.wait_for(scenario(), PATIENCE)) <= 10


def test_awaiting_serves_everybodys_sources(host):
    """What is added to the main context while somebody awaits, by whomever, comes at once."""
    async def scenario():
        session = host.launch("fake", args=["--never-ready"])
        waiting = asyncio.ensure_future(session.until_ready())
        loop, times = asyncio.get_running_loop(), []
        for _ in range(20):
            await asyncio.sleep(0)
            done, begin = loop.create_future(), time.monotonic()
            GLib.idle_add(lambda done=done: done.set_result(None))
            await done
            times.append(time.monotonic() - begin)
        from_a_thread = loop.create_future()
        threading.Thread(target=loop.call_soon_threadsafe, args=(from_a_thread.set_result, 1)).start()
        assert await from_a_thread == 1
        waiting.cancel()
        session.kill()
        await session.until_over()
        return sorted(times)[10]

    assert asyncio.run(asyncio.wait_for(scenario(), PATIENCE)) < 0.01


def test_awaiting_below_another_loop_works_too(host):
    """A loop without a selector of its own to be had: the context is turned every 20 ms."""
    import gi.overrides._dcchost_loop as overrides
    loop = asyncio.new_event_loop()
    session = host.launch("fake")
    kept, overrides._bridge = overrides._bridge, lambda _loop: None
    try:
        loop.run_until_complete(asyncio.wait_for(session.until_ready(), PATIENCE))
    finally:
        overrides._bridge = kept
        loop.close()
    assert session.get_state() == DccHost.State.RUNNING


def test_asyncio_hears_events(host):
    async def scenario():
        session = host.launch("fake")
        types = []
        async for event in session.stream():
            types.append(event.get("to", event["type"]))
            if event.get("to") == "running":
                session.stop(0)
        return types

    types = asyncio.run(asyncio.wait_for(scenario(), PATIENCE))
    assert types.count("running") == 1 and types.count("exit") == 1


def test_asyncio_gives_up_in_time(host):
    session = host.launch("fake", args=["--never-ready"])
    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(asyncio.wait_for(session.until_ready(), 0.1))


def test_a_watcher_iterates():
    watcher = DccHost.Watcher.new()
    child = subprocess.Popen(["/bin/sh", "-c", "exit 5"])
    number = watcher.track(child.pid)
    watcher.start()
    assert watcher.wait(PATIENCE * 1000)
    child.wait()
    event, = watcher
    assert (event.pid, event.watch, event.type) == (child.pid, number, int(DccHost.WatchEventType.EXITED))
    assert event.exit_code in (5, -1) and list(watcher) == []
    assert repr(watcher) == "<DccHost.Watcher of 0 processes, running>"
    watcher.stop()


def test_a_watcher_in_asyncio():
    async def scenario():
        watcher = DccHost.Watcher.new()
        watcher.start()
        children = [subprocess.Popen(["/bin/sleep", "1000"]) for _ in range(5)]
        for child in children:
            watcher.track(child.pid)
        waiting = {child.pid for child in children}
        asyncio.get_running_loop().call_later(0.05, lambda: [child.kill() for child in children])
        async for event in watcher:
            waiting.remove(event.pid)
            if not waiting:
                break
        watcher.stop()
        for child in children:
            child.wait()
        return [event async for event in watcher]

    assert asyncio.run(asyncio.wait_for(scenario(), PATIENCE)) == []


class Plain(DccHost.Adapter):
    def do_find_installations(self, search):
        return [DccHost.Installation.new("/bin/sleep", "1", "/bin")]

    def do_plan_launch(self, installation, request):
        plan = DccHost.LaunchPlan.new(installation.get_executable())
        plan.add_arg("600")
        return plan


def test_an_adapter_in_python_and_the_command_line(host, box):
    """Restarted by the command while this program hosts it; afterwards the command says where it can be started."""
    host.registry.add("plain", Plain())
    session = host.launch("plain", settings={"settle": "50ms"})
    assert session.get_pid() is None
    session.wait_ready(PATIENCE)
    first, answers = session.get_pid(), []
    thread = threading.Thread(target=lambda: answers.append(box.run("restart", "plain")))
    thread.start()
    deadline = time.monotonic() + PATIENCE
    while thread.is_alive() and time.monotonic() < deadline:
        GLib.MainContext.default().iteration(False)
        time.sleep(0.01)
    thread.join(PATIENCE)
    assert answers[0].status == 0 and session.get_pid() != first, answers
    session.stop()
    session.wait(PATIENCE)
    assert session.get_pid() is None
    done = box.run("restart", "plain")
    assert done.status == 69 and "no application called 'plain' is known" in done.err
    assert "'plain' was launched where an adapter for it is" in done.err


def test_nothing_happens_for_a_while(host):
    with host.launch("fake") as session:
        with pytest.raises(GLib.Error) as caught:
            for _event in session.events(timeout=0.2):
                pass
        assert DccHost.Error.is_timeout(caught.value)
        assert session.get_state() == DccHost.State.RUNNING
