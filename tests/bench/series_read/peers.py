"""What other trackers take to read a series back for a chart, on this machine.

    python3 -m venv VENV && VENV/bin/pip install mlflow aim
    VENV/bin/python tests/bench/series_read/peers.py [points] [mlflow|aim]

MLflow: its server over SQLite, the whole history (get_metric_history, as its client pages it) and
the 2,500 points of the chart's own route (get-history-bulk-interval). Aim: its local store, the
whole series as numpy arrays, which its chart then samples. Milliseconds, median of five (of three for
the whole history).
"""
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request


def median_ms(read, repeats=5):
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        read()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def mlflow(points, folder):
    from mlflow import MlflowClient
    from mlflow.entities import Metric

    port = free_port()
    url = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [os.path.join(os.path.dirname(sys.executable), "mlflow"), "server", "--host", "127.0.0.1", "--port", str(port),
         "--workers", "1", "--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", folder],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(url + "/health", timeout=1).read()
                break
            except OSError:
                time.sleep(0.2)
        client = MlflowClient(url)
        run = client.create_run("0").info.run_id
        for first in range(0, points, 1000):
            client.log_batch(run, [Metric("loss", 1 / (i + 1), 1_700_000_000_000 + i, i) for i in range(first, min(points, first + 1000))])
        print(f"mlflow get_metric_history, {points} points: {median_ms(lambda: client.get_metric_history(run, 'loss'), 3):.0f} ms", flush=True)
        bulk = f"{url}/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval?run_ids={run}&metric_key=loss&max_results=2500"
        print(f"mlflow get-history-bulk-interval, 2500 of {points}: {median_ms(lambda: urllib.request.urlopen(bulk).read()):.0f} ms", flush=True)
    finally:
        server.terminate()
        server.wait(30)


def aim(points, folder):
    from aim import Repo, Run

    Repo.from_path(folder, init=True)
    run = Run(repo=folder, experiment="bench", system_tracking_interval=None, capture_terminal_logs=False)
    for i in range(points):
        run.track(1 / (i + 1), name="loss", step=i)
    run.close()
    # Without its index pass a finished run shows no points.
    subprocess.run([os.path.join(os.path.dirname(sys.executable), "aim"), "storage", "--repo", folder, "reindex", "-y"],
                   input="y\n", text=True, check=True, capture_output=True)

    def read():
        for metric in Repo(folder).query_metrics("metric.name == 'loss'", report_mode=0).iter():
            steps, _ = metric.values.sparse_numpy()
            if len(steps) != points:
                raise RuntimeError(f"{len(steps)} points came back")
            return
        raise RuntimeError("no points came back")

    print(f"aim whole series as arrays, {points} points: {median_ms(read):.0f} ms", flush=True)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    for peer in (mlflow, aim) if len(sys.argv) < 3 else (globals()[sys.argv[2]],):
        with tempfile.TemporaryDirectory() as directory:
            try:
                peer(count, directory)
            except Exception as error:  # a peer that cannot be measured here must not hide the other
                print(f"{peer.__name__}: {type(error).__name__}: {error}", flush=True)
