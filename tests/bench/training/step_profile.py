#!/usr/bin/env python3
"""Where the time of a training step goes, beside what the machine's matrix products could do.

    VENV/bin/python step_profile.py --trainer build/release/bin/trainer --model DIR --rows train.jsonl [--dtype float32,bfloat16]
    VENV/bin/python step_profile.py --trainer build/release/bin/trainer --random bert --tokenizer DIR --rows train.jsonl

VENV has torch (for the peak, and with --random for the weights); `perf` must be installed and allowed. Per dtype:

1. GEMM peak: the best of some products of torch's, with the trainer's number of threads: a large square one, and the shapes of the
   model's own linear layers with as many rows as a batch has tokens. Taken before and after the training, the better counts.
2. `trainer` runs on the rows; when WARM_UP steps are done `perf record` samples all its threads (cpu-clock) until the last step's line.
3. Each sample is put to a group by its symbol and library (GROUPS, the first that fits), as milliseconds of a step: the share of the
   samples of all threads. "waits" is OpenMP's spinning for the other thread, where a part is not parallel or not evenly.
4. Bound: the step were it the floating-point operations of its products at the peak of the model's shapes, and nothing else.

Operations of a step: 2 · tokens · weights of the linear layers forward and twice that backward (the last layer for all tokens, though
only classified positions are computed there), and attention 4 · L · H · Σ n² forward, twice that backward, n tokens of a text.
"""
import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import training_bench

WARM_UP = 5
# Name, pattern of "library symbol"; what fits none is "other".
GROUPS = [
    ("matrix products", r"\[JIT\]|//anon|\[unknown\]|mkl_|gemm|brgemm|sgemv|dnnl|oneapi"),
    ("waits (OpenMP)", r"libgomp|libiomp|kmp_|sched_yield"),
    ("norm, dropout, residual", r"add_(rms_)?norm|for_dropout_groups|::dropout|add_row|column_sum"),
    ("activation", r"[Gg]elu|tanh|erf|silu|activation"),
    ("attention beside its products", r"softmax|row_dot|attention|score_block|self_attention"),
    ("optimizer, clipping, rounding of weights", r"adam|optimizer|lion|adafactor|sum_of_squares|clip|round"),
    ("embedding", r"embed"),
    ("tokenizer and batches", r"trainer::(text|data)|pcre2|icu"),
    ("tracker and log", r"tracker::|spool"),
    ("kernel (memory, wake-ups)", r"kernel\.kallsyms|\[kernel"),
    ("memory (copy, fill, malloc)", r"mem(cpy|set|move)|malloc|free|alloc"),
    ("libtorch beside products", r"libtorch|libc10|at::|c10::"),
]


def peak(shapes, dtype, threads):
    """FLOP/s of the square product, and of each (m, k, n) by the best of some tries."""
    code = """
import json, sys, time, torch
shapes, dtype, threads = json.loads(sys.argv[1])
torch.set_num_threads(threads)
out = []
for m, k, n in shapes:
    a, b = (torch.rand(*size).to(getattr(torch, dtype)) for size in ((m, k), (k, n)))
    torch.mm(a, b)
    best, until = 1e9, time.perf_counter() + 1.5
    while time.perf_counter() < until:
        began = time.perf_counter()
        torch.mm(a, b)
        best = min(best, time.perf_counter() - began)
    out.append(2 * m * k * n / best)
print(json.dumps(out))
"""
    return json.loads(subprocess.run([sys.executable, "-c", code, json.dumps([shapes, dtype, threads])], check=True, capture_output=True).stdout)


class Model:
    """Sizes out of config.json, in the names that BERT's and DistilBERT's have."""

    def __init__(self, folder):
        with open(os.path.join(folder, "config.json"), encoding="utf-8") as file:
            config = json.load(file)
        self.layers = config.get("num_hidden_layers", config.get("n_layers"))
        self.hidden = config.get("hidden_size", config.get("dim"))
        self.inner = config.get("intermediate_size", config.get("hidden_dim"))
        if not all((self.layers, self.hidden, self.inner)):
            sys.exit(f"{folder}/config.json has not the sizes of an encoder: layers, hidden and intermediate size")

    def shapes(self, tokens):
        """(m, k, n) of the linear layers' products forward."""
        h, i = self.hidden, self.inner
        return [(tokens, h, h), (tokens, h, 3 * h), (tokens, h, i), (tokens, i, h)]

    def operations(self, lengths):
        """Of training with texts of so many tokens."""
        weights = self.layers * (4 * self.hidden ** 2 + 2 * self.hidden * self.inner)
        attention = 4 * self.layers * self.hidden * sum(n * n for n in lengths)
        return 3 * (2 * weights * sum(lengths) + attention)


def count_tokens(args, folder):
    """Of each row, as the trainer cuts it."""
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    texts = [row["text"] for row in training_bench.read_rows(args.rows, args.count)]
    return [len(ids) for ids in tokenizer(texts, truncation=True, max_length=args.max_length)["input_ids"]]


