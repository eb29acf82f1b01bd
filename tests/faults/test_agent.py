"""What an agent says is data: the test is the agent of an application that has none, and says what none should."""

import json
import os
import pathlib
import signal
import socket

import pytest

from box import until
from faults import events, place, start_session


class Impostor:
    """Speaks for the application: it has this run's token, as whatever the application loads has."""

    def __init__(self, box, name="fake", **hello):
        status = box.status(name)
        pairs = pathlib.Path("/proc/%d/environ" % status["pid"]).read_bytes().split(b"\0")
        env = {key.decode(): os.fsdecode(value) for key, _, value in (pair.partition(b"=") for pair in pairs)}
        self.temp, self.rescue = env["DCCHOST_AGENT_TEMP_DIR"], env["DCCHOST_AGENT_RESCUE_DIR"]
        path = env["DCCHOST_AGENT_SOCKET"]
        directory = os.open(os.path.dirname(path), os.O_RDONLY)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(60)
        self.socket.connect("/proc/self/fd/%d/%s" % (directory, os.path.basename(path)))
        os.close(directory)
        self.stream = self.socket.makefile("rb")
        self.pid = status["pid"]
        self.send(id=1, method="hello", params=dict({
            "token": env["DCCHOST_AGENT_TOKEN"], "pid": self.pid, "app": "fake", "version": "1", "python": "",
            "headless": False, "protocol": 1, "ready": True, "scene": ""}, **hello))
        assert "result" in self.hear()

    def send(self, **message):
        self.socket.sendall((json.dumps(dict(message, jsonrpc="2.0")) + "\n").encode())

    def tell(self, method, **params):
        self.send(method=method, params=params)

    def hear(self):
        return json.loads(self.stream.readline())

    def answer(self, method, **reply):
        """To the next request of that name; others are refused."""
        while True:
            request = self.hear()
            if request["method"] == method:
                self.send(id=request["id"], **reply)
                return request
            self.send(id=request["id"], error={"code": -32601, "message": "no"})

    def close(self):
        self.stream.close()
        self.socket.close()


def launch(box, *args):
    """The agent that it has is turned away for good, which the session would say in a log."""
    start_session(box, "fake", "--restart", "never", "--set", "probe-period=0", *args, "--", "--bad-token")
    until(lambda: place(box, "fake").exists() and box.run("status", "fake").status == 0 and box.status()["pid"], "it")


def crash(box, agent):
    os.kill(agent.pid, signal.SIGSEGV)
    until(lambda: events(box, "fake", "ended"), "the end")
    agent.close()


def degraded(box):
    return [event["what"] for event in events(box, "fake", "degraded")]


def make_scene(path, text="the only one there is"):
    path.write_text(text)
    return path


def name_elsewhere(box, agent):
    return str(make_scene(box.work / "shot.scene"))


def name_by_dots(box, agent):
    make_scene(box.work / "shot.scene")
    return os.path.join(agent.temp, os.path.relpath(str(box.work), agent.temp), "shot.scene")


def name_by_a_directory(box, agent):
    make_scene(box.work / "shot.scene")
    os.symlink(str(box.work), agent.temp + "/work")
    return agent.temp + "/work/shot.scene"


def name_by_a_link(box, agent):
    os.symlink(str(make_scene(box.work / "shot.scene")), agent.temp + "/shot_rescue.scene")
    return agent.temp + "/shot_rescue.scene"


def name_a_directory(box, agent):
    make_scene(box.work / "shot.scene")
    os.mkdir(agent.temp + "/shot_rescue.scene")
    return agent.temp + "/shot_rescue.scene"


@pytest.mark.parametrize("name", [name_elsewhere, name_by_dots, name_by_a_directory, name_by_a_link,
                                  name_a_directory])
def test_no_file_of_the_users_is_taken_for_a_copy(box, name):
    """What an agent names is moved away at the end of a run, so it must lie where the session gave it room."""
    launch(box)
    agent = Impostor(box)
    path = name(box, agent)
    agent.tell("work", dirty=True, scene="", copy=path)
    until(lambda: any("the copy that the agent names is not taken" in what and path in what
                      for what in degraded(box)), "a word on it")
    crash(box, agent)
    assert (box.work / "shot.scene").read_text() == "the only one there is"
    assert [event["path"] for event in events(box, "fake", "rescue") if event["kind"] == "copy"] == []


def name_in_temp(agent):
    return agent.temp + "/shot_rescue.scene"


def name_in_temp_by_another_spelling(agent):
    return agent.temp + "/../" + os.path.basename(agent.temp) + "//./shot_rescue.scene"


def name_in_rescue(agent):
    return agent.rescue + "/shot_rescue.scene"


