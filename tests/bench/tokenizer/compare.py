#!/usr/bin/env python3
"""Our tokenizer beside Hugging Face `tokenizers`, on the same texts in the same run; prints MB/s and the ratios.

    V/bin/python tests/bench/tokenizer/compare.py --bench build/release/bin/tokenizer_bench --model DIR --texts reviews.jsonl

The peer is encode_batch_fast (no offsets), once held to one thread (RAYON_NUM_THREADS=1) and once to two; rounds of both
alternate, and the best round of each counts.
"""
import argparse
import json
import os
import subprocess
import sys

PEER = """
import json, sys, time
sys.path.insert(0, sys.argv[4])
from tokenizer_parity import load_peer
peer = load_peer(sys.argv[1])
texts = [json.loads(line)["text"] for line in open(sys.argv[2], encoding="utf-8")]
peer.encode_batch_fast(texts[:50])
best = 1e30
for _ in range(int(sys.argv[3])):
    start = time.perf_counter()
    tokens = sum(len(e.ids) for e in peer.encode_batch_fast(texts))
    best = min(best, time.perf_counter() - start)
print(json.dumps({"seconds": best, "tokens": tokens}))
"""


def peer(args, threads):
    parity = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "parity")
    env = {**os.environ, "RAYON_NUM_THREADS": str(threads), "TOKENIZERS_PARALLELISM": "true"}
    command = [sys.executable, "-c", PEER, args.model, args.texts, str(args.rounds), parity]
    return json.loads(subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE).stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--texts", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    theirs = {threads: peer(args, threads) for threads in (1, 2)}
    ours = json.loads(subprocess.run([args.bench, args.model, args.texts, str(args.rounds)], check=True, stdout=subprocess.PIPE).stdout)
    again = {threads: peer(args, threads) for threads in (1, 2)}
    if ours["tokens"] != theirs[1]["tokens"]:
        sys.exit(f"not the same work: {ours['tokens']} tokens, theirs {theirs[1]['tokens']}")
    print(f"{ours['bytes'] / 1e6:.1f} MB, {ours['tokens']} tokens")
    for threads in (1, 2):
        their_seconds = min(theirs[threads]["seconds"], again[threads]["seconds"])
        our_seconds = ours["seconds"][str(threads)]
        print(f"{threads} thread(s): ours {ours['bytes'] / our_seconds / 1e6:8.1f} MB/s   tokenizers "
              f"{ours['bytes'] / their_seconds / 1e6:6.1f} MB/s   ratio {their_seconds / our_seconds:6.1f}")


if __name__ == "__main__":
    main()
