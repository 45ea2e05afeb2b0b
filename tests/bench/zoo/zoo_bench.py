#!/usr/bin/env python3
"""Speed of `trainer` beside transformers, one middle-sized random checkpoint (about 100 million parameters) of each family.

    VENV/bin/python zoo_bench.py --trainer build/release/bin/trainer --work DIR [--types bert,t5] [--append rows.md]
    VENV/bin/python zoo_bench.py ... --count 16 --batch-size 8 --seconds 120        # steadier numbers, for a faster machine

Prints a Markdown row per type as it is measured; as they stand, the defaults take under a minute a type on two slow cores. A type that
fails gets a row that says why, the next ones go on, and the exit code is 1. Writes into DIR alone, which it leaves as it was but for the
folder itself. In one run the peer with eager attention, with SDPA where it has it, and ours: samples/s of the forward pass (of an
evaluation) and of forward and backward (of training, with clipping and one AdamW step for all texts).

Both sides get the same texts, of 12 to 400 words, in the same batches in the same order: for training as they come, of mixed lengths;
for the forward pass longest first, as our evaluation takes them. The peer pads each batch to its longest text, ours packs: that
is part of what is compared. So is how a loss is summed. Same weights, dtype (fp32; with --dtype bfloat16 ours computes in bf16 and the
peer under autocast), dropout, number of threads; start-up and tokenizing are left out. Each side does everything once before it is
timed, then repeats until its share of --seconds is used, once at least; medians count. Rounds (--repeats) alternate the sides, so that a
busy minute hits all; the fastest counts.

A speed counts only if the same is computed: the last column is the largest difference of our logits from those of the peer in float64,
each text alone, and that as a multiple of the peer's own largest difference from them in the dtype that is measured (with either
attention; in bfloat16 also loaded in it, for ours keeps hidden states in it). Over NOISE times the peer's, the row is refused: no limit of
precision is guessed, it is what rounding costs the peer on these very weights and texts. (The rule of tests/parity/logits_parity.py.)
"""
import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "parity"))

