"""A render as a job for a farm engine: what is printed, that nothing of the user's words is lost on the way, and what
is refused. The farm's tests run it on real engines."""

import signal
import subprocess

import pytest

from conftest import until

HARD = "it's a \"shot\" $(echo no) `no` \\ #1 %4"


def scene(box, name="shot.blend"):
    path = box.work / name
    path.write_text("a scene")
    return str(path)


def test_a_script_for_slurm(box):
    done = box.run("submit", "--on", "slurm", "--name", "shot 1", "--frames", "1-10x2,20", "--chunk", "4", "--file",
                   scene(box), "--sbatch=--mem=4G", "blender", "--", "-t", "2")
    assert done.status == 0, done
    lines = done.out.splitlines()
    assert lines[:9] == [
        "#!/bin/sh", "# 6 frames in 2 tasks. Made by 'dcchost submit'.", "#SBATCH --job-name=shot_1",
        "#SBATCH --array=1-2", "#SBATCH --requeue", "#SBATCH --open-mode=append", "#SBATCH --signal=B:TERM@60",
        "#SBATCH --mem=4G", "case $SLURM_ARRAY_TASK_ID in"]
    assert lines[9:11] == ["1) frames=1-7x2 ;;", "2) frames=9,20 ;;"]
    assert "cd '%s' || exit 78" % box.work in lines
    assert ("    exec 'dcchost' 'render' 'blender' '--file' '%s/shot.blend' --frames \"$frames\" \"$@\" "
            "'--' '-t' '2'" % box.work) in lines
    assert subprocess.run(["sh", "-n"], input=done.out.encode()).returncode == 0


def test_shellcheck_has_nothing_to_say(box):
    script = box.run("submit", "--on", "slurm", "--frames", "1-3", "--file", scene(box, HARD), "blender").out
    try:
        done = subprocess.run(["shellcheck", "-s", "sh", "-e", "SC2016", "-"], input=script.encode(),
                              stdout=subprocess.PIPE)
    except FileNotFoundError:
        pytest.skip("no shellcheck here")
    assert done.returncode == 0, done.stdout.decode()


class Task:
    """A task of a printed script, below a stand-in for dcchost and one for scontrol."""

    def __init__(self, box, script, number=1, restarts=0, **env):
        self.top = box.top / "task"
        bin = self.top / "bin"
        bin.mkdir(parents=True)
        (bin / "dcchost").write_text(
            '#!/bin/sh\nfor word; do printf "%%s\\n" "$word"; done >%s/said\n'
            "trap 'exit 143' TERM\n"
            'echo up >%s/up\n'
            'while [ -n "$WAIT" ]; do sleep 0.05; done\nexit ${CODE:-0}\n' % (self.top, self.top))
        (bin / "scontrol").write_text('#!/bin/sh\necho "$*" >>%s/asked\n' % self.top)
        for tool in bin.iterdir():
            tool.chmod(0o755)
        env = dict(env, PATH="%s:/usr/bin:/bin" % bin, SLURM_ARRAY_JOB_ID="10", SLURM_ARRAY_TASK_ID=str(number))
        if restarts:
            env["SLURM_RESTART_COUNT"] = str(restarts)
        self.process = subprocess.Popen(["sh", "-c", script], env=env, cwd="/", stdin=subprocess.DEVNULL)

    @property
    def said(self):
        return (self.top / "said").read_text().splitlines()

    @property
    def asked(self):
        path = self.top / "asked"
        return path.read_text().splitlines() if path.exists() else []


def script_of(box, *more):
    return box.run("submit", "--on", "slurm", "--frames", "1-4", "--chunk", "2", "--file", scene(box, HARD), *more).out


def test_words_reach_the_command_as_they_are(box):
    task = Task(box, script_of(box, "--env", "A=" + HARD, "blender", "--", HARD, "", "*"), number=2)
    assert task.process.wait() == 0
    assert task.said == ["render", "blender", "--file", str(box.work / HARD), "--env", "A=" + HARD, "--frames", "3,4",
                         "--", HARD, "", "*"]


@pytest.mark.parametrize("code, restarts, asked", [
    (0, 0, []), (1, 0, []), (139, 0, []), (75, 0, ["requeue 10_1"]), (75, 19, ["requeue 10_1"]), (75, 20, []),
    (78, 0, ["requeuehold State=SpecialExit 10_1"])])
def test_what_becomes_of_a_task(box, code, restarts, asked):
    task = Task(box, script_of(box, "--output", "f_####.png", "blender"), restarts=restarts, CODE=str(code))
    assert task.process.wait() == code
    assert task.asked == asked
    assert ("--resume" in task.said) == (restarts > 0)


def test_where_pictures_lie_is_not_known(box):
    """render would refuse --resume, so it is not told."""
    task = Task(box, script_of(box, "blender"), restarts=1)
    assert task.process.wait() == 0 and "--resume" not in task.said


def test_a_stop_is_handed_on_and_waited_for(box):
    task = Task(box, script_of(box, "blender"), WAIT="yes")
    until(lambda: (task.top / "up").exists(), "the task to be up", 60)
    task.process.send_signal(signal.SIGTERM)
    assert task.process.wait(60) == 143


def test_a_template_of_openjd(box):
    done = box.run("submit", "--on", "openjd", "--frames", "1-4", "--chunk", "3", "--file", scene(box, "a 'b' \"c\"$"),
                   "--output", "f_####.png", "blender", "--", "-t", "2")
    step, = done.json["steps"]
    run = step["script"]["actions"]["onRun"]
    assert done.json["name"] == "a__b___c__"
    assert step["parameterSpace"]["taskParameterDefinitions"] == [
        {"name": "Frames", "type": "STRING", "range": ["1-3", "4"]}]
    assert run["command"] == "dcchost"
    assert run["args"] == ["render", "blender", "--file", str(box.work / "a 'b' \"c\"$"), "--cwd", str(box.work),
                           "--output", str(box.work / "f_####.png"), "--frames",
                           "{{Task.Param.Frames}}", "--", "-t", "2"]


