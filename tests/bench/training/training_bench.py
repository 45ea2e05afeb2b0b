#!/usr/bin/env python3
"""Training speed of `trainer` beside Hugging Face's Trainer: same rows, same order, same machine, in one run.

    VENV/bin/python training_bench.py --trainer build/release/bin/trainer --model DIR --rows train.jsonl [--count 64]
    VENV/bin/python training_bench.py --trainer build/release/bin/trainer --random bert --tokenizer DIR --rows train.jsonl

The peer as tutorials run it (fp32, every text padded to 512 tokens, batch 8), and a tuned one (bf16 autocast, batches of
like length, memory kept by glibc). Both sides train two epochs of the first COUNT rows and time the second one, so that
every row counts once on each side whatever the order; data and logging included, evaluation and start-up left out. Runs
alternate, so that a busy minute hits both. Prints samples/s and ratios; seconds from the start of the process to the end
of the first step and to the end of the process (model saved); most memory; and samples/s of predicting the rows: the whole
command for ours, without imports and loading for the peer. --random takes a model of that type's default size (base) with
random weights. --learn instead trains three epochs of all rows and prints loss and accuracy beside the peer's.
"""
import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

KEEP_MEMORY = "glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=17179869184:glibc.malloc.top_pad=268435456"


def read_rows(path, count=None):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines][:count]


def second_epoch(stamps, args):
    """Seconds of each step of the second epoch, from the times at which steps ended."""
    batches = -(-args.count // args.batch_size)
    assert len(stamps) == 2 * batches, (len(stamps), batches)
    return [b - a for a, b in zip(stamps[batches - 1:], stamps[batches:])]


def peer(args):
    """Runs in a process of its own; prints one JSON line."""
    import torch
    import transformers

    transformers.logging.set_verbosity_error()
    transformers.set_seed(args.seed)
    tokenizer = transformers.AutoTokenizer.from_pretrained(args.model)
    model = transformers.AutoModelForSequenceClassification.from_pretrained(args.model)
    tuned = args.peer == "tuned"

    def prepared(path, count=None):
        out = []
        for row in read_rows(path, count):
            one = tokenizer(row["text"], truncation=True, max_length=512, padding=False if tuned else "max_length")
            out.append({**one, "labels": row["label"]})
        return out

    stamps = []

    class Clock(transformers.TrainerCallback):
        def on_step_end(self, *_, **__):
            stamps.append(time.perf_counter())

    def accuracy(predicted):
        return {"accuracy": float((predicted.predictions.argmax(-1) == predicted.label_ids).mean())}

    learn = bool(args.learn)
    extra = {"num_train_epochs": 3, "eval_strategy": "epoch"} if learn else {"num_train_epochs": 2}
    if tuned:
        extra["train_sampling_strategy"] = "group_by_length"
    with tempfile.TemporaryDirectory() as output:
        trainer = transformers.Trainer(
            model,
            transformers.TrainingArguments(output_dir=output, per_device_train_batch_size=args.batch_size, seed=args.seed,
                                           per_device_eval_batch_size=args.batch_size, save_strategy="no",
                                           report_to="none", use_cpu=True, bf16=tuned, disable_tqdm=True, **extra),
            train_dataset=prepared(args.rows, None if learn else args.count),
            eval_dataset=prepared(args.eval_rows) if learn else None,
            data_collator=transformers.DataCollatorWithPadding(tokenizer), compute_metrics=accuracy,
            callbacks=[Clock()])
        trainer.train()
        trainer.save_model()
        saved = time.perf_counter()
        predict = None
        if not learn:
            trainer.predict(trainer.train_dataset)
            predict = time.perf_counter() - saved
    history = [row for row in trainer.state.log_history if "eval_loss" in row]
    print(json.dumps({"seconds": [] if learn else second_epoch(stamps, args), "first": stamps[0], "end": saved,
                      "predict": predict, "torch": torch.__version__,
                      "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
                      "eval": [[row["eval_loss"], row["eval_accuracy"]] for row in history]}))


def run_peer(args, kind, learn=False):
    environment = dict(os.environ, TRANSFORMERS_VERBOSITY="error")
    if kind == "tuned":
        environment["GLIBC_TUNABLES"] = KEEP_MEMORY
    command = [sys.executable, os.path.abspath(__file__), "--peer", kind, "--model", args.model, "--rows", args.rows,
               "--count", str(args.count), "--batch-size", str(args.batch_size), "--seed", str(args.seed)]
    if learn:
        command += ["--learn", "--eval-rows", args.eval_rows]
    began = time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"the peer failed: {done.stderr}")
    told = json.loads(done.stdout.strip().splitlines()[-1])
    return {**told, "first": told["first"] - began, "end": told["end"] - began}  # one clock for all processes


