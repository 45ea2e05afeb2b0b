#!/usr/bin/env python3
"""What bf16 compute changes, ours against what it changes in transformers: a table row per model type.

    VENV/bin/python bf16_parity.py --trainer build/release/bin/trainer --work DIR [--types llama,gpt2] [--seeds 4]
                                   [--write docs/parity.md]

The tiny random checkpoints of zoo_parity.py. Both are measured from transformers' fp32 numbers: the trainer with --dtype bfloat16
(fp32 masters, norms, softmax and head) and transformers with the model loaded in bfloat16. Logits: the largest absolute
difference; gradients: the largest, relative to each tensor's largest. Ours must not be farther away than theirs: the worst of
the seeds beside the worst. Exits 1 when one is.
"""
import argparse
import os
import re
import shutil
import sys

import torch
import transformers

import cases
import logits_parity
import reference

TEXTS = 12
MARKS = ("<!-- bf16: begin -->", "<!-- bf16: end -->")


def logits_errors(trainer, folder, work, rows):
    """Ours and theirs."""
    exact_model, tokenizer = reference.load(folder)
    exact = reference.logits(exact_model, tokenizer, rows, folder)
    theirs = reference.logits(reference.load(folder, dtype=torch.bfloat16)[0], tokenizer, rows, folder).float()
    ours = logits_parity.our_logits(trainer, folder, work, rows, dtype="bfloat16")
    return (ours - exact).abs().max().item(), (theirs - exact).abs().max().item()


def gradients_of(model, tokenizer, rows, labels, folder):
    logits_parity.their_gradients(model, tokenizer, rows, labels, folder)
    return {name: p.grad.float() for name, p in model.named_parameters() if p.grad is not None}


def gradient_errors(trainer, folder, work, rows):
    """Ours and theirs."""
    model, tokenizer = reference.load(folder)
    labels = [i % model.config.num_labels for i in range(len(rows))]
    exact = gradients_of(model, tokenizer, rows, labels, folder)
    half = gradients_of(reference.load(folder, dtype=torch.bfloat16)[0], tokenizer, rows, labels, folder)
    ours = logits_parity.our_gradients(trainer, folder, work, rows, labels, dtype="bfloat16")
    return logits_parity.distance(ours, exact), logits_parity.distance(half, exact)


def errors_of(args, model_type):
    """(ours, theirs) of logits and of gradients, each the worst of the seeds."""
    worst = {"logits": (0.0, 0.0), "gradients": (0.0, 0.0)}
    for seed in range(args.seeds):
        folder = reference.checkpoint(model_type, seed, args.work)
        rows = reference.texts(TEXTS, seed=seed + 3)
        for name, measure in (("logits", logits_errors), ("gradients", gradient_errors)):
            pair = measure(args.trainer, folder, args.work, rows)
            assert all(error == error for error in pair), (model_type, seed, name, pair)
            worst[name] = tuple(max(a, b) for a, b in zip(worst[name], pair))
        shutil.rmtree(folder)
    return worst


def write_page(path, lines):
    with open(path, encoding="utf-8") as page:
        text = page.read()
    table = "\n".join([MARKS[0], *lines, MARKS[1]])
    text, count = re.subn(re.escape(MARKS[0]) + ".*?" + re.escape(MARKS[1]), lambda _: table, text, flags=re.S)
    assert count == 1, f"{path} has no {MARKS[0]}"
    with open(path, "w", encoding="utf-8") as page:
        page.write(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trainer", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--types", help="comma-separated; all of them otherwise")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--write", help="the page whose table is to be replaced")
    args = parser.parse_args()
    os.makedirs(args.work, exist_ok=True)
    lines = ["| bf16 | logits, ours | theirs | gradients, ours | theirs |", "|---|---|---|---|---|"]
    print("\n".join(lines), flush=True)
    fine = True
    for model_type in args.types.split(",") if args.types else cases.TYPES:
        pairs = errors_of(args, model_type)
        fine &= all(ours <= theirs for ours, theirs in pairs.values())
        cells = [f"{'**' if error > theirs else ''}{error:.1e}{'**' if error > theirs else ''}"
                 for ours, theirs in pairs.values() for error in (ours, theirs)]
        lines.append(f"| `{model_type}` | " + " | ".join(cells) + " |")
        print(lines[-1], flush=True)
    if args.write:
        write_page(args.write, [f"transformers {transformers.__version__}, {args.seeds} seeds a type.", "", *lines])
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
