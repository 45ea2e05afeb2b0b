#!/usr/bin/env python3
"""Logits and gradients of `trainer` against transformers, fp32 on the CPU, and logits across batch sizes.

    VENV/bin/python logits_parity.py --trainer build/release/bin/trainer --work DIR --model DIR --texts rows.jsonl

zoo_parity.py runs the same checks on tiny random checkpoints of every type. Exits 1 when a limit is passed.
"""
import argparse
import os
import sys

import torch
from safetensors.torch import load_file

import reference

LOGITS_LIMIT = 1e-5    # absolute; or NOISE times the case's own difference between fp32 and float64
NOISE = 4
GRADIENT_LIMIT = 1e-4  # of each tensor's largest gradient; or NOISE times the case's own, as above


def our_logits(trainer, folder, work, rows, batch_size=8, dtype="float32"):
    source = os.path.join(work, "texts.jsonl")
    output = os.path.join(work, "logits.jsonl")
    reference.write_lines(source, [{"text": t} for t in rows])
    limit = reference.notes_of(folder).get("_limit")
    reference.run(trainer, "predict", "--model", folder, "--input", source, "--output", output, "--dtype", dtype,
                  "--batch-size", batch_size, *(["--max-length", limit] if limit else []))
    return torch.tensor([row["logits"] for row in reference.read_lines(output)])


def logits_error(trainer, folder, work, rows):
    """The largest difference, and the limit that holds for this case."""
    ours = our_logits(trainer, folder, work, rows)
    model, tokenizer = reference.load(folder)
    theirs = reference.logits(model, tokenizer, rows, folder)
    exact = reference.logits(model.double(), tokenizer, rows, folder)
    noise = (theirs - exact).abs().max().item()
    return (ours - theirs).abs().max().item(), max(LOGITS_LIMIT, NOISE * noise)


def batch_error(trainer, folder, work, rows):
    """How far a text's logits move when other texts share its batch."""
    alone = our_logits(trainer, folder, work, rows, batch_size=1)
    return (alone - our_logits(trainer, folder, work, rows, batch_size=len(rows))).abs().max().item()


def their_gradients(model, tokenizer, rows, labels, folder):
    limit = reference.limit_of(model, folder)
    if not reference.notes_of(folder).get("_alone"):
        model(**reference.encode(model, tokenizer, rows, limit), labels=torch.tensor(labels)).loss.backward()
        return
    for row, label in zip(rows, labels):
        reference.forget_lengths(model)
        loss = model(**reference.encode(model, tokenizer, [row], limit), labels=torch.tensor([label])).loss
        (loss / len(rows)).backward()


def distance(ours, theirs):
    """The largest difference of a gradient, as a share of its tensor's largest one. Key biases have no gradient but
    rounding (softmax does not see a shift): no tensor is measured against less than 1e-3 of the model's largest."""
    floor = 1e-3 * max(g.abs().max().item() for g in theirs.values())
    return max((ours[name] - g).abs().max().item() / max(g.abs().max().item(), floor) for name, g in theirs.items())


def our_gradients(trainer, folder, work, rows, labels, dtype="float32"):
    source = os.path.join(work, "labelled.jsonl")
    output = os.path.join(work, "gradients.safetensors")
    reference.write_lines(source, [{"text": t, "label": l} for t, l in zip(rows, labels)])
    limit = reference.notes_of(folder).get("_limit")
    reference.run(trainer, "gradcheck", "--model", folder, "--input", source, "--output", output, "--dtype", dtype,
                  *(["--max-length", limit] if limit else []))
    return load_file(output)


def gradient_error(trainer, folder, work, rows):
    """The largest difference, and the limit that holds for this case."""
    model, tokenizer = reference.load(folder)
    labels = [i % model.config.num_labels for i in range(len(rows))]
    ours = our_gradients(trainer, folder, work, rows, labels)
    missing = set(ours) ^ set(load_file(os.path.join(folder, "model.safetensors")))
    assert not missing, f"names differ: {sorted(missing)}"

    def gradients():
        model.zero_grad()
        their_gradients(model, tokenizer, rows, labels, folder)
        return {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}

    theirs = gradients()
    for name, parameter in model.named_parameters():
        assert name in theirs or name not in ours or ours[name].abs().max() == 0, name
    error = distance(ours, theirs)
    if error <= GRADIENT_LIMIT / 2:
        return error, GRADIENT_LIMIT
    model.double()
    return error, max(GRADIENT_LIMIT, NOISE * distance(theirs, gradients()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trainer", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--model", required=True, help="a classifier's directory")
    parser.add_argument("--texts", required=True, help='JSON lines with "text"')
    parser.add_argument("--count", type=int, default=50, help="texts to take")
    args = parser.parse_args()
    os.makedirs(args.work, exist_ok=True)
    rows = [row["text"] for row in reference.read_lines(args.texts)][:args.count]
    fine = reference.report("logits", *logits_error(args.trainer, args.model, args.work, rows))
    fine &= reference.report("gradients", *gradient_error(args.trainer, args.model, args.work, rows[:8]))
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
