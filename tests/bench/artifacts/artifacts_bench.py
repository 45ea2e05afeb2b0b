#!/usr/bin/env python3
"""Artifacts to and from the server, beside `cp`, `sha256sum` and MLflow's artifact proxy, in one run.

    artifacts_bench.py --bin build/release/bin [--files 2000] [--file-mib 1] [--big-mib 1024] [--holes] [--store folder]
                       [--parts many,big] [--rounds 2] [--mlflow VENV] [--work DIR]

Two artifacts: many files of FILE-MIB each, and one big file; all bytes are random (with --holes half of the big file is
holes, which `cp` skips). The server has its own PostgreSQL on the same machine, with an empty database for each round, so
content is always new to it. Each line is the best of --rounds; what a command before it wrote is on the disk when it begins.
Downloads go to an empty folder without a cache. `cp` and `sha256sum` read the same files; `cp` ends with `sync -f`, as every
command here ends with bytes on the disk. Then, with an empty database again: `put` and `get` are killed (SIGKILL) when half
of the bytes have arrived, and run once more; one bit is flipped, and `verify` has to find it. Prints MB/s and ratios.

Takes 3.5 times the larger artifact on the disk of --work (35 GB for --files 10000 --big-mib 5120), and says so before it
begins. Needs nothing but the programs, and for --mlflow a venv with mlflow.
"""
import argparse
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from trees import MIB, bytes_of, change, flip_a_bit, write_big, write_many

HALF = 0.5


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def timed(command, codes=(0,), **options):
    """Seconds and what it printed. What was written before is on the disk: it is not this command's work."""
    os.sync()
    began = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
    seconds = time.perf_counter() - began
    if done.returncode not in codes:
        raise RuntimeError(f"{' '.join(map(str, command[:5]))} … failed with {done.returncode}: {done.stderr[-2000:]}")
    return seconds, done.stdout


