#!/usr/bin/env python3
"""A small forward proxy for tests: plain requests in absolute form, and CONNECT.

usage: proxy_server.py LOG [USER:PASSWORD]

Listens on a free port of 127.0.0.1, prints it as one line, ends when its standard input is closed. Every request is
appended to LOG, a line of JSON each: method, target, and whether it was let through. Names that end in ".test" are
this machine.
"""

import base64
import http.client
import json
import select
import socket
import sys
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def address_of(host, port):
    return ("127.0.0.1" if host.endswith(".test") else host, port)


class Proxy(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wanted = None
    log = None
    lock = threading.Lock()

    def log_message(self, *_):
        pass

    def admitted(self):
        given = self.headers.get("Proxy-Authorization", "")
        fine = self.wanted is None or given == "Basic " + base64.b64encode(self.wanted.encode()).decode()
        with self.lock:
            self.log.write(json.dumps({"method": self.command, "target": self.path, "admitted": fine}) + "\n")
            self.log.flush()
        if not fine:
            self.send_response(407)
            self.send_header("Proxy-Authenticate", 'Basic realm="test"')
            self.send_header("Content-Length", "0")
            self.end_headers()
        return fine

    def do_CONNECT(self):
        if not self.admitted():
            return
        host, port = self.path.rsplit(":", 1)
        with socket.create_connection(address_of(host, int(port))) as far:
            self.send_response(200)
            self.send_header("X-Repo-Commit", "f" * 40)  # the proxy's own headers mean nothing
            self.end_headers()
            self.pump(far)
        self.close_connection = True

    def pump(self, far):
        ends = {self.connection: far, far: self.connection}
        while True:
            for ready in select.select(list(ends), [], [])[0]:
                data = ready.recv(65536)
                if not data:
                    return
                ends[ready].sendall(data)

    def do_GET(self):
        if not self.admitted():
            return
        url = urllib.parse.urlsplit(self.path)
        far = http.client.HTTPConnection(*address_of(url.hostname, url.port or 80))
        headers = {k: v for k, v in self.headers.items() if not k.lower().startswith("proxy-")}
        far.request(self.command, urllib.parse.urlunsplit(("", "", url.path, url.query, "")), headers=headers)
        answer = far.getresponse()
        body = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("connection", "transfer-encoding", "server", "date"):
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_GET


def main():
    Proxy.log = open(sys.argv[1], "a", encoding="utf-8")
    Proxy.wanted = sys.argv[2] if len(sys.argv) > 2 else None
    ThreadingHTTPServer.daemon_threads = True
    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    server.handle_error = lambda *_: None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
