#!/usr/bin/env python3
"""Writes schedules/cases.json: learning rates of transformers' schedules, step by step, for arguments drawn from seeds.

    build/deps/reference/bin/python make_schedule_goldens.py        (made with transformers 5.23.0, torch 2.13)
"""
import json
import os
import random
import warnings

import torch
import transformers

HERE = os.path.dirname(os.path.abspath(__file__))
warnings.filterwarnings("ignore")
TOTAL = 24


def optimizer_of(rate):
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate)


def arguments_of(name, rng, rate):
    shapes = ["linear", "cosine", "1-sqrt"]
    drawn = {
        "cosine": {"num_cycles": rng.uniform(0.2, 2)},
        "cosine_with_restarts": {"num_cycles": rng.randint(1, 4)},
        "polynomial": {"power": rng.uniform(0.3, 3), "lr_end": rate * rng.uniform(0, 0.9)},
        "inverse_sqrt": {"timescale": rng.randint(1, 50)},
        "cosine_with_min_lr": {rng.choice(["min_lr", "min_lr_rate"]): rng.uniform(0, 0.5), "num_cycles": rng.choice([0.5, 1.2])},
        "cosine_warmup_with_min_lr": {"min_lr_rate": rng.uniform(0, 0.5), "warmup_lr_rate": rng.uniform(0, 1)},
        "warmup_stable_decay": {"num_decay_steps": rng.randint(0, 15), "min_lr_ratio": rng.uniform(0, 0.3),
                                "warmup_type": rng.choice(shapes), "decay_type": rng.choice(shapes),
                                "num_cycles": rng.choice([0.5, 1.5])},
    }.get(name, {})
    if "min_lr" in drawn:
        drawn["min_lr"] *= rate
    required = {"cosine_with_min_lr", "warmup_stable_decay"}
    if name == "cosine_warmup_with_min_lr" and rng.random() < 0.5:
        del drawn["warmup_lr_rate"]
    if name not in required and name != "cosine_warmup_with_min_lr" and rng.random() < 0.3:
        return {}
    return drawn


def by_step(name, rng):
    rate, warmup = 10 ** rng.uniform(-5, -1), rng.choice([0, 1, 5])
    arguments = arguments_of(name, rng, rate)
    optimizer = optimizer_of(rate)
    schedule = transformers.get_scheduler(name, optimizer, warmup, TOTAL, arguments)
    rates = []
    for _ in range(TOTAL + 3):
        rates.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
    return {"name": name, "learning_rate": rate, "warmup_steps": warmup, "total_steps": TOTAL,
            "arguments": arguments, "rates": rates}


def by_metric(name, rng):
    rate = 10 ** rng.uniform(-4, -1)
    arguments = {"mode": rng.choice(["min", "max"]), "factor": rng.uniform(0.3, 0.9), "patience": rng.randint(0, 2),
                 "threshold": rng.choice([1e-4, 0.1]), "threshold_mode": rng.choice(["rel", "abs"]),
                 "cooldown": rng.randint(0, 2), "min_lr": rate * rng.choice([0, 0.2]), "eps": 1e-8}
    if name == "greedy":
        arguments |= {"max_lr": rate * 5, "warmup": rng.randint(0, 2), "smooth": rng.choice([True, False]),
                      "window_size": rng.randint(1, 4), "reset_start": rng.randint(1, 3)}
    arguments = {key: value for key, value in arguments.items() if rng.random() < 0.8}
    optimizer = optimizer_of(rate)
    schedule = transformers.get_scheduler(name, optimizer, scheduler_specific_kwargs=arguments)
    metrics, rates, value = [], [], 1.0
    for _ in range(60):
        value *= rng.choice([0.7, 0.95, 1.0, 1.1, 1.3])
        metrics.append(value)
        schedule.step(value)
        rates.append(optimizer.param_groups[0]["lr"])
    return {"name": name, "learning_rate": rate, "arguments": arguments, "metrics": metrics, "rates": rates}


def main():
    names = [kind.value for kind in transformers.SchedulerType]
    cases = []
    for seed in range(5):
        rng = random.Random(seed)
        for name in names:
            cases.append((by_metric if name in ("reduce_lr_on_plateau", "greedy") else by_step)(name, rng))
    folder = os.path.join(HERE, "schedules")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "cases.json"), "w", encoding="utf-8") as out:
        out.write("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


if __name__ == "__main__":
    main()
