#!/usr/bin/env python3
"""Low-rank adapters against peft: 20 steps from the same drawn adapters, files both ways, and merging.

    VENV/bin/python lora_parity.py --trainer build/release/bin/trainer --work DIR [--cases 0,3]

Exits 1 when a loss curve is further away than 1e-4, logits than 1e-5 (ours in peft, peft's in ours, merged ones), merged weights than 1e-6,
or when the tensors of a file have other names or shapes.
"""
import argparse
import copy
import os
import shutil
import sys
import warnings

import peft
import safetensors.torch
import torch
import transformers

import reference

STEPS = 20
# Model type, and what differs from peft.LoraConfig's defaults; None: PEFT's own targets.
CASES = [
    ("bert", None, {}),
    ("roberta", "all-linear", {}),
    ("gpt2", None, {}),
    ("gpt_neox", None, {"bias": "lora_only"}),
    ("llama", ["q_proj", "v_proj", "up_proj"], {"use_rslora": True}),
    ("deberta-v2", None, {"bias": "lora_only"}),
    ("distilbert", ["q_lin", "v_lin"], {"bias": "all"}),
    ("t5", None, {"modules_to_save": ["classification_head"]}),
    ("bert", ["key", "attention.output.dense"], {"modules_to_save": ["pooler"]}),
    ("phi3", ["qkv_proj", "gate_up_proj"], {}),
    ("deberta", None, {}),
    ("albert", ["query", "ffn"], {}),
    ("modernbert", ["Wqkv", "Wi"], {}),
    ("funnel", "all-linear", {}),
    ("longformer", ["query", "value", "query_global"], {}),
]


def adapter_of(targets, options):
    return peft.LoraConfig(task_type="SEQ_CLS", r=4, lora_alpha=6, target_modules=targets, **options)


def flags_of(targets, options):
    flags = ["--lora-r", 4, "--lora-alpha", 6]
    if targets:
        flags += ["--lora-target-modules", targets if isinstance(targets, str) else ",".join(targets)]
    for key, value in options.items():
        flags += {"bias": ["--lora-bias", value], "use_rslora": ["--use-rslora"],
                  "modules_to_save": ["--lora-modules-to-save", ",".join(value) if isinstance(value, list) else value]}[key]
    return flags


def their_run(folder, rows, targets, options, work):
    base, tokenizer = reference.load(folder, dropout=False)
    transformers.set_seed(42)
    model = peft.get_peft_model(base, adapter_of(targets, options))
    limit = reference.limit_of(base, folder)
    data = [{key: value[0].tolist() for key, value in reference.encode(base, tokenizer, [row["text"]], limit).items()} |
            {"labels": row["label"]} for row in rows]
    arguments = transformers.TrainingArguments(
        output_dir=os.path.join(work, "theirs"), max_steps=STEPS, per_device_train_batch_size=4, logging_steps=1,
        learning_rate=5e-3, warmup_steps=3, weight_decay=0.01, seed=42, report_to="none", save_strategy="no", use_cpu=True,
        disable_tqdm=True)
    trainer = transformers.Trainer(model, arguments, train_dataset=data,
                                   data_collator=transformers.DataCollatorWithPadding(tokenizer))
    trainer.remove_callback(transformers.PrinterCallback)
    trainer.train()
    saved = os.path.join(work, "theirs")
    shutil.rmtree(saved, ignore_errors=True)
    model.save_pretrained(saved)
    return [row["loss"] for row in trainer.state.log_history if "loss" in row], model.eval(), tokenizer, saved


def our_run(program, folder, rows, targets, options, work):
    source, output = os.path.join(work, "rows.jsonl"), os.path.join(work, "ours")
    shutil.rmtree(output, ignore_errors=True)
    reference.write_lines(source, rows)
    limit = reference.notes_of(folder).get("_limit")
    reference.run(program, "--model", folder, "--dataset", source, "--output-dir", output, "--report-to", "none", "--no-token-cache",
                  "--max-steps", STEPS, "--batch-size", 4, "--logging-steps", 1, "--eval-strategy", "no", "--save-strategy", "no",
                  "--dropout", 0, "--dtype", "float32", "--learning-rate", 5e-3, "--warmup-steps", 3, "--weight-decay", 0.01,
                  *(["--max-length", limit] if limit else []), *flags_of(targets, options))
    lines = reference.read_lines(os.path.join(output, "metrics.jsonl"))
    return [row["train/loss"] for row in lines if "train/loss" in row], output


