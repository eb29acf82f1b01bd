"""A Slurm of a test's own on this machine: one controller and some nodes, all on the loopback, everything below
one directory. Jobs run for real; no service of the system is touched, and everything is ended with it.

Needs Debian's slurmctld, slurmd, slurm-client and munge, none of them running. Runs as root or not. Each daemon
is below a `timeout`, so that nothing outlives a test that is killed by much.
"""

import getpass
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "scontrol")
HIERARCHIES = ("memory", "freezer", "cpuset", "devices", "cpuacct")
CGROUPS = pathlib.Path("/sys/fs/cgroup")
MAX_AGE_S = 900
PATIENCE = 60
# Less than Slurm's own 30 s, so that it is seen to be read.
KILL_WAIT_S = 20
# Seconds until a job that was put back may start again: the life of a credential. Slurm's default is 120.
AGAIN_S = 5

COMMON = """\
ClusterName=farm
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={top}/munge/munge.socket,cred_expire={again}
SlurmctldPort={port}
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation={top}/state
SlurmdSpoolDir={top}/spool/%n
SlurmctldPidFile={top}/run/slurmctld.pid
SlurmdPidFile={top}/run/slurmd.%n.pid
SlurmctldLogFile={top}/log/slurmctld.log
SlurmdLogFile={top}/log/slurmd.%n.log
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0,sched_min_interval=0
MpiDefault=none
SwitchType=switch/none
ReturnToService=2
SlurmdTimeout=10
KillWait={kill_wait}
MinJobAge=600
ProctrackType=proctrack/{track}
"""
BY_TRACK = {
    "cgroup": "TaskPlugin=task/cgroup\nJobAcctGatherType=jobacct_gather/linux\nSelectTypeParameters=CR_Core_Memory\n"
              "DefMemPerCPU=200\n",
    "linuxproc": "TaskPlugin=task/none\nJobAcctGatherType=jobacct_gather/none\nSelectTypeParameters=CR_Core\n",
}
BY_EXIT = "RequeueExit=75\nRequeueExitHold=78\n"
CGROUP_CONF = """\
CgroupPlugin=cgroup/v1
CgroupMountpoint=/sys/fs/cgroup
ConstrainRAMSpace=yes
ConstrainSwapSpace=no
ConstrainCores=yes
"""
NODE = "NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=2 Boards=1 SocketsPerBoard=1 " \
       "CoresPerSocket=2 ThreadsPerCore=1 RealMemory=2000\n"


def missing():
    """What keeps a Slurm from running here, or None."""
    for program in PROGRAMS:
        if shutil.which(program, path=PATH) is None:
            return "no %s here: ./dev test farm installs it" % program
    try:
        address = socket.gethostbyname(socket.gethostname())
    except OSError:
        address = "nothing"
    if not address.startswith("127."):
        return "the name of this machine is %s, and none of the loopback: a line for it in /etc/hosts helps" % address
    return None


def has_cgroups():
    """Whether a job's processes and memory can be held by cgroups (version 1, as root); in most containers not."""
    return all(os.access(str(CGROUPS / each / "cgroup.procs"), os.W_OK) for each in HIERARCHIES)


def free_ports(count):
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


