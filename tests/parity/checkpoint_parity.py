#!/usr/bin/env python3
"""The same weights in every format that `trainer` reads: logits and gradients to the bit, against safetensors.

    VENV/bin/python checkpoint_parity.py --trainer build/release/bin/trainer --work DIR --model DIR --texts rows.jsonl

The model's safetensors are saved with torch.save in both formats, whole and in two shards. Exits 1 when a form differs.
"""
import argparse
import json
import os
import shutil
import sys

import torch
from safetensors.torch import load_file

import reference

COUNT = 12


def save_whole(tensors, folder, zipped):
    torch.save(tensors, os.path.join(folder, "pytorch_model.bin"), _use_new_zipfile_serialization=zipped)


def save_shards(tensors, folder, zipped):
    names = list(tensors)
    weight_map = {}
    for number, part in enumerate((names[::2], names[1::2]), 1):
        file = f"pytorch_model-{number:05}-of-00002.bin"
        torch.save({name: tensors[name] for name in part}, os.path.join(folder, file),
                   _use_new_zipfile_serialization=zipped)
        weight_map |= {name: file for name in part}
    with open(os.path.join(folder, "pytorch_model.bin.index.json"), "w", encoding="utf-8") as index:
        json.dump({"metadata": {}, "weight_map": weight_map}, index)


FORMS = {"zip": (save_whole, True), "stream": (save_whole, False), "zip shards": (save_shards, True),
         "stream shards": (save_shards, False)}


def results(args, folder):
    """What the model says of the texts, and the gradients of its parameters, as bytes."""
    labelled = os.path.join(args.work, "labelled.jsonl")
    rows = [row["text"] for row in reference.read_lines(args.texts)][:COUNT]
    reference.write_lines(labelled, [{"text": text, "label": i % 2} for i, text in enumerate(rows)])
    out = []
    for command, name in (("predict", "logits.jsonl"), ("gradcheck", "gradients.safetensors")):
        output = os.path.join(args.work, name)
        reference.run(args.trainer, command, "--model", folder, "--input", labelled, "--output", output,
                      "--dtype", "float32")
        with open(output, "rb") as file:
            out.append(file.read())
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trainer", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--model", required=True, help="a classifier's directory with model.safetensors")
    parser.add_argument("--texts", required=True, help='JSON lines with "text"')
    args = parser.parse_args()
    os.makedirs(args.work, exist_ok=True)
    tensors = load_file(os.path.join(args.model, "model.safetensors"))
    expected = results(args, args.model)
    fine = True
    for form, (save, zipped) in FORMS.items():
        folder = os.path.join(args.work, form.replace(" ", "-"))
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(args.model, folder, ignore=shutil.ignore_patterns("*.safetensors", "*.bin"))
        save(tensors, folder, zipped)
        same = results(args, folder) == expected
        print(f"{'ok  ' if same else 'OVER'} {form:<28} logits and gradients {'are' if same else 'are NOT'} the same bits",
              flush=True)
        fine &= same
        shutil.rmtree(folder)
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