def our_logits(program, model, rows, folder, work):
    texts, answers = (os.path.join(work, name) for name in ("texts.jsonl", "answers.jsonl"))
    reference.write_lines(texts, [{"text": row["text"]} for row in rows])
    limit = reference.notes_of(folder).get("_limit")
    reference.run(program, "predict", "--model", model, "--input", texts, "--output", answers,
                  *(["--max-length", limit] if limit else []))
    return torch.tensor([line["logits"] for line in reference.read_lines(answers)])


def shapes(folder):
    """With bias "all" peft stores the biases of modules that are saved whole three times."""
    return {name: tuple(tensor.shape) for name, tensor in
            safetensors.torch.load_file(os.path.join(folder, "adapter_model.safetensors")).items()
            if ".original_module." not in name and ".modules_to_save." not in name}


def compare(index, args):
    kind, targets, options = CASES[index]
    folder = os.path.abspath(reference.checkpoint(kind, 0, args.work, spread=0.3))
    rows = [{"text": text, "label": i % 2} for i, text in enumerate(reference.texts(60, seed=index, longest=50))]
    theirs, their_model, tokenizer, their_folder = their_run(folder, rows, targets, copy.deepcopy(options), args.work)
    ours, our_folder = our_run(args.trainer, folder, rows, targets, options, args.work)
    assert len(ours) == len(theirs) == STEPS
    some = rows[:20]
    texts = [row["text"] for row in some]
    loss = max(abs(a - b) for a, b in zip(ours, theirs))

    def their_logits(model):
        return reference.logits(model.eval(), tokenizer, texts, folder)

    base, _ = reference.load(folder)
    in_peft = peft.PeftModel.from_pretrained(base, our_folder)
    there = (their_logits(in_peft) - our_logits(args.trainer, our_folder, some, folder, args.work)).abs().max().item()
    back = (their_logits(their_model) - our_logits(args.trainer, their_folder, some, folder, args.work)).abs().max().item()
    merged = os.path.join(args.work, "merged")
    shutil.rmtree(merged, ignore_errors=True)
    reference.run(args.trainer, "export", "--model", our_folder, "--output", merged, "--merge")
    ours_merged, _ = reference.load(merged)
    theirs_merged = in_peft.merge_and_unload()
    state = ours_merged.state_dict()
    weights = max((state[name] - tensor).abs().max().item() for name, tensor in theirs_merged.state_dict().items()
                  if tensor.is_floating_point())
    same = (their_logits(ours_merged) - our_logits(args.trainer, merged, some, folder, args.work)).abs().max().item()
    names = shapes(our_folder) == shapes(their_folder)
    fine = loss <= 1e-4 and there <= 1e-5 and back <= 1e-5 and weights <= 1e-6 and same <= 1e-5 and names
    print(f"{'ok  ' if fine else 'OVER'} {kind} {targets or 'default'} {options or ''} loss {loss:.1e} | ours in peft {there:.1e} | "
          f"peft's in ours {back:.1e} | merged weights {weights:.1e} logits {same:.1e} | names {'same' if names else 'DIFFER'} | "
          f"{theirs[0]:.3f} -> {theirs[-1]:.3f}", flush=True)
    if not names:
        print("     ours only:", sorted(set(shapes(our_folder)) - set(shapes(their_folder)))[:4])
        print("     peft only:", sorted(set(shapes(their_folder)) - set(shapes(our_folder)))[:4])
    return fine


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trainer", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--cases", help="their numbers, from 0 [all]")
    args = parser.parse_args()
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)  # tiny models: more are slower
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.makedirs(args.work, exist_ok=True)
    chosen = [int(i) for i in args.cases.split(",")] if args.cases else range(len(CASES))
    results = [compare(index, args) for index in chosen]
    print(f"{sum(results)} of {len(results)} within the limits")
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
