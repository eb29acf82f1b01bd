"""Adapters in Python: the conformance suite that C modules go through, over good ones and over every way to answer
badly; and one that a host launches with, as it does with a C one."""

import json
import os
import signal
import subprocess
import sys
import time

import gi
import pytest

import conftest
from conftest import PATIENCE

gi.require_version("DccHost", "1.0")
from gi.repository import DccHost, Gio, GLib  # noqa: E402

QUESTIONS = DccHost.Conformance.list_questions()
WITHOUT_ERRORS = ("read_version", "read_line", "judge_exit", "read_scene_version")
NULLABLE = ("read_version", "read_line", "read_scene_version")
FAKE = os.environ["DCC_TEST_ADAPTERS"] + "/dcchost-fake.so"


class Fake(DccHost.Adapter):
    """The adapter of the fake application, anew: tests/modules/fake in Python."""

    WORDS = {"FAKE CRASH": DccHost.OutputKind.CRASH, "no licence": DccHost.OutputKind.LICENCE,
             "out of memory": DccHost.OutputKind.OOM, "Saved: '": DccHost.OutputKind.SAVED}

    def do_find_installations(self, search):
        path = search.getenv("DCCHOST_FAKE_EXECUTABLE")
        return [DccHost.Installation.new(path, "1.2.3", "DCCHOST_FAKE_EXECUTABLE")] if path else []

    def do_read_version(self, installation, output):
        return output.split()[1] if output.startswith("Fake ") else None

    def do_plan_launch(self, installation, request):
        plan = DccHost.LaunchPlan.new(installation.get_executable())
        if request.is_headless():
            plan.add_arg("--headless")
        plan.add_argv(request.get_args())
        plan.set_readiness(DccHost.Readiness.AGENT)
        return plan

    def do_plan_probe(self, request):
        return DccHost.ProbePlan.new_agent("ping", None)

    def do_plan_stop(self, request):
        plan = DccHost.StopPlan.new()
        plan.set_save_method("save")
        plan.set_quit_method("quit")
        return plan

    def do_read_line(self, line):
        for words, kind in self.WORDS.items():
            if words in line:
                return DccHost.OutputEvent.new(kind, line)
        return None

    def do_judge_exit(self, info):
        if info.get_kind() == DccHost.ResultKind.EXITED and info.get_code() == 3:
            return DccHost.Verdict.new(DccHost.VerdictKind.LICENCE, "no licence, says Python")
        return DccHost.Adapter.do_judge_exit(self, info)

    def do_list_rescue_files(self, info):
        return Gio.ListStore.new(DccHost.RescueFile)


def rows_of(adapter, bound=None):
    suite = DccHost.Conformance.new(adapter)
    if bound is not None:
        suite.set_bound(bound)
    return {row.get_question(): row for row in suite.run()}


def facts(rows):
    """The rows for programs, but for how long they took."""
    found = [json.loads(row.to_json()) for row in rows]
    for row in found:
        del row["slowest_us"]
    return found


def test_a_good_one():
    rows = rows_of(Fake(id="good"))
    assert list(rows) == QUESTIONS
    assert all(row.is_sound() and row.get_reason() is None for row in rows.values()), rows
    defaults = [name for name, row in rows.items() if row.get_outcome() == DccHost.Outcome.DEFAULT]
    assert defaults == ["read_probe", "plan_recovery", "read_scene_version", "plan_render"]
    assert rows["plan_launch"].get_seen() == "16 ready by its agent"
    assert repr(rows["plan_launch"]) == "<DccHost.ConformanceRow plan_launch ok: 16 ready by its agent>"


def bad_one(question, method):
    """A sound adapter but for one question."""
    return type("Bad", (Fake,), {"do_" + question: method})(id="bad")


def assert_only_bad(rows, question, outcome):
    wrong = [name for name, row in rows.items() if not row.is_sound()]
    # Where it is left to the default, a recovery is a launch.
    assert wrong in ([question], [question, "plan_recovery"]), rows
    assert rows[question].get_outcome() == outcome
    reason = rows[question].get_reason()
    assert "'bad'" in reason and question in reason, reason
    return reason


def raises(self, *_args):
    raise ValueError("the moon\nis full")


def exits(self, *_args):
    sys.exit(3)


@pytest.mark.parametrize("question", QUESTIONS)
def test_one_that_raises(question, capfd):
    reason = assert_only_bad(rows_of(bad_one(question, raises)), question, DccHost.Outcome.REFUSED)
    line = raises.__code__.co_firstlineno + 1
    assert "ValueError: the moon is full (%s, line %d)" % (__file__, line) in reason
    assert "ValueError: the moon" in capfd.readouterr().err


