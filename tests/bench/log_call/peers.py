#!/usr/bin/env python3
"""What a log call of eight scalars costs with the Python clients of other trackers.

    python3 -m venv VENV && VENV/bin/pip install mlflow wandb aim trackio tensorboard tensorboardX
    tests/bench/log_call/peers.py VENV [peer …]

Beside `log_call_bench`, on the same machine: back to back, and one call per 10 ms. All of them log to this
machine's disk only. One process each; nanoseconds per call, as log_call_bench prints them.
"""
import os
import subprocess
import sys
import tempfile
import time

KEYS = ["train/loss", "train/accuracy", "train/learning_rate", "train/grad_norm", "train/epoch",
        "perf/samples_per_s", "perf/step_ms", "perf/tokens_per_s"]


def values(step):
    return {key: 0.001 * step for key in KEYS}


def wandb_offline():
    import wandb
    run = wandb.init(project="bench", mode="offline", settings=wandb.Settings(console="off", silent=True))
    return lambda step: run.log(values(step), step=step), run.finish


def trackio():
    import trackio
    run = trackio.init(project="bench", embed=False)
    return lambda step: run.log(values(step), step=step), run.finish


def tensorboard():
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        from tensorboardX import SummaryWriter
    writer = SummaryWriter("tb")

    def log(step):
        for key, value in values(step).items():
            writer.add_scalar(key, value, step)
    return log, writer.close


def aim():
    import aim
    run = aim.Run(repo=".", system_tracking_interval=None, log_system_params=False, capture_terminal_logs=False)
    return lambda step: run.track(values(step), step=step), run.close


def mlflow_at(uri):
    import mlflow
    mlflow.set_tracking_uri(uri)
    run = mlflow.start_run()
    client = mlflow.MlflowClient()
    from mlflow.entities import Metric

    def log(step):
        now = int(time.time() * 1000)
        client.log_batch(run.info.run_id, [Metric(key, value, now, step) for key, value in values(step).items()])
    return log, mlflow.end_run


def mlflow_sqlite():
    return mlflow_at("sqlite:///mlflow.db")


def mlflow_files():
    os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
    return mlflow_at("file:./mlruns")


# Name, how to begin, calls back to back.
PEERS = {"W&B offline": (wandb_offline, 20_000), "Trackio": (trackio, 20_000), "TensorBoard": (tensorboard, 20_000),
         "Aim": (aim, 5_000), "MLflow, SQLite": (mlflow_sqlite, 300), "MLflow, files": (mlflow_files, 1_000)}
PACED_CALLS = 500


def show(out, name, times):
    times.sort()
    at = lambda q: times[int(q * (len(times) - 1))]
    print(f"{name:<34} p50 {at(.5):7}  p99 {at(.99):8}  p99.9 {at(.999):9}  max {times[-1]:10} ns", file=out)


def timed(log, steps, pause):
    times = []
    for step in steps:
        if pause:
            time.sleep(pause)
        before = time.perf_counter_ns()
        log(step)
        times.append(time.perf_counter_ns() - before)
    return times


def measure(name):
    begin, calls = PEERS[name]
    out = os.dup(1)
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)  # clients greet and say goodbye
    log, end = begin()
    for step in range(100):
        log(step)
    back_to_back = timed(log, range(100, 100 + calls), 0)
    paced = timed(log, range(100 + calls, 100 + calls + min(calls, PACED_CALLS)), 0.01)
    end()
    with os.fdopen(out, "w") as result:
        show(result, name + ", back to back", back_to_back)
        show(result, name + ", 10 ms apart", paced)


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "--measure":
        return measure(sys.argv[2])
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    python = os.path.join(os.path.abspath(sys.argv[1]), "bin", "python")
    failed = 0
    for name in sys.argv[2:] or PEERS:
        with tempfile.TemporaryDirectory() as folder:
            settings = dict(os.environ, HOME=folder, WANDB_MODE="offline", WANDB_SILENT="true",
                            TRACKIO_DIR=folder, AIM_UI_TELEMETRY_ENABLED="0", GIT_PYTHON_REFRESH="quiet")
            done = subprocess.run([python, os.path.abspath(__file__), "--measure", name], cwd=folder, env=settings,
                                  stderr=subprocess.PIPE, text=True, timeout=600)
            if done.returncode != 0:
                failed = 1
                print(f"{name}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
    sys.exit(failed)


if __name__ == "__main__":
    main()
