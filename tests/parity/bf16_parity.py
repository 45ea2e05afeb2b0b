"""What bf16 compute changes: ours against what it changes in transformers. Used by zoo_parity.py.

Both are measured from transformers' fp32 numbers: the trainer with --dtype bfloat16 (fp32 masters, norms, softmax and head) and
transformers with the model loaded in bfloat16. Ours must not be farther away than theirs.
"""
import os

import torch
from safetensors.torch import load_file

import logits_parity
import reference


def logits_errors(trainer, folder, work, rows):
    """Ours and theirs, the largest absolute differences."""
    exact_model, tokenizer = reference.load(folder)
    exact = reference.logits(exact_model, tokenizer, rows, folder)
    theirs = reference.logits(reference.load(folder, dtype=torch.bfloat16)[0], tokenizer, rows, folder).float()
    ours = logits_parity.our_logits(trainer, folder, work, rows, dtype="bfloat16")
    return (ours - exact).abs().max().item(), (theirs - exact).abs().max().item()


def gradients_of(model, tokenizer, rows, labels, folder):
    logits_parity.their_gradients(model, tokenizer, rows, labels, folder)
    return {name: p.grad.float() for name, p in model.named_parameters() if p.grad is not None}


def gradient_errors(trainer, folder, work, rows):
    """Ours and theirs, the largest differences relative to each tensor's largest gradient."""
    model, tokenizer = reference.load(folder)
    labels = [i % model.config.num_labels for i in range(len(rows))]
    exact = gradients_of(model, tokenizer, rows, labels, folder)
    half = gradients_of(reference.load(folder, dtype=torch.bfloat16)[0], tokenizer, rows, labels, folder)
    ours = logits_parity.our_gradients(trainer, folder, work, rows, labels, dtype="bfloat16")
    return logits_parity.distance(ours, exact), logits_parity.distance(half, exact)
