#!/usr/bin/env python3
"""Training by problem type against transformers' own Trainer, which is left to choose the loss by itself: loss curve of 20
steps, the evaluation's loss, and what transformers makes of the saved model.

    VENV/bin/python problem_parity.py --trainer build/release/bin/trainer --work DIR

Exits 1 when a loss curve or an evaluation is further away than 1e-4, logits than 1e-5, or when the saved problem_type is
not the one that transformers chose.
"""
import argparse
import os
import random
import shutil
import sys
import warnings

import torch
import transformers

import reference

LIMIT = 1e-4
STEPS = 20
ROWS = 60
EVALUATED = 14

# Name, model type, outputs, and one row's label.
PROBLEMS = [
    ("single_label_classification", "bert", 3, lambda rng: rng.randrange(3)),
    ("multi_label_classification", "bert", 4, lambda rng: [float(rng.random() < 0.4) for _ in range(4)]),
    ("multi_label_classification", "distilbert", 2, lambda rng: [rng.choice([0.0, 0.25, 1.0]) for _ in range(2)]),
    ("regression", "bert", 1, lambda rng: rng.uniform(-2, 2)),
    ("regression", "distilbert", 1, lambda rng: rng.uniform(0, 1)),
    ("regression", "bert", 3, lambda rng: [rng.uniform(-1, 1) for _ in range(3)]),
]


def their_run(problem, folder, rows, work):
    transformers.set_seed(42)
    model, tokenizer = reference.load(folder, dropout=False)
    if problem == "regression" and model.config.num_labels > 1:
        model.config.problem_type = problem  # transformers takes lists of floats for several labels
    limit = reference.limit_of(model, folder)
    data = [{key: value[0].tolist() for key, value in reference.encode(model, tokenizer, [row["text"]], limit).items()} |
            {"labels": row["label"]} for row in rows]
    arguments = transformers.TrainingArguments(
        output_dir=os.path.join(work, "theirs"), max_steps=STEPS, per_device_train_batch_size=4, logging_steps=1,
        per_device_eval_batch_size=EVALUATED, eval_strategy="steps", eval_steps=5, learning_rate=2e-3, warmup_steps=3,
        weight_decay=0.01, seed=42, report_to="none", save_strategy="no", use_cpu=True, disable_tqdm=True)
    trainer = transformers.Trainer(model, arguments, train_dataset=data, eval_dataset=data[:EVALUATED],
                                   data_collator=transformers.DataCollatorWithPadding(tokenizer))
    trainer.remove_callback(transformers.PrinterCallback)
    trainer.train()
    history = trainer.state.log_history
    return ([row["loss"] for row in history if "loss" in row],
            [row["eval_loss"] for row in history if "eval_loss" in row], model.config.problem_type)


def our_run(problem, program, folder, rows, work, flags):
    source, evaluated, output = (os.path.join(work, name) for name in ("rows.jsonl", "evaluated.jsonl", "ours"))
    shutil.rmtree(output, ignore_errors=True)
    reference.write_lines(source, rows)
    reference.write_lines(evaluated, rows[:EVALUATED])
    reference.run(program, "--model", folder, "--dataset", source, "--eval-dataset", evaluated, "--output-dir", output,
                  "--report-to", "none", "--no-token-cache", "--max-steps", STEPS, "--batch-size", 4, "--logging-steps", 1,
                  "--eval-strategy", "steps", "--eval-steps", 5, "--save-strategy", "no", "--dropout", 0, "--dtype",
                  "float32", "--learning-rate", 2e-3, "--warmup-steps", 3, "--weight-decay", 0.01, *flags)
    lines = reference.read_lines(os.path.join(output, "metrics.jsonl"))
    return [row["train/loss"] for row in lines if "train/loss" in row], [row for row in lines if "eval/loss" in row], output


def logits_differ(program, output, rows, work):
    """Between our predict and transformers, of the saved model."""
    texts, answers = (os.path.join(work, name) for name in ("texts.jsonl", "answers.jsonl"))
    reference.write_lines(texts, [{"text": row["text"]} for row in rows])
    reference.run(program, "predict", "--model", output, "--input", texts, "--output", answers)
    model, tokenizer = reference.load(output)
    theirs = reference.logits(model, tokenizer, [row["text"] for row in rows], output)
    lines = reference.read_lines(answers)
    ours = torch.tensor([line["logits"] for line in lines])
    if model.config.problem_type == "multi_label_classification":
        scores = torch.tensor([line["scores"] for line in lines])
        assert (scores - theirs.sigmoid()).abs().max() < 1e-5
    return (ours - theirs).abs().max().item(), model.config


def compare(index, args):
    problem, kind, outputs, label = PROBLEMS[index]
    folder = reference.checkpoint(kind, 0, args.work, spread=0.3, num_labels=outputs)
    rng = random.Random(index)
    rows = [{"text": text, "label": label(rng)} for text in reference.texts(ROWS, seed=index, longest=50)]
    theirs, their_evals, chosen = their_run(problem, folder, rows, args.work)
    flags = ["--problem-type", problem] if problem == "regression" and outputs > 1 else []
    ours, evals, output = our_run(problem, args.trainer, folder, rows, args.work, flags)
    assert len(ours) == len(theirs) == STEPS and len(evals) == len(their_evals)
    loss = max(abs(a - b) for a, b in zip(ours, theirs))
    evaluation = max(abs(a["eval/loss"] - b) for a, b in zip(evals, their_evals))
    again = reference.run(args.trainer, "evaluate", "--model", output, "--dataset", os.path.join(args.work, "evaluated.jsonl"),
                          "--json", "--dtype", "float32", "--no-token-cache")
    logits, config = logits_differ(args.trainer, output, rows, args.work)
    fine = (loss <= LIMIT and evaluation <= LIMIT and logits <= 1e-5 and chosen == problem == config.problem_type
            and config.num_labels == outputs)
    metrics = " ".join(f"{k[5:]}={v:.3f}" for k, v in evals[-1].items() if k.startswith("eval/") and k[5:] in
                       ("accuracy", "f1", "mse", "r2", "auc"))
    print(f"{'ok  ' if fine else 'OVER'} {problem} x {outputs} ({kind}) loss {loss:.1e} eval {evaluation:.1e} logits {logits:.1e} "
          f"| {theirs[0]:.3f} -> {theirs[-1]:.3f} | {metrics} | evaluate: {again.strip()[:60]}", flush=True)
    return fine


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trainer", required=True)
    parser.add_argument("--work", required=True)
    args = parser.parse_args()
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)  # tiny models: more are slower
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.makedirs(args.work, exist_ok=True)
    results = [compare(index, args) for index in range(len(PROBLEMS))]
    print(f"{sum(results)} of {len(results)} within the limits")
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
