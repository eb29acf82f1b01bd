"""PyCrashRecoveryPolicy: the contract, cell by cell, and bad input."""

import os

import pytest

from conftest import short

from dcchost import PyCrashRecoveryPolicy, PyProcessMonitor


def test_defaults():
    policy = PyCrashRecoveryPolicy()
    assert policy.max_restarts == 3
    assert repr(policy) == "PyCrashRecoveryPolicy(max_restarts=3)"
    assert [policy.next_delay_ms("maya", attempt) for attempt in range(3)] == [2000, 2000, 2000]
    with pytest.raises(AttributeError):
        policy.max_restarts = 4


@pytest.mark.parametrize("status, expected", [
    ("crashed", True), ("unresponsive", True), ("running", False), ("starting", False), ("stopped", False),
    ("restarting", False)])
def test_each_status(status, expected):
    assert PyCrashRecoveryPolicy(1).should_restart(status) is expected
    assert PyCrashRecoveryPolicy(max_restarts=0).should_restart(status) is False


@pytest.mark.parametrize("status", ["", "Crashed", "zombie", "a\0b", "\udcff", "\N{SNOWMAN}", "x" * 2 ** 20], ids=short)
def test_any_other_status_names_the_six(status):
    with pytest.raises(ValueError) as caught:
        PyCrashRecoveryPolicy().should_restart(status)
    assert str(caught.value).startswith("unknown ProcessStatus: '")
    for word in ("running", "starting", "stopped", "restarting", "crashed", "unresponsive"):
        assert word in str(caught.value)
    assert len(str(caught.value)) < 500
    assert PyCrashRecoveryPolicy(0).should_restart(status) is False


def test_every_status_of_ours_is_one():
    """What a monitor or a watcher says can be asked about."""
    monitor, policy = PyProcessMonitor(), PyCrashRecoveryPolicy()
    monitor.track(os.getpid(), "me")
    assert policy.should_restart(monitor.list_all()[0]["status"]) is False
    monitor.refresh()
    assert policy.should_restart(monitor.list_all()[0]["status"]) is False


@pytest.mark.parametrize("delay", [2 ** 63, 2 ** 64 - 1])
def test_delays_for_ever(delay):
    policy = PyCrashRecoveryPolicy()
    policy.use_fixed_backoff(delay)
    assert policy.next_delay_ms("x", 0) == 2 ** 63 - 1
    policy.use_exponential_backoff(delay, delay)
    assert policy.next_delay_ms("x", 0) == 2 ** 63 - 1


def test_doubling_saturates():
    policy = PyCrashRecoveryPolicy(max_restarts=2 ** 32 - 1)
    policy.use_exponential_backoff(initial_ms=1000, max_delay_ms=30000)
    delays = [policy.next_delay_ms("maya", attempt=attempt) for attempt in range(7)]
    assert delays == [1000, 2000, 4000, 8000, 16000, 30000, 30000]
    assert policy.next_delay_ms("maya", 10 ** 9) == 30000
    policy.use_exponential_backoff(1, 2 ** 63 - 1)
    assert policy.next_delay_ms("maya", 10 ** 9) == 2 ** 63 - 1
    policy.use_fixed_backoff(delay_ms=0)
    assert policy.next_delay_ms("maya", 5) == 0


@pytest.mark.parametrize("name", ["x", "", "a\0b", "a\nb", "\N{SNOWMAN}", "x" * 2 ** 20], ids=short)
def test_too_many_attempts(name):
    policy = PyCrashRecoveryPolicy(2)
    assert policy.next_delay_ms(name, 1) == 2000
    for attempt in (2, 3, 10 ** 9, 2 ** 70):
        with pytest.raises(RuntimeError) as caught:
            policy.next_delay_ms(name, attempt)
        assert str(caught.value) == "process '%s' exceeded max restarts (2)" % name


@pytest.mark.parametrize("value", [-1, 2 ** 64])
def test_numbers_out_of_range(value):
    for kind in (ValueError, OverflowError):
        with pytest.raises(kind):
            PyCrashRecoveryPolicy(value)
    policy = PyCrashRecoveryPolicy()
    with pytest.raises(ValueError):
        policy.use_fixed_backoff(value)
    with pytest.raises(ValueError):
        policy.use_exponential_backoff(1, value)
    with pytest.raises(ValueError):
        policy.next_delay_ms("maya", -1)


@pytest.mark.parametrize("value", ["3", None, 2.5])
def test_what_is_no_number(value):
    with pytest.raises(TypeError):
        PyCrashRecoveryPolicy(value)
    with pytest.raises(TypeError):
        PyCrashRecoveryPolicy().use_fixed_backoff(value)
    with pytest.raises(TypeError):
        PyCrashRecoveryPolicy().next_delay_ms("maya", value)
    with pytest.raises(TypeError):
        PyCrashRecoveryPolicy(0).should_restart(3)
