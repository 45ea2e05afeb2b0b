#!/usr/bin/env python3
"""All parity checks on real weights and real reviews: logits, gradients, the same from pytorch_model.bin, the 20-step curve, the
export.

    VENV/bin/python real_weights.py --trainer build/release/bin/trainer --minilm build/deps/minilm --work DIR

The model is MiniLM with a classifier of random weights (seeded), the texts are the bundled IMDB rows. Exits 1 when any
check does.
"""
import argparse
import os
import pathlib
import subprocess
import sys

import pyarrow
import transformers

import reference

HERE = pathlib.Path(__file__).resolve().parent
SAMPLE = HERE.parent.parent / "data" / "imdb-sample"


def unpack_rows(work):
    rows = os.path.join(work, "reviews.jsonl")
    with open(rows, "wb") as out:
        for name in ("train-500.jsonl.zst", "test-100.jsonl.zst"):
            with pyarrow.CompressedInputStream(pyarrow.OSFile(str(SAMPLE / name)), "zstd") as lines:
                out.write(lines.read())
    return rows


def make_classifier(minilm, work):
    folder = os.path.join(work, "minilm-classifier")
    transformers.set_seed(42)
    transformers.AutoModelForSequenceClassification.from_pretrained(minilm, num_labels=2).save_pretrained(folder)
    transformers.AutoTokenizer.from_pretrained(minilm).save_pretrained(folder)
    return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trainer", required=True)
    parser.add_argument("--minilm", required=True)
    parser.add_argument("--work", required=True)
    args = parser.parse_args()
    os.makedirs(args.work, exist_ok=True)
    rows = unpack_rows(args.work)
    model = make_classifier(args.minilm, args.work)
    checks = [
        ["logits_parity.py", "--trainer", args.trainer, "--model", model, "--texts", rows, "--work", args.work],
        ["checkpoint_parity.py", "--trainer", args.trainer, "--model", model, "--texts", rows, "--work", args.work],
        ["curve_parity.py", "--trainer", args.trainer, "--model", model, "--rows", rows, "--work", args.work],
        ["export_parity.py", "--trainer", args.trainer, "--model", model, "--rows", rows, "--work", args.work],
    ]
    failed = [check[0] for check in checks if subprocess.run([sys.executable, HERE / check[0], *check[1:]]).returncode]
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
