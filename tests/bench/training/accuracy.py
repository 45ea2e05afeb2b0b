#!/usr/bin/env python3
"""What `trainer` learns beside Hugging Face's Trainer: accuracy, evaluation loss and loss curve, seed by seed.

    VENV/bin/python accuracy.py --trainer build/release/bin/trainer --model build/deps/minilm --train train.jsonl --eval test.jsonl
                                --work DIR [--dtype bfloat16] [--seeds 3] [--resume]

Rows are {"text": ..., "label": 0 or 1}, for instance IMDB's; --train-rows and --eval-rows of each file are drawn once (files are often
sorted by label), and all runs get the same. For each seed both sides begin from the same checkpoint, a head drawn by that seed on
the given model, and take the same batches in the same order; what differs is dropout's noise and rounding. Settings are
TrainingArguments' defaults (AdamW 5e-5, linear, batch 8) but for the options here; the peer pads each batch to its longest text, does not
group by length, and computes in fp32 or under bf16 autocast. Predictions are made in the same dtype.

A side at a time, alone, and each writes DIR/SIDE-SEED.json when it is done: a run that was interrupted goes on with --resume. Two cores
and the defaults: some ten minutes a seed for the peer in fp32, two for ours.

Accuracy and loss are computed from both sides' logits by the code below. Tests (paired.py): per seed McNemar's exact test on the rows
that only one side has right; over all seeds the same with a row's sum over the seeds as the unit; of the loss curves (means of
--logging-steps steps, paired by seed and place) an exact sign-flip test of their mean difference in blocks of BLOCK, since neighbours go
together. Exits 1 when accuracy or curves differ at ALPHA.
"""
import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import paired

ALPHA = 0.01
BLOCK = 5
SIDES = ("peer", "ours")
SETTINGS = ("model", "dtype", "train_rows", "eval_rows", "max_length", "epochs", "batch_size", "logging_steps", "threads")


