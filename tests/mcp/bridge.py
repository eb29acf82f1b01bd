#!/usr/bin/python3
"""Lets a checker that speaks MCP over HTTP test a server that speaks it over its standard input and output.

`bridge.py COMMAND [ARGUMENTS...]` starts COMMAND, listens on a free port of 127.0.0.1, prints the address, and passes
each message of a POST to COMMAND as one line. The answer goes back as JSON, or as an event stream where progress came
before it. Ids are renumbered, so that requests of several connections do not collide. At the end of its own input it
closes COMMAND's, and ends with its status. For tests alone: it is no proxy to offer to users.

It knows nothing of the header rules of the HTTP transport; the check of them is on the list of expected failures.
"""

import http.server
import itertools
import json
import queue
import subprocess
import sys
import threading

PATIENCE = 60.0
OURS = ("localhost", "127.0.0.1", "[::1]")
FAULT = b'{"jsonrpc":"2.0","id":null,"error":{"code":%d,"message":"%s"}}'
VERSION = "io.modelcontextprotocol/protocolVersion"


def params_of(message):
    return message.get("params") or {}


class Server:
    """COMMAND, and who waits for what from it."""

    def __init__(self, command):
        self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.lock = threading.Lock()
        self.numbers = itertools.count(1)
        self.by_id, self.by_token = {}, {}
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.child.stdout:
            message = json.loads(line)
            with self.lock:
                if "method" in message:
                    waiting = self.by_token.get(json.dumps(params_of(message).get("progressToken")))
                else:
                    waiting = self.by_id.get(message.get("id"))
            if waiting is not None:
                waiting.put(message)
        with self.lock:
            everybody = list(self.by_id.values())
        for waiting in everybody:
            waiting.put(None)

    def tell(self, message):
        with self.lock:
            self.child.stdin.write(json.dumps(message).encode() + b"\n")
            self.child.stdin.flush()

    def ask(self, message):
        """(notifications, answer); the answer is None where the server has ended or takes too long."""
        waiting, notifications = queue.Queue(), []
        number = next(self.numbers)
        token = json.dumps(params_of(message).get("_meta", {}).get("progressToken"))
        with self.lock:
            self.by_id[number] = waiting
            if token != "null":
                self.by_token[token] = waiting
        try:
            self.tell(dict(message, id=number))
            answer = waiting.get(timeout=PATIENCE)
            while answer is not None and "method" in answer:
                notifications.append(answer)
                answer = waiting.get(timeout=PATIENCE)
        except (queue.Empty, OSError):
            answer = None
        with self.lock:
            self.by_id.pop(number, None)
            self.by_token.pop(token, None)
        return notifications, answer and dict(answer, id=message["id"])


def http_status(request, answer):
    """What the HTTP transport of 2026-07-28 wants for an error; 200 for the rest."""
    error = answer.get("error")
    if error is None:
        return 200
    if error["code"] in (-32020, -32021, -32022) or error["code"] == -32602 and "_meta" in error["message"]:
        return 400
    return 404 if error["code"] == -32601 and VERSION in params_of(request).get("_meta", {}) else 200


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_process = None

    def log_message(self, *_arguments):
        pass

    def say(self, status, body=b"", kind="application/json"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def is_foreign(self):
        origin = self.headers.get("Origin")
        hosts = [self.headers.get("Host", "")] + ([origin.split("//", 1)[-1]] if origin else [])
        return any(host.rsplit(":", 1)[0] not in OURS for host in hosts)

    def do_GET(self):
        self.say(405)

    do_DELETE = do_GET

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.is_foreign():
            self.say(403, FAULT % (-32000, b"not from this machine"))
            return
        try:
            message = json.loads(body)
        except ValueError:
            self.say(400, FAULT % (-32700, b"not JSON"))
            return
        if "id" not in message or "method" not in message:
            self.server_process.tell(message)
            self.say(202)
            return
        notifications, answer = self.server_process.ask(message)
        if answer is None:
            self.say(504)
            return
        status = http_status(message, answer)
        if status == 200 and notifications:
            parts = (b"event: message\ndata: %s\n\n" % json.dumps(part).encode() for part in notifications + [answer])
            self.say(200, b"".join(parts), "text/event-stream")
        else:
            self.say(status, json.dumps(answer).encode())


def main(command):
    Handler.server_process = server = Server(command)
    listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.daemon_threads = True
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    print("http://127.0.0.1:%d/mcp" % listener.server_address[1], flush=True)
    sys.stdin.read()
    server.child.stdin.close()
    return server.child.wait(PATIENCE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
