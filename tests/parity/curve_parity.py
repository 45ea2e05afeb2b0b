#!/usr/bin/env python3
"""Loss, gradient norm and learning rate of 20 training steps without dropout, against transformers' own Trainer.

    VENV/bin/python curve_parity.py --trainer build/release/bin/trainer --work DIR --model DIR --rows rows.jsonl

zoo_parity.py runs the same check on tiny random checkpoints of every type. Exits 1 when the loss curves are further apart than 1e-4.
"""
import argparse
import os
import shutil
import sys

import torch
import transformers

import reference

LIMIT = 1e-4
STEPS = 20
BATCH = 4


def batch_of(folder):
    """Where padding changes transformers' numbers, a step is one text."""
    return 1 if reference.notes_of(folder).get("_alone") else BATCH


def their_curve(folder, rows, work):
    transformers.set_seed(42)
    model, tokenizer = reference.load(folder, dropout=False)
    limit = reference.limit_of(model, folder)
    data = []
    for row in rows:
        one = reference.encode(model, tokenizer, [row["text"]], limit)
        data.append({key: value[0].tolist() for key, value in one.items()} | {"labels": row["label"]})
    arguments = transformers.TrainingArguments(
        output_dir=os.path.join(work, "theirs"), max_steps=STEPS, per_device_train_batch_size=batch_of(folder), logging_steps=1,
        learning_rate=5e-4, weight_decay=0.01, warmup_steps=3, seed=42, report_to="none", save_strategy="no",
        use_cpu=True, disable_tqdm=True)
    trainer = transformers.Trainer(model, arguments, train_dataset=data,
                                   data_collator=transformers.DataCollatorWithPadding(tokenizer))
    trainer.remove_callback(transformers.PrinterCallback)
    trainer.train()
    return [row for row in trainer.state.log_history if "loss" in row]


def our_curve(program, folder, rows, work):
    source = os.path.join(work, "rows.jsonl")
    limit = reference.notes_of(folder).get("_limit")
    output = os.path.join(work, "ours")
    shutil.rmtree(output, ignore_errors=True)
    reference.write_lines(source, rows)
    reference.run(program, "--model", folder, "--dataset", source, "--output-dir", output, "--report-to", "none", "--no-token-cache",
                  "--max-steps", STEPS, "--batch-size", batch_of(folder), "--logging-steps", 1, "--learning-rate", 5e-4,
                  "--weight-decay", 0.01, "--warmup-steps", 3, "--dropout", 0, "--dtype", "float32",
                  "--eval-strategy", "no", "--save-strategy", "no",
                  *(["--max-length", limit] if limit else []))
    return [row for row in reference.read_lines(os.path.join(output, "metrics.jsonl")) if "train/loss" in row]


def compare(program, folder, rows, work):
    """The largest difference of the loss, and a line about the rest."""
    theirs = their_curve(folder, rows, work)
    ours = our_curve(program, folder, rows, work)
    assert len(ours) == len(theirs) == STEPS, (len(ours), len(theirs))

    def worst(key):
        return max(abs(a["train/" + key] - b[key]) for a, b in zip(ours, theirs))

    return worst("loss"), (f"loss {theirs[0]['loss']:.4f} -> {theirs[-1]['loss']:.4f}, grad_norm differs by "
                           f"{worst('grad_norm'):.1e}, learning_rate by {worst('learning_rate'):.1e}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trainer", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--rows", required=True, help='JSON lines with "text" and "label"')
    parser.add_argument("--count", type=int, default=60)
    args = parser.parse_args()
    os.makedirs(args.work, exist_ok=True)
    rows = reference.read_lines(args.rows)[:args.count]
    error, line = compare(args.trainer, args.model, rows, args.work)
    print("     " + line)
    sys.exit(0 if reference.report("loss curve", error, LIMIT) else 1)


if __name__ == "__main__":
    main()