LONGEST = 512
NOISE = 4
KINDS = ("eager", "sdpa")
BERT = dict(hidden_size=768, num_hidden_layers=12, num_attention_heads=12, intermediate_size=3072, max_position_embeddings=LONGEST + 2)
# Options of the config; of the tokenizer, what reference.tokenizer_for() reads.
FAMILIES = {
    "bert": dict(BERT, vocab_size=30522, pad_token_id=0),
    "roberta": dict(BERT, vocab_size=30522, type_vocab_size=1, pad_token_id=1),
    "deberta-v2": dict(BERT, vocab_size=25000, type_vocab_size=0, relative_attention=True, position_buckets=256, share_att_key=True,
                       norm_rel_ebd="layer_norm", position_biased_input=False, pos_att_type=["p2c", "c2p"], pad_token_id=0),
    "modernbert": dict(vocab_size=30000, num_hidden_layers=16, pad_token_id=0, bos_token_id=2, eos_token_id=3, cls_token_id=2,
                       sep_token_id=3),
    # Its head reads the last token: padding lies on the left, <cls> at the end.
    "xlnet": dict(vocab_size=30000, d_model=768, n_layer=10, n_head=12, d_inner=3072, pad_token_id=0,
                  _tokenizer=dict(padding_side="left"), _template=dict(single="$A [SEP] [CLS]", pair="$A [SEP] $B [SEP] [CLS]")),
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


class Failed(Exception):
    """A type cannot be measured, or its sides do not compute the same."""


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
    # Classes with names: bart takes the plain two, which a config.json does not say, for three when it is read.
    options = dict(FAMILIES[model_type], id2label={0: "negative", 1: "positive"}, label2id={"negative": 0, "positive": 1})
    notes = {key: options.pop(key) for key in list(options) if key.startswith("_")}
    names = ["input_ids", "attention_mask"] + (["token_type_ids"] if model_type == "bert" else [])
    notes["_tokenizer"] = dict(notes.get("_tokenizer", {}), model_input_names=names)
    tokenizer = reference.tokenizer_for(1 if options["pad_token_id"] == 1 else 0, notes)
    tokenizer.model_max_length = LONGEST
    torch.manual_seed(0)
    config = transformers.AutoConfig.for_model(model_type, **options)
    transformers.AutoModelForSequenceClassification.from_config(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def read_rows(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def median_seconds(work, budget):
    """Of single passes, as many as fit into the budget, and one at least."""
    times = []
    while not times or sum(times) + times[-1] < budget:
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


class Peer:
    """transformers with one kind of attention. Throws ValueError or ImportError for a type that has no such attention."""

    def __init__(self, args, attention, rows):
        import torch
        import transformers
        self.torch, self.rows, self.args = torch, rows, args
        self.model = transformers.AutoModelForSequenceClassification.from_pretrained(args.model, attn_implementation=attention)
        self.tokenizer = transformers.PreTrainedTokenizerFast.from_pretrained(args.model)
        sizes = [len(self.tokenizer(row["text"], truncation=True, max_length=LONGEST)["input_ids"]) for row in rows]
        self.order = sorted(range(len(rows)), key=lambda i: -sizes[i])
        self.longest_first = self.batches_of(self.order, args.batch_size)
        self.as_they_come = self.batches_of(range(len(rows)), args.batch_size)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=5e-5, weight_decay=0.0, fused=True)

    def batches_of(self, order, size):
        out = []
        for begin in range(0, len(order), size):
            part = [self.rows[i] for i in order[begin:begin + size]]
            batch = self.tokenizer([row["text"] for row in part], truncation=True, max_length=LONGEST, padding=True, return_tensors="pt")
            out.append(dict(batch, labels=self.torch.tensor([row["label"] for row in part])))
        return out

    def cast(self):
        return self.torch.autocast("cpu", self.torch.bfloat16, enabled=self.args.dtype == "bfloat16")

    def forward(self):
        """Logits by row; the loss is computed and read as in an evaluation."""
        self.model.eval()
        logits = []
        with self.torch.no_grad(), self.cast():
            for batch in self.longest_first:
                done = self.model(**batch)
                done.loss.item()
                logits += done.logits.double().tolist()
        return [row for _, row in sorted(zip(self.order, logits))]

    def train(self):
        self.model.train()
        for batch in self.as_they_come:
            with self.cast():
                loss = self.model(**batch).loss
            (loss * (len(batch["labels"]) / len(self.rows))).backward()
        self.torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()

    def alone(self, model):
        """Logits of each text by itself: without a batch's padding."""
        model.eval()
        with self.torch.no_grad():
            return [model(**{key: value for key, value in batch.items() if key != "labels"}).logits[0].double().tolist()
                    for batch in self.batches_of(range(len(self.rows)), 1)]

    def worth(self):
        """What the others are measured by: logits in float64, with no rounding that matters, and, where ours computes in it, of the model
        in bfloat16."""
        exact = self.alone(self.model.double())
        self.model.float()
        rounded = None
        if self.args.dtype == "bfloat16":
            rounded = self.alone(type(self.model).from_pretrained(self.args.model, dtype=self.torch.bfloat16))
        return {"parameters": sum(p.numel() for p in self.model.parameters()), "exact": exact, "rounded": rounded}


def peer(args):
    """Runs in a process of its own, which makes texts and checkpoint if need be (so that the bench itself need not load torch). Prints a
    JSON object a line as it goes: what the checkpoint is worth (with --exact), then logits and seconds of each kind of attention, null
    where the type has none."""
    import torch
    import transformers
    torch.set_num_threads(args.threads)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    if not os.path.exists(os.path.join(args.model, "config.json")):
        make_checkpoint(args.types, args.model)
    if not os.path.exists(args.rows):
        with open(args.rows, "w", encoding="utf-8") as out:
            out.writelines(json.dumps(row) + "\n" for row in make_texts(args.count))
    rows = read_rows(args.rows)
    for kind in KINDS:
        try:
            side = Peer(args, kind, rows)
        except (ValueError, ImportError):
            print(json.dumps({kind: None}), flush=True)
            continue
        if args.exact and kind == "eager":
            print(json.dumps(side.worth()), flush=True)
        logits = side.forward()  # also warms up
        forward = median_seconds(side.forward, args.seconds / 2)
        side.train()
        print(json.dumps({kind: {"logits": logits, "forward": forward, "train": median_seconds(side.train, args.seconds / 2)}}),
              flush=True)
        del side


def environment(args):
    return dict(os.environ, OMP_NUM_THREADS=str(args.threads), MKL_NUM_THREADS=str(args.threads), HF_HUB_OFFLINE="1",
                PYTHONDONTWRITEBYTECODE="1")


def run(args, command):
    """Its standard output."""
    try:
        done = subprocess.run(command, env=environment(args), capture_output=True, text=True, timeout=args.limit)
    except subprocess.TimeoutExpired:
        raise Failed(f"{os.path.basename(command[0])} takes more than {args.limit} s") from None
    if done.returncode != 0:
        raise Failed((done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1])
    return done.stdout


def run_peer(args, model_type, model, rows, seconds, exact):
    """{"eager": ..., "sdpa": ...} and, if wanted, "parameters" and "exact"."""
    command = [sys.executable, os.path.abspath(__file__), "--peer", "--types", model_type, "--model", model, "--rows", rows, "--dtype",
               args.dtype, "--count", str(args.count), "--batch-size", str(args.batch_size), "--threads", str(args.threads), "--seconds",
               str(seconds)]
    told = {}
    for line in run(args, command + (["--exact"] if exact else [])).splitlines():
        if line.startswith("{"):  # some libraries print
            told |= json.loads(line)
    return told


def our_logits(args, model, rows):
    said = run(args, [args.trainer, "predict", "--model", model, "--input", rows, "--output", "-", "--dtype", args.dtype, "--batch-size",
                      str(args.batch_size)])
    return [json.loads(line)["logits"] for line in said.splitlines()]


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
    watchdog = threading.Timer(args.limit, process.kill)
    watchdog.start()
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
            raise Failed("the trainer: " + (tail[-1].strip() if tail else "says nothing"))
        evaluations = [row["eval/runtime"] for row in read_rows(os.path.join(output, "metrics.jsonl")) if "eval/runtime" in row]
    finally:
        watchdog.cancel()
        process.kill()
        process.wait()
        shutil.rmtree(output, ignore_errors=True)
    return {"forward": statistics.median(evaluations[1:]), "train": statistics.median(train[1:])}


def largest_difference(logits, exact):
    if len(logits) != len(exact):
        raise Failed(f"{len(logits)} rows of logits for {len(exact)} texts")
    return max(abs(a - b) for row, right in zip(logits, exact) for a, b in zip(row, right, strict=True))


def difference_cell(ours, told, dtype):
    """Throws Failed for logits that are farther off than rounding explains; NaN is."""
    exact = told["exact"]
    peers = [told[kind]["logits"] for kind in KINDS if told[kind]] + ([told["rounded"]] if told["rounded"] else [])
    # Chance may be kind to a peer, but a logit is rounded once at least.
    once = max(abs(x) for row in exact for x in row) * (2.0 ** -8 if dtype == "bfloat16" else 2.0 ** -23)
    theirs = max(once, *(largest_difference(logits, exact) for logits in peers))
    found = largest_difference(ours, exact)
    if not found <= NOISE * theirs:
        raise Failed(f"not the same is computed: our logits are {found:.1e} off, the peer's {theirs:.1e}")
    return f"{found:.1e} ({found / theirs:.1f})"


def measure(args, model_type, rows):
    """A row of the table."""
    model = os.path.join(args.work, model_type)
    shutil.rmtree(model, ignore_errors=True)  # of a run that was killed
    share = args.seconds / ((len(KINDS) + 1) * args.repeats)
    try:
        rounds = []
        for i in range(args.repeats):
            told = run_peer(args, model_type, model, rows, share, exact=i == 0)
            if i == 0:
                first = told
                difference = difference_cell(our_logits(args, model, rows), told, args.dtype)
            rounds.append({kind: told[kind] for kind in KINDS if told[kind]} | {"ours": run_ours(args, model, rows, share)})
    finally:
        shutil.rmtree(model, ignore_errors=True)
    cells = [f"`{model_type}`", f"{first['parameters'] / 1e6:.0f} M"]
    for part in ("forward", "train"):
        best = {kind: args.count / min(one[kind][part] for one in rounds) for kind in rounds[0]}
        peers = max(rate for kind, rate in best.items() if kind != "ours")
        cells += [f"{best[kind]:.2f}" if kind in best else "–" for kind in (*KINDS, "ours")] + [f"{best['ours'] / peers:.2f}"]
    return "| " + " | ".join([*cells, difference]) + " |"


HEADER = ("| type | parameters | forward: eager | SDPA | ours | × | forward and backward: eager | SDPA | ours | × | logits off (× the "
          "peer) |\n" + "|---" * 11 + "|")


def tell(args, line):
    print(line, flush=True)
    if args.append:
        with open(args.append, "a", encoding="utf-8") as out:
            out.write(line + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trainer")
    parser.add_argument("--work", help="a folder; made if need be")
    parser.add_argument("--types", default=",".join(FAMILIES), help="some of the families [all]")
    parser.add_argument("--seconds", type=float, default=15,
                        help="to measure a type, start-up and warming up not counted; each measurement is made once at least")
    parser.add_argument("--count", type=int, default=4, help="texts")
    parser.add_argument("--batch-size", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=1, help="rounds, of which the fastest counts")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="of both sides")
    parser.add_argument("--dtype", default="float32", choices=("float32", "bfloat16"))
    parser.add_argument("--append", metavar="FILE", help="where the rows are added as well")
    parser.add_argument("--limit", type=float, default=900, help="seconds that a side may take")
    parser.add_argument("--model", help=argparse.SUPPRESS)
    parser.add_argument("--rows", help=argparse.SUPPRESS)
    parser.add_argument("--exact", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.peer:
        peer(args)
        return
    types = args.types.split(",")
    if not args.trainer or not args.work or set(types) - set(FAMILIES):
        parser.error("--trainer and --work are needed, and --types of: " + ", ".join(FAMILIES))
    os.makedirs(args.work, exist_ok=True)
    rows = os.path.join(args.work, "rows.jsonl")
    if os.path.exists(rows):
        os.remove(rows)  # of a run that was killed
    failed = False
    tell(args, HEADER)
    try:
        for model_type in types:
            try:
                tell(args, measure(args, model_type, rows))
            except (Failed, OSError, ValueError, KeyError) as error:
                failed = True
                tell(args, f"| `{model_type}` | failed: {str(error).replace('|', '/')} |" + " |" * 9)
    finally:
        if os.path.exists(rows):
            os.remove(rows)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
