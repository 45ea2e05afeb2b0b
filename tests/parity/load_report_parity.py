#!/usr/bin/env python3
"""What `trainer inspect` says is missing and unexpected, against transformers' from_pretrained(output_loading_info=True).

    VENV/bin/python load_report_parity.py --trainer build/release/bin/trainer --work DIR [--types bert,gpt2]

For each model type two tiny checkpoints: of the model as it was pre-trained (masked words, next words, or text to text), written
by torch.save with all its tied tensors, and of the bare model in safetensors. Exits 1 when a list differs.
"""
import argparse
import json
import os
import shutil
import sys

import torch
import transformers

import cases
import reference

PRETRAINED = (transformers.AutoModelForMaskedLM, transformers.AutoModelForCausalLM,
              transformers.AutoModelForSeq2SeqLM, transformers.AutoModelForPreTraining)


def pretrained(config):
    for kind in PRETRAINED:
        if type(config) in kind._model_mapping.keys():
            return kind.from_config(config)
    return None


def save(model, config, folder, pickled):
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    if pickled:
        os.remove(os.path.join(folder, "model.safetensors"))
        torch.save(model.state_dict(), os.path.join(folder, "pytorch_model.bin"))
    config.save_pretrained(folder)


def theirs(folder):
    _, info = transformers.AutoModelForSequenceClassification.from_pretrained(folder, output_loading_info=True)
    return set(info["missing_keys"]), set(info["unexpected_keys"])


def ours(trainer, folder):
    report = json.loads(reference.run(trainer, "inspect", folder, "--json"))["load_report"]
    return set(report["missing"]), set(report["unexpected"])


def compare(args, model_type, name, model, config, pickled):
    folder = os.path.join(args.work, f"{model_type}-{name}")
    save(model, config, folder, pickled)
    expected, found = theirs(folder), ours(args.trainer, folder)
    shutil.rmtree(folder)
    fine = expected == found
    notes = "".join(f"; {what}: only theirs {sorted(e - f)[:4]}, only ours {sorted(f - e)[:4]}"
                    for what, e, f in zip(("missing", "unexpected"), expected, found) if e != f)
    print(f"{'ok  ' if fine else 'OVER'} {model_type:<22} {name:<11} {len(found[0])} missing, {len(found[1])} unexpected{notes}",
          flush=True)
    return fine


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trainer", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--types", help="comma-separated; all of them otherwise")
    args = parser.parse_args()
    os.makedirs(args.work, exist_ok=True)
    fine = True
    for model_type in args.types.split(",") if args.types else cases.TYPES:
        options = {key: value for key, value in cases.draw(model_type, 0).items() if not key.startswith("_")}
        config = transformers.AutoConfig.for_model(model_type, vocab_size=200, **options)
        model = pretrained(config)
        if model is not None:
            fine &= compare(args, model_type, "pre-trained", model, config, True)
        fine &= compare(args, model_type, "bare", transformers.AutoModel.from_config(config), config, False)
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
