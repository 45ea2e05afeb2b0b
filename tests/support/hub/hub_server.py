#!/usr/bin/env python3
"""A small Hugging Face hub for tests: serves a directory by the hub's protocol, and misbehaves on request.

usage: hub_server.py ROOT [BEHAVIOUR.json]

Listens on a free port of 127.0.0.1, prints it as one line, ends when its standard input is closed.
ROOT/models/ORG/NAME/... and ROOT/datasets/ORG/NAME/... are the repos (files of a branch that differs, large ones only: ORG/NAME@BRANCH, with - for /); every request is appended to ROOT/requests.jsonl,
path and size of every body to ROOT/bodies.jsonl before it is sent (a client may take less).

BEHAVIOUR is an object; all keys are optional:
  "lfs":      suffixes of files that are stored apart and served by the other host name (default .safetensors .bin);
              their answers say as well how Xet clients would fetch them
  "gated":    ids that only the token "good" may read
  "private":  ids that do not exist for anybody but the token "good"
  "disabled": ids that the hub has taken away
  "renamed":  {old id: new id}, answered by a relative redirect
  "refs":     {branch or tag: commit}, beside "main"
  "folders":  {commit: folder below ROOT}, where its files are, if not the repo's own
  "plain":    true: no X- headers and no listings, as a static mirror
  "page":     files a page of the listing (default 1000)
  "gzip":     suffixes of files that are sent compressed, in chunks, without a length, to whoever GETs them
  "pace":     [bytes, seconds]: a pause behind so many bytes of a large file
  "tls":      [certificate, key]: PEM files
  "faults":   [{"match": regex of "METHOD path", "times": N (default 1, -1 for ever), and what to do:
                "status": N with "headers": {..} and "body": TEXT, and no file, or
                "raw": TEXT, sent as it is instead of an answer, "repeat": [TEXT, N], sent behind it N times;
                "cut_after": N bytes, then the connection is closed; "hang_after": N bytes, then silence;
                "corrupt": true, the first byte is another one; "no_range": true, ranges are ignored;
                "redirect": ADDRESS}]
The token "bad" is nobody's.
"""

import gzip
import hashlib
import json
import re
import ssl
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def commit_of(repo):
    return hashlib.sha1(b"commit " + repo.encode()).hexdigest()


