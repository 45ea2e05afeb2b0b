#!/usr/bin/env python3
"""Logits and gradients of `trainer` against transformers, fp32 on the CPU.

    VENV/bin/python logits_parity.py --trainer build/release/bin/trainer --work DIR [--model DIR --texts rows.jsonl]

Without --model: a tiny random checkpoint of every supported type. Exits 1 when a limit is passed.
"""
import argparse
import os
import sys

import torch
from safetensors.torch import load_file

import reference

LOGITS_LIMIT = 1e-5    # absolute
GRADIENT_LIMIT = 1e-4  # of each tensor's largest gradient


def logits_error(trainer, folder, work, rows):
    source = os.path.join(work, "texts.jsonl")
    output = os.path.join(work, "logits.jsonl")
    reference.write_lines(source, [{"text": t} for t in rows])
    reference.run(trainer, "predict", "--model", folder, "--input", source, "--output", output, "--dtype", "float32")
    ours = torch.tensor([row["logits"] for row in reference.read_lines(output)])
    model, tokenizer = reference.load(folder)
    theirs = []
    with torch.no_grad():
        for begin in range(0, len(rows), 8):
            theirs.append(model(**reference.encode(model, tokenizer, rows[begin:begin + 8])).logits)
    return (ours - torch.cat(theirs)).abs().max().item()


def gradient_error(trainer, folder, work, rows):
    source = os.path.join(work, "labelled.jsonl")
    output = os.path.join(work, "gradients.safetensors")
    model, tokenizer = reference.load(folder)
    labels = [i % model.config.num_labels for i in range(len(rows))]
    reference.write_lines(source, [{"text": t, "label": l} for t, l in zip(rows, labels)])
    reference.run(trainer, "gradcheck", "--model", folder, "--input", source, "--output", output)
    ours = load_file(output)
    model(**reference.encode(model, tokenizer, rows), labels=torch.tensor(labels)).loss.backward()
    worst = 0.0
    for name, parameter in model.named_parameters():
        if parameter.grad is None:
            assert ours[name].abs().max() == 0, name
            continue
        # Key biases have no gradient but rounding (softmax does not see a shift): measured against the whole model's.
        scale = max(parameter.grad.abs().max().item(), 1e-4)
        worst = max(worst, (ours[name] - parameter.grad).abs().max().item() / scale)
    missing = set(ours) ^ {n for n, _ in model.named_parameters()}
    assert not missing, f"names differ: {sorted(missing)}"
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trainer", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--model", help="a classifier's directory, instead of the tiny ones")
    parser.add_argument("--texts", help='JSON lines with "text", for --model')
    parser.add_argument("--count", type=int, default=50, help="texts of --texts to take")
    args = parser.parse_args()
    os.makedirs(args.work, exist_ok=True)
    fine = True
    if args.model:
        rows = [row["text"] for row in reference.read_lines(args.texts)][:args.count]
        fine &= reference.report("logits", logits_error(args.trainer, args.model, args.work, rows), LOGITS_LIMIT)
        fine &= reference.report("gradients", gradient_error(args.trainer, args.model, args.work, rows[:8]),
                                 GRADIENT_LIMIT)
        sys.exit(0 if fine else 1)
    rows = reference.texts(24, seed=3)
    for name in reference.CASES:
        folder = reference.checkpoint(name, args.work)
        fine &= reference.report(f"{name} logits", logits_error(args.trainer, folder, args.work, rows), LOGITS_LIMIT)
        fine &= reference.report(f"{name} gradients", gradient_error(args.trainer, folder, args.work, rows),
                                 GRADIENT_LIMIT)
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
