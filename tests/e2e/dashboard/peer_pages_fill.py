#!/usr/bin/env python3
"""The runs of workspace_bench.mjs in other trackers' stores, for peer_pages_bench.mjs: 100 runs of 1,000 points and 5 metrics.

    python3 -m venv VENV && VENV/bin/pip install mlflow tensorboard tensorboardX trackio aim
    VENV/bin/python tests/e2e/dashboard/peer_pages_fill.py DIR [mlflow|tensorboard|trackio|aim …] [--runs 100] [--points 1000]

Each tracker's own client writes, into a folder of its name under DIR. Prints for each how its page is served and its address.
"""
import argparse
import math
import os

KEYS = ("train/loss", "train/grad_norm", "train/learning_rate", "eval/loss", "eval/accuracy")
PROJECT = "bench"


def value(run, key, step):
    return key + math.exp(-step / 300) + 0.1 * math.sin(step * (12.9898 + run) + key)


def row(run, step):
    return {name: value(run, key, step) for key, name in enumerate(KEYS)}


def config(run):
    return {"lr": 0.001 * (1 + run % 10), "seed": run}


def fill_mlflow(folder, runs, points):
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param

    store = f"sqlite:///{folder}/mlflow.db"
    client = MlflowClient(tracking_uri=store)
    experiment = client.create_experiment(PROJECT, artifact_location=folder)
    for run in range(runs):
        made = client.create_run(experiment, run_name=f"run-{run}")
        client.log_batch(made.info.run_id, params=[Param(k, str(v)) for k, v in config(run).items()])
        metrics = [Metric(name, v, 1_700_000_000_000 + step, step) for step in range(points) for name, v in row(run, step).items()]
        for at in range(0, len(metrics), 1000):  # the most that a batch may hold
            client.log_batch(made.info.run_id, metrics=metrics[at:at + 1000])
        client.set_terminated(made.info.run_id)
    return f"mlflow server --port 5001 --backend-store-uri {store}", f"http://127.0.0.1:5001/#/experiments/{experiment}/runs?compareRunsMode=CHART"


def fill_tensorboard(folder, runs, points):
    from tensorboardX import SummaryWriter

    for run in range(runs):
        with SummaryWriter(os.path.join(folder, f"run-{run}")) as writer:
            for step in range(points):
                for name, v in row(run, step).items():
                    writer.add_scalar(name, v, step)
    return f"tensorboard --port 5002 --logdir {folder}", "http://127.0.0.1:5002/#timeseries"


def fill_trackio(folder, runs, points):
    os.environ["TRACKIO_DIR"] = folder
    import trackio

    for run in range(runs):
        trackio.init(project=PROJECT, name=f"run-{run}", config=config(run), embed=False)
        for step in range(points):
            trackio.log(row(run, step), step=step)
        trackio.finish()
    return f"TRACKIO_DIR={folder} GRADIO_SERVER_PORT=5003 trackio show --project {PROJECT}", f"http://127.0.0.1:5003/?project={PROJECT}"


def fill_aim(folder, runs, points):
    from aim import Run

    for run in range(runs):
        made = Run(repo=folder, experiment=PROJECT, system_tracking_interval=None, log_system_params=False)
        made["config"] = config(run)
        for step in range(points):
            for name, v in row(run, step).items():
                made.track(v, name=name, step=step)
        made.close()
    return f"aim up --port 5004 --repo {folder}", "http://127.0.0.1:5004/metrics"


FILLS = {"mlflow": fill_mlflow, "tensorboard": fill_tensorboard, "trackio": fill_trackio, "aim": fill_aim}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("trackers", nargs="*", choices=[*FILLS, []], default=[])
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--points", type=int, default=1000)
    args = parser.parse_args()
    for name in args.trackers or FILLS:
        folder = os.path.abspath(os.path.join(args.folder, name))
        os.makedirs(folder, exist_ok=True)
        command, address = FILLS[name](folder, args.runs, args.points)
        print(f"{name}: VENV/bin/{command}\n    {address}", flush=True)


if __name__ == "__main__":
    main()
