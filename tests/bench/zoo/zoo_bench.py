#!/usr/bin/env python3
"""Speed of `trainer` beside transformers, one middle-sized random checkpoint (about 100 million parameters) of each family.

    VENV/bin/python zoo_bench.py --trainer build/release/bin/trainer --work DIR [--types bert,llama] [--count 16] [--repeats 1]

Per type, in one run, the peer with eager attention, with SDPA where it has it, and ours: samples/s of the forward pass (of an
evaluation) and of forward and backward (of training, with one optimizer step for all texts). Same texts, of 12 to 400 words, same
batches in the same order; the peer pads each batch to its longest text. Everything is run once before it is timed; start-up and
tokenizing are left out. fp32, or bf16 (autocast in the peer) with --dtype bfloat16. Prints a table row per type.
"""
import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "parity"))

LONGEST = 512
BERT = dict(hidden_size=768, num_hidden_layers=12, num_attention_heads=12, intermediate_size=3072, max_position_embeddings=LONGEST + 2)
FAMILIES = {
    "bert": dict(BERT, vocab_size=30522, pad_token_id=0),
    "roberta": dict(BERT, vocab_size=30522, type_vocab_size=1, pad_token_id=1),
    "deberta-v2": dict(BERT, vocab_size=25000, type_vocab_size=0, relative_attention=True, position_buckets=256, share_att_key=True,
                       norm_rel_ebd="layer_norm", position_biased_input=False, pos_att_type=["p2c", "c2p"], pad_token_id=0),
    "modernbert": dict(vocab_size=30000, num_hidden_layers=16, pad_token_id=0, bos_token_id=2, eos_token_id=3, cls_token_id=2,
                       sep_token_id=3),
    "xlnet": dict(vocab_size=30000, d_model=768, n_layer=10, n_head=12, d_inner=3072, pad_token_id=0),
    "longformer": dict(BERT, num_hidden_layers=10, vocab_size=30000, type_vocab_size=1, pad_token_id=1, attention_window=128),
    "llama": dict(vocab_size=30000, hidden_size=768, intermediate_size=2048, num_hidden_layers=12, num_attention_heads=12,
                  num_key_value_heads=4, pad_token_id=0),
    "gpt2": dict(vocab_size=20000, n_positions=LONGEST, pad_token_id=0),
    "bart": dict(vocab_size=30000, d_model=768, encoder_layers=5, decoder_layers=5, encoder_attention_heads=12,
                 decoder_attention_heads=12, encoder_ffn_dim=3072, decoder_ffn_dim=3072, max_position_embeddings=LONGEST,
                 pad_token_id=1, bos_token_id=2, eos_token_id=3, decoder_start_token_id=3, forced_eos_token_id=3),
    "t5": dict(vocab_size=30000, d_model=768, d_kv=64, d_ff=2048, num_layers=6, num_heads=12, pad_token_id=0, eos_token_id=3,
               decoder_start_token_id=0),
}


def make_texts(count):
    """Of the length of reviews: a median of 100 words, a few of the longest that fit."""
    import reference
    rng = random.Random(0)
    size = lambda: min(400, max(12, int(rng.lognormvariate(4.6, 0.9))))
    return [{"text": " ".join(rng.choice(reference.WORDS) for _ in range(size())), "label": i % 2} for i in range(count)]


def make_checkpoint(model_type, folder):
    import torch
    import transformers
    import reference
    options = dict(FAMILIES[model_type], num_labels=2)
    tokenizer = reference.tokenizer_for(1 if options["pad_token_id"] == 1 else 0, {})
    tokenizer.model_max_length = LONGEST
    torch.manual_seed(0)
    config = transformers.AutoConfig.for_model(model_type, **options)
    model = transformers.AutoModelForSequenceClassification.from_config(config)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return sum(p.numel() for p in model.parameters())