def run_ours(args, dtype, learn=False):
    """Step times from the lines it prints, one per step, as they come through the pipe."""
    output = tempfile.mkdtemp()
    rows_file = args.rows
    if not learn:
        rows_file = os.path.join(output, "rows.jsonl")
        with open(rows_file, "w", encoding="utf-8") as out:
            out.writelines(json.dumps(row) + "\n" for row in read_rows(args.rows, args.count))
    try:
        command = [args.trainer, "--model", args.model, "--dataset", rows_file, "--output-dir", output, "--report-to",
                   "none", "--dtype", dtype, "--batch-size", str(args.batch_size), "--seed", str(args.seed),
                   "--save-strategy", "no", "--no-token-cache"]
        if learn:
            command += ["--eval-dataset", args.eval_rows]
            subprocess.run(command, check=True, capture_output=True)
            rows = read_rows(os.path.join(output, "metrics.jsonl"))
            return {"eval": [[row["eval/loss"], row["eval/accuracy"]] for row in rows if "eval/loss" in row]}
        command += ["--eval-strategy", "no", "--num-train-epochs", "2", "--logging-steps", "1"]
        stamps, began = [], time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for line in process.stderr:  # each logged row is a line, written as it happens
            if line.startswith("step ") and "train/loss" in line:
                stamps.append(time.perf_counter())
        _, status, usage = os.wait4(process.pid, 0)
        if status != 0:
            sys.exit("the trainer failed")
        ended = time.perf_counter()
        subprocess.run([args.trainer, "predict", "--model", output, "--input", rows_file, "--dtype", dtype, "--output",
                        os.path.join(output, "predicted.jsonl")], check=True, capture_output=True)
        return {"seconds": second_epoch(stamps, args), "first": stamps[0] - began, "end": ended - began,
                "predict": time.perf_counter() - ended, "peak": usage.ru_maxrss}
    finally:
        shutil.rmtree(output, ignore_errors=True)


def speed(args):
    kinds = {"HF tutorial (fp32, padded to 512)": lambda: run_peer(args, "tutorial"),
             "ours float32": lambda: run_ours(args, "float32"),
             "HF tuned (bf16, grouped, malloc kept)": lambda: run_peer(args, "tuned"),
             "ours auto": lambda: run_ours(args, "auto")}
    runs = {name: [] for name in kinds}
    for _ in range(args.repeats):
        for name, measure in kinds.items():
            runs[name].append(measure())
    times = {name: [second for run in of for second in run["seconds"]] for name, of in runs.items()}
    rates = {name: args.count * args.repeats / sum(t) for name, t in times.items()}
    base = rates["HF tutorial (fp32, padded to 512)"]
    print(f"{'':<40} samples/s   step median s   x tutorial   first step s   saved s   peak MB   predict samples/s")
    for name, rate in rates.items():
        best = {what: min(run[what] for run in runs[name]) for what in ("first", "end", "peak", "predict")}
        print(f"{name:<40} {rate:9.2f} {statistics.median(times[name]):15.3f} {rate / base:12.2f} {best['first']:14.1f} "
              f"{best['end']:9.1f} {best['peak'] / 1024:9.0f} {args.count / best['predict']:19.2f}")
    print(f"ours auto / HF tuned: {rates['ours auto'] / rates['HF tuned (bf16, grouped, malloc kept)']:.2f}")


def learn(args):
    for name, result in (("ours auto", run_ours(args, "auto", True)), ("HF tutorial", run_peer(args, "tutorial", True))):
        print(f"{name:<14} seed {args.seed}: " +
              "; ".join(f"loss {loss:.4f} accuracy {accuracy:.2f}" for loss, accuracy in result["eval"]))


def random_model(kind, tokenizer, folder):
    """The type's default config, which is its base size, with weights as its library draws them."""
    import torch
    import transformers

    torch.manual_seed(0)
    config = transformers.AutoConfig.for_model(kind, num_labels=2)
    transformers.AutoModelForSequenceClassification.from_config(config).save_pretrained(folder)
    transformers.AutoTokenizer.from_pretrained(tokenizer).save_pretrained(folder)
    return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trainer")
    model = parser.add_mutually_exclusive_group(required=True)
    model.add_argument("--model", help="folder of a checkpoint")
    model.add_argument("--random", metavar="TYPE", help="bert, distilbert, ...: its base size, random weights")
    parser.add_argument("--tokenizer", help="for --random: folder of its tokenizer")
    parser.add_argument("--rows", required=True, help='JSON lines with "text" and "label"')
    parser.add_argument("--eval-rows", help="for --learn")
    parser.add_argument("--learn", action="store_true", help="train three epochs on both sides and compare accuracy")
    parser.add_argument("--count", type=int, default=64, help="rows to train on")
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--peer", choices=("tutorial", "tuned"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.peer:
        return peer(args)
    with tempfile.TemporaryDirectory() as made:
        if args.random:
            args.model = random_model(args.random, args.tokenizer, made)
        (learn if args.learn else speed)(args)


if __name__ == "__main__":
    main()
