"""MLflow's search_runs at a size it can hold: the questions of run_query_bench, as far as its language goes.

    python3 tests/bench/run_query/mlflow_search.py --venv DIR [--runs 2000] [--repeats 5]

DIR is a virtual environment with mlflow installed. Its SQL store is called directly (no HTTP), on a new SQLite file that
is removed afterwards: 40 parameters and 60 metrics a run, a page of 50 runs.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

QUESTIONS = [
    ("no filter, by metric", "", ["metrics.m1 DESC"]),
    ("unselective (90%)", "metrics.m2 < 0.9", ["metrics.m1 DESC"]),
    ("middle (15%)", "metrics.m2 < 0.3 and metrics.m3 > 0.5", ["metrics.m1 ASC"]),
    ("selective (0.5%)", "metrics.m2 < 0.005", ["metrics.m1 DESC"]),
    ("text and number", "params.c4 = 'v3' and metrics.m2 < 0.2", ["attributes.start_time DESC"]),
]


def fill(store, experiment, runs):
    import random

    from mlflow.entities import Metric, Param

    random.seed(1)
    for i in range(runs):
        run = store.create_run(experiment, "bench", 1_700_000_000_000 + i, [], f"run-{i}")
        params = [Param(f"c{k}", f"v{random.randrange(10)}") for k in range(1, 41)]
        metrics = [Metric(f"m{k}", random.random(), 1_700_000_000_000, 0) for k in range(1, 61)]
        store.log_batch(run.info.run_id, metrics, params, [])


def measure(runs, repeats):
    import mlflow
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    with tempfile.TemporaryDirectory() as folder:
        store = SqlAlchemyStore(f"sqlite:///{folder}/mlflow.db", folder)
        experiment = store.create_experiment("bench")
        begin = time.perf_counter()
        fill(store, experiment, runs)
        print(f"mlflow {mlflow.__version__}, {runs} runs x 100 attributes, filled in {time.perf_counter() - begin:.0f} s")
        for what, question, order in QUESTIONS:
            times = []
            for _ in range(repeats + 1):
                begin = time.perf_counter()
                found = store.search_runs([experiment], question, 1, max_results=50, order_by=order)
                times.append((time.perf_counter() - begin) * 1e3)
            times = times[1:]  # the first one fills caches
            print(f"{what:30} {len(found):3} runs  p50 {statistics.median(times):7.1f} ms  max {max(times):7.1f} ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--venv", required=True, type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    python = options.venv / "bin" / "python"
    if not os.path.samefile(sys.prefix, options.venv):
        sys.exit(subprocess.run([python, __file__, *sys.argv[1:]], check=False).returncode)
    measure(options.runs, options.repeats)


if __name__ == "__main__":
    main()