def git_blob(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class State:
    def __init__(self, root, behaviour):
        self.root = Path(root)
        self.behaviour = behaviour
        self.faults = [dict(fault) for fault in behaviour.get("faults", [])]
        self.lock = threading.Lock()
        self.digests = {}
        self.log, self.bodies = (open(self.root / name, "a", encoding="utf-8") for name in ("requests.jsonl", "bodies.jsonl"))

    def fault_for(self, line):
        with self.lock:
            for fault in self.faults:
                left = fault.get("times", 1)
                if left != 0 and re.search(fault["match"], line):
                    fault["times"] = left - 1 if left > 0 else left
                    return fault
        return {}

    def record(self, log, entry):
        with self.lock:
            log.write(json.dumps(entry) + "\n")
            log.flush()

    def is_lfs(self, path):
        return path.endswith(tuple(self.behaviour.get("lfs", [".safetensors", ".bin"])))

    def sha256(self, path):
        info = path.stat()
        key = (path, info.st_mtime_ns, info.st_size)
        if key not in self.digests:
            self.digests[key] = hashlib.sha256(path.read_bytes()).hexdigest()
        return self.digests[key]

    def large_files(self):
        return {self.sha256(p): p for p in self.root.rglob("*") if p.is_file() and self.is_lfs(p.name)}

    def folder(self, kind, repo, commit):
        return self.root / self.behaviour.get("folders", {}).get(commit, f"{kind}/{repo}")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    state = None

    log_message = staticmethod(lambda *_: None)

    def answer(self):
        self.fault = self.state.fault_for(f"{self.command} {self.path}")
        self.state.record(self.state.log, {
            "method": self.command, "path": self.path, "host": self.headers.get("Host", ""),
            "range": self.headers.get("Range", ""), "auth": self.headers.get("Authorization", ""),
            "agent": self.headers.get("User-Agent", ""), "client": self.client_address[1]})
        if "redirect" in self.fault:
            return self.reply(302, {"Location": self.fault["redirect"]})
        if "status" in self.fault:
            return self.reply(self.fault["status"], self.fault.get("headers", {}), self.fault.get("body", "no\n").encode())
        if "raw" in self.fault:
            return self.send_raw()
        parts = [urllib.parse.unquote(p) for p in urllib.parse.urlsplit(self.path).path.split("/")[1:]]
        if parts[0] == "cdn":
            return self.large_file(parts[1])
        if parts[:2] == ["api", "resolve-cache"]:
            at = next(i for i in (4, 5) if re.fullmatch("[0-9a-f]{40}", parts[i]))
            return self.small_file(parts[2], "/".join(parts[3:at]), parts[at], "/".join(parts[at + 1:]))
        if parts[0] == "api":
            kind, parts = parts[1], parts[2:]
        elif parts[0] == "datasets":
            kind, parts = "datasets", parts[1:]
        else:
            kind = "models"
        verb = next((v for v in ("revision", "tree", "resolve") if v in parts), None)
        at = parts.index(verb) if verb else len(parts)
        rest = parts[at + 1:]
        return self.repo(kind, "/".join(parts[:at]), verb, rest[0] if rest else "main", "/".join(rest[1:]))

    do_HEAD = do_GET = answer

    def send_raw(self):
        self.wfile.write(self.fault["raw"].encode("latin-1"))
        text, count = self.fault.get("repeat", ["", 0])
        try:
            for _ in range(count):
                self.wfile.write(text.encode("latin-1"))
        except OSError:
            pass  # the other side has had enough
        self.close_connection = True

    def repo(self, kind, repo, verb, revision, path):
        behaviour = self.state.behaviour
        if repo in behaviour.get("renamed", {}):
            return self.reply(307, {"Location": self.path.replace(repo, behaviour["renamed"][repo], 1)})
        token = self.headers.get("Authorization", "")
        good = token == "Bearer good"
        if token == "Bearer bad":
            return self.reply(401, {"X-Error-Message": "Invalid credentials in Authorization header"})
        if repo in behaviour.get("disabled", []):
            return self.reply(403, {"X-Error-Message": "Access to this resource is disabled."})
        commits = {"main": commit_of(repo), commit_of(repo): commit_of(repo), **behaviour.get("refs", {})}
        commits.update({commit: commit for commit in commits.values()})
        if not (self.state.root / kind / repo).is_dir() or (repo in behaviour.get("private", []) and not good):
            return self.reply(404 if token else 401, {"X-Error-Code": "RepoNotFound"})
        if revision not in commits:
            return self.reply(404, {"X-Error-Code": "RevisionNotFound"})
        commit = commits[revision]
        folder = self.state.folder(kind, repo, commit)
        for branch in (name for name, of_name in behaviour.get("refs", {}).items() if of_name == commit):
            of_branch = self.state.root / kind / f"{repo}@{branch.replace('/', '-')}"
            folder = of_branch if of_branch.is_dir() else folder
        if verb != "resolve":
            return self.listing(folder, repo, commit, verb)
        if repo in behaviour.get("gated", []) and not good:
            return self.reply(403 if token else 401, {"X-Error-Code": "GatedRepo"})
        return self.resolve(folder, kind, repo, commit, path)

    def listing(self, folder, repo, commit, verb):
        files = sorted(p for p in folder.rglob("*") if p.is_file())
        names = {p: str(p.relative_to(folder)) for p in files}
        head = {"Content-Type": "application/json"}
        if verb != "tree":
            return self.reply(200, head, json.dumps(
                {"id": repo, "sha": commit, "siblings": [{"rfilename": names[p]} for p in files]}).encode())
        if self.state.behaviour.get("plain"):
            return self.reply(404, {})
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        begin, count = int(query.get("cursor", ["0"])[0]), self.state.behaviour.get("page", 1000)
        folders = sorted({str(p.parent.relative_to(folder)) for p in files} - {"."})
        page = [{"type": "directory", "oid": "0" * 40, "size": 0, "path": f} for f in folders if begin == 0]
        for p in files[begin:begin + count]:
            content = p.read_bytes()
            entry = {"type": "file", "oid": git_blob(content), "size": len(content), "path": names[p]}
            if self.state.is_lfs(p.name):
                digest = self.state.sha256(p)
                entry["lfs"] = {"oid": digest, "size": len(content), "pointerSize": 134}
                entry["xetHash"] = digest[::-1]
            page.append(entry)
        if begin + count < len(files):
            bare = self.path.split("?")[0]
            head["Link"] = f'<{self.origin()}{bare}?recursive=true&cursor={begin + count}>; rel="next"'
        return self.reply(200, head, json.dumps(page).encode())

    def origin(self, host="127.0.0.1"):
        return f"{'https' if 'tls' in self.state.behaviour else 'http'}://{host}:{self.server.server_port}"

    def resolve(self, folder, kind, repo, commit, path):
        behaviour = self.state.behaviour
        file = folder / path
        described = {} if behaviour.get("plain") else {"X-Repo-Commit": commit}
        if not file.is_file():
            return self.reply(404, {**described, "X-Error-Code": "EntryNotFound"} if described else {})
        if behaviour.get("plain"):
            content = file.read_bytes()
            return self.content(content, {"ETag": f'"{git_blob(content)}"'}, file.name)
        if self.state.is_lfs(path):
            digest = self.state.sha256(file)
            return self.reply(302, {
                **described, "X-Linked-Etag": f'"{digest}"', "X-Linked-Size": str(file.stat().st_size),
                "X-Xet-Hash": digest[::-1], "Link": f'<{self.origin()}/xet>; rel="xet-auth"',
                "Location": f"{self.origin('localhost')}/cdn/{digest}?signed=1"})
        return self.reply(307, {**described, "Location": "/api/resolve-cache/%s/%s/%s/%s" % (
            kind, repo, commit, urllib.parse.quote(path))})

    def small_file(self, kind, repo, commit, path):
        content = (self.state.folder(kind, repo, commit) / path).read_bytes()
        self.content(content, {"ETag": f'W/"{git_blob(content)}"', "X-Repo-Commit": commit}, path)

    def large_file(self, digest):
        if self.headers.get("Authorization"):
            return self.reply(400, {})
        self.content(self.state.large_files()[digest].read_bytes(), {"ETag": '"multipart-1"'}, "large")

    def content(self, content, headers, name):
        fault = self.fault
        if fault.get("corrupt"):
            content = bytes([content[0] ^ 1]) + content[1:]
        if name.endswith(tuple(self.state.behaviour.get("gzip", []))) and self.command == "GET":
            return self.reply_in_chunks({**headers, "Content-Encoding": "gzip"}, gzip.compress(content))
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if not wanted or fault.get("no_range"):
            return self.reply(200, headers, content)
        begin = int(wanted.group(1))
        if begin >= len(content):
            return self.reply(416, {"Content-Range": f"bytes */{len(content)}"})
        end = min(int(wanted.group(2) or len(content)) + 1, len(content))
        self.reply(206, {**headers, "Content-Range": f"bytes {begin}-{end - 1}/{len(content)}"}, content[begin:end])

    def reply_in_chunks(self, headers, body):
        self.send_response(200)
        for name, value in {**headers, "Transfer-Encoding": "chunked"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.state.record(self.state.bodies, {"path": self.path, "bytes": len(body)})
        for at in range(0, len(body), 1000):
            part = body[at:at + 1000]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")

    def reply(self, status, headers, body=b""):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        limit = self.fault.get("cut_after", self.fault.get("hang_after"))
        body = body if limit is None else body[:limit]
        self.state.record(self.state.bodies, {"path": self.path, "bytes": len(body)})
        self.send_body(body)
        if limit is not None:
            self.wfile.flush()
            if "hang_after" in self.fault:
                self.connection.recv(1)  # until the other side gives up
            self.close_connection = True

    def send_body(self, body):
        step, pause = self.state.behaviour.get("pace", [len(body), 0])
        for at in range(0, len(body), max(step, 1)):
            self.wfile.write(body[at:at + step])
            if pause and at + step < len(body):
                time.sleep(pause)

    def handle(self):
        try:
            super().handle()
        except OSError:
            pass  # the other side is gone, or trusts us not


def main():
    behaviour = json.loads(Path(sys.argv[2]).read_text()) if len(sys.argv) > 2 else {}
    Handler.state = State(sys.argv[1], behaviour)
    ThreadingHTTPServer.daemon_threads = True
    ThreadingHTTPServer.request_queue_size = 256
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # a client that does not trust us
    if "tls" in behaviour:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*behaviour["tls"])
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
