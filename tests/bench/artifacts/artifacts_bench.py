#!/usr/bin/env python3
"""Artifacts to and from the server, beside `cp`, `sha256sum` and MLflow's artifact proxy, in one run.

    artifacts_bench.py --bin build/release/bin [--files 2000] [--file-mib 1] [--big-mib 1024] [--mlflow VENV] [--work DIR]

Two artifacts: many files of FILE-MIB each, and one big file of which half is holes; the other bytes are random. The server
has its own PostgreSQL on the same machine. Each line is the best of --rounds. Uploads are of content that the server has
never seen (each round has bytes of its own), downloads go to an empty folder without a cache. `cp` and `sha256sum` read the
same files; `cp` ends with `sync -f`, as every command here ends with bytes on the disk. Prints MB/s and ratios.
"""
import argparse
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MIB = 1 << 20


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def timed(command, **options):
    began = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
    seconds = time.perf_counter() - began
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed: {done.stderr}")
    return seconds, done.stdout


def write_many(folder, files, size, seed):
    source = random.Random(seed)
    for number in range(files):
        file = folder / f"{number % 100:02}" / f"{number}.bin"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(source.randbytes(size))


def write_big(folder, size, seed):
    source = random.Random(seed)
    folder.mkdir(parents=True)
    with open(folder / "big.bin", "wb") as file:
        for at in range(0, size, 64 * MIB):
            file.seek(at)
            file.write(source.randbytes(32 * MIB))
        file.truncate(size)


def change(folder, share, seed):
    """Replaces one stretch of each hundredth byte of the tree: of the big file, or of one file in a hundred."""
    source = random.Random(seed)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if len(files) == 1:
        size = int(files[0].stat().st_size * share)
        with open(files[0], "r+b") as file:
            file.write(source.randbytes(size))
    else:
        for path in files[:: int(1 / share)]:
            path.write_bytes(source.randbytes(path.stat().st_size))


class Server:
    def __init__(self, programs, work):
        self.programs, self.data = programs, work / "server"
        self.data.mkdir()
        port, grpc = free_port(), free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [programs / "tracker-server", "--data-dir", self.data, "--listen", f"127.0.0.1:{port}", "--grpc-listen",
             f"127.0.0.1:{grpc}"], stdout=subprocess.DEVNULL, stderr=open(work / "server.log", "w"))
        deadline = time.time() + 120
        while not (self.data / "server.json").exists():
            if time.time() > deadline or self.process.poll() is not None:
                sys.exit(f"the server did not start: see {work}/server.log")
            time.sleep(0.1)

    def artifact(self, *arguments):
        seconds, output = timed([str(self.programs / "tracker"), "--server", self.url, "artifact", *map(str, arguments), "--json"])
        return seconds, json.loads(output)

    def stop(self):
        self.process.terminate()
        self.process.wait()


def ours(server, name, make, work, rounds):
    best, source, got = {}, work / "source", work / "got"

    def note(what, seconds, detail=None):
        if what not in best or seconds < best[what][0]:
            best[what] = (seconds, detail)

    for round_number in range(rounds):
        shutil.rmtree(source, ignore_errors=True)
        make(source, round_number)
        size = sum(path.stat().st_size for path in source.rglob("*") if path.is_file())
        note("cp", timed(["sh", "-c", f"cp -r {source} {work}/copy && sync -f {work}/copy"])[0])
        shutil.rmtree(work / "copy")
        note("sha256sum", timed(["sh", "-c", f"find {source} -type f -exec sha256sum {{}} + > /dev/null"])[0])
        note("put", *server.artifact("put", f"bench/{name}", source, "--type", "dataset"))
        note("get", *server.artifact("get", f"bench/{name}", "--no-cache", "--output", got))
        note("verify", *server.artifact("verify", f"bench/{name}", got))
        note("put, nothing new", *server.artifact("put", f"bench/{name}", source))
        note("get, nothing new", *server.artifact("get", f"bench/{name}", "--no-cache", "--output", got))
        change(source, 0.01, 1000 + round_number)
        seconds, version = server.artifact("put", f"bench/{name}", source)
        note("put, 1 % changed", seconds, version)
        shutil.rmtree(got)
    return size, best, source


def mlflow(venv, source, work):
    """Upload and download through `mlflow server --serve-artifacts`, as its client does it."""
    port = free_port()
    store = work / "mlflow"
    store.mkdir()
    environment = {**os.environ, "MLFLOW_TRACKING_URI": f"http://127.0.0.1:{port}", "PATH": f"{venv}/bin:{os.environ['PATH']}"}
    process = subprocess.Popen(
        [f"{venv}/bin/mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--backend-store-uri", f"sqlite:///{store}/db",
         "--artifacts-destination", str(store / "artifacts"), "--workers", "2"],
        stdout=open(work / "mlflow.log", "w"), stderr=subprocess.STDOUT, env=environment, start_new_session=True)
    client = """
import sys, time, mlflow, urllib.request
for _ in range(600):
    try:
        urllib.request.urlopen(mlflow.get_tracking_uri() + "/health"); break
    except Exception: time.sleep(0.1)
with mlflow.start_run() as run:
    began = time.perf_counter(); mlflow.log_artifacts(sys.argv[1], "a"); up = time.perf_counter() - began
began = time.perf_counter()
mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="a", dst_path=sys.argv[2])
print(up, time.perf_counter() - began)
"""
    try:
        _, output = timed([f"{venv}/bin/python", "-c", client, str(source), str(work / "mlflow-got")], env=environment)
        return [float(number) for number in output.split()[-2:]]
    finally:
        os.killpg(process.pid, 15)
        process.wait()


def report(title, size, best, peer):
    print(f"\n{title}, {size / 1e6:.0f} MB")
    for what, (seconds, detail) in best.items():
        line = f"  {what:18} {seconds:8.2f} s {size / 1e6 / seconds:9.0f} MB/s"
        if what == "put, 1 % changed":
            line += f"   {100 * detail['sent_bytes'] / size:.2f} % of the bytes moved"
        print(line)
    for what, seconds in zip(("put", "get"), peer or ()):
        print(f"  MLflow {what:11} {seconds:8.2f} s {size / 1e6 / seconds:9.0f} MB/s   ours {seconds / best[what][0]:.1f} times as fast")
    for what in ("put", "get"):
        print(f"  {what}: {best['cp'][0] / best[what][0]:.2f} of cp, {best['sha256sum'][0] / best[what][0]:.2f} of sha256sum")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--file-mib", type=float, default=1)
    parser.add_argument("--big-mib", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--mlflow", help="a venv with mlflow")
    parser.add_argument("--work", help="where the files and the database lie")
    args = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="artifacts-bench-", dir=args.work))
    os.environ["TRACKER_CACHE_DIR"] = str(work / "cache")
    server = Server(args.bin.resolve(), work)
    try:
        size = int(args.file_mib * MIB)
        for title, name, make in (
                (f"{args.files} files of {args.file_mib:g} MiB", "many", lambda f, r: write_many(f, args.files, size, 2 * r)),
                ("one file, half of it holes", "big", lambda f, r: write_big(f, args.big_mib * MIB, 2 * r + 1))):
            total, best, source = ours(server, name, make, work, args.rounds)
            report(title, total, best, mlflow(args.mlflow, source, work) if args.mlflow else None)
            for folder in ("source", "mlflow", "mlflow-got"):
                shutil.rmtree(work / folder, ignore_errors=True)
    finally:
        server.stop()
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