@pytest.mark.parametrize("name", [name_in_temp, name_in_temp_by_another_spelling, name_in_rescue])
def test_a_copy_in_its_place_is_brought_to_safety(box, name):
    launch(box)
    agent = Impostor(box)
    path = name(agent)
    pathlib.Path(path).write_text("work")
    agent.tell("work", dirty=True, scene="", copy=path)
    agent.tell("scene", scene="/told/after/it", exists=False)
    until(lambda: box.status()["scene"] == "/told/after/it", "what was told after it")
    assert degraded(box) == []
    crash(box, agent)
    kept = [event["path"] for event in events(box, "fake", "rescue") if event["kind"] == "copy"]
    assert len(kept) == 1 and os.path.dirname(kept[0]) == agent.rescue, kept
    assert pathlib.Path(kept[0]).read_text() == "work"


def test_a_copy_of_a_record_is_looked_at_again(box):
    """Whoever adopts has not heard the agent name it."""
    launch(box)
    agent = Impostor(box)
    scene = make_scene(box.work / "shot.scene")
    good = agent.temp + "/shot_rescue.scene"
    make_scene(pathlib.Path(good), "work")
    agent.tell("work", dirty=True, scene="", copy=good)
    record = place(box, "fake") / "record.json"
    until(lambda: good in record.read_text(), "the record")
    os.kill(box.status()["session_pid"], signal.SIGKILL)
    until(lambda: not box.status()["attended"], "its end")
    record.write_text(record.read_text().replace(good, str(scene)))
    assert box.run("adopt").status == 0
    crash(box, agent)
    assert scene.read_text() == "the only one there is"


@pytest.mark.parametrize("place_of", ["elsewhere", "by a link", "in its place"])
def test_a_stop_has_saved_where_it_asked_for_it(box, place_of):
    launch(box)
    agent = Impostor(box)
    scene = make_scene(box.work / "shot.scene")
    path = str(scene)
    if place_of == "by a link":
        path = agent.rescue + "/link.scene"
        os.symlink(str(scene), path)
    elif place_of == "in its place":
        path = agent.rescue + "/shot.scene"
        make_scene(pathlib.Path(path))
    stop = box.popen("stop", "--json", stdout=-1)
    agent.answer("save", result={"path": path, "bytes": 5})
    agent.answer("quit", error={"code": -32601, "message": "no"})
    report = json.loads(stop.communicate(timeout=60)[0])
    agent.close()
    assert report["saved"] == ("saved" if place_of == "in its place" else "refused"), report
    assert report["copy"] == (path if place_of == "in its place" else None), report
    assert scene.read_text() == "the only one there is"


LONG = "\u20ac" * 100000


def assert_cut(text):
    assert 990 < len(text.encode()) <= 1000 and text.endswith("..."), (len(text), text[-10:])


def test_long_texts_are_cut(box):
    """What it says is stored, told to every follower and shown by every look: a mebibyte of it helps nobody."""
    launch(box)
    agent = Impostor(box, version=LONG)
    assert_cut(until(lambda: events(box, "fake", "agent"), "the agent's event")[0]["version"])
    agent.tell("protection", ok=False, reason=LONG)
    until(lambda: degraded(box), "a word on it")
    assert len(degraded(box)[0].encode()) < 1100
    probe = box.popen("probe", "--json", stdout=-1)
    agent.answer("ping", result={"pid": agent.pid, "main_thread_age_ms": 0, "busy": LONG, "busy_ms": 1,
                                 "scene": "/" * 5000, "dirty": True})
    told = json.loads(probe.communicate(timeout=60)[0])
    assert_cut(told["busy"])
    assert told["scene"] is None
    stop = box.popen("stop", "--json", stdout=-1)
    agent.answer("save", error={"code": -32000, "message": LONG})
    agent.answer("quit", error={"code": -32000, "message": LONG})
    report = json.loads(stop.communicate(timeout=60)[0])
    agent.close()
    assert report["saved"] == "refused"
    steps = {event["step"]: event for event in events(box, "fake", "step")}
    assert_cut(steps["save"]["detail"])
    assert_cut(steps["quit"]["detail"])


def test_ever_new_trouble_is_told_within_bounds(box):
    launch(box)
    agent = Impostor(box)
    for n in range(300):
        agent.tell("protection", ok=False, reason="trouble %d" % n)
    agent.tell("scene", scene="/told/after/it", exists=False)
    until(lambda: box.status()["scene"] == "/told/after/it", "what was told after it")
    listed = box.status()["degraded"]
    assert len(listed) == 50 and "no longer told" in listed[-1], listed
    assert degraded(box) == listed
    crash(box, agent)
