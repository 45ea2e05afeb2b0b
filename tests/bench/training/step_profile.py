#!/usr/bin/env python3
"""Where the time of a training step goes, beside what the machine's matrix products could do, and what the next gain would be.

    VENV/bin/python step_profile.py --trainer build/release/bin/trainer --model DIR --rows train.jsonl [--dtype float32,bfloat16]
    VENV/bin/python step_profile.py --trainer build/release/bin/trainer --random bert --tokenizer DIR --rows train.jsonl

VENV has torch, for the peak (and transformers with --random); `perf` must be installed and allowed. Nothing else may run on the machine:
the peak is wall time, and the report says when others took part of the step. Per dtype:

1. GEMM peak: a large square product of torch's, and each product of the step as the trainer has it (rows, sizes, transposition; attention
   as one batched product of texts of one length), with as many threads. Taken before and after the training, the best try counts.
2. `trainer` trains on the rows; from the end of step WARM_UP to that of the last one `perf record` samples its threads (cpu-clock).
   oneDNN tells perf the names of what it compiles (ONEDNN_JIT_PROFILE).
3. A sample belongs to the first of GROUPS that fits its symbol. Milliseconds are of the step, a group's being its share of the processor
   time that all threads took, by the number of threads. Two rows are no samples but from /proc: what threads slept while a step went on
   (one worked alone, or waited for the disk), and what they waited for a core that another program had.
4. Bounds: the step were it its products alone, at the peak, and each as fast as torch makes it alone.

Operations of a step, as they are usually counted: 2 · tokens · weights of the linear layers forward and twice that backward, and attention
4 · layers · hidden · Σ n² (n tokens of a text) forward, twice that backward. Share of the peak is of these. The bounds are of what BERT and
DistilBERT compute here: the last layer only for the token that is classified, and attention's scores again backward.
"""
import argparse
import json
import math
import os
import pathlib
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
FREQUENCY = 499  # samples of a second of a thread
SQUARE = (1, 1, 2048, 2048, 2048, "nn")
PRODUCTS, ASLEEP, OTHERS = "matrix products", "asleep while a step went on", "cores that other programs had"
# Name, pattern of "library symbol"; what fits none is "other". MKL's helpers have no prefix; log() is softmax's.
GROUPS = [
    ("waits (OpenMP spins, yields)", r"^lib[gi]omp|sched_yield"),
    ("kernel (page faults, wake-ups)", r"^\[kernel|^\[(vdso|guest)"),
    (PRODUCTS, r" jit_(avx\w+_)?brgemm| mkl_(blas|serv)| s?gem[mv]_| omp_parallel_\w*copy| getPointer_| mm_[a-z]+| check_strategy"),
    ("oneDNN beside its kernels", r"dnnl|Xbyak|ideep"),
    ("activation", r" jit_uni_|(?i:gelu|silu|relu|tanh|sigmoid|mish)"),
    ("attention beside its products", r"softmax|row_dot|[aA]ttention|score|round_rows|to_bf16|^libm\.\S+ \w*log"),
    ("norm, dropout, residual", r"trainer::nn::.*([nN]orm|[dD]ropout|add_row)"),
    ("gradients of biases", r"column_sum|add_bias_grad"),
    ("optimizer, clipping", r"trainer::\S*.*(adamw|sgd|lion\b|adafactor|sum_of_squares|Optimizer|AdamW)"),
    ("embedding", r"trainer::nn::.*[eE]mbed"),
    ("tokenizer and batches", r"trainer::(text|data)::|^libpcre2|^libicu"),
    ("tracker and log", r"tracker::|trainer::train::|nlohmann|spdlog|^libfmt"),
    ("libtorch's loops (copy, add, fill)", r"^libtorch.*(ectorized|TensorIterator|_kernel|native::)"),
    ("libtorch beside loops (autograd, dispatch)", r"^libtorch|^libc10|at::|c10::|torch::"),
    ("libc (malloc, copy, fill)", r"^libc\.|^libstdc|^ld-linux"),
]