class Server:
    """With an empty database, until close()."""

    def __init__(self, programs, work, store):
        self.programs, self.data, self.chunks, log = programs, work / "server", work / "chunks", work / "server.log"
        port, grpc = free_port(), free_port()
        self.url = f"http://127.0.0.1:{port}"
        command = [programs / "tracker-server", "--data-dir", self.data, "--listen", f"127.0.0.1:{port}", "--grpc-listen",
                   f"127.0.0.1:{grpc}"]
        if store == "folder":
            self.chunks.mkdir()
            command += ["--artifact-store", self.chunks]
        with open(log, "w") as errors:
            self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        deadline = time.time() + 120
        while not (self.data / "server.json").exists():
            if time.time() > deadline or self.process.poll() is not None:
                self.close()
                raise RuntimeError(f"the server did not start: {log.read_text()[-2000:]}")
            time.sleep(0.1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def command(self, *arguments):
        return [str(self.programs / "tracker"), "--server", self.url, "artifact", *map(str, arguments), "--json"]

    def artifact(self, *arguments, codes=(0,)):
        seconds, output = timed(self.command(*arguments), codes)
        return seconds, json.loads(output)

    def counter(self, name):
        with urllib.request.urlopen(self.url + "/metrics") as answer:
            return int(re.search(rf"^tracker_artifact_{name} (\d+)", answer.read().decode(), re.MULTILINE)[1])

    def killed_at_half(self, counter, size, *arguments):
        """Runs the command until the counter has risen by half of `size`; the share that it had risen by when it was killed."""
        before = self.counter(counter)
        process = subprocess.Popen(self.command(*arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while (risen := self.counter(counter) - before) < HALF * size:
            if process.poll() is not None:
                raise RuntimeError(f"{arguments[0]} ended with {process.returncode} before half of the bytes had arrived")
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        if process.wait() != -signal.SIGKILL:
            raise RuntimeError(f"{arguments[0]} was over before it could be killed: take more bytes")
        return risen / size

    def close(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.rmtree(self.chunks, ignore_errors=True)


def ours(part, work, open_server, rounds):
    """The best of each line; `source` is left behind, changed by a hundredth."""
    best, source, copy, got = {}, work / "source", work / "copy", work / "got"
    name = f"bench/{part.name}"

    def note(what, seconds, detail=None):
        if what not in best or seconds < best[what][0]:
            best[what] = (seconds, detail)

    for round_number in range(rounds):
        shutil.rmtree(source, ignore_errors=True)
        part.make(source, round_number)
        note("cp", timed(["sh", "-c", 'cp -r "$0" "$1" && sync -f "$1"', source, copy])[0])
        shutil.rmtree(copy)
        note("sha256sum", timed(["sh", "-c", 'find "$0" -type f -exec sha256sum {} + > /dev/null', source])[0])
        with open_server() as server:
            note("put", *server.artifact("put", name, source, "--type", "dataset"))
            note("get", *server.artifact("get", name, "--no-cache", "--output", got))
            note("verify", *server.artifact("verify", name, got))
            note("put, nothing new", *server.artifact("put", name, source))
            note("get, nothing new", *server.artifact("get", name, "--no-cache", "--output", got))
            shutil.rmtree(got)
            change(source, 0.01, 1000 + round_number)
            note("put, 1 % changed", *server.artifact("put", name, source))
    return best


def interrupted(part, work, open_server):
    """Lines of what happened to commands that were killed, and to a bit that was flipped."""
    source, got, name, lines = work / "source", work / "got", f"bench/{part.name}", []
    size = bytes_of(source)
    with open_server() as server:
        put = ("put", name, source, "--type", "dataset")
        at = server.killed_at_half("received_bytes_total", size, *put)
        seconds, version = server.artifact(*put)
        lines.append(f"put again after kill -9 at {100 * at:.0f} %: {seconds:.2f} s, {100 * version['sent_bytes'] / size:.1f} % of the bytes moved")
        get = ("get", name, "--no-cache", "--output", got)
        at = server.killed_at_half("read_bytes_total", size, *get)
        seconds, version = server.artifact(*get)
        lines.append(f"get again after kill -9 at {100 * at:.0f} %: {seconds:.2f} s, {100 * version['fetched_bytes'] / size:.1f} % of the bytes moved")
        timed(["diff", "-r", source, got])
        if any(got.glob(".tracker-get-*")):
            raise RuntimeError("what the killed get had begun is still there")
        path = flip_a_bit(got)
        seconds, found = server.artifact("verify", name, got, codes=(1,))
        wrong = [(one["path"], one["problem"]) for one in found["differences"]]
        if wrong != [(path, "changed")]:
            raise RuntimeError(f"a bit of {path} was flipped, and verify found {wrong}")
        lines.append(f"verify of a flipped bit: {seconds:.2f} s, found in {path}")
        seconds, version = server.artifact(*get)
        timed(["diff", "-r", source, got])
        lines.append(f"get mends it: {seconds:.2f} s, {version['fetched_bytes'] / 1e6:.1f} MB moved")
    shutil.rmtree(got)
    return lines


def mlflow(venv, source, work):
    """Upload and download through `mlflow server --serve-artifacts`, as its client does it; None if it cannot."""
    port = free_port()
    store, got = work / "mlflow", work / "mlflow-got"
    for folder in (store, got, store / "tmp"):
        folder.mkdir()
    # The proxy writes a file to its temporary folder first, and answers when it has moved it.
    environment = {**os.environ, "MLFLOW_TRACKING_URI": f"http://127.0.0.1:{port}", "PATH": f"{venv}/bin:{os.environ['PATH']}",
                   "TMPDIR": str(store / "tmp"), "MLFLOW_HTTP_REQUEST_TIMEOUT": "3600",
                   "MLFLOW_ARTIFACT_UPLOAD_DOWNLOAD_TIMEOUT": "3600", "GUNICORN_CMD_ARGS": "--timeout 3600"}
    with open(work / "mlflow.log", "w") as log:
        process = subprocess.Popen(
            [f"{venv}/bin/mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--backend-store-uri", f"sqlite:///{store}/db",
             "--artifacts-destination", str(store / "artifacts"), "--workers", "2"],
            stdout=log, stderr=subprocess.STDOUT, env=environment, start_new_session=True)
    client = """
import os, sys, time, mlflow, urllib.request
for _ in range(1200):
    try:
        urllib.request.urlopen(mlflow.get_tracking_uri() + "/health"); break
    except Exception: time.sleep(0.1)
with mlflow.start_run() as run:
    began = time.perf_counter(); mlflow.log_artifacts(sys.argv[1], "a"); os.sync(); up = time.perf_counter() - began
began = time.perf_counter()
mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="a", dst_path=sys.argv[2])
os.sync()
print(up, time.perf_counter() - began)
"""
    try:
        _, output = timed([f"{venv}/bin/python", "-c", client, str(source), str(got)], env=environment)
        timed(["diff", "-r", source, got / "a"])
        return [float(number) for number in output.split()[-2:]]
    except RuntimeError as error:
        print(f"MLflow: {error}\n{(work / 'mlflow.log').read_text()[-1000:]}", file=sys.stderr)
        return None
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
        for folder in (store, got):
            shutil.rmtree(folder, ignore_errors=True)


def report(title, size, best, lines, peer):
    print(f"\n{title}, {size / 1e6:.0f} MB")
    for what, (seconds, detail) in best.items():
        line = f"  {what:18} {seconds:8.2f} s {size / 1e6 / seconds:9.0f} MB/s"
        if what in ("put, nothing new", "put, 1 % changed"):
            line += f"   {100 * detail['sent_bytes'] / size:.2f} % of the bytes moved"
        print(line)
    for line in lines:
        print(f"  {line}")
    for what, seconds in zip(("put", "get"), peer or ()):
        print(f"  MLflow {what:11} {seconds:8.2f} s {size / 1e6 / seconds:9.0f} MB/s   ours {seconds / best[what][0]:.1f} times as fast")
    for what in ("put", "get"):
        print(f"  {what}: {best['cp'][0] / best[what][0]:.2f} of cp, {best['sha256sum'][0] / best[what][0]:.2f} of sha256sum", flush=True)


class Part:
    def __init__(self, name, title, size, make):
        self.name, self.title, self.size, self.make = name, title, size, make


def parts_of(args):
    size = int(args.file_mib * MIB)
    parts = [Part("many", f"{args.files} files of {args.file_mib:g} MiB", args.files * size,
                  lambda folder, number: write_many(folder, args.files, size, 2 * number)),
             Part("big", "one file" + (", half of it holes" if args.holes else ""), args.big_mib * MIB,
                  lambda folder, number: write_big(folder, args.big_mib * MIB, 2 * number + 1, args.holes))]
    return [part for part in parts if part.name in args.parts.split(",")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--file-mib", type=float, default=1)
    parser.add_argument("--big-mib", type=int, default=1024)
    parser.add_argument("--holes", action="store_true", help="half of the big file is holes")
    parser.add_argument("--parts", default="many,big", help="many, big, or both")
    parser.add_argument("--store", choices=("database", "folder"), default="database", help="where the server keeps chunks")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--mlflow", help="a venv with mlflow")
    parser.add_argument("--work", help="where the files and the database lie")
    args = parser.parse_args()
    parts = parts_of(args)
    work = Path(tempfile.mkdtemp(prefix="artifacts-bench-", dir=args.work))
    os.environ["TRACKER_CACHE_DIR"] = str(work / "cache")
    try:
        # Source, copy or what was got, database with its log of changes.
        needed = 3.5 * max(part.size for part in parts) + 2e9
        if shutil.disk_usage(work).free < needed:
            sys.exit(f"{work} needs {needed / 1e9:.0f} GB free: name another folder with --work")
        for part in parts:
            def open_server():
                return Server(args.bin.resolve(), work, args.store)
            best = ours(part, work, open_server, args.rounds)
            size = bytes_of(work / "source")
            lines = interrupted(part, work, open_server)
            report(part.title, size, best, lines, mlflow(args.mlflow, work / "source", work) if args.mlflow else None)
            shutil.rmtree(work / "source")
    except RuntimeError as error:
        sys.exit(str(error))
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
