"""The system calls of a case of counting.py, as strace sees them: for test_counts.py and `./dev bench growth`."""

import os
import re
import shutil
import subprocess

STRACE = shutil.which("strace", path="/usr/bin:/bin")
SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "counting.py")
READS = ("openat", "open", "read", "close", "getdents64", "newfstatat", "fstat", "lseek", "fcntl")
# Of memory and of locks, and one that says who asks, for each process of the machine that is looked at.
AT_HAND = ("brk", "mmap", "munmap", "madvise", "mremap", "futex", "getpid")


def lines(case, out, python, env):
    """(the system calls between the marks, of the thread that asks; what was printed). out: a file to write."""
    done = subprocess.run([STRACE, "-qq", "-o", str(out), python, SCRIPT, case], env=env, check=True,
                          stdout=subprocess.PIPE, timeout=220)
    found, inside = [], False
    with open(str(out), errors="replace") as file:
        for line in file:
            if "/counting-" in line:
                inside = "begin" in line
            elif inside and re.match(r"\w+\(", line):
                found.append(line)
    return found, done.stdout.decode()


def cost_of_an_end(case, out, python, env):
    """For each child that is ended by its name: (looks into /proc at children of ours, calls that do not look into
    files). What is looked at of strangers is left out: that is the machine's."""
    found, printed = lines(case, out, python, env)
    pids = printed.split()
    ours = re.compile(r'"/proc/(%s)/' % "|".join(pids))
    looks = sum(1 for line in found if ours.search(line))
    others = sum(1 for line in found if line.split("(")[0] not in READS + AT_HAND)
    return looks / len(pids), others / len(pids)
