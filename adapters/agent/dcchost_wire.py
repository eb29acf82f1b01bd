"""The line from an agent to its session."""
import collections
import json
import os
import selectors
import socket
import threading

from dcchost_base import Job, monotonic  # joined

LINE_LIMIT, BACKLOG_LIMIT = 1 << 20, 4 << 20
FIRST_DELAY, LAST_DELAY, HELLO_TIMEOUT = 0.1, 2.0, 10.0
# A session that is gone is an error. Not every application's Python ignores SIGPIPE, which ends the application:
# that of Blender 4.3.2 does not, with a window and without one; those of 3.4.1 and 5.2.2 do.
QUIET = getattr(socket, "MSG_NOSIGNAL", 0)
# No Python of Windows has sockets that are files.
BY_PORT = os.name == "nt"
PORT_MARK = b"dcchost-socket-1"


class Wire:
    """The line to the session. Only its thread touches the socket; anybody may post."""

    def __init__(self, owner, path, token):
        self.agent, self.path, self.token = owner, path, token
        self.welcome = self.refused = False
        self.life = 0  # counts connections: an answer goes to the one that asked, or nowhere
        self.told = {}
        self.outbox = collections.deque()
        self.met, self.drained = threading.Event(), threading.Event()
        self.ear, self.bell = socket.socketpair()
        self.ear.setblocking(False)
        self.bell.setblocking(False)

    def start(self):
        threading.Thread(target=self._run, name="dcchost-agent", daemon=True).start()

    def wake(self):
        try:
            self.bell.send(b"\0", QUIET)
        except OSError:
            pass  # full: it will wake anyway

    def notify(self, method, **params):
        if self.welcome:
            self._post({"jsonrpc": "2.0", "method": method, "params": params})

    def answer(self, job, result=None, error=None):
        if job.life != self.life:
            return
        message = {"jsonrpc": "2.0", "id": job.id}
        if error is None:
            message["result"] = result
        else:
            message["error"] = {"code": error[0], "message": error[1]}
        self._post(message)

    def flush(self, timeout):
        if self.welcome:
            self.drained.clear()
            self.wake()
            self.drained.wait(timeout)

    def _post(self, message):
        self.outbox.append(json.dumps(message).encode("ascii") + b"\n")
        self.wake()

    def _run(self):
        delay = FIRST_DELAY
        while not self.refused:
            sock = None
            try:
                sock = self._connect()
                self._serve(sock)
            except BaseException:  # gone, absent or senseless: there may be another session soon
                pass
            if sock is not None:
                sock.close()
            if self.welcome:
                delay = FIRST_DELAY
            self.welcome = False
            self.life += 1
            self.outbox.clear()
            self.drained.set()
            if not self.refused:
                self._rest(delay)
            delay = min(delay * 2, LAST_DELAY)

    def _connect(self):
        sock = socket.socket(socket.AF_INET if BY_PORT else socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            if BY_PORT:
                self._call(sock)
                return sock
            if len(os.fsencode(self.path)) <= 100:
                sock.connect(self.path)
            else:  # too long for sockaddr_un
                directory = os.open(os.path.dirname(self.path), os.O_RDONLY | os.O_DIRECTORY)
                try:
                    sock.connect("/proc/self/fd/%d/%s" % (directory, os.path.basename(self.path)))
                finally:
                    os.close(directory)
        except BaseException:
            sock.close()
            raise
        return sock

    def _call(self, sock):
        """By the file that leads to the session: whoever calls says the one word in it and hears the other. Whoever has
        got the port of a session that is dead does not know that, and is told nothing more."""
        with open(self.path, "rb") as file:
            mark, port, _pid, _start, call, answer = file.read(1024).split()
        if mark != PORT_MARK:
            raise ConnectionError("the session is of another version")
        sock.settimeout(HELLO_TIMEOUT)
        sock.connect(("127.0.0.1", int(port)))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.sendall(call + b"\n", QUIET)
        heard = b""
        while len(heard) <= len(answer):
            data = sock.recv(len(answer) + 1 - len(heard))
            if not data:
                raise ConnectionError("the session went away")
            heard += data
        if heard != answer + b"\n":
            raise ConnectionError("a stranger listens where the session was")

    def _rest(self, delay):
        end = monotonic() + delay
        with selectors.DefaultSelector() as selector:
            selector.register(self.ear, selectors.EVENT_READ)
            while monotonic() < end:
                if selector.select(max(0, end - monotonic())):
                    self._listen()

    def _listen(self):
        try:
            self.ear.recv(4096)
        except OSError:
            pass

    def _serve(self, sock):
        sock.setblocking(False)
        self._post({"jsonrpc": "2.0", "id": "hello", "method": "hello", "params": self.agent.introduce(self)})
        asked_at = monotonic()
        inbox, out = bytearray(), bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(self.ear, selectors.EVENT_READ)
            selector.register(sock, selectors.EVENT_READ)
            while not self.refused:
                if self.welcome:
                    self._tell_news()
                elif monotonic() - asked_at > HELLO_TIMEOUT:
                    return
                self._write(sock, out)
                selector.modify(sock, selectors.EVENT_READ | (selectors.EVENT_WRITE if out else 0))
                for key, events in selector.select(HELLO_TIMEOUT):
                    if key.fileobj is self.ear:
                        self._listen()
                    elif events & selectors.EVENT_READ:
                        self._read(sock, inbox)

    def _write(self, sock, out):
        while self.outbox:
            out += self.outbox.popleft()
        if len(out) > BACKLOG_LIMIT:
            raise ConnectionError("the session does not read")
        if out:
            try:
                del out[: sock.send(out, QUIET)]
            except BlockingIOError:
                pass
        if not out and not self.outbox:
            self.drained.set()

    def _read(self, sock, inbox):
        data = sock.recv(65536)
        if not data:
            raise ConnectionError("the session went away")
        inbox += data
        if b"\n" in data:
            *lines, rest = bytes(inbox).split(b"\n")
            inbox[:] = rest
            for line in lines:
                self._take(line)
        if len(inbox) > LINE_LIMIT:
            raise ConnectionError("a line without end")

    def _take(self, line):
        try:
            message = json.loads(line.decode("utf-8"))
        except (ValueError, RecursionError):
            return
        if not isinstance(message, dict):
            return
        if "method" not in message:
            if message.get("id") == "hello":
                self.welcome = "error" not in message
                self.refused = not self.welcome
                self.met.set()
        elif self.welcome and message.get("id") is not None:
            params = message.get("params")
            self.agent.take(Job(self.life, message["id"], message["method"],
                                params if isinstance(params, dict) else {}))

    def _tell_news(self):
        """What the session knows of us follows what is so; who connects later hears the last state."""
        for method, key, params in self.agent.news():
            if self.told.get(method) != (self.life, key):
                self.told[method] = (self.life, key)
                self._post({"jsonrpc": "2.0", "method": method, "params": params})
