#!/usr/bin/env python3
"""Speed of `trainer` beside transformers, one middle-sized random checkpoint (about 100 million parameters) of each family.

    VENV/bin/python zoo_bench.py --trainer build/release/bin/trainer --work DIR --types bert [--seconds 120] [--header]

Prints one Markdown row per type (--header: the table's head before them) and writes into DIR alone, which it leaves as it was but for
the folder itself. In one run the peer with eager attention, with SDPA where it has it, and ours: samples/s of the forward pass (of an
evaluation) and of forward and backward (of training, with clipping and one AdamW step for all texts).

Both sides get the same texts, of 12 to 400 words, in the same batches in the same order: for training as they come, of mixed lengths;
for the forward pass longest first, as our evaluation takes them. The peer pads each batch to its longest text, ours packs: that
is part of what is compared. So is how a loss is summed. Same weights, dtype (fp32; with --dtype bfloat16 ours computes in bf16 and the
peer under autocast), dropout, number of threads; start-up and tokenizing are left out. The loss before training must be the
same on both sides, or the row is refused. Each side does everything once before it is timed, then repeats until its share of
--seconds is used; medians count. Rounds (--repeats) alternate the sides, so that a busy minute hits all.
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


def read_rows(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def median_seconds(work, budget):
    """Of single passes, as many as fit into the budget, and one at least; the first one warms up and does not count."""
    work()
    times = []
    while not times or sum(times) + times[-1] < budget:
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def peer(args):
    """Runs in a process of its own; prints one JSON line: the loss, seconds of a forward pass and of forward and backward; null for a
    type without such attention."""
    import torch
    import transformers
    torch.set_num_threads(args.threads)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    try:
        model = transformers.AutoModelForSequenceClassification.from_pretrained(args.model, attn_implementation=args.peer)
    except (ValueError, ImportError):
        print("null")
        return
    tokenizer = transformers.PreTrainedTokenizerFast.from_pretrained(args.model)
    rows = read_rows(args.rows)

    def batches_of(order):
        out = []
        for begin in range(0, len(order), args.batch_size):
            part = [rows[i] for i in order[begin:begin + args.batch_size]]
            batch = tokenizer([row["text"] for row in part], truncation=True, max_length=LONGEST, padding=True, return_tensors="pt")
            out.append(dict(batch, labels=torch.tensor([row["label"] for row in part])))
        return out

    sizes = [len(tokenizer(row["text"], truncation=True, max_length=LONGEST)["input_ids"]) for row in rows]
    longest_first = batches_of(sorted(range(len(rows)), key=lambda i: -sizes[i]))
    as_they_come = batches_of(range(len(rows)))
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-5, weight_decay=0.0, fused=True)
    cast = lambda: torch.autocast("cpu", torch.bfloat16, enabled=args.dtype == "bfloat16")

    def forward():
        model.eval()
        with torch.no_grad(), cast():
            return sum(model(**batch).loss.item() * len(batch["labels"]) for batch in longest_first) / len(rows)

    def train():
        model.train()
        for batch in as_they_come:
            with cast():
                loss = model(**batch).loss
            (loss * (len(batch["labels"]) / len(rows))).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()

    loss = forward()
    print(json.dumps([loss, median_seconds(forward, args.seconds / 2), median_seconds(train, args.seconds / 2)]))


def environment(args):
    return dict(os.environ, OMP_NUM_THREADS=str(args.threads), MKL_NUM_THREADS=str(args.threads), HF_HUB_OFFLINE="1",
                PYTHONDONTWRITEBYTECODE="1")


def run_peer(args, model, rows, attention, seconds):
    done = subprocess.run([sys.executable, os.path.abspath(__file__), "--peer", attention, "--model", model, "--rows", rows, "--dtype",
                           args.dtype, "--batch-size", str(args.batch_size), "--threads", str(args.threads), "--seconds", str(seconds)],
                          env=environment(args), capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"the peer failed: {done.stderr}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def run_ours(args, model, rows, seconds):
    """Epochs of one optimizer step, an evaluation before the first and after each, until the time is used: then it is killed. Each
    logged row is a line, written as it happens: a step lasts from the evaluation before it to its own line."""
    output = os.path.join(args.work, "ours")
    batches = -(-args.count // args.batch_size)
    command = [args.trainer, "--model", model, "--dtype", args.dtype, "--batch-size", str(args.batch_size), "--eval-batch-size",
               str(args.batch_size), "--no-token-cache", "--max-length", str(LONGEST), "--dataset", rows, "--eval-dataset", rows,
               "--no-shuffle", "--output-dir", output, "--report-to", "none", "--num-train-epochs", "100000",
               "--gradient-accumulation-steps", str(batches), "--logging-steps", "1", "--eval-strategy", "epoch", "--eval-on-start",
               "--save-strategy", "no"]
    process = subprocess.Popen(command, env=environment(args), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    train, tail, evaluated, end = [], [], None, None
    try:
        for line in process.stderr:
            now = time.perf_counter()
            tail.append(line)
            if line.startswith("step ") and "train/loss" in line:
                train.append(now - evaluated)
            elif line.startswith("step ") and "eval/loss" in line:
                evaluated = now
                if len(train) == 1:  # all has been done once
                    end = now + seconds
                if len(train) > 1 and now >= end:
                    break
        else:
            sys.exit("the trainer failed: " + "".join(tail[-5:]))
        evaluations = [row for row in read_rows(os.path.join(output, "metrics.jsonl")) if "eval/runtime" in row]
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(output, ignore_errors=True)
    forward = [row["eval/runtime"] for row in evaluations[1:]]
    return [evaluations[0]["eval/loss"], statistics.median(forward), statistics.median(train[1:])]


def check_losses(model_type, times, dtype):
    """Other texts, weights or batches that lack some would show here."""
    losses = [measured[0][0] for measured in times.values() if measured[0]]
    if max(losses) - min(losses) > (1e-3 if dtype == "float32" else 5e-2):
        sys.exit(f"{model_type}: the sides do not compute the same: losses {losses}")


def measure(args, model_type, rows):
    """A row of the table."""
    model = os.path.join(args.work, model_type)
    try:
        size = make_checkpoint(model_type, model)
        times = {"eager": [], "sdpa": [], "ours": []}
        share = args.seconds / (len(times) * args.repeats)
        for _ in range(args.repeats):
            for kind in ("eager", "sdpa"):
                times[kind].append(run_peer(args, model, rows, kind, share))
            times["ours"].append(run_ours(args, model, rows, share))
    finally:
        shutil.rmtree(model, ignore_errors=True)
    check_losses(model_type, times, args.dtype)
    cells = [f"`{model_type}`", f"{size / 1e6:.0f} M"]
    for part in (1, 2):
        best = {kind: args.count / min(t[part] for t in measured) for kind, measured in times.items() if measured[0]}
        peers = max(best[kind] for kind in best if kind != "ours")
        cells += [f"{best[kind]:.2f}" if kind in best else "–" for kind in times] + [f"{best['ours'] / peers:.2f}"]
    return "| " + " | ".join(cells) + " |"


HEADER = ("| type | parameters | forward: eager | SDPA | ours | × | forward and backward: eager | SDPA | ours | × |\n" + "|---" * 10 + "|")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trainer")
    parser.add_argument("--work", help="a folder; made if need be")
    parser.add_argument("--types", default=",".join(FAMILIES), help="some of the families [all]")
    parser.add_argument("--seconds", type=float, default=120,
                        help="to measure a type, start-up and warming up not counted; each measurement is made once at least")
    parser.add_argument("--count", type=int, default=16, help="texts")
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=1, help="rounds, of which the fastest counts")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="of both sides")
    parser.add_argument("--dtype", default="float32", choices=("float32", "bfloat16"))
    parser.add_argument("--header", action="store_true")
    parser.add_argument("--model", help=argparse.SUPPRESS)
    parser.add_argument("--rows", help=argparse.SUPPRESS)
    parser.add_argument("--peer", choices=("eager", "sdpa"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.peer:
        peer(args)
        return
    types = args.types.split(",")
    if not args.trainer or not args.work or set(types) - set(FAMILIES):
        parser.error("--trainer and --work are needed, and --types of: " + ", ".join(FAMILIES))
    os.makedirs(args.work, exist_ok=True)
    rows = os.path.join(args.work, "rows.jsonl")
    with open(rows, "w", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in make_texts(args.count))
    try:
        if args.header:
            print(HEADER, flush=True)
        for model_type in types:
            print(measure(args, model_type, rows), flush=True)
    finally:
        os.remove(rows)


if __name__ == "__main__":
    main()