def peer(args):
    """Runs in a process of its own; prints one JSON line: seconds of a forward pass and of forward and backward."""
    import torch
    import transformers
    transformers.logging.set_verbosity_error()
    try:
        model = transformers.AutoModelForSequenceClassification.from_pretrained(args.model, attn_implementation=args.peer)
    except (ValueError, ImportError):
        print("null")  # the type has no such attention
        return
    tokenizer = transformers.PreTrainedTokenizerFast.from_pretrained(args.model)
    with open(args.rows, encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    batches = []
    for begin in range(0, len(rows), args.batch_size):
        part = rows[begin:begin + args.batch_size]
        batch = tokenizer([row["text"] for row in part], truncation=True, max_length=LONGEST, padding=True, return_tensors="pt")
        batches.append(dict(batch, labels=torch.tensor([row["label"] for row in part])))
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-5, fused=True)
    cast = lambda: torch.autocast("cpu", torch.bfloat16, enabled=args.dtype == "bfloat16")

    def forward():
        model.eval()
        with torch.no_grad(), cast():
            for batch in batches:
                model(**batch)

    def train():
        model.train()
        for batch in batches:
            with cast():
                loss = model(**batch).loss
            (loss / len(batches)).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()

    def seconds(work):
        work()
        begin = time.perf_counter()
        work()
        return time.perf_counter() - begin

    print(json.dumps([seconds(forward), seconds(train)]))


def run_peer(args, model, rows, attention):
    done = subprocess.run([sys.executable, os.path.abspath(__file__), "--peer", attention, "--model", model, "--rows", rows, "--dtype",
                           args.dtype, "--batch-size", str(args.batch_size)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"the peer failed: {done.stderr}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def run_ours(args, model, rows, work):
    """The evaluation is of all texts twice, the first time as another data set; the training is two epochs of one optimizer step."""
    common = ["--model", model, "--dtype", args.dtype, "--batch-size", str(args.batch_size), "--no-token-cache", "--max-length", str(LONGEST)]
    output = os.path.join(work, "ours")
    batches = -(-args.count // args.batch_size)
    command = [args.trainer, *common, "--dataset", rows, "--eval-dataset", rows, "--output-dir", output, "--report-to", "none",
               "--num-train-epochs", "2", "--gradient-accumulation-steps", str(batches), "--logging-steps", "1", "--eval-strategy", "epoch",
               "--save-strategy", "no"]
    stamps = []
    forward = []
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    tail = []
    for line in process.stderr:  # each logged row is a line, written as it happens
        tail.append(line)
        if line.startswith("step ") and "train/loss" in line:
            stamps.append(time.perf_counter())
    if process.wait() != 0:
        sys.exit("the trainer failed: " + "".join(tail[-5:]))
    with open(os.path.join(output, "metrics.jsonl"), encoding="utf-8") as lines:
        forward = [row["eval/runtime"] for row in map(json.loads, lines) if "eval/runtime" in row]
    shutil.rmtree(output, ignore_errors=True)
    # Between the two steps lies the first evaluation.
    return [forward[1], stamps[1] - stamps[0] - forward[0]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trainer")
    parser.add_argument("--work")
    parser.add_argument("--types", default=",".join(FAMILIES))
    parser.add_argument("--count", type=int, default=16, help="texts")
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=1, help="the fastest of so many counts")
    parser.add_argument("--dtype", default="float32", choices=("float32", "bfloat16"))
    parser.add_argument("--model", help=argparse.SUPPRESS)
    parser.add_argument("--rows", help=argparse.SUPPRESS)
    parser.add_argument("--peer", choices=("eager", "sdpa"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.peer:
        peer(args)
        return
    os.makedirs(args.work, exist_ok=True)
    rows = os.path.join(args.work, "rows.jsonl")
    with open(rows, "w", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in make_texts(args.count))
    print("| type | parameters | forward: eager | SDPA | ours | × | forward and backward: eager | SDPA | ours | × |\n" + "|---" * 10 + "|", flush=True)
    for model_type in args.types.split(","):
        model = os.path.join(args.work, model_type)
        size = make_checkpoint(model_type, model)
        times = {"eager": [], "sdpa": [], "ours": []}
        for _ in range(args.repeats):
            for kind in ("eager", "sdpa"):
                times[kind].append(run_peer(args, model, rows, kind))
            times["ours"].append(run_ours(args, model, rows, args.work))
        shutil.rmtree(model)
        cells = [f"`{model_type}`", f"{size / 1e6:.0f} M"]
        for part in range(2):
            best = {kind: args.count / min(t[part] for t in measured) for kind, measured in times.items() if measured[0]}
            peers = max(best[kind] for kind in best if kind != "ours")
            cells += [f"{best[kind]:.2f}" if kind in best else "–" for kind in times] + [f"{best['ours'] / peers:.2f}"]
        print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
