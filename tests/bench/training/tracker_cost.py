#!/usr/bin/env python3
"""What tracking costs a training step: the same short training with a tracker, with none, and with one that nobody answers for.

    python3 tracker_cost.py --bin build/release/bin --model build/deps/minilm --rows train.jsonl --work DIR [--steps 40 --repeats 4]

Starts a tracker-server with a PostgreSQL of its own, on the same cores: its work and the relay's count as they would on one machine. A
row is logged every step, far more than anybody needs. Rounds take the three kinds in turn, each round beginning with another, so that a
busy minute hits all; step times come from the lines that `trainer` prints as steps end, the first WARM_UP of each run left out. Prints the
median step of each kind and, round by round, its ratio to that without a tracker: median, smallest and largest. A ratio of another run
of the same kind is the noise; with two or more rounds it stands beside them.

Curves must be equal digit for digit in all runs (loss, gradient norm and learning rate of every step), each tracked run must have reached
the server whole, and the unreachable one must have said that it is offline: else it exits with 1.
"""
import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
import urllib.request

sys.dont_write_bytecode = True

WARM_UP = 5
KINDS = ("off", "on", "unreachable")
UNREACHABLE = "http://127.0.0.1:9"  # the discard port, where nothing listens
PROJECT = "tracker-cost"
CURVE = ("train/loss", "train/grad_norm", "train/learning_rate")


class Server:
    """A tracker-server of its own under the folder, stopped at the end."""

    def __init__(self, args):
        folder = os.path.join(args.work, "server")
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        data = os.path.join(folder, "data")
        self.log = open(os.path.join(folder, "log"), "w", encoding="utf-8")
        self.process = subprocess.Popen([os.path.join(args.bin, "tracker-server"), "--data-dir", data, "--listen", "127.0.0.1:0",
                                         "--grpc-listen", "127.0.0.1:0"], stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)
        told, deadline = os.path.join(data, "server.json"), time.monotonic() + 60
        while not os.path.exists(told):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                sys.exit(f"tracker-server does not start: see {self.log.name}")
            time.sleep(0.05)
        with open(told, encoding="utf-8") as file:
            self.url = json.load(file)["http"]

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


def stop_relays(folder):
    """Of a run that nobody answers for: they would try on for ten minutes. Found by the log's folder in their command lines."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
            if os.path.basename(words[0]) == b"tracker-relay" and any(os.fsencode(folder) in word for word in words[1:]):
                os.kill(int(pid), signal.SIGTERM)
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue


class Training:
    """One run: seconds of its steps, its curve, and what it said."""

    def __init__(self, args, kind, url, name):
        output, spool = os.path.join(args.work, name), os.path.join(args.work, name + "-spool")
        self.name = name
        for folder in (output, spool):
            shutil.rmtree(folder, ignore_errors=True)
        environment = dict(os.environ, TRACKER_DIR=spool, OMP_NUM_THREADS=str(args.threads))
        environment.pop("TRACKER_URL", None)
        if kind != "off":
            environment["TRACKER_URL"] = url if kind == "on" else UNREACHABLE
        command = [os.path.join(args.bin, "trainer"), "--model", args.model, "--dataset", args.rows, "--output-dir", output, "--report-to",
                   "none" if kind == "off" else "tracker", "--project", PROJECT, "--run-name", name, "--max-steps", args.steps,
                   "--batch-size", args.batch_size, "--max-length", args.max_length, "--logging-steps", 1, "--eval-strategy", "no",
                   "--save-strategy", "no", "--no-token-cache", "--seed", 42]
        stamps, self.said = [], []
        process = subprocess.Popen([str(word) for word in command], env=environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for line in process.stderr:  # each logged row is a line, written as it happens
            if line.startswith("step ") and "train/loss" in line:
                stamps.append(time.perf_counter())
            else:
                self.said.append(line.strip())
        if process.wait() != 0:
            sys.exit(f"{name} failed: {self.said[-1] if self.said else 'it says nothing'}")
        if len(stamps) != args.steps:
            sys.exit(f"{name}: {len(stamps)} steps seen, {args.steps} asked for")
        self.step = statistics.median(b - a for a, b in zip(stamps[WARM_UP:], stamps[WARM_UP + 1:]))
        with open(os.path.join(output, "metrics.jsonl"), encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        self.curve = [[row[key] for key in CURVE] for row in rows if CURVE[0] in row]
        stop_relays(spool)
        shutil.rmtree(output)
        shutil.rmtree(spool, ignore_errors=True)


def ask(url, path):
    with urllib.request.urlopen(url + path, timeout=30) as answer:
        return json.load(answer)


def check_arrived(args, url, name):
    """The run has ended on the server, and it has every step's loss."""
    deadline = time.monotonic() + 30
    while True:
        runs = [one for one in ask(url, f"/api/v1/runs?project={PROJECT}&limit=1000")["runs"] if one["name"] == name]
        if runs and runs[0]["state"] == "finished":
            break
        if time.monotonic() > deadline:
            sys.exit(f"{name}: the server does not have its end: {runs}")
        time.sleep(0.1)
    keys = {key["key"]: key for key in ask(url, f"/api/v1/runs/{runs[0]['id']}/keys")["keys"]}
    count = keys.get(CURVE[0], {}).get("count", 0)
    if count != args.steps:
        sys.exit(f"{name}: the server has {count} of {args.steps} points of {CURVE[0]}")


