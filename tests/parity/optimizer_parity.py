#!/usr/bin/env python3
"""Loss, learning rate and evaluation loss of 20 steps over generated combinations of optimizer, schedule, accumulation,
clipping, label smoothing, class weights, weight decay and layer-wise decay, against transformers' own Trainer.

    VENV/bin/python optimizer_parity.py --trainer build/release/bin/trainer --work DIR [--cases 48 --seed 0]

Case i has optimizer i mod 4 and schedule i mod 12, the rest is drawn from seed + i. Lion's reference is bitsandbytes'
formula written out here, or bitsandbytes itself with --bitsandbytes. Exits 1 when a loss curve is further away than
1e-4, or than four times what the Trainer itself differs by between fp32 and float64 (Adafactor's first step is a sign: of a gradient that
is nearly 0 rounding decides it), or a learning rate than 1e-12 relative.
"""
import argparse
import json
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
ROWS = 96
EVALUATED = 16
OPTIMIZERS = {"adamw_torch": 2e-3, "adafactor": 5e-3, "sgd": 1e-1, "lion_32bit": 3e-4}


def schedules(rng, rate):
    """Name and arguments of every SchedulerType, drawn anew each time."""
    return [
        ("linear", {}),
        ("cosine", {"num_cycles": rng.choice([0.5, 0.8, 1.5])}),
        ("cosine_with_restarts", {"num_cycles": rng.choice([1, 2, 3])}),
        ("polynomial", {"power": rng.choice([0.5, 1.0, 2.5]), "lr_end": rate * rng.choice([0.001, 0.2])}),
        ("constant", {}),
        ("constant_with_warmup", {}),
        ("inverse_sqrt", rng.choice([{}, {"timescale": 7}])),
        ("reduce_lr_on_plateau", {"factor": rng.choice([0.3, 0.5]), "patience": 0, "threshold": 0.05,
                                  "cooldown": rng.choice([0, 1]), "min_lr": rate * 0.05}),
        ("cosine_with_min_lr", rng.choice([{"min_lr": rate * 0.1}, {"min_lr_rate": 0.25, "num_cycles": 1.0}])),
        ("cosine_warmup_with_min_lr", {"min_lr_rate": 0.1, **rng.choice([{}, {"warmup_lr_rate": 0.2}])}),
        ("warmup_stable_decay", {"num_decay_steps": rng.choice([4, 9]), "min_lr_ratio": rng.choice([0, 0.1]),
                                 "warmup_type": rng.choice(["linear", "cosine", "1-sqrt"]),
                                 "decay_type": rng.choice(["linear", "cosine", "1-sqrt"]),
                                 **rng.choice([{}, {"num_stable_steps": 3}])}),
        ("greedy", {"factor": rng.choice([0.5, 0.8]), "patience": 0, "threshold": 0.01, "min_lr": rate * 0.1,
                    "max_lr": rate * 4, "warmup": rng.choice([0, 1]), "smooth": rng.choice([True, False]),
                    "window_size": 2, "reset_start": 2}),
    ]


