#!/usr/bin/env python3
"""What the trainer saves loads in transformers and gives the trainer's own logits back.

    VENV/bin/python export_parity.py --trainer build/release/bin/trainer --work DIR --model DIR --rows rows.jsonl

Trains a few steps, then compares `trainer predict` with AutoModelForSequenceClassification and with pipeline(), from the
directory and from the .tar.gz. Exits 1 when logits differ by more than 1e-5.
"""
import argparse
import glob
import os
import shutil
import sys
import tarfile

import torch
import transformers

import reference

LIMIT = 1e-5


def compare(name, folder, ours, rows):
    model, tokenizer = reference.load(folder)
    theirs = reference.logits(model, tokenizer, rows, folder)
    error = (torch.tensor([row["logits"] for row in ours]) - theirs).abs().max().item()
    fine = reference.report(f"{name} logits", error, LIMIT)
    pipe = transformers.pipeline("text-classification", model=folder, device="cpu")
    answers = pipe(rows, truncation=True, max_length=reference.limit_of(model))
    score = max(abs(a["score"] - b["score"]) for a, b in zip(ours, answers))
    labels = all(a["label"] == b["label"] for a, b in zip(ours, answers))
    print(f"     {name}: labels {'equal' if labels else 'DIFFER'}, loads as {type(model).__name__}")
    return fine & reference.report(f"{name} pipeline scores", score, LIMIT) & labels


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trainer", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--rows", required=True)
    args = parser.parse_args()
    os.makedirs(args.work, exist_ok=True)
    output = os.path.join(args.work, "exported")
    shutil.rmtree(output, ignore_errors=True)
    rows = [row["text"] for row in reference.read_lines(args.rows)][:16]
    reference.run(args.trainer, "--model", args.model, "--dataset", args.rows, "--train-samples", 32, "--max-steps", 4,
                  "--output-dir", output, "--report-to", "none", "--no-token-cache", "--eval-strategy", "no", "--save-strategy", "no")
    source = os.path.join(args.work, "texts.jsonl")
    predicted = os.path.join(args.work, "predicted.jsonl")
    reference.write_lines(source, [{"text": t} for t in rows])
    reference.run(args.trainer, "predict", "--model", output, "--input", source, "--output", predicted)
    ours = reference.read_lines(predicted)
    fine = compare("directory", output, ours, rows)
    (archive,) = glob.glob(os.path.join(output, "*.tar.gz"))
    unpacked = os.path.join(args.work, "unpacked")
    shutil.rmtree(unpacked, ignore_errors=True)
    with tarfile.open(archive) as tar:
        tar.extractall(unpacked, filter="data")
    (folder,) = glob.glob(os.path.join(unpacked, "*"))
    fine &= compare("archive", folder, ours, rows)
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