def group_of(symbol):
    """
    >>> group_of("libgomp.so.1 [unknown]"), group_of("[kernel.kallsyms] do_sched_yield"), group_of("[kernel.kallsyms] clear_page_erms")
    ('waits (OpenMP spins, yields)', 'waits (OpenMP spins, yields)', 'kernel (page faults, wake-ups)')
    >>> [group_of(name) for name in ("jit jit_brgemm_kernel_t", "libtorch_cpu.so mkl_blas_avx512_sgemm_kernel_0", "jit jit_uni_kernel")]
    ['matrix products', 'matrix products', 'activation']
    >>> group_of("trainer trainer::nn::cpu::avx512::for_dropout_groups<trainer::nn::cpu::avx512::softmax<float>(x)::{lambda()#1}>")
    'attention beside its products'
    >>> group_of("trainer trainer::nn::cpu::avx512::for_dropout_groups<trainer::nn::cpu::avx512::add_row<float>(x)::{lambda()#1}>")
    'norm, dropout, residual'
    >>> group_of("trainer at::internal::invoke_parallel<at::parallel_for<trainer::nn::(anonymous namespace)::EmbedBackward::apply(x)>")
    'embedding'
    >>> group_of("libtorch_cpu.so at::(anonymous namespace)::structured__upsample_bicubic2d_aa"), group_of("jit [unknown]")
    ('libtorch beside loops (autograd, dispatch)', 'other')
    """
    return next((name for name, pattern in GROUPS if re.search(pattern, symbol)), "other")


def speeds(products, dtype, threads):
    """FLOP/s of each (times, batch, m, k, n, layout), by the best of some tries."""
    code = """
import json, sys, time, torch
products, dtype, threads = json.loads(sys.argv[1])
torch.set_num_threads(threads)
out = []
for _, batch, m, k, n, (of_a, of_b) in products:
    a = torch.rand(*((batch, m, k) if of_a == "n" else (batch, k, m))).to(getattr(torch, dtype))
    b = torch.rand(*((batch, k, n) if of_b == "n" else (batch, n, k))).to(getattr(torch, dtype))
    a, b = a if of_a == "n" else a.mT, b if of_b == "n" else b.mT
    a, b = (a[0], b[0]) if batch == 1 else (a, b)
    torch.matmul(a, b)
    best, until, tries = 1e9, time.perf_counter() + 0.4, 0
    while tries < 5 or time.perf_counter() < until:
        began = time.perf_counter()
        torch.matmul(a, b)
        best, tries = min(best, time.perf_counter() - began), tries + 1
    out.append(2 * batch * m * k * n / best)
print(json.dumps(out))
"""
    return json.loads(subprocess.run([sys.executable, "-c", code, json.dumps([products, dtype, threads])], check=True, stdout=subprocess.PIPE).stdout)


def operations(products):
    return sum(2 * times * batch * m * k * n for times, batch, m, k, n, _ in products)


class Model:
    """Sizes out of config.json, in the names that BERT's and DistilBERT's have."""

    def __init__(self, folder):
        with open(os.path.join(folder, "config.json"), encoding="utf-8") as file:
            config = json.load(file)
        if config.get("model_type") not in ("bert", "distilbert"):
            sys.exit(f"{folder}/config.json: operations are known of bert and distilbert alone")
        self.layers = config.get("num_hidden_layers", config.get("n_layers"))
        self.hidden = config.get("hidden_size", config.get("dim"))
        self.inner = config.get("intermediate_size", config.get("hidden_dim"))
        self.heads = config.get("num_attention_heads", config.get("n_heads"))

    def usual_count(self, lengths):
        """Operations of training with texts of so many tokens."""
        weights = self.layers * (4 * self.hidden ** 2 + 2 * self.hidden * self.inner)
        return 3 * (2 * weights * sum(lengths) + 4 * self.layers * self.hidden * sum(n * n for n in lengths))

    def products(self, lengths, steps):
        """What a mean step of `steps` computes: (times, batch, m, k, n, layout), "t" where an operand is stored transposed."""
        tokens, texts = (max(1, round(count / steps)) for count in (sum(lengths), len(lengths)))
        h, i = self.hidden, self.inner
        linear = [(self.layers - 1, tokens, h, 3 * h), (self.layers - 1, tokens, h, h), (self.layers - 1, tokens, h, i),
                  (self.layers - 1, tokens, i, h), (1, tokens, h, 2 * h), (2, texts, h, h), (1, texts, h, i), (1, texts, i, h)]
        out = []
        for times, rows, k, n in linear:  # forward, gradient of the input, gradient of the weight
            out += [(times, 1, rows, k, n, "nt"), (times, 1, rows, n, k, "nn"), (times, 1, n, rows, k, "tn")]
        n, batch, size = round(math.sqrt(sum(n * n for n in lengths) / len(lengths))), texts * self.heads, h // self.heads
        of = self.layers - 1
        # Scores and, backward, these again and the gradient of the probabilities; output and gradient of queries; of keys and values.
        return out + [(3 * of, batch, n, size, n, "nt"), (2 * of, batch, n, n, size, "nn"), (2 * of, batch, n, n, size, "tn")]


