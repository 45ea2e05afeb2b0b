#!/usr/bin/env python3
"""A small Hugging Face hub for tests: serves a directory by the hub's protocol, and misbehaves on request.

usage: hub_server.py ROOT [BEHAVIOUR.json]

Listens on a free port of 127.0.0.1, prints it as one line, ends when its standard input is closed.
ROOT/models/ORG/NAME/... and ROOT/datasets/ORG/NAME/... are the repos (files of a branch that differs, large ones only: ORG/NAME@BRANCH, with - for /); every request is appended to ROOT/requests.jsonl.

BEHAVIOUR is an object; all keys are optional:
  "lfs":      suffixes of files that are stored apart and served by the other host name (default .safetensors .bin)
  "gated":    ids that only the token "good" may read
  "private":  ids that do not exist for anybody but the token "good"
  "renamed":  {old id: new id}, answered by a relative redirect
  "refs":     {branch or tag: commit}, beside "main"
  "plain":    true: no X- headers, as a static mirror
  "faults":   [{"match": regex of "METHOD path", "times": N (default 1, -1 for ever), and what to do:
                "status": N with "headers": {..} and no file, or
                "cut_after": N bytes, then the connection is closed; "hang_after": N bytes, then silence;
                "corrupt": true, the first byte is another one; "no_range": true, ranges are ignored;
                "redirect": ADDRESS}]
"""

import hashlib
import json
import re
import sys
import threading
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
        self.log = open(self.root / "requests.jsonl", "a", encoding="utf-8")

    def fault_for(self, line):
        with self.lock:
            for fault in self.faults:
                left = fault.get("times", 1)
                if left != 0 and re.search(fault["match"], line):
                    fault["times"] = left - 1 if left > 0 else left
                    return fault
        return {}

    def record(self, entry):
        with self.lock:
            self.log.write(json.dumps(entry) + "\n")
            self.log.flush()

    def is_lfs(self, path):
        return path.endswith(tuple(self.behaviour.get("lfs", [".safetensors", ".bin"])))

    def large_files(self):
        return {hashlib.sha256(p.read_bytes()).hexdigest(): p for p in self.root.rglob("*")
                if p.is_file() and self.is_lfs(p.name)}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state = None

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.answer()

    def do_GET(self):
        self.answer()

    def answer(self):
        self.fault = self.state.fault_for(f"{self.command} {self.path}")
        self.state.record({"method": self.command, "path": self.path, "host": self.headers.get("Host", ""),
                           "range": self.headers.get("Range", ""), "auth": self.headers.get("Authorization", ""),
                           "agent": self.headers.get("User-Agent", "")})
        if "redirect" in self.fault:
            return self.reply(302, {"Location": self.fault["redirect"]})
        if "status" in self.fault:
            return self.reply(self.fault["status"], self.fault.get("headers", {}), b"no\n")
        parts = [urllib.parse.unquote(p) for p in urllib.parse.urlsplit(self.path).path.split("/")[1:]]
        if parts[0] == "cdn":
            return self.large_file(parts[1])
        if parts[:2] == ["api", "resolve-cache"]:
            return self.small_file(parts[2], "/".join(parts[3:5]), "/".join(parts[6:]))
        if parts[0] == "api":
            kind, parts = parts[1], parts[2:]
        elif parts[0] == "datasets":
            kind, parts = "datasets", parts[1:]
        else:
            kind = "models"
        verb = "revision" if "revision" in parts else "resolve"
        if verb not in parts:
            return self.reply(404, {})
        at = parts.index(verb)
        return self.repo(kind, "/".join(parts[:at]), parts[at + 1], "/".join(parts[at + 2:]))

    def repo(self, kind, repo, revision, path):
        behaviour = self.state.behaviour
        if repo in behaviour.get("renamed", {}):
            return self.reply(307, {"Location": self.path.replace(repo, behaviour["renamed"][repo], 1)})
        folder = self.state.root / kind / repo
        token = self.headers.get("Authorization", "")
        good = token == "Bearer good"
        if not folder.is_dir() or (repo in behaviour.get("private", []) and not good):
            return self.reply(404 if token else 401, {"X-Error-Code": "RepoNotFound"})
        refs = behaviour.get("refs", {})
        commits = {"main": commit_of(repo), commit_of(repo): commit_of(repo), **refs, **{commit: commit for commit in refs.values()}}
        if revision not in commits:
            return self.reply(404, {"X-Error-Code": "RevisionNotFound"})
        commit = commits[revision]
        for branch in (name for name, of_name in refs.items() if of_name == commit):
            of_branch = self.state.root / kind / f"{repo}@{branch.replace('/', '-')}"
            folder = of_branch if of_branch.is_dir() else folder
        if not path:
            files = sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())
            return self.reply(200, {"Content-Type": "application/json"}, json.dumps(
                {"id": repo, "sha": commit, "siblings": [{"rfilename": f} for f in files]}).encode())
        if repo in behaviour.get("gated", []) and not good:
            return self.reply(403 if token else 401, {"X-Error-Code": "GatedRepo"})
        file = folder / path
        described = {} if behaviour.get("plain") else {"X-Repo-Commit": commit}
        if not file.is_file():
            return self.reply(404, {**described, "X-Error-Code": "EntryNotFound"} if described else {})
        if behaviour.get("plain"):
            content = file.read_bytes()
            return self.content(content, {"ETag": f'"{git_blob(content)}"'})
        if self.state.is_lfs(path):
            content = file.read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            return self.reply(302, {**described, "X-Linked-Etag": f'"{digest}"', "X-Linked-Size": str(len(content)),
                                    "Location": f"http://localhost:{self.server.server_port}/cdn/{digest}?signed=1"})
        return self.reply(307, {**described, "Location": "/api/resolve-cache/%s/%s/%s/%s" % (
            kind, repo, commit, urllib.parse.quote(path))})

    def small_file(self, kind, repo, path):
        content = (self.state.root / kind / repo / path).read_bytes()
        self.content(content, {"ETag": f'W/"{git_blob(content)}"', "X-Repo-Commit": commit_of(repo)})

    def large_file(self, digest):
        if self.headers.get("Authorization"):
            return self.reply(400, {})
        self.content(self.state.large_files()[digest].read_bytes(), {"ETag": '"multipart-1"'})

    def content(self, content, headers):
        fault = self.fault
        if fault.get("corrupt"):
            content = bytes([content[0] ^ 1]) + content[1:]
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if not wanted or fault.get("no_range"):
            return self.reply(200, headers, content)
        begin = int(wanted.group(1))
        if begin >= len(content):
            return self.reply(416, {"Content-Range": f"bytes */{len(content)}"})
        self.reply(206, {**headers, "Content-Range": f"bytes {begin}-{len(content) - 1}/{len(content)}"}, content[begin:])

    def reply(self, status, headers, body=b""):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        limit = self.fault.get("cut_after", self.fault.get("hang_after"))
        self.wfile.write(body if limit is None else body[:limit])
        if limit is not None:
            self.wfile.flush()
            if "hang_after" in self.fault:
                self.connection.recv(1)  # until the other side gives up
            self.close_connection = True


def main():
    behaviour = json.loads(Path(sys.argv[2]).read_text()) if len(sys.argv) > 2 else {}
    Handler.state = State(sys.argv[1], behaviour)
    ThreadingHTTPServer.daemon_threads = True
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