def check(args, kind, training, first, url):
    """What must hold whatever it costs."""
    if training.curve != first.curve:
        step = next((i for i, (a, b) in enumerate(zip(training.curve, first.curve)) if a != b), len(first.curve)) + 1
        sys.exit(f"{training.name}: the curve differs from the first run's at step {step}")
    said = "\n".join(training.said)
    if kind == "on":
        check_arrived(args, url, training.name)
    if kind == "unreachable" and "tracker offline" not in said and "not everything is delivered" not in said:
        sys.exit(f"{training.name}: does not say that nobody answers: {said}")


def ratio_cell(ratios):
    return f"{statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})"


def report(steps):
    """`steps`: by kind, the median step of each round."""
    print("| tracker | median step, ms | × without, by round |\n|---|---|---|")
    for kind in KINDS:
        ratios = [a / b for a, b in zip(steps[kind], steps["off"])]
        print(f"| {kind} | {1000 * statistics.median(steps[kind]):.1f} | {'1' if kind == 'off' else ratio_cell(ratios)} |")
    if len(steps["off"]) > 1:
        noise = [b / a for a, b in zip(steps["off"], steps["off"][1:])]
        print(f"Without a tracker, a round beside the one before: {ratio_cell(noise)}. Curves are equal digit for digit.")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="folder of trainer, tracker-server and tracker-relay")
    parser.add_argument("--model", required=True)
    parser.add_argument("--rows", required=True, help='JSON lines with "text" and "label"')
    parser.add_argument("--work", required=True, help="a folder; made if need be")
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--repeats", type=int, default=4, help="rounds of the three kinds")
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--max-length", type=int, default=128)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    args = parser.parse_args()
    if args.steps < WARM_UP + 2:
        parser.error(f"--steps: {WARM_UP + 2} at least, of which the first {WARM_UP} do not count")
    os.makedirs(args.work, exist_ok=True)
    server, first = Server(args), None
    steps = {kind: [] for kind in KINDS}
    try:
        for i in range(args.repeats):
            for kind in KINDS[i % len(KINDS):] + KINDS[:i % len(KINDS)]:
                training = Training(args, kind, server.url, f"{kind}-{i}")
                first = first or training
                check(args, kind, training, first, server.url)
                steps[kind].append(training.step)
                print(f"{training.name}: {1000 * training.step:.1f} ms a step", file=sys.stderr, flush=True)
    finally:
        server.stop()
    report(steps)


if __name__ == "__main__":
    main()