def draw(index, seed):
    rng = random.Random(seed + index)
    optim = list(OPTIMIZERS)[index % 4]
    rate = OPTIMIZERS[optim]
    # 4 and 12 share a factor: the shift makes all 48 pairs appear in 48 cases.
    name, arguments = schedules(rng, rate)[(index + index // 12) % 12]
    case = dict(optim=optim, rate=rate, schedule=name, arguments=arguments, accumulation=rng.choice([1, 2, 3]),
                clip=rng.choice([0.0, 0.3, 1.0]), smoothing=rng.choice([0.0, 0.1, 0.3]),
                decay=rng.choice([0.0, 0.01, 0.1]), warmup=rng.choice([0, 3, 6]), weights=None, optim_args={},
                layerwise=rng.choice([None, None, 0.7]), freeze=rng.choice([0, 0, 1]), model=rng.choice(["bert", "distilbert"]))
    if case["accumulation"] == 1 and rng.random() < 0.5:
        case["weights"], case["smoothing"] = [0.5, 2.0], rng.choice([0.0, 0.2])
    if optim == "sgd":
        case["optim_args"] = rng.choice([{}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": "true"},
                                         {"momentum": 0.8, "dampening": 0.3}])
    return case


class Lion(torch.optim.Optimizer):
    """bitsandbytes' 32-bit Lion, one line of its kernel after the other."""

    def __init__(self, params, lr, betas=(0.9, 0.999), weight_decay=0.0):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.sub_(group["lr"] * torch.sign(m * beta1 + (1 - beta1) * p.grad))
                m.mul_(beta2).add_((1 - beta2) * p.grad)


def share_of(name, layers, decay):
    """A parameter's share of the learning rate: embeddings lowest, then the layers, the head above."""
    height = layers + 1
    if ".embeddings." in name:
        height = 0
    elif ".layer." in name:
        height = int(name.split(".layer.")[1].split(".")[0]) + 1
    return decay ** (layers + 1 - height)


def optimizer_of(case, trainer, model, use_bitsandbytes):
    """None: the Trainer's own, else one with the groups that the case asks for; and each group's share of the rate."""
    if case["layerwise"] is None and case["optim"] != "lion_32bit":
        return None, [1.0]
    kinds = {"adamw_torch": torch.optim.AdamW, "adafactor": transformers.Adafactor, "sgd": torch.optim.SGD,
             "lion_32bit": Lion}
    options = {"adafactor": dict(scale_parameter=False, relative_step=False),
               "sgd": {k: v if k != "nesterov" else True for k, v in case["optim_args"].items()}}
    if use_bitsandbytes:
        import bitsandbytes
        kinds["lion_32bit"] = bitsandbytes.optim.Lion32bit
        options["lion_32bit"] = dict(betas=(0.9, 0.999))
    decayed = set(trainer.get_decay_parameter_names(model))
    layers = getattr(model.config, "num_hidden_layers", None) or model.config.n_layers
    groups = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            key = (share_of(name, layers, case["layerwise"] or 1.0), name in decayed)
            groups.setdefault(key, []).append(parameter)
    # The first group is the one whose rate is logged: that of the head.
    ordered = sorted(groups.items(), key=lambda kv: -kv[0][0])
    optimizer = kinds[case["optim"]](
        [dict(params=p, lr=case["rate"] * share, weight_decay=case["decay"] if decays else 0.0)
         for (share, decays), p in ordered], lr=case["rate"], **options.get(case["optim"], {}))
    return optimizer, [share for (share, _), _ in ordered]


def bounds_of(arguments, shares):
    """Absolute bounds of a schedule that follows a metric are the head's; other groups have their share of them."""
    return {key: [value * share for share in shares] if key in ("min_lr", "max_lr") else value
            for key, value in arguments.items()}


def their_run(case, folder, rows, work, use_bitsandbytes, dtype=torch.float32):
    transformers.set_seed(42)
    model, tokenizer = reference.load(folder, dtype=dtype, dropout=False)
    limit = reference.limit_of(model, folder)
    for name, parameter in model.named_parameters():
        parameter.requires_grad = not any(f".layer.{i}." in name for i in range(case["freeze"]))
    data = [{key: value[0].tolist() for key, value in reference.encode(model, tokenizer, [row["text"]], limit).items()} |
            {"labels": row["label"]} for row in rows]
    weights = torch.tensor(case["weights"], dtype=dtype) if case["weights"] else None

    def loss_over_the_step(outputs, labels, num_items_in_batch=None):
        total = torch.nn.functional.cross_entropy(outputs.logits, labels, weight=weights, reduction="sum",
                                                  label_smoothing=case["smoothing"])
        if weights is not None:
            return total / weights[labels].sum()
        return total / (len(labels) if num_items_in_batch is None else num_items_in_batch)

    own_smoother = case["smoothing"] > 0 and weights is None
    arguments = transformers.TrainingArguments(
        output_dir=os.path.join(work, "theirs"), max_steps=STEPS, per_device_train_batch_size=4, logging_steps=1,
        per_device_eval_batch_size=EVALUATED, eval_strategy="steps", eval_steps=2, learning_rate=case["rate"],
        weight_decay=case["decay"], warmup_steps=case["warmup"], max_grad_norm=case["clip"], seed=42,
        gradient_accumulation_steps=case["accumulation"], lr_scheduler_type=case["schedule"],
        lr_scheduler_kwargs=case["arguments"], label_smoothing_factor=case["smoothing"] if own_smoother else 0.0,
        optim="adamw_torch" if case["optim"] == "lion_32bit" else case["optim"],
        optim_args=",".join(f"{k}={v}" for k, v in case["optim_args"].items()) or None, report_to="none",
        save_strategy="no", use_cpu=True, disable_tqdm=True)
    trainer = transformers.Trainer(
        model, arguments, train_dataset=data, eval_dataset=data[:EVALUATED],
        compute_loss_func=None if own_smoother else loss_over_the_step,
        data_collator=transformers.DataCollatorWithPadding(tokenizer))
    optimizer, shares = optimizer_of(case, trainer, model, use_bitsandbytes)
    if optimizer is not None:
        trainer.optimizer = optimizer
        if case["schedule"] in ("reduce_lr_on_plateau", "greedy"):
            trainer.args.lr_scheduler_kwargs = bounds_of(case["arguments"], shares)
    trainer.remove_callback(transformers.PrinterCallback)
    trainer.train()
    history = trainer.state.log_history
    return [row for row in history if "loss" in row], [row["eval_loss"] for row in history if "eval_loss" in row]


def our_run(case, program, folder, rows, work):
    source, evaluated, output = (os.path.join(work, name) for name in ("rows.jsonl", "evaluated.jsonl", "ours"))
    shutil.rmtree(output, ignore_errors=True)
    reference.write_lines(source, rows)
    reference.write_lines(evaluated, rows[:EVALUATED])
    flags = ["--model", folder, "--dataset", source, "--eval-dataset", evaluated, "--output-dir", output, "--report-to",
             "none", "--max-steps", STEPS, "--batch-size", 4, "--eval-batch-size", 32, "--logging-steps", 1,
             "--eval-strategy", "steps", "--eval-steps", 2, "--save-strategy", "no", "--dropout", 0, "--dtype",
             "float32", "--optim", case["optim"], "--learning-rate", case["rate"], "--weight-decay", case["decay"],
             "--warmup-steps", case["warmup"], "--max-grad-norm", case["clip"], "--gradient-accumulation-steps",
             case["accumulation"], "--label-smoothing-factor", case["smoothing"], "--lr-scheduler-type",
             case["schedule"], "--freeze-layers", case["freeze"]]
    if case["arguments"]:
        flags += ["--lr-scheduler-kwargs", json.dumps(case["arguments"])]
    if case["optim_args"]:
        flags += ["--optim-args", ",".join(f"{k}={v}" for k, v in case["optim_args"].items())]
    if case["weights"]:
        flags += ["--class-weights", ",".join(map(str, case["weights"]))]
    if case["layerwise"]:
        flags += ["--layerwise-lr-decay", case["layerwise"]]
    reference.run(program, *flags)
    lines = reference.read_lines(os.path.join(output, "metrics.jsonl"))
    return ([row for row in lines if "train/loss" in row], [row["eval/loss"] for row in lines if "eval/loss" in row])


def compare(index, args):
    case = draw(index, args.seed)
    folder = reference.checkpoint(case["model"], 0, args.work, spread=0.3, num_labels=2)
    rows = [{"text": t, "label": int(t[0] < "l")} for t in reference.texts(ROWS, seed=index, longest=50)]
    theirs, their_evals = their_run(case, folder, rows, args.work, args.bitsandbytes)
    ours, our_evals = our_run(case, args.trainer, folder, rows, args.work)
    assert len(ours) == len(theirs) == STEPS, (len(ours), len(theirs))
    assert len(our_evals) == len(their_evals), (len(our_evals), len(their_evals))
    loss = max(abs(a["train/loss"] - b["loss"]) for a, b in zip(ours, theirs))
    evaluation = max(abs(a - b) for a, b in zip(our_evals, their_evals))
    rate = max(abs(a["train/learning_rate"] - b["learning_rate"]) for a, b in zip(ours, theirs)) / case["rate"]
    norm = max(abs(a["train/grad_norm"] - b["grad_norm"]) / (1 + b["grad_norm"]) for a, b in zip(ours, theirs))
    limit = LIMIT
    if max(loss, evaluation) > LIMIT:
        exact, exact_evals = their_run(case, folder, rows, args.work, args.bitsandbytes, torch.float64)
        limit = max(LIMIT, 4 * max(abs(a["loss"] - b["loss"]) for a, b in zip(exact, theirs)),
                    4 * max(abs(a - b) for a, b in zip(exact_evals, their_evals)))
    told = " ".join(f"{k}={v}" for k, v in case.items() if v not in (None, {}, 0, 0.0))
    fine = loss <= limit and evaluation <= limit and rate <= 1e-12
    print(f"{'ok  ' if fine else 'OVER'} {index:>3} loss {loss:.1e} eval {evaluation:.1e} of {limit:.1e} rate {rate:.1e} "
          f"norm {norm:.1e} | {theirs[0]['loss']:.3f} -> {theirs[-1]['loss']:.3f} | {told}", flush=True)
    return fine, loss


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trainer", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--cases", type=int, default=48)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--bitsandbytes", action="store_true")
    args = parser.parse_args()
    warnings.filterwarnings("ignore")
    transformers.utils.logging.disable_progress_bar()
    torch.set_num_threads(1)  # tiny models: more are slower
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.makedirs(args.work, exist_ok=True)
    results = [compare(index, args) for index in range(args.first, args.first + args.cases)]
    print(f"{sum(fine for fine, _ in results)} of {len(results)} within the limits, "
          f"loss differs by {max(loss for _, loss in results):.1e} at most")
    sys.exit(0 if all(fine for fine, _ in results) else 1)


if __name__ == "__main__":
    main()
