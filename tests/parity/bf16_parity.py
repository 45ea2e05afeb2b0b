#!/usr/bin/env python3
"""What bf16 compute changes, ours against what it changes in transformers: a table row per model type.

    VENV/bin/python bf16_parity.py --trainer build/release/bin/trainer --work DIR [--types llama,gpt2] [--seeds 4]
                                   [--write docs/parity.md]

The tiny random checkpoints of zoo_parity.py. Both are measured from transformers' fp32 numbers: the trainer with --dtype bfloat16
(fp32 masters, norms, softmax and head) and transformers with the model loaded in bfloat16. The length of the difference as a share
of the length of what is right: of the logits of all texts and seeds, and of all parameters' gradients. Rounding is chance, and two
ways to round differ by chance: ours may be SLACK times as far away as theirs. Exits 1 when one is farther.
"""
import argparse
import math
import os
import shutil
import sys

import torch
import transformers

import cases
import logits_parity
import page
import reference

TEXTS = 12
SLACK = 1.25


def squares(value, exact):
    """Of the difference and of what is right."""
    return torch.stack([(value - exact).double().square().sum(), exact.double().square().sum()])


def or_nan(measure, exact):
    """Some models fail in bfloat16 in transformers itself."""
    try:
        return measure()
    except RuntimeError as error:
        print(f"transformers fails: {error}", file=sys.stderr, flush=True)
        return {name: value * math.nan for name, value in exact.items()} if isinstance(exact, dict) else exact * math.nan


def logits_squares(trainer, folder, work, rows):
    """Ours and theirs."""
    exact_model, tokenizer = reference.load(folder)
    exact = reference.logits(exact_model, tokenizer, rows, folder)
    theirs = or_nan(lambda: reference.logits(reference.load(folder, dtype=torch.bfloat16)[0], tokenizer, rows, folder).float(), exact)
    ours = logits_parity.our_logits(trainer, folder, work, rows, dtype="bfloat16")
    return torch.stack([squares(ours, exact), squares(theirs, exact)])


def gradients_of(model, tokenizer, rows, labels, folder):
    logits_parity.their_gradients(model, tokenizer, rows, labels, folder)
    return {name: p.grad.float() for name, p in model.named_parameters() if p.grad is not None}


def gradient_squares(trainer, folder, work, rows):
    """Ours and theirs."""
    model, tokenizer = reference.load(folder)
    labels = [i % model.config.num_labels for i in range(len(rows))]
    exact = gradients_of(model, tokenizer, rows, labels, folder)
    theirs = or_nan(lambda: gradients_of(reference.load(folder, dtype=torch.bfloat16)[0], tokenizer, rows, labels, folder), exact)
    ours = logits_parity.our_gradients(trainer, folder, work, rows, labels, dtype="bfloat16")
    return torch.stack([sum(squares(found[name], exact[name]) for name in exact) for found in (ours, theirs)])


def errors_of(args, model_type):
    """(ours, theirs) of logits and of gradients, over the seeds."""
    total = {"logits": 0, "gradients": 0}
    for seed in range(args.seeds):
        folder = reference.checkpoint(model_type, seed, args.work)
        rows = reference.texts(TEXTS, seed=seed + 3)
        for name, measure in (("logits", logits_squares), ("gradients", gradient_squares)):
            total[name] = total[name] + measure(args.trainer, folder, args.work, rows)
        shutil.rmtree(folder)
    return {name: (each[:, 0] / each[:, 1]).sqrt().tolist() for name, each in total.items()}


def is_over(ours, theirs):
    return not (ours <= SLACK * theirs or math.isnan(theirs) and math.isfinite(ours))


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
        fine &= not any(is_over(*pair) for pair in pairs.values())
        cells = [cell for ours, theirs in pairs.values()
                 for cell in (f"**{ours:.1e}**" if is_over(ours, theirs) else f"{ours:.1e}",
                              "fails" if math.isnan(theirs) else f"{theirs:.1e}")]
        lines.append(f"| `{model_type}` | " + " | ".join(cells) + " |")
        print(lines[-1], flush=True)
    if args.write:
        page.write_table(args.write, "bf16", [f"transformers {transformers.__version__}, {args.seeds} seeds a type.", "", *lines])
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
