"""A client of `dcchost mcp` for tests: the standard library alone, both eras of the protocol, and nothing polite."""

import json
import os
import queue
import subprocess
import threading
import time

PATIENCE = 60
VERSION = "io.modelcontextprotocol/protocolVersion"
MODERN = {VERSION: "2026-07-28", "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
          "io.modelcontextprotocol/clientCapabilities": {}}


class ToolError(AssertionError):
    """A result with isError: its words."""


class Client:
    """One server. `modern`: each request carries its version; else it says initialize first."""

    def __init__(self, env, *args, modern=True, cwd=None, hello=True):
        self.child = subprocess.Popen([os.environ["DCCHOST"], "mcp", *args], env=env, cwd=cwd, stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.modern, self.last = modern, 0
        self.lock = threading.Lock()
        self.waiting, self.strays, self.notes = {}, queue.Queue(), []
        threading.Thread(target=self._read, daemon=True).start()
        if not modern and hello:
            self.request("initialize", protocolVersion="2025-11-25", capabilities={},
                         clientInfo={"name": "test", "version": "1"})
            self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def _read(self):
        for line in self.child.stdout:
            message = json.loads(line.decode("utf-8"))
            with self.lock:
                box = self.waiting.pop(json.dumps(message.get("id")), None)
            if "method" in message:
                self.notes.append(message)
            elif box is not None:
                box.put(message)
            else:
                self.strays.put(message)
        self.strays.put(None)

    def send(self, message):
        self.send_bytes(json.dumps(message).encode() + b"\n")

    def send_bytes(self, data):
        self.child.stdin.write(data)
        self.child.stdin.flush()

    def ask(self, method, token=None, **params):
        """Sends a request; gives (id, where its answer comes)."""
        self.last += 1
        meta = dict(MODERN) if self.modern else {}
        if token is not None:
            meta["progressToken"] = token
        if meta:
            params["_meta"] = meta
        box = queue.Queue()
        with self.lock:
            self.waiting[json.dumps(self.last)] = box
        self.send({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params})
        return self.last, box

    def request(self, method, **params):
        message = self.ask(method, **params)[1].get(timeout=PATIENCE)
        assert "error" not in message, message
        return message["result"]

    def fault(self, method, **params):
        return self.ask(method, **params)[1].get(timeout=PATIENCE)["error"]

    def call(self, tool, **arguments):
        """What the tool gives; a ToolError with its words where that is what comes."""
        result = self.request("tools/call", name=tool, arguments=arguments)
        if result["isError"]:
            raise ToolError(result["content"][0]["text"])
        assert json.loads(result["content"][0]["text"]) == result["structuredContent"]
        return result["structuredContent"]

    def stray(self):
        """The next message that answers no request of ours."""
        return self.strays.get(timeout=PATIENCE)

    def memory_kib(self):
        with open("/proc/%d/status" % self.child.pid) as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))

    def close(self):
        """The end of its input is the end of it; its status and what it said on stderr."""
        began = time.monotonic()
        if not self.child.stdin.closed:
            self.child.stdin.close()
        try:
            status = self.child.wait(PATIENCE)
        finally:
            if self.child.poll() is None:
                self.child.kill()
                self.child.wait()
        self.took = time.monotonic() - began
        return status, self.child.stderr.read().decode("utf-8", "replace")

    def __enter__(self):
        return self

    def __exit__(self, *_what):
        self.close()
