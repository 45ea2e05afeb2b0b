#!/usr/bin/env python3
"""Rows per second of trainer/data beside Hugging Face `datasets` on the same files, in the same run.

    V/bin/python tests/bench/data/compare.py --bench build/release/tests/bench/data/data_bench --work DIR [--rows 25000]

Texts are of IMDB's lengths. `datasets` is timed twice: reading a file that it has never seen (it writes its own Arrow
copy first), and then giving all rows out of that copy. Each figure is the best of --repeats.
"""
import argparse
import csv
import gzip
import json
import os
import random
import shutil
import subprocess
import sys
import time

os.environ["HF_HUB_OFFLINE"] = "1"
import datasets  # noqa: E402
import pyarrow  # noqa: E402
import pyarrow.parquet  # noqa: E402

datasets.disable_progress_bars()


def some_rows(count):
    rng = random.Random(1)
    words = ["the", "film", "was", 'a "great"', "one,", "but", "naïve", "plot", "<br />", "and", "acting", "so", "I", "liked", "it", "not", "at", "all", "movie", "scenes"]
    return [{"text": " ".join(rng.choices(words, k=min(1500, int(rng.lognormvariate(5.2, 0.65))))), "label": rng.randrange(2)} for _ in range(count)]


def write(work, rows):
    table = pyarrow.Table.from_pylist(rows)
    pyarrow.parquet.write_table(table, f"{work}/rows.parquet")
    with open(f"{work}/rows.csv", "w", newline="") as f:
        writer = csv.DictWriter(f, ["text", "label"])
        writer.writeheader()
        writer.writerows(rows)
    with open(f"{work}/rows.jsonl", "w") as f:
        f.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    for name in ("rows.csv", "rows.jsonl"):
        with open(f"{work}/{name}", "rb") as source, gzip.open(f"{work}/{name}.gz", "wb", 6) as target:
            shutil.copyfileobj(source, target)
    return ["rows.parquet", "rows.csv", "rows.csv.gz", "rows.jsonl", "rows.jsonl.gz"]


def ours(args, path, *more):
    best = None
    for _ in range(args.repeats):
        result = json.loads(subprocess.run([args.bench, path, *more], check=True, capture_output=True, text=True).stdout)
        best = result if best is None or result["seconds"] < best["seconds"] else best
    return best


def theirs(args, path):
    builder = "parquet" if path.endswith("parquet") else "csv" if ".csv" in path else "json"
    fresh = again = float("inf")
    for _ in range(args.repeats):
        cache = f"{args.work}/cache"
        shutil.rmtree(cache, ignore_errors=True)
        start = time.perf_counter()
        rows = datasets.load_dataset(builder, data_files=path, split="train", cache_dir=cache)
        read = time.perf_counter()
        count = sum(1 for _ in zip(rows["text"][:], rows["label"][:]))
        end = time.perf_counter()
        fresh, again = min(fresh, end - start), min(again, end - read)
    return count / fresh, count / again


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--rows", type=int, default=25000)
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    os.makedirs(args.work, exist_ok=True)
    print(f"{'file':<16}{'MB':>7}{'ours rows/s':>14}{'streamed':>12}{'peak MiB':>10}{'datasets rows/s':>18}{'ratio':>8}{'from its copy':>16}")
    for name in write(args.work, some_rows(args.rows)):
        path = f"{args.work}/{name}"
        mine, streamed = ours(args, path), ours(args, path, "--stream")
        fresh, again = theirs(args, path)
        print(f"{name:<16}{os.path.getsize(path) / 1e6:>7.1f}{mine['rows_per_second']:>14,}{streamed['rows_per_second']:>12,}{streamed['peak_mib']:>10}{fresh:>18,.0f}"
              f"{mine['rows_per_second'] / fresh:>8.1f}{again:>16,.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
