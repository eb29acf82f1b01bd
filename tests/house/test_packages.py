"""What comes from a registry: where there is none that is told, and a check that could not run is no good one."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import packages  # noqa: E402
import stubs  # noqa: E402

NOWHERE = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_FIND_LINKS": "", "PIP_RETRIES": "0",
           "PIP_CONFIG_FILE": os.devnull}


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    return packages.make_environment(tmp_path_factory.mktemp("environment") / "venv")


def test_a_registry_that_is_not_there(python, monkeypatch):
    for name in NOWHERE:
        monkeypatch.setenv(name, NOWHERE[name])
    with pytest.raises(packages.Unreachable, match="mypy==1"):
        packages.install(python, "mypy==1")


def test_wheels_for_another_system_that_are_not_there(tmp_path, monkeypatch):
    for name in NOWHERE:
        monkeypatch.setenv(name, NOWHERE[name])
    with pytest.raises(packages.Unreachable, match="gstreamer-libs==1"):
        packages.download(tmp_path, "win_amd64", "gstreamer-libs==1")


@pytest.mark.parametrize("system", ["windows", "macos"])
def test_a_system_that_cannot_be_built_for(system, tmp_path):
    """No wheels, or no compiler: it is said, and skipped."""
    done = subprocess.run([sys.executable, "-B", str(ROOT / "tests" / system / "install.py"), str(tmp_path / "home")],
                          env=dict(os.environ, **NOWHERE), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = done.stdout.decode()
    assert done.returncode == packages.SKIPPED and said.startswith(system + ": "), said


def test_another_failure_is_none_of_the_registry(python, tmp_path):
    with pytest.raises(RuntimeError, match="pip cannot install"):
        packages.install(python, "not a requirement")


def test_a_python_that_does_not_work_is_not_found(tmp_path, monkeypatch):
    (tmp_path / "python3.11").write_text("#!/bin/sh\nexit 127\n")
    (tmp_path / "python3.11").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert packages.find_python("3.11") is None
    assert packages.find_python("1.0") is None


@pytest.mark.parametrize("allowed, status, word", [(True, 0, "SKIPPED"), (False, 1, "BROKEN")])
def test_a_check_that_could_not_run(tmp_path, allowed, status, word):
    """The real script in a tree of its own, on a build server."""
    shutil.copytree(str(ROOT / "tools"), str(tmp_path / "tools"))
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/allowed-skips").write_text("check/stubs\n" if allowed else "")
    done = subprocess.run(["sh", "tools/check.sh", ".", str(tmp_path), "stubs"], cwd=str(tmp_path),
                          env=dict(os.environ, CI="true", **NOWHERE), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    out = done.stdout.decode()
    assert done.returncode == status and out.startswith(word) and "mypy" in out, out


def test_every_set_of_stubs_is_asked_for_something_wrong():
    assert {each.app for each in stubs.STUBS} == {"blender", "maya", "houdini"}
    assert all("==" in each.requirement and each.wrong for each in stubs.STUBS)


@pytest.fixture
def fetched():
    place = pathlib.Path(os.environ.get("DCC_TEST_STUBS", ROOT / "build/stubs"))
    if not (place / "mypy/bin/python").exists():
        pytest.skip("no stubs were fetched: ./dev check")
    return place


@pytest.mark.parametrize("each", stubs.STUBS, ids=lambda each: each.name)
def test_a_misspelt_keyword_of_an_agent_is_told(fetched, each, tmp_path):
    words = {"blender": ("check_existing=", "chek_existing="), "maya": ("executeDeferred", "executeDefered"),
             "houdini": ("addEventCallback", "addEventCalback")}
    agent = (ROOT / "adapters" / each.app / "agent" / ("dcchost_%s_agent.py" % each.app)).read_text()
    right, wrong = words[each.app]
    assert right in agent
    copy = tmp_path / ("dcchost_%s_agent.py" % each.app)
    copy.write_text(agent.replace(right, wrong))
    assert any(wrong.rstrip("=") in line for line in
               stubs.check(str(fetched / "mypy/bin/python"), fetched, each, [copy]))


BLENDERS = ROOT / "tests/blenders"


def run_blenders(program, *args, **env):
    done = subprocess.run([sys.executable, "-B", str(BLENDERS / program), *map(str, args)], env=dict(os.environ, **env),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.decode()


def test_a_blender_whose_python_is_not_here(tmp_path):
    """It is said, and its tests are skipped with the reason."""
    status, said = run_blenders("install.py", tmp_path, "5.2.3", PATH=str(tmp_path))
    assert status == 0 and "5.2.3: its tests are skipped: it needs Python 3.13" in said
    status, said = run_blenders("run.py", tmp_path, "5.2.3", "test_crash.py")
    assert status == 77 and "it needs Python 3.13" in said


def test_a_blender_that_the_registry_does_not_give(tmp_path):
    python = tmp_path / "bin" / "python3.11"
    python.parent.mkdir()
    python.symlink_to(sys.executable)
    status, said = run_blenders("install.py", tmp_path, "4.2.23", PATH=str(python.parent), **NOWHERE)
    assert status == 0 and "4.2.23: its tests are skipped: bpy==4.2.23 cannot be had" in said, said
    assert run_blenders("run.py", tmp_path, "4.2.23", "test_crash.py")[0] == 77


def test_a_blender_that_is_not_listed(tmp_path):
    status, said = run_blenders("install.py", tmp_path, "2.79")
    assert status == 2 and "4.2.23" in said


@pytest.fixture
def debian(tmp_path, monkeypatch, capsys):
    """The installer of Debians, as root, with a debootstrap of the test's own: its last words, or no such program."""
    sys.path.insert(0, str(BLENDERS))
    import install_debian

    def install(suite="sid", words=None, user=0):
        place, programs = tmp_path / "blenders", tmp_path / "programs"
        programs.mkdir(exist_ok=True)
        for name, text in (("unshare", 'shift 3\nexec "$@"'), ("debootstrap", "echo '%s'\nexit 1" % words)):
            if words is not None:
                (programs / name).write_text("#!/bin/sh\n%s\n" % text)
                (programs / name).chmod(0o755)
        monkeypatch.setattr(install_debian, "PATH", str(programs))
        monkeypatch.setattr(os, "geteuid", lambda: user)
        return install_debian.main(str(place), suite), capsys.readouterr().err, place

    return install