def test_a_template_that_loads_once(box):
    """An environment brings the instance up with what starts an application; tasks have what they render, and no scene.
    Words with spaces stay words behind the shell that knows the session."""
    done = box.run("submit", "--on", "openjd", "--load-once", "--frames", "1-4", "--chunk", "2", "--file",
                   scene(box, HARD), "--output", "f $1_####.png", "--env", "A=b c", "--task-timeout", "60", "--resume",
                   "blender", "--", "-t", "2")
    step, = done.json["steps"]
    environment, = step["stepEnvironments"]
    actions = dict(environment["script"]["actions"], **step["script"]["actions"])
    assert sorted(actions) == ["onEnter", "onExit", "onRun"]
    assert all(each["command"] == "sh" and each["args"][0] == "-c" for each in actions.values())
    bin = box.top / "bin"
    bin.mkdir()
    (bin / "dcchost").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    (bin / "dcchost").chmod(0o755)

    def said(what, session):
        env = {"PATH": "%s:/usr/bin:/bin" % bin, "OPENJD_SESSION_WORKING_DIR": "/sessions/" + session}
        return subprocess.run(["sh", *actions[what]["args"]], env=env, check=True, stdout=subprocess.PIPE,
                              universal_newlines=True).stdout.splitlines()

    assert said("onEnter", "session-1") == [
        "launch", "--name", "blender-session-1", "blender", "--file", str(box.work / HARD), "--env", "A=b c", "--cwd",
        str(box.work), "--set", "keep-state=168h", "--headless", "--wait", "ready", "--", "-t", "2"]
    assert said("onRun", "session-1") == [
        "render", "--in", "blender-session-1", "blender", "--output", str(box.work / "f $1_####.png"), "--task-timeout",
        "60", "--restart", "on-crash", "--frames", "{{Task.Param.Frames}}", "--resume"]
    assert said("onExit", "session-2") == ["stop", "blender-session-2"]
    assert actions["onRun"]["cancelation"]["mode"] == "NOTIFY_THEN_TERMINATE"


@pytest.mark.parametrize("args, status, said", [
    (["blender", "--frames", "1"], 2, "--on takes slurm or openjd, not ''"),
    (["--on", "lsf", "blender", "--frames", "1"], 2, "--on takes slurm or openjd, not 'lsf'"),
    (["--on", "slurm", "blender"], 2, "--frames says what to render"),
    (["--on", "slurm", "blender", "--frames", "10-1"], 78, "10-1"),
    (["--on", "slurm", "blender", "--frames", "1", "--chunk", "0"], 2, "--chunk takes a number of frames, not '0'"),
    (["--on", "slurm", "blender", "--frames", "1", "--file", "/nothing"], 78, "scene /nothing is not there"),
    (["--on", "slurm", "blender", "--frames", "1", "--resume"], 2, "--resume has to know where pictures lie"),
    (["--on", "slurm", "blender", "--frames", "1", "--sbatch=-p\nrm"], 2, "--sbatch takes one line"),
    (["--on", "slurm", "blender", "--frames", "1", "--exit-map", "x"], 2, "--exit-map: 'x' is not FROM=TO"),
    (["--on", "openjd", "blender", "--frames", "1", "--submit"], 2, "--submit and --sbatch are for --on slurm"),
    (["--on", "openjd", "blender", "--frames", "1-2000"], 78, "2000 tasks are more than a template may have (1024)"),
    (["--on", "openjd", "blender", "--frames", "1", "--", "{{no}}"], 78, "'{{no}}' cannot stand in a template"),
    (["--on", "openjd", "blender", "--frames", "1", "--", b"\xff"], 78, "cannot stand in a template"),
    (["--on", "slurm", "--load-once", "blender", "--frames", "1", "--output", "f_#.png"], 2,
     "--load-once is for --on openjd; for slurm --chunk loads once a task"),
    (["--on", "openjd", "--load-once", "blender", "--frames", "1"], 2, "--load-once has to know where pictures go"),
    (["--on", "openjd", "--load-once", "blender", "--frames", "1", "--output", "f_#.png", "--", "{{no}}"], 78,
     "'{{no}}' cannot stand in a template"),
    (["--on", "slurm", "--submit", "blender", "--frames", "1"], 69, "no sbatch is on PATH"),
])
def test_what_is_refused(box, args, status, said):
    if "--file" not in args:
        args = ["--file", scene(box), *args]
    done = box.run("submit", *args, PATH=str(box.top))
    assert done.status == status and said in done.err, done
    assert done.out == ""


@pytest.mark.parametrize("code, status", [(0, 0), (1, 1)])
def test_a_script_is_handed_to_sbatch(box, code, status):
    (box.top / "bin").mkdir()
    tool, got = box.top / "bin/sbatch", box.top / "got"
    tool.write_text('#!/bin/sh\ncat "$1" >%s\necho "Submitted batch job 12"\nexit %d\n' % (got, code))
    tool.chmod(0o755)
    args = ["--on", "slurm", "--frames", "1-4", "--file", scene(box), "blender"]
    done = box.run("submit", "--submit", *args, PATH="%s:/usr/bin:/bin" % tool.parent)
    assert done.status == status, done
    assert got.read_text() == box.run("submit", *args).out
    assert "Submitted batch job 12" in (done.err if code else done.out)
    assert not list((box.top / "tmp").iterdir())