@pytest.mark.parametrize("question", ["plan_launch", "read_line"])
def test_one_that_exits(question):
    assert "SystemExit: 3" in assert_only_bad(rows_of(bad_one(question, exits)), question, DccHost.Outcome.REFUSED)


@pytest.mark.parametrize("question", QUESTIONS)
def test_one_that_returns_nothing(question):
    rows = rows_of(bad_one(question, lambda self, *_args: None))
    if question in NULLABLE:
        assert all(row.is_sound() for row in rows.values())
        return
    assert "nothing, and no reason" in assert_only_bad(rows, question, DccHost.Outcome.REFUSED)


@pytest.mark.parametrize("wrong", [7, "words", object(), [3], DccHost.ExitInfo.new_exited(0)], ids=conftest.short)
@pytest.mark.parametrize("question", QUESTIONS)
def test_one_that_returns_the_wrong_type(question, wrong):
    if question in ("read_version", "read_scene_version") and wrong == "words":
        wrong = b"4.2"
    reason = assert_only_bad(rows_of(bad_one(question, lambda self, *_args: wrong)), question,
                             DccHost.Outcome.REFUSED)
    assert "TypeError" in reason


@pytest.mark.parametrize("question", QUESTIONS)
def test_one_that_takes_the_wrong_arguments(question):
    reason = assert_only_bad(rows_of(bad_one(question, lambda self: None)), question, DccHost.Outcome.REFUSED)
    assert "TypeError" in reason and "argument" in reason


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_slow_one(question):
    good = getattr(Fake, "do_" + question, None) or getattr(DccHost.Adapter, "do_" + question)

    def slow(self, *args):
        time.sleep(0.15)
        return good(self, *args)

    rows = rows_of(bad_one(question, slow), bound=100)
    reason = assert_only_bad(rows, question, DccHost.Outcome.SLOW)
    assert "is slow at %s" % question in reason and rows[question].get_slowest() >= 150000


@pytest.mark.parametrize("question", sorted(set(QUESTIONS) - set(WITHOUT_ERRORS)))
def test_its_own_error_is_its_own_answer(question):
    """What is raised as GLib.Error comes through as it is, with the adapter's name before it."""
    def declines(self, *_args):
        raise GLib.Error.new_literal(DccHost.Error.quark(), "not on Mondays", DccHost.Error.NOT_SUPPORTED)

    adapter = bad_one(question, declines)
    row = DccHost.Conformance.new(adapter).ask(question)
    assert "declined (bad: not on Mondays)" in row.get_seen()
    if question == "plan_launch":
        with pytest.raises(GLib.Error) as caught:
            adapter.plan_launch(DccHost.Installation.new("/a", "1", "x"), DccHost.LaunchRequest.new("bad"))
        assert DccHost.Error.is_not_supported(caught.value) and caught.value.message == "bad: not on Mondays"


def answers(method, *args):
    """What a plan_launch of this kind is refused with."""
    def plan_launch(self, installation, request):
        plan = DccHost.LaunchPlan.new(installation.get_executable())
        return method(plan, *args) or plan

    with pytest.raises(GLib.Error) as caught:
        bad_one("plan_launch", plan_launch).plan_launch(DccHost.Installation.new("/app", "1", "x"),
                                                        DccHost.LaunchRequest.new("bad"))
    assert DccHost.Error.is_adapter(caught.value)
    assert caught.value.message.startswith("adapter 'bad' gave a bad answer to plan_launch: ")
    return caught.value.message


def test_absurd_answers():
    assert "no absolute path" in answers(lambda plan: DccHost.LaunchPlan.new("app"))
    assert "empty argument list" in answers(lambda plan: DccHost.LaunchPlan.new(""))
    assert "more than 4096 arguments" in answers(lambda plan: plan.add_argv(["x"] * 10000))
    assert "no absolute path" in answers(lambda plan: plan.set_cwd("here"))

    def impatient(self, request):
        plan = DccHost.StopPlan.new()
        plan.set_quit_timeout(-1)
        return plan

    with pytest.raises(GLib.Error) as caught:
        bad_one("plan_stop", impatient).plan_stop(DccHost.LaunchRequest.new("bad"))
    assert "adapter 'bad' gave a bad answer to plan_stop: its plan has a quit timeout of -1 ms" in caught.value.message


