#!/usr/bin/env python3
"""Every supported model type against transformers, on tiny random checkpoints: a table row per type.

    VENV/bin/python zoo_parity.py --trainer build/release/bin/trainer --work DIR [--types llama,gpt2] [--seeds 4]
                                  [--short] [--write docs/parity.md]

Columns: logits (absolute, and as a share of the limit that holds for the case), gradients (relative), batch (logits with
and without company), curve (loss of 20 training steps), export (the trained model in transformers). --short: one seed,
two texts' worth of everything, no curve but for three types; what ctest runs. Exits 1 when a limit is passed.
"""
import argparse
import os
import shutil
import sys

import transformers

import cases
import curve_parity
import logits_parity
import page
import reference

EXPORT_LIMIT = 1e-5
CURVES_OF_SHORT = ("roberta", "modernbert", "llama")


def export_error(trainer, work, folder, rows):
    """What curve_parity trained and saved, read by transformers."""
    saved = os.path.join(work, "ours")
    shutil.copy(os.path.join(folder, "notes.json"), saved)
    ours = logits_parity.our_logits(trainer, saved, work, rows)
    model, tokenizer = reference.load(saved)
    theirs = reference.logits(model, tokenizer, rows, saved)
    noise = (theirs - reference.logits(model.double(), tokenizer, rows, saved)).abs().max().item()
    return (ours - theirs).abs().max().item() / max(EXPORT_LIMIT, logits_parity.NOISE * noise) * EXPORT_LIMIT


def check(args, model_type, seed):
    """One case's errors, as shares of their limits beside the values."""
    folder = reference.checkpoint(model_type, seed, args.work)
    rows = reference.texts(10 if args.short else 24, seed=seed + 3)
    error, limit = logits_parity.logits_error(args.trainer, folder, args.work, rows)
    out = {"logits": (error, limit),
           "gradients": logits_parity.gradient_error(args.trainer, folder, args.work, rows),
           "batch": (logits_parity.batch_error(args.trainer, folder, args.work, rows), logits_parity.LOGITS_LIMIT)}
    curve = model_type in CURVES_OF_SHORT if args.short else seed == 0
    notes = reference.notes_of(folder)
    if curve and (not notes.get("_alone") or notes.get("_curve") == "alone"):
        labelled = [{"text": t, "label": i % 2} for i, t in enumerate(reference.texts(50, seed=5))]
        out["curve"] = (curve_parity.compare(args.trainer, folder, labelled, args.work)[0], curve_parity.LIMIT)
        out["export"] = (export_error(args.trainer, args.work, folder, rows), EXPORT_LIMIT)
    shutil.rmtree(folder)
    return out


def row_of(args, model_type):
    """The worst of each column over the seeds (worst: the largest share of its limit)."""
    worst = {}
    seeds = [args.seed] if args.seed is not None else range(1 if args.short else args.seeds)
    for seed in seeds:
        for name, (error, limit) in check(args, model_type, seed).items():
            if name not in worst or error / limit > worst[name][0] / worst[name][1]:
                worst[name] = (error, limit)
            if error > limit or error != error:
                print(f"OVER {model_type} seed {seed} {name}: {error:.2e} (limit {limit:.1e}) {cases.draw(model_type, seed)}",
                      flush=True)
    return worst


LIMITS = {"logits": logits_parity.LOGITS_LIMIT, "gradients": logits_parity.GRADIENT_LIMIT}
COLUMNS = ("logits", "gradients", "batch", "curve", "export")


def line_of(model_type, worst):
    cells = []
    for name in COLUMNS:
        if name not in worst:
            cells.append("–")
            continue
        error, limit = worst[name]
        cells.append(f"{error:.1e}" + (f" of {limit:.1e}" if limit > LIMITS.get(name, limit) else ""))
    return f"| `{model_type}` | " + " | ".join(cells) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trainer", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--types", help="comma-separated; all of them otherwise")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--seed", type=int, help="this one only")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--write", help="the page whose table is to be replaced")
    args = parser.parse_args()
    os.makedirs(args.work, exist_ok=True)
    types = args.types.split(",") if args.types else list(cases.TYPES)
    lines = ["| type | logits | gradients | batch | curve | export |", "|---|---|---|---|---|---|"]
    print("\n".join(lines), flush=True)
    fine = True
    for model_type in types:
        worst = row_of(args, model_type)
        fine &= all(error <= limit for error, limit in worst.values())
        lines.append(line_of(model_type, worst))
        print(lines[-1], flush=True)
    if args.write:
        page.write_table(args.write, "table", [f"transformers {transformers.__version__}.", "", *lines])
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