def profile(args, dtype, work):
    """Seconds of a step behind the warm-up, and how often each "library symbol" was seen."""
    rows, output, data = (os.path.join(work, name) for name in ("rows.jsonl", "output", "perf.data"))
    with open(rows, "w", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in training_bench.read_rows(args.rows, args.count))
    shutil.rmtree(output, ignore_errors=True)
    steps = args.epochs * -(-args.count // args.batch_size)
    trainer = subprocess.Popen(
        [args.trainer, "--model", args.model, "--dataset", rows, "--output-dir", output, "--report-to", "none", "--dtype", dtype,
         "--batch-size", str(args.batch_size), "--max-length", str(args.max_length), "--num-train-epochs", str(args.epochs),
         "--eval-strategy", "no", "--save-strategy", "no", "--no-token-cache", "--logging-steps", "1", "--seed", "42"],
        env=dict(os.environ, OMP_NUM_THREADS=str(args.threads)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    stamps, perf = [], None
    for line in trainer.stderr:
        if not (line.startswith("step ") and "train/loss" in line):
            continue
        stamps.append(time.perf_counter())
        if len(stamps) == WARM_UP:
            perf = subprocess.Popen(["perf", "record", "-q", "-e", "cpu-clock", "-F", "499", "-p", str(trainer.pid), "-o", data],
                                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if len(stamps) == steps:
            perf.send_signal(signal.SIGINT)
    if trainer.wait() != 0 or len(stamps) != steps:
        sys.exit(f"the trainer failed: {len(stamps)} of {steps} steps")
    said = perf.communicate()[1]
    shutil.rmtree(output)
    if not os.path.exists(data):
        sys.exit(f"perf recorded nothing: {said}")
    lines = subprocess.run(["perf", "script", "-i", data, "-F", "dso,sym,ip"], check=True, capture_output=True, text=True, errors="replace").stdout
    seen = {}
    for line in lines.splitlines():  # "  ADDRESS SYMBOL (LIBRARY)"
        match = re.match(r"\s*[0-9a-f]+ (.*) \((.*)\)$", line)
        if match:
            name = f"{match[2]} {match[1]}"
            seen[name] = seen.get(name, 0) + 1
    # Until perf has attached itself some of the first step is missed: shares are of what was seen.
    return (stamps[-1] - stamps[WARM_UP - 1]) / (steps - WARM_UP), seen


def grouped(seen):
    groups = {name: 0 for name, _ in GROUPS} | {"other": 0}
    parts = {name: {} for name in groups}
    for symbol, count in seen.items():
        name = next((group for group, pattern in GROUPS if re.search(pattern, symbol)), "other")
        groups[name] += count
        parts[name][symbol] = count
    return groups, parts


def report(dtype, model, lengths, args, step, seen, square, shaped):
    steps = args.epochs * -(-args.count // args.batch_size)
    operations = args.epochs * model.operations(lengths) / steps
    bound = operations / shaped
    total, (groups, parts) = sum(seen.values()), grouped(seen)
    print(f"\n{dtype}: {1000 * step:.0f} ms a step of {args.epochs * sum(lengths) / steps:.0f} tokens, {operations / 1e9:.1f} GFLOP")
    print(f"GEMM peak {square / 1e9:.0f} GFLOP/s (square), {shaped / 1e9:.0f} of the model's shapes; the step has "
          f"{operations / step / 1e9:.0f}, {100 * operations / step / shaped:.0f} % of it; products alone at that peak: {1000 * bound:.0f} ms")
    print("| | ms a step | share | most of it |\n|---|---|---|---|")
    for name, count in sorted(groups.items(), key=lambda item: -item[1]):
        if count == 0:
            continue
        most = sorted(parts[name].items(), key=lambda item: -item[1])[:args.symbols]
        words = ", ".join(f"{re.sub(r'.*/', '', symbol.split(' ', 1)[0])} {symbol.split(' ', 1)[1][:60]} {100 * n / total:.1f} %" for symbol, n in most)
        print(f"| {name} | {1000 * step * count / total:.1f} | {100 * count / total:.1f} % | {words if args.symbols else ''} |")
    products = 1000 * step * groups["matrix products"] / total
    left = sorted(((count, name) for name, count in groups.items() if name != "matrix products"), reverse=True)
    print(f"Products take {products:.0f} ms where {1000 * bound:.0f} are possible. Next gain: {left[0][1]}, {100 * left[0][0] / total:.0f} % of the step.")


def measure(args):
    model, lengths = Model(args.model), count_tokens(args, args.model)
    tokens = max(1, round(sum(lengths) * args.batch_size / len(lengths)))
    shapes = [(2048, 2048, 2048)] + model.shapes(tokens)
    for dtype in args.dtype.split(","):
        before = peak(shapes, dtype, args.threads)
        with tempfile.TemporaryDirectory() as work:
            step, seen = profile(args, dtype, work)
        best = [max(pair) for pair in zip(before, peak(shapes, dtype, args.threads))]
        report(dtype, model, lengths, args, step, seen, best[0], max(best[1:]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trainer", required=True)
    model = parser.add_mutually_exclusive_group(required=True)
    model.add_argument("--model", help="folder of a checkpoint")
    model.add_argument("--random", metavar="TYPE", help="bert, distilbert: its base size, random weights")
    parser.add_argument("--tokenizer", help="for --random: folder of its tokenizer")
    parser.add_argument("--rows", required=True, help='JSON lines with "text" and "label"')
    parser.add_argument("--dtype", default="float32,bfloat16")
    parser.add_argument("--count", type=int, default=64, help="rows to train on")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--max-length", type=int, default=512)
    parser.add_argument("--symbols", type=int, default=2, help="dearest symbols named in each group")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    args = parser.parse_args()
    if args.epochs * -(-args.count // args.batch_size) < WARM_UP + 2:
        parser.error(f"--count and --epochs: {WARM_UP + 2} steps at least, of which the first {WARM_UP} do not count")
    with tempfile.TemporaryDirectory() as made:
        if args.random:
            args.model = training_bench.random_model(args.random, args.tokenizer, made)
        measure(args)


if __name__ == "__main__":
    main()