def test_a_method_may_catch_what_another_raised():
    class Careful(bad_one("plan_probe", raises).__class__):
        def do_plan_probe(self, request):
            try:
                return super().do_plan_probe(request)
            except ValueError:
                return DccHost.ProbePlan.new_none()

    assert rows_of(Careful(id="careful"))["plan_probe"].get_outcome() == DccHost.Outcome.OK


def check(module, **env):
    done = subprocess.run([os.environ["DCCHOST"], "adapter", "check", "--json", module], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=dict(os.environ, **env), timeout=60)
    return json.loads(done.stdout.decode())


@pytest.mark.parametrize("conduct", ["", "plan_stop=negative", "plan_launch=many", "read_line=kind"])
def test_the_same_rows_as_the_command_gives(monkeypatch, conduct):
    """One suite: a C module asked by `dcchost adapter check`, and the same one asked from Python."""
    monkeypatch.setenv("DCCHOST_RUDE", conduct)
    registry = DccHost.AdapterRegistry.new()
    adapter = registry.load_file(os.environ["DCC_TEST_RUDE"])
    report = check(os.environ["DCC_TEST_RUDE"])
    for row in report["rows"]:
        del row["slowest_us"]
    assert report["rows"] == facts(DccHost.Conformance.new(adapter).run())
    assert report["well"] == (conduct == "")


def test_a_python_adapter_that_answers_nothing_is_as_a_c_one():
    class Nothing(DccHost.Adapter):
        pass

    report = check(os.environ["DCC_TEST_SOUND"])
    for row in report["rows"]:
        del row["slowest_us"]
    assert report["rows"] == json.loads(
        json.dumps(facts(DccHost.Conformance.new(Nothing(id="sound")).run())))


@pytest.fixture
def host(box):
    registry = DccHost.AdapterRegistry.new()
    registry.add("python-fake", Fake())
    host = DccHost.Host(registry=registry)
    yield host
    host.stop_all(PATIENCE)


def test_a_host_launches_with_it(host):
    with host.launch("python-fake", headless=True) as session:
        assert session.get_state() == DccHost.State.RUNNING
        command = open("/proc/%d/cmdline" % session.get_pid()).read().split("\0")
        assert command[0] == os.environ["DCCHOST_FAKE_EXECUTABLE"] and "--headless" in command
    assert session.get_result().get_kind() == DccHost.ResultKind.STOPPED


def test_its_verdict_is_the_session_s(host):
    session = host.launch("python-fake", args=["--exit-after", "50", "--code", "3"], settings={"restart": "never"})
    ends = [event for event in session.events(PATIENCE) if event["type"] == "exit"]
    assert len(ends) == 1 and "no licence, says Python" in json.dumps(ends[0]), ends


def test_a_crash_is_brought_back(host):
    session = host.launch("python-fake", settings={"backoff": "fixed:10ms"})
    pids = []
    for event in session.events(PATIENCE):
        if event.get("to") == "running":
            pids.append(session.get_pid())
            os.kill(pids[-1], signal.SIGSEGV) if len(pids) == 1 else session.stop(0)
    assert len(pids) == 2 and pids[0] != pids[1]


@pytest.mark.parametrize("question", ["plan_launch", "plan_probe", "plan_stop"])
def test_a_host_says_what_is_wrong_with_one(box, question):
    registry = DccHost.AdapterRegistry.new()
    registry.add("bad", bad_one(question, raises))
    host = DccHost.Host(registry=registry)
    with pytest.raises(GLib.Error) as caught:
        host.launch("bad")
    assert "adapter 'bad' gave a bad answer to %s: ValueError: the moon is full" % question in caught.value.message
    assert len(host) == 0


def test_bytes_that_are_no_text_pass_both_ways():
    """An argument need not be UTF-8. PyGObject frees what it cannot decode, which was the request's own."""
    odd = [os.fsdecode(b"\xff\xfe"), "a\nb", ""]
    request = DccHost.LaunchRequest.new("fake", args=odd)
    request.add_env(b"KEY=\xff")
    plan = DccHost.LaunchPlan.new("/app")
    for _ in range(100):
        plan.add_argv(request.get_args())
    assert request.get_args() == odd and request.get_env() == [os.fsdecode(b"KEY=\xff")]
    assert plan.get_argv() == ["/app"] + odd * 100
    assert [os.fsencode(arg) for arg in plan.get_argv()[1:4]] == [b"\xff\xfe", b"a\nb", b""]
    assert plan.apply_env([b"A=\xff"]) == [os.fsdecode(b"A=\xff")]
