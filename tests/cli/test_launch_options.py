"""What is refused before anything starts, and with which status; nothing is left of a refused launch."""

import pytest


@pytest.fixture(autouse=True)
def nothing_left(box):
    yield
    assert not box.processes()
    assert [str(path) for path in box.state.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("options, said", [
    (["--restart", "sometimes"], "--restart: "),
    (["--on-hang", "panic"], "--on-hang: "),
    (["--backoff", "linear:2s"], "--backoff: "),
    (["--backoff", "exponential:30s"], "--backoff: "),
    (["--max-restarts", "many"], "--max-restarts: "),
    (["--max-restarts", "-1"], "--max-restarts: "),
    (["--start-timeout", "soon"], "--start-timeout: "),
    (["--start-timeout", "10x"], "--start-timeout: "),
    (["--wait", "long"], "--wait takes started or ready, not 'long'"),
    (["--name", ".hidden"], "--name: "),
    (["--name", "-dash"], "--name: "),
    (["--name", "a/b"], "--name: "),
    (["--name", ""], "--name: "),
    (["--name", "x" * 65], "--name: "),
    (["--env", "NOEQUALS"], "--env: "),
    (["--set", "probe-period"], "--set takes NAME=VALUE, not 'probe-period'"),
])
def test_a_malformed_option_is_a_usage_error(box, options, said):
    done = box.run("launch", "fake", "-d", *options)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("dcchost: " + said), done


@pytest.mark.parametrize("setting", ["no-such=1", "probe-period=often", "max-restarts=-3", "jitter=x"])
def test_a_bad_setting_is_bad_configuration(box, setting):
    done = box.run("launch", "fake", "-d", "--set", setting)
    assert (done.status, done.out) == (78, "")
    assert done.err.startswith("dcchost: --set %s: " % setting)


def test_missing_scene(box):
    done = box.run("launch", "fake", "--file", "gone.fake")
    assert (done.status, done.out) == (78, "")
    assert done.err == "dcchost: scene %s/gone.fake is not there; check --file\n" % box.work


def test_scene_that_is_a_directory(box):
    done = box.run("launch", "fake", "--file", ".")
    assert (done.status, done.err) == (78, "dcchost: scene %s is not a file; check --file\n" % box.work)


def test_missing_cwd(box):
    done = box.run("launch", "fake", "--cwd", "nowhere")
    assert (done.status, done.err) == (78, "dcchost: directory %s/nowhere is not there; check --cwd\n" % box.work)


def test_unknown_application_with_a_near_spelling(box):
    done = box.run("launch", "fakes")
    assert (done.status, done.out) == (69, "")
    assert "fakes" in done.err
    assert "did you mean" in done.err and "fake" in done.err.replace("fakes", "")


def test_unknown_application_names_what_is_known(box):
    done = box.run("launch", "photoshop")
    assert done.status == 69
    assert "photoshop" in done.err and "fake" in done.err


def test_not_installed_lists_the_places(box):
    done = box.run("launch", "fake", DCCHOST_FAKE_EXECUTABLE="")
    assert (done.status, done.out) == (69, "")
    assert "DCCHOST_FAKE_EXECUTABLE" in done.err


def test_a_version_that_is_not_there_names_those_that_are(box):
    done = box.run("launch", "fake", "--version", "9")
    assert done.status == 69
    assert "1.2.3" in done.err
