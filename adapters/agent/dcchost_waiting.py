"""Waiting is not hanging: who says that it waits, and what can be seen to wait.

A script says so itself: waiting() is what it finds as `from dcchost_wait import waiting`. And a main thread that
sleeps in a system call on a socket that serves (one that listens, or a connection that came in by one of this
process) waits for its clients. That is all that can be known for sure: what sleeps in a lock, in a file or on a
connection that it opened itself may as well never wake up. Linux on the two architectures whose numbers are here;
elsewhere nothing is known, and nothing is said.
"""
import contextlib
import os
import socket
import struct
import sys

# What a system call waits for, by its number: how the sockets are found in its arguments.
ACCEPT, READ, POLL, SELECT, EPOLL = "accept", "read", "poll", "select", "epoll"
CALLS = {
    "x86_64": {0: READ, 7: POLL, 19: READ, 23: SELECT, 43: ACCEPT, 45: READ, 47: READ, 232: EPOLL, 270: SELECT,
               271: POLL, 281: EPOLL, 288: ACCEPT, 441: EPOLL},
    "aarch64": {22: EPOLL, 63: READ, 65: READ, 72: SELECT, 73: POLL, 202: ACCEPT, 207: READ, 212: READ, 242: ACCEPT,
                441: EPOLL},
}
MANY = 1024  # more descriptors than that are not looked at
POLLIN = 1

waits = []  # of this process, the newest last


@contextlib.contextmanager
def waiting(reason="waiting"):
    """with waiting("for jobs on port 9876"): what is within waits on purpose, however long it lasts."""
    one = [str(reason)[:200]]
    waits.append(one)
    try:
        yield
    finally:
        waits[:] = [each for each in waits if each is not one]


def offer():
    """Makes it importable, unless there is such a module."""
    module = type(sys)("dcchost_wait", waiting.__doc__)
    module.waiting = waiting
    sys.modules.setdefault("dcchost_wait", module)


def find_wait(thread):
    """What the thread (its number in the system) waits for, in words; None: it does not, or nobody knows."""
    if waits:
        return waits[-1][0]
    try:
        return see_wait(thread)
    except (OSError, ValueError, IndexError, struct.error):
        return None


def see_wait(thread):
    with open("/proc/self/task/%d/syscall" % thread) as file:
        words = file.read().split()
    kind = CALLS.get(os.uname().machine, {}).get(int(words[0])) if words[0].lstrip("-").isdigit() else None
    if kind is None:
        return None
    args = [int(word, 16) for word in words[1:7]]
    if kind in (ACCEPT, READ):
        found = args[:1]
    elif kind == EPOLL:
        with open("/proc/self/fdinfo/%d" % args[0]) as file:
            found = [int(line.split()[1]) for line in file if line.startswith("tfd:")]
    else:
        with open("/proc/self/mem", "rb", buffering=0) as memory:
            found = read_poll(memory, args) if kind == POLL else read_select(memory, args)
    served = listening()
    for number in found[:MANY]:
        if is_served(number, served):
            return "for clients"
    return None


def read_poll(memory, args):
    memory.seek(args[0])
    data = memory.read(8 * min(args[1], MANY))
    return [number for number, wanted, _got in struct.iter_unpack("=ihh", data) if wanted & POLLIN]


def read_select(memory, args):
    if not args[1]:
        return []
    memory.seek(args[1])
    bits = memory.read((min(args[0], MANY) + 7) // 8)
    return [n for n in range(min(args[0], MANY)) if bits[n // 8] >> n % 8 & 1]


def borrow(number):
    """A socket object for a descriptor of somebody else's, which stays open and unchanged; None: it is no socket. With
    a default time-out Python would make the descriptor itself non-blocking."""
    if socket.getdefaulttimeout() is not None:
        raise ValueError("a default time-out is set")
    copy = os.dup(number)
    try:
        return socket.socket(fileno=copy)
    except OSError:
        os.close(copy)
        return None


def name_of(one):
    name = one.getsockname()
    return (one.family, name[1] if isinstance(name, tuple) else name)


def listening():
    """The ports and paths that this process listens on."""
    names = set()
    for number in os.listdir("/proc/self/fd"):
        try:
            one = borrow(int(number))
        except OSError:
            continue
        if one is not None:
            with one:
                if one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    names.add(name_of(one))
    return names


def is_served(number, served):
    """Whether this is a listening socket, or a connection that one of this process's own has accepted."""
    one = borrow(number)
    if one is None:
        return False
    with one:
        return name_of(one) in served and one.family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX)