def read_rows(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def write_rows(path, rows):
    with open(path, "w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def write_whole(path, value):
    """There or not, never half: what --resume finds counts."""
    with open(path + ".tmp", "w", encoding="utf-8") as out:
        json.dump(value, out)
    os.replace(path + ".tmp", path)


def draw(source, count, target):
    rows = read_rows(source)
    if len(rows) < count:
        sys.exit(f"{source} has {len(rows)} rows, {count} are asked for")
    write_rows(target, [{"text": row["text"], "label": row["label"]} for row in random.Random(0).sample(rows, count)])


def start_folder(args, seed):
    return os.path.join(args.work, f"start-{seed}")


def starting_point(args):
    """Runs in a process of its own: the model with a head drawn by the seed, for both sides."""
    import transformers
    transformers.logging.set_verbosity_error()
    transformers.set_seed(args.seed)
    folder = start_folder(args, args.seed)
    shutil.rmtree(folder + ".tmp", ignore_errors=True)
    transformers.AutoModelForSequenceClassification.from_pretrained(args.model, num_labels=2).save_pretrained(folder + ".tmp")
    transformers.AutoTokenizer.from_pretrained(args.model).save_pretrained(folder + ".tmp")
    os.rename(folder + ".tmp", folder)


def peer(args):
    """Runs in a process of its own; writes {"logits", "curve": [[step, loss]], "seconds" of training}."""
    import torch
    import transformers
    torch.set_num_threads(args.threads)
    transformers.logging.set_verbosity_error()
    transformers.set_seed(args.seed)
    start = start_folder(args, args.seed)
    tokenizer = transformers.AutoTokenizer.from_pretrained(start)
    model = transformers.AutoModelForSequenceClassification.from_pretrained(start)
    prepared = [[{**tokenizer(row["text"], truncation=True, max_length=args.max_length), "labels": row["label"]}
                 for row in read_rows(os.path.join(args.work, name))] for name in ("train.jsonl", "eval.jsonl")]
    trainer = transformers.Trainer(
        model,
        transformers.TrainingArguments(output_dir=os.path.join(args.work, "peer"), num_train_epochs=args.epochs, seed=args.seed,
                                       per_device_train_batch_size=args.batch_size, per_device_eval_batch_size=args.batch_size,
                                       logging_steps=args.logging_steps, save_strategy="no", report_to="none", use_cpu=True,
                                       bf16=args.dtype == "bfloat16", disable_tqdm=True),
        train_dataset=prepared[0], data_collator=transformers.DataCollatorWithPadding(tokenizer))
    began = time.perf_counter()
    trainer.train()
    seconds = time.perf_counter() - began
    logits = trainer.predict(prepared[1]).predictions.tolist()
    curve = [[row["step"], row["loss"]] for row in trainer.state.log_history if "loss" in row]
    write_whole(args.result, {"logits": logits, "curve": curve, "seconds": seconds})


def ours(args):
    """As peer(), by the program. Seconds are its own count of training."""
    output, start = os.path.join(args.work, "ours"), start_folder(args, args.seed)
    shutil.rmtree(output, ignore_errors=True)
    rows = [os.path.join(args.work, name) for name in ("train.jsonl", "eval.jsonl")]
    same = ["--dtype", args.dtype, "--max-length", args.max_length]
    run(args, [args.trainer, "--model", start, "--dataset", rows[0], "--output-dir", output, "--report-to", "none", "--seed", args.seed,
               "--num-train-epochs", args.epochs, "--batch-size", args.batch_size, "--logging-steps", args.logging_steps,
               "--eval-strategy", "no", "--save-strategy", "no", "--no-token-cache", *same])
    run(args, [args.trainer, "predict", "--model", output, "--input", rows[1], "--output", os.path.join(output, "predicted.jsonl"),
               "--batch-size", args.batch_size, *same])
    logged = read_rows(os.path.join(output, "metrics.jsonl"))
    write_whole(args.result, {
        "logits": [row["logits"] for row in read_rows(os.path.join(output, "predicted.jsonl"))],
        "curve": [[int(row["train/global_step"]), row["train/loss"]] for row in logged if "train/loss" in row],
        "seconds": next(row["train/train_runtime"] for row in logged if "train/train_runtime" in row)})


def run(args, command):
    environment = dict(os.environ, OMP_NUM_THREADS=str(args.threads), MKL_NUM_THREADS=str(args.threads), HF_HUB_OFFLINE="1",
                       PYTHONDONTWRITEBYTECODE="1")
    done = subprocess.run([str(word) for word in command], env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed: {done.stderr[-2000:]}")


def child(args, what, seed, result):
    run(args, [sys.executable, os.path.abspath(__file__), "--child", what, "--seed", seed, "--result", result,
               "--trainer", args.trainer, "--work", args.work, *(word for name in SETTINGS for word in
                                                                ("--" + name.replace("_", "-"), getattr(args, name)))])


def prepare(args):
    """The folder, its rows and what it was made with."""
    settings = {name: getattr(args, name) for name in SETTINGS}
    settings |= {"train": os.path.abspath(args.train), "eval": os.path.abspath(args.eval)}
    kept = os.path.join(args.work, "settings.json")
    if os.path.exists(kept):
        if not args.resume:
            sys.exit(f"{args.work} holds a comparison: go on with --resume, or name another folder")
        with open(kept, encoding="utf-8") as file:
            there = json.load(file)
        if there != settings:
            sys.exit(f"{args.work} was made with other settings: {there}")
        return
    os.makedirs(args.work, exist_ok=True)
    draw(args.train, args.train_rows, os.path.join(args.work, "train.jsonl"))
    draw(args.eval, args.eval_rows, os.path.join(args.work, "eval.jsonl"))
    write_whole(kept, settings)


def measure(args, seed, labels):
    """Both sides' results of a seed, those that are there as they are."""
    found = {}
    for side in SIDES:
        result = os.path.join(args.work, f"{side}-{seed}.json")
        if not os.path.exists(result):
            if not os.path.exists(start_folder(args, seed)):
                child(args, "start", seed, result)
            child(args, side, seed, result)
        with open(result, encoding="utf-8") as file:
            found[side] = Judged(json.load(file), labels)
        one = found[side]
        print(f"{side} seed {seed}: accuracy {one.accuracy:.4f}, loss {one.loss:.4f}, {one.seconds:.0f} s", file=sys.stderr, flush=True)
    for folder in (start_folder(args, seed), *(os.path.join(args.work, side) for side in SIDES)):
        shutil.rmtree(folder, ignore_errors=True)
    return found


class Judged:
    """One side's run of one seed against the labels."""

    def __init__(self, told, labels):
        if len(told["logits"]) != len(labels):
            sys.exit(f"{len(told['logits'])} predictions for {len(labels)} rows")
        self.losses = [-paired.log_softmax(row)[label] for row, label in zip(told["logits"], labels)]
        self.right = [row.index(max(row)) == label for row, label in zip(told["logits"], labels)]
        self.accuracy = statistics.fmean(self.right)
        self.loss = statistics.fmean(self.losses)
        self.curve = dict(map(tuple, told["curve"]))
        self.seconds = told["seconds"]

    def mean_train_loss(self):
        return statistics.fmean(self.curve.values())


def curve_differences(one):
    """Ours minus theirs, where both logged."""
    steps = sorted(set(one["ours"].curve) & set(one["peer"].curve))
    if not steps:
        sys.exit("the curves have no step in common")
    return [one["ours"].curve[step] - one["peer"].curve[step] for step in steps]


HEADER = ("| seed | accuracy: peer | ours | only peer right | only ours | p (McNemar) | eval loss: peer | ours | train loss: peer | ours | "
          "training, s: peer | ours |\n" + "|---" * 12 + "|")


def table_row(seed, one):
    pairs = list(zip(one["ours"].right, one["peer"].right))
    only_ours, only_peer = sum(a and not b for a, b in pairs), sum(b and not a for a, b in pairs)
    p = paired.sign_flip_integers([1] * only_ours + [-1] * only_peer)
    peer_side, our_side = one["peer"], one["ours"]
    cells = [str(seed), f"{peer_side.accuracy:.4f}", f"{our_side.accuracy:.4f}", str(only_peer), str(only_ours), f"{p:.3f}",
             f"{peer_side.loss:.4f}", f"{our_side.loss:.4f}", f"{peer_side.mean_train_loss():.4f}", f"{our_side.mean_train_loss():.4f}",
             f"{peer_side.seconds:.0f}", f"{our_side.seconds:.0f}"]
    return "| " + " | ".join(cells) + " |"


def report(results):
    """Over all seeds; True when nothing differs."""
    rows = range(len(results[0]["peer"].right))
    right = [sum(one["ours"].right[i] - one["peer"].right[i] for one in results) for i in rows]
    loss = [statistics.fmean(one["ours"].losses[i] - one["peer"].losses[i] for one in results) for i in rows]
    accuracy_p = paired.sign_flip_integers(right)
    mean, low, high = paired.mean_interval([100 * sum_of / len(results) for sum_of in right])
    print(f"\naccuracy, ours minus theirs: {mean:+.2f} points (95 %: {low:+.2f} to {high:+.2f}); McNemar by row over all seeds: p = "
          f"{accuracy_p:.3f}")
    print("evaluation loss, ours minus theirs: {:+.4f} (95 %: {:+.4f} to {:+.4f})".format(*paired.mean_interval(loss)))
    curves = [curve_differences(one) for one in results]
    curve_p = paired.sign_flip_blocks(curves, BLOCK)
    every = [difference for curve in curves for difference in curve]
    spread = [one["peer"].mean_train_loss() for one in results]
    print(f"training loss, ours minus theirs: {statistics.fmean(every):+.4f}, {len(every)} points; sign-flip test in blocks of {BLOCK}: "
          f"p = {curve_p:.3f}" + (f"; seeds of the peer differ by {max(spread) - min(spread):.4f}" if len(spread) > 1 else ""))
    alike = accuracy_p >= ALPHA and curve_p >= ALPHA
    print("no difference found" if alike else f"they differ (p < {ALPHA})")
    return alike


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trainer", required=True)
    parser.add_argument("--model", required=True, help="folder of a checkpoint without a classifier's head")
    parser.add_argument("--train", help="JSON lines")
    parser.add_argument("--eval", help="JSON lines")
    parser.add_argument("--work", required=True, help="a folder; made if need be, and kept")
    parser.add_argument("--seeds", type=int, default=3, help="42, 43, ...")
    parser.add_argument("--train-rows", type=int, default=2000)
    parser.add_argument("--eval-rows", type=int, default=1000)
    parser.add_argument("--max-length", type=int, default=256)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--logging-steps", type=int, default=10)
    parser.add_argument("--dtype", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--resume", action="store_true", help="keep what is done; to add seeds, too")
    parser.add_argument("--child", choices=("start", *SIDES), help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--result", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        return {"start": starting_point, "peer": peer, "ours": ours}[args.child](args)
    if not args.train or not args.eval:
        parser.error("--train and --eval are needed")
    prepare(args)
    labels = [row["label"] for row in read_rows(os.path.join(args.work, "eval.jsonl"))]
    results = []
    for seed in range(42, 42 + args.seeds):
        results.append(measure(args, seed, labels))
    print(HEADER)
    for seed, one in zip(range(42, 42 + args.seeds), results):
        print(table_row(seed, one))
    sys.exit(0 if report(results) else 1)


if __name__ == "__main__":
    main()