def count_tokens(args, rows):
    """Of each row, as the trainer cuts it."""
    command = [args.trainer, "tokenize", "--model", args.model, "--input", rows, "--output", "-", "--max-length", str(args.max_length)]
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    return [len(json.loads(line)["input_ids"]) for line in lines]


def thread_times(pid):
    """Seconds that its threads ran, and that they were ready to but had no core."""
    ran = waited = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as file:
                ran, waited = (sum(pair) for pair in zip((ran, waited), map(int, file.read().split()[:2])))
        except OSError:
            pass  # it has just ended
    return ran / 1e9, waited / 1e9


def samples(data):
    """How often each "library symbol" was seen."""
    lines = subprocess.run(["perf", "script", "-i", data, "-F", "ip,sym,dso"], check=True, capture_output=True, text=True, errors="replace").stdout
    seen = {}
    for line in lines.splitlines():  # "  ADDRESS SYMBOL (LIBRARY)"
        match = re.match(r"\s*[0-9a-f]+ (.*) \(([^()]*( \(deleted\))?)\)$", line)
        if match:
            library = "jit" if match[2].endswith(".map") else match[2].rsplit("/", 1)[-1]
            name = f"{library} {re.sub(r'[.][0-9]+$', '', match[1])}"  # kernels of one kind have numbers
            seen[name] = seen.get(name, 0) + 1
    return seen


