#!/usr/bin/env python3
"""Our tokenizer beside Hugging Face `tokenizers`, on the same texts in the same run; prints MB/s and the ratios.

    V/bin/python tests/bench/tokenizer/compare.py --bench build/release/bin/tokenizer_bench \\
        [--texts aclImdb_v1.tar.gz | reviews.jsonl] [--model DIR …] [--kinds wordpiece,bpe-byte-level,unigram,llama3]

Texts whole and cut at 512, on one thread and on two. The peer is the faster of encode_batch_fast (no offsets) and encode_batch in
each row, with RAYON_NUM_THREADS as many threads; ours makes the arena of ids that training reads. Rounds of both alternate, and the
best of each counts. `--kinds` are tokenizers of 30,000 tokens (unigram: 8,000) with the stages of BERT, RoBERTa, XLM-RoBERTa and
Llama 3, trained by the library on the texts; `--model` adds real ones. Memory is what the process grew by after the texts were read.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "parity"))

PEER = """
import json, os, resource, sys, time
sys.path.insert(0, sys.argv[4])
from tokenizer_parity import load_peer
texts = [json.loads(line)["text"] for line in open(sys.argv[2], encoding="utf-8")]
def rss():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
def peak():
    return next(int(l.split()[1]) * 1024 for l in open("/proc/self/status") if l.startswith("VmHWM"))
before = rss()
open("/proc/self/clear_refs", "w").write("5")
loads = []
for _ in range(3):
    start = time.perf_counter()
    tokenizer = load_peer(sys.argv[1])
    loads.append(time.perf_counter() - start)
loaded = rss()
runs = []
for length in (0, 512):
    tokenizer.enable_truncation(length) if length else tokenizer.no_truncation()
    for name in ("encode_batch_fast", "encode_batch"):
        best = 1e30
        for _ in range(int(sys.argv[3])):
            start = time.perf_counter()
            encodings = getattr(tokenizer, name)(texts)
            best = min(best, time.perf_counter() - start)
            tokens = sum(map(len, encodings))
            del encodings
        runs.append({"max_length": length, "call": name, "seconds": best, "tokens": tokens})
print(json.dumps({"runs": runs, "load_seconds": min(loads), "load_bytes": loaded - before, "peak_bytes": peak() - before}))
"""


def peer(args, model, texts, threads):
    parity = sys.path[0]
    env = {**os.environ, "RAYON_NUM_THREADS": str(threads), "TOKENIZERS_PARALLELISM": "true"}
    command = [sys.executable, "-c", PEER, model, texts, str(args.rounds), parity]
    return json.loads(subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE).stdout)


def ours(args, model, texts):
    return json.loads(subprocess.run([args.bench, model, texts, str(args.rounds)], check=True, stdout=subprocess.PIPE).stdout)


def train(kind, texts):
    """A tokenizer with the stages of a well-known model."""
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
    import tokenizer_recipes as recipes
    quiet = dict(show_progress=False)
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    if kind == "wordpiece":
        made = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        made.normalizer, made.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
        special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
        trainer = trainers.WordPieceTrainer(vocab_size=30000, special_tokens=special, **quiet)
    elif kind == "unigram":
        made = Tokenizer(models.Unigram())
        made.normalizer = normalizers.Sequence([recipes.precompiled(), normalizers.Strip(left=False, right=True), normalizers.Replace(Regex(" {2,}"), "▁")])
        made.pre_tokenizer = pre_tokenizers.Metaspace()
        trainer = trainers.UnigramTrainer(vocab_size=8000, special_tokens=special, unk_token="<unk>", **quiet)
        texts = texts[:4000]
    else:
        made = Tokenizer(models.BPE(ignore_merges=kind == "llama3"))
        bytes_only = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=kind != "llama3")
        split = pre_tokenizers.Split(Regex(recipes.LLAMA3), "isolated")
        made.pre_tokenizer = pre_tokenizers.Sequence([split, bytes_only]) if kind == "llama3" else bytes_only
        trainer = trainers.BpeTrainer(vocab_size=30000, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), **quiet)
    made.train_from_iterator(texts, trainer)
    begin, end = (special[2], special[3]) if kind == "wordpiece" else (special[0], special[2])
    made.post_processor = processors.TemplateProcessing(single=f"{begin} $A {end}", special_tokens=[(t, made.token_to_id(t)) for t in (begin, end)])
    made.add_special_tokens(special)
    return made


def compare(args, name, model, texts):
    before = {threads: peer(args, model, texts, threads) for threads in (1, 2)}
    mine = ours(args, model, texts)
    after = {threads: peer(args, model, texts, threads) for threads in (1, 2)}
    for run in mine["runs"]:
        same = [r for turn in (before, after) for r in turn[run["threads"]]["runs"] if r["max_length"] == run["max_length"]]
        best = min(same, key=lambda r: r["seconds"])
        if best["tokens"] != run["tokens"]:
            sys.exit(f"{name}: not the same work: {run['tokens']} tokens, theirs {best['tokens']}")
        rate = mine["bytes"] / 1e6
        print(f"{name:<20} {'cut at 512' if run['max_length'] else 'whole':<11} {run['threads']} thread(s)  ours {rate / run['seconds']:7.1f} MB/s  "
              f"tokenizers {rate / best['seconds']:6.2f} ({best['call']})  ratio {best['seconds'] / run['seconds']:6.1f}")
    load = min(before[1]["load_seconds"], after[1]["load_seconds"])
    grown, peak = (min(turn[1][key] for turn in (before, after)) / 1e6 for key in ("load_bytes", "peak_bytes"))
    print(f"{name:<20} load: ours {mine['load_seconds'] * 1e3:.0f} ms, tokenizers {load * 1e3:.0f} ms, ratio {load / mine['load_seconds']:.1f}; "
          f"memory loaded {mine['load_bytes'] / 1e6:.0f} MB, {grown:.0f} MB; at most {mine['peak_bytes'] / 1e6:.0f} MB, {peak:.0f} MB", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", required=True)
    parser.add_argument("--texts", help="JSON lines with a text, or aclImdb_v1.tar.gz [the bundled sample]")
    parser.add_argument("--count", type=int, help="that many texts [all]")
    parser.add_argument("--kinds", default="wordpiece,bpe-byte-level,unigram,llama3", help="[%(default)s]; empty: none")
    parser.add_argument("--model", action="append", default=[])
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    from tokenizer_texts import bundled_reviews, read_reviews
    reviews = read_reviews(args.texts, args.count) if args.texts else bundled_reviews()
    with tempfile.TemporaryDirectory() as work:
        texts = os.path.join(work, "texts.jsonl")
        with open(texts, "w", encoding="utf-8") as out:
            out.writelines(json.dumps({"text": text}) + "\n" for text in reviews)
        print(f"{len(reviews)} texts, {sum(len(t.encode()) for t in reviews) / 1e6:.1f} MB")
        for kind in filter(None, args.kinds.split(",")):
            folder = os.path.join(work, kind)
            os.makedirs(folder)
            train(kind, reviews).save(os.path.join(folder, "tokenizer.json"))
            compare(args, kind, folder, texts)
        for model in args.model:
            compare(args, os.path.basename(os.path.normpath(model)), model, texts)


if __name__ == "__main__":
    main()