class Slurm:
    """Up when it is made. by_exit: slurm.conf says what becomes of 75 and 78. track: who Slurm takes for a job's
    processes, "cgroup" or "linuxproc"; the two differ in whom a cancelled job's SIGTERM reaches (the first process,
    every process)."""

    def __init__(self, top, env, nodes=4, track=None, by_exit=True):
        self.top = pathlib.Path(top).resolve()
        self.track = track or ("cgroup" if has_cgroups() else "linuxproc")
        # The names of cgroups are made of it, and there may be others on this machine.
        self.nodes = ["d%dn%d" % (os.getpid(), number + 1) for number in range(nodes)]
        self.env = dict(env, PATH=env["PATH"] + ":" + PATH, SLURM_CONF=str(self.top / "slurm.conf"))
        self.daemons = {}
        for name in ("state", "log", "run", "munge", "spool"):
            (self.top / name).mkdir(mode=0o755, parents=True)
        self._write_files(by_exit)
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def _write_files(self, by_exit):
        host = socket.gethostname().split(".")[0]
        control, *ports = free_ports(len(self.nodes) + 1)
        text = COMMON.format(host=host, user=getpass.getuser(), top=self.top, port=control, track=self.track,
                             again=AGAIN_S, kill_wait=KILL_WAIT_S)
        text += BY_TRACK[self.track] + (BY_EXIT if by_exit else "")
        for name, port in zip(self.nodes, ports):
            (self.top / "spool" / name).mkdir()
            text += NODE.format(name=name, host=host, port=port)
        text += "PartitionName=farm Nodes=ALL Default=YES MaxTime=60 State=UP\n"
        (self.top / "slurm.conf").write_text(text)
        (self.top / "cgroup.conf").write_text(CGROUP_CONF)
        key = self.top / "munge/munge.key"
        key.touch(mode=0o600)
        key.write_bytes(os.urandom(1024))

    def _daemon(self, daemon, *command):
        with open(str(self.top / "log" / (daemon + ".out")), "wb") as log:
            # Not with a job's environment: it is by that that a test finds what is left of one.
            env = {name: self.env[name] for name in ("PATH", "SLURM_CONF")}
            bound = ["timeout", "--kill-after=20", str(MAX_AGE_S)]
            self.daemons[daemon] = subprocess.Popen([*bound, *command], env=env, stdout=log, stderr=log,
                                                    stdin=subprocess.DEVNULL, start_new_session=True)

    def _start(self):
        munge, conf = self.top / "munge", self.env["SLURM_CONF"]
        self._daemon("munged", "munged", "-F", "--force", "--key-file=%s/munge.key" % munge,
                     "--socket=%s/munge.socket" % munge, "--pid-file=%s/munged.pid" % munge,
                     "--log-file=%s/log/munged.log" % self.top, "--seed-file=%s/seed" % munge)
        self.until(lambda: (munge / "munge.socket").exists(), "munged")
        self._daemon("slurmctld", "slurmctld", "-D", "-f", conf)
        for name in self.nodes:
            self.start_node(name)
        self.until(lambda: self.idle_nodes() == set(self.nodes), "the nodes")

    def start_node(self, name):
        self._daemon(name, "slurmd", "-D", "-N", name, "-f", self.env["SLURM_CONF"])

    def kill_node(self, name):
        """Everything that Slurm has there, and what it started itself, at once: what is left is for dcchost to end."""
        jobs = self._jobs_on(name)
        os.killpg(self.daemons[name].pid, signal.SIGKILL)
        for pid in jobs:
            os.kill(pid, signal.SIGKILL)
        self.daemons.pop(name).wait()

    def _jobs_on(self, name):
        """The step daemons of that node, and the first process of each job."""
        found = set()
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                environment = (entry / "environ").read_bytes().split(b"\0")
                parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
                above = pathlib.Path("/proc", parent, "comm").read_text().strip()
            except OSError:
                continue
            ours = ("SLURMD_NODENAME=" + name).encode() in environment
            if ours and ("SLURM_CONF=" + self.env["SLURM_CONF"]).encode() in environment and above == "slurmstepd":
                found |= {int(parent), int(entry.name)}
        return found

    # -- Asking it --

    def run(self, *command, check=True, **more):
        done = subprocess.run(command, env=more.pop("env", self.env), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, universal_newlines=True, timeout=PATIENCE, **more)
        assert done.returncode == 0 or not check, "%s: %s" % (" ".join(command), done.stderr)
        return done.stdout

    def until(self, condition, what, patience=PATIENCE):
        deadline = time.monotonic() + patience
        while True:
            value = condition()
            if value:
                return value
            assert time.monotonic() < deadline, "waited too long for %s\n%s" % (what, self.logs())
            time.sleep(0.1)

    def logs(self):
        return "".join("--- %s\n%s" % (path.name, path.read_text(errors="replace")[-400:])
                       for path in sorted((self.top / "log").iterdir()))

    def idle_nodes(self):
        return set(self.run("sinfo", "-h", "-N", "-t", "idle", "-o", "%N", check=False).split())

    def submit(self, script, *options, env=None):
        """The number of the job."""
        return self.run("sbatch", "--parsable", *options, str(script), env=dict(self.env, **(env or {}))).strip()

    def jobs(self, number):
        """{task (None for a job without): {field: value}} of what Slurm knows of that job."""
        found = {}
        for line in self.run("scontrol", "show", "job", "-o", number).splitlines():
            facts = dict(re.findall(r"(\w+)=(\S*)", line))
            comment = re.search(r" Comment=(.*?) (?=\w+=)", line)
            facts["Comment"] = comment.group(1) if comment else None
            task = facts.get("ArrayTaskId")
            if task is None or task.isdigit():
                found[int(task) if task else None] = facts
        return found

    def until_states(self, number, states, what, patience=PATIENCE):
        """Waits until each task is in the state that is said of it: {task: state}."""
        def seen():
            jobs = self.jobs(number)
            return all(jobs.get(task, {}).get("JobState") == state for task, state in states.items()) and jobs

        try:
            return self.until(seen, what, patience)
        except AssertionError as error:
            now = {task: facts["JobState"] for task, facts in self.jobs(number).items()}
            raise AssertionError("%s\nwanted %s\nthere is %s" % (error, states, now)) from None

    # -- The end --

    def close(self):
        if self.daemons.get("slurmctld") is not None and self.daemons["slurmctld"].poll() is None:
            self._cancel_everything()
        for name in [*(each for each in self.daemons if each not in ("slurmctld", "munged")), "slurmctld", "munged"]:
            if name in self.daemons:
                self._end(self.daemons[name])
        for path in CGROUPS.glob("*/slurm_%s" % self.nodes[0][:-1] + "*"):
            for directory in [*sorted(path.rglob("*/"), reverse=True), path]:
                if directory.is_dir():
                    directory.rmdir()

    def _cancel_everything(self):
        self.run("scancel", "--quiet", "--user", getpass.getuser(), check=False)
        try:
            self.until(lambda: not self.run("squeue", "-h", check=False), "jobs to end", 45)
        except (AssertionError, subprocess.TimeoutExpired):
            pass  # whatever is left is found by who looks for left-overs

    @staticmethod
    def _end(daemon):
        daemon.terminate()
        try:
            daemon.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(daemon.pid, signal.SIGKILL)
            daemon.wait()