@pytest.mark.parametrize("words, user, reason", [
    (None, 1000, "it needs root"),
    (None, 0, "debootstrap is not installed"),
    ("E: Failed getting release file http://127.0.0.1:9/dists/sid/Release", 0, "Failed getting release file"),
])
def test_a_debian_that_cannot_be_had(debian, words, user, reason):
    """It is said, and its tests are skipped."""
    status, said, place = debian(words=words, user=user)
    assert status == 0 and "sid: its tests are skipped: " in said and reason in said, said
    assert reason in (place / "sid.reason").read_text() and not (place / "sid").exists()
    status, said = run_blenders("run_debian.py", place, "sid", "test_crash.py")
    assert status == 77 and said.startswith("Debian sid: "), said


def test_a_debian_that_breaks_off_is_a_failure(debian):
    status, said, place = debian(words="E: Internal error")
    assert status == 1 and "E: Internal error" in said and not (place / "sid").exists()


def test_a_debian_that_is_there_is_left_alone(debian):
    _status, _said, place = debian(user=1000)
    (place / "sid").mkdir()
    assert debian()[:2] == (0, "") and not (place / "sid.reason").exists()


def test_a_debian_that_is_not_listed(debian):
    status, said, _place = debian("woody")
    assert status == 2 and "trixie" in said


def test_what_a_module_lacks_is_allowed_by_name():
    """Each test that a module is not asked is one that there is, and a build server's list names it."""
    sys.path.insert(0, str(BLENDERS))
    import lacks
    there = "".join(path.read_text() for path in (ROOT / "tests/e2e").glob("test_*.py"))
    allowed = (ROOT / "tests/allowed-skips").read_text()
    for _since, name, _reason in lacks.LACKS:
        assert "def %s(" % name in there and "*::%s\n" % name in allowed, name