def profile(args, dtype, rows, work):
    """Of a step behind the warm-up: {"wall", "ran", "waited"} in seconds, the latter of a mean thread; and the samples of all."""
    output, data = (os.path.join(work, name) for name in ("output", "perf.data"))
    trainer = subprocess.Popen(
        [args.trainer, "--model", args.model, "--dataset", rows, "--output-dir", output, "--report-to", "none", "--dtype", dtype,
         "--batch-size", str(args.batch_size), "--max-length", str(args.max_length), "--num-train-epochs", str(args.epochs),
         "--eval-strategy", "no", "--save-strategy", "no", "--no-token-cache", "--logging-steps", "1", "--seed", "42"],
        env=dict(os.environ, OMP_NUM_THREADS=str(args.threads), ONEDNN_JIT_PROFILE="2"),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    marks, perf, steps, tail = [], None, 0, []
    for line in trainer.stderr:
        tail = [*tail[-4:], line]
        if not (line.startswith("step ") and "train/loss" in line):
            continue
        steps += 1
        if steps == WARM_UP:
            marks.append((time.perf_counter(), *thread_times(trainer.pid)))
            perf = subprocess.Popen(["perf", "record", "-q", "-e", "cpu-clock", "-F", str(FREQUENCY), "-p", str(trainer.pid), "-o", data],
                                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        elif steps == args.steps:
            marks.append((time.perf_counter(), *thread_times(trainer.pid)))
            perf.send_signal(signal.SIGINT)
    failed = trainer.wait() != 0 or steps != args.steps
    said = perf.communicate()[1] if perf else ""
    try:
        if failed:
            sys.exit(f"the trainer failed after {steps} of {args.steps} steps: {''.join(tail)}")
        seen = samples(data) if os.path.exists(data) else {}
        if not seen:
            sys.exit(f"perf recorded nothing: {said}")
    finally:
        pathlib.Path(f"/tmp/perf-{trainer.pid}.map").unlink(missing_ok=True)
    shutil.rmtree(output)
    wall, ran, waited = ((end - begin) / (args.steps - WARM_UP) for begin, end in zip(*marks))
    return {"wall": wall, "ran": ran / args.threads, "waited": waited / args.threads}, seen


def short(symbol):
    """
    >>> short("libtorch_cpu.so c10::function_ref<void (char**)>::f<at::native::AVX2::VectorizedLoop2d<at::native::AVX2::direct_copy_kernel(x)")
    'libtorch_cpu.so direct_copy_kernel(x)'
    """
    return re.sub(r" (c10::function_ref|at::internal|at::native).*?([a-z_]+_kernel|trainer::nn::(?!parallel_rows))", r" \2", symbol)[:70]


def group_rows(step, seen, symbols):
    """(milliseconds of a step, name, its dearest symbols) of each group, the dearest first."""
    parts, total = {}, sum(seen.values())
    for symbol, count in seen.items():
        parts.setdefault(group_of(symbol), []).append((count, symbol))
    rows = [(1000 * step["ran"] * sum(count for count, _ in part) / total, name,
             ", ".join(f"`{short(symbol)}` {100 * count / total:.1f} %" for count, symbol in sorted(part, reverse=True)[:symbols]))
            for name, part in parts.items()]
    asleep = max(0.0, step["wall"] - step["ran"] - step["waited"])
    rows += [(1000 * asleep, ASLEEP, ""), (1000 * step["waited"], OTHERS, "")]
    return sorted(rows, reverse=True)


def report(dtype, model, lengths, args, step, seen, products, rates):
    wall, rates, square = 1000 * step["wall"], rates[1:], rates[0]
    usual, peak = model.usual_count(lengths) * args.epochs / args.steps, max(square, *rates)
    at_peak = 1000 * operations(products) / peak
    alone = sum(1000 * operations([product]) / rate for product, rate in zip(products, rates))
    tokens, rate = sum(lengths) * args.epochs / args.steps, usual / step["wall"]
    print(f"\n{dtype}: {wall:.0f} ms a step of {tokens:.0f} tokens, {tokens / step['wall']:.0f} tokens/s; {usual / 1e9:.1f} GFLOP as usually counted, "
          f"{operations(products) / 1e9:.1f} computed\nGEMM peak {peak / 1e9:.0f} GFLOP/s (square {square / 1e9:.0f}, the step's own up to "
          f"{max(rates) / 1e9:.0f}); the step has {rate / 1e9:.0f}, {100 * rate / peak:.0f} % of it\n"
          f"Bound: {at_peak:.0f} ms of products at the peak; {alone:.0f} ms at what torch makes of each alone\n")
    print("| | ms a step | share | most of it |\n|---|---|---|---|")
    rows = group_rows(step, seen, args.symbols)
    for cost, name, most in rows:
        print(f"| {name} | {cost:.1f} | {100 * cost / wall:.1f} % | {most} |")
    total, seen_time = sum(seen.values()), sum(seen.values()) / FREQUENCY / args.threads / (args.steps - WARM_UP)
    unknown = sum(count for symbol, count in seen.items() if "[unknown]" in symbol and group_of(symbol) == "other")
    print(f"\n{total} samples, {100 * seen_time / step['ran']:.0f} % of the processor time; {100 * unknown / total:.1f} % without a symbol")
    if step["waited"] > 0.05 * step["wall"]:
        print("Other programs had the cores for a part: how groups of symbols stand to each other holds; peak, bounds, step and sleep do not.")
    costs = {name: cost for cost, name, _ in rows}
    costs["products slower than torch's own"] = costs.pop(PRODUCTS, 0.0) - alone
    theirs = {OTHERS, ASLEEP} if step["waited"] > 0.05 * step["wall"] else {OTHERS}
    gains = sorted(((cost, name) for name, cost in costs.items() if name not in theirs), reverse=True)
    print("Next gain at most: " + "; ".join(f"{name} {cost:.0f} ms, {100 * cost / wall:.0f} %" for cost, name in gains[:3]))


def measure(args, work):
    model, rows = Model(args.model), os.path.join(work, "rows.jsonl")
    chosen = training_bench.read_rows(args.rows, args.count)
    with open(rows, "w", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in chosen)
    args.steps = args.epochs * -(-len(chosen) // args.batch_size)
    if args.steps < WARM_UP + 2:
        sys.exit(f"{args.steps} steps of --count, --epochs and --batch-size: the first {WARM_UP} do not count, two more are needed")
    lengths = count_tokens(args, rows)
    products = model.products(lengths, args.steps / args.epochs)
    for dtype in args.dtype.split(","):
        before = speeds([SQUARE, *products], dtype, args.threads)
        step, seen = profile(args, dtype, rows, work)
        rates = [max(pair) for pair in zip(before, speeds([SQUARE, *products], dtype, args.threads))]
        report(dtype, model, lengths, args, step, seen, products, rates)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trainer", required=True)
    model = parser.add_mutually_exclusive_group(required=True)
    model.add_argument("--model", help="folder of a checkpoint")
    model.add_argument("--random", metavar="TYPE", choices=("bert", "distilbert"), help="bert, distilbert: its base size, random weights")
    parser.add_argument("--tokenizer", help="for --random: folder of its tokenizer")
    parser.add_argument("--rows", required=True, help='JSON lines with "text" and "label"')
    parser.add_argument("--dtype", default="float32,bfloat16")
    parser.add_argument("--count", type=int, default=64, help="rows to train on")
    for name, value in (("--epochs", 4), ("--batch-size", 8), ("--max-length", 512)):
        parser.add_argument(name, type=int, default=value)
    parser.add_argument("--symbols", type=int, default=2, help="dearest symbols named in each group")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    args = parser.parse_args()
    if not shutil.which("perf"):
        parser.error("perf is not installed")
    with tempfile.TemporaryDirectory() as work:
        if args.random:
            args.model = training_bench.random_model(args.random, args.tokenizer, os.path.join(work, "model"))
        measure(args, work)


if __name__ == "__main__":
    main()
