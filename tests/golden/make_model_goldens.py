#!/usr/bin/env python3
"""Writes tests/golden/models/cases.jsonl: small random models of every kind, words, and the tokens `tokenizers` makes of them.

    python3 -m venv V && V/bin/pip install tokenizers==0.23.3
    V/bin/python tests/golden/make_model_goldens.py

A line is {"model": as in tokenizer.json, "words": [[word, [[id, begin, end], …] or null where the library refuses], …]}. Places are in
bytes. --count and --seed make other ones: for a long run, write them elsewhere with --out and set TRACKER_MODEL_CASES to that file.
"""
import argparse
import json
import pathlib
import random

from tokenizers import Tokenizer, models

HERE = pathlib.Path(__file__).resolve().parent
CHARACTERS = ["a", "b", "c", "d", "é", "中", "😀", "▁", "#", "<", ">", "x"]
BYTES = [f"<0x{b:02X}>" for b in range(256)]


def some(rng, items, share):
    return [item for item in items if rng.random() < share]


def random_token(rng, most=4):
    return "".join(rng.choice(CHARACTERS[:8]) for _ in range(rng.randint(1, most)))


def ids_of(rng, tokens):
    tokens = list(dict.fromkeys(tokens))
    rng.shuffle(tokens)
    ids = list(range(len(tokens)))
    if rng.random() < 0.2:  # holes
        ids = sorted(rng.sample(range(3 * len(tokens)), len(tokens)))
    return dict(zip(tokens, ids))


def byte_tokens(rng):
    kind = rng.randrange(4)
    return [] if kind == 0 else BYTES if kind == 1 else some(rng, BYTES, 0.97)


def bpe(rng):
    prefix, suffix = rng.choice(["", "", "", "##", "▁"]), rng.choice(["", "", "", "</w>"])
    units = some(rng, CHARACTERS, 0.8)
    units += some(rng, [prefix + u for u in CHARACTERS], 0.8) if prefix else []
    units += some(rng, [u + suffix for u in units], 0.8) if suffix else []
    tokens = units + ["<unk>"] + byte_tokens(rng)
    merges = []
    for _ in range(rng.randrange(60)):
        left, right = rng.choice(tokens[:len(units)] + [m[2] for m in merges]), rng.choice(units + [m[2] for m in merges])
        if prefix and not right.startswith(prefix):
            continue
        merges.append((left, right, left + right[len(prefix):]))
    model = {"type": "BPE", "dropout": None, "unk_token": rng.choice([None, None, "<unk>", "<unk>", "<no>"]),
             "continuing_subword_prefix": prefix or None, "end_of_word_suffix": suffix or None, "fuse_unk": rng.random() < 0.5,
             "byte_fallback": rng.random() < 0.5, "ignore_merges": rng.random() < 0.3,
             "vocab": ids_of(rng, tokens + [m[2] for m in merges] + [random_token(rng) for _ in range(5)]),
             "merges": [[left, right] for left, right, _ in merges]}
    if rng.random() < 0.3:
        model["merges"] = [" ".join(merge) for merge in model["merges"]]
    return model


def unigram(rng):
    tokens = some(rng, CHARACTERS, 0.7) + [random_token(rng) for _ in range(rng.randrange(40))] + byte_tokens(rng)
    tokens = tokens if rng.random() < 0.1 else list(dict.fromkeys(tokens))
    rng.shuffle(tokens)
    tokens.insert(rng.randrange(min(4, len(tokens) + 1)), "<unk>")
    ties = rng.random() < 0.4
    high = 0 if rng.random() < 0.9 else 60
    return {"type": "Unigram", "unk_id": tokens.index("<unk>") if rng.random() < 0.85 else None, "byte_fallback": rng.random() < 0.5,
            "vocab": [[t, float(rng.randint(-4, 0) + high) if ties else rng.uniform(-12, 0) + high] for t in tokens]}


def word_piece(rng):
    prefix = rng.choice(["##", "##", "", "▁"])
    tokens = some(rng, CHARACTERS, 0.8) + [random_token(rng) for _ in range(20)]
    tokens += some(rng, [prefix + t for t in tokens], 0.6) + ["[UNK]"]
    return {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": prefix,
            "max_input_chars_per_word": rng.choice([5, 12, 100]), "vocab": ids_of(rng, tokens)}


def word_level(rng):
    tokens = [random_token(rng, 2) for _ in range(40)] + some(rng, ["<unk>"], 0.7)
    return {"type": "WordLevel", "unk_token": "<unk>", "vocab": ids_of(rng, tokens)}


def words(rng, model):
    tokens = [t[0] for t in model["vocab"]] if model["type"] == "Unigram" else list(model["vocab"])
    for _ in range(8):
        parts = [rng.choice(CHARACTERS) if rng.random() < 0.6 else rng.choice(tokens) for _ in range(rng.randint(1, 14))]
        yield "".join(parts) or "a"
    yield "".join(rng.choice(CHARACTERS[:4]) for _ in range(rng.randint(50, 90)))
    yield rng.choice(tokens) or "a"


def solve(peer, word):
    try:
        return [[token.id, *token.offsets] for token in peer.model.tokenize(word)]
    except Exception:
        return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=96)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", default=str(HERE / "models" / "cases.jsonl"))
    args = parser.parse_args()
    rng = random.Random(args.seed)
    pathlib.Path(args.out).parent.mkdir(exist_ok=True)
    with open(args.out, "w", encoding="utf-8") as out:
        for i in range(args.count):
            model = (bpe, unigram, bpe, word_piece, unigram, bpe, word_level, unigram)[i % 8](rng)
            peer = Tokenizer.from_str(json.dumps({"version": "1.0", "added_tokens": [], "model": model}))
            cases = [[word, solve(peer, word)] for word in words(rng, model)]
            out.write(json.dumps({"model": model, "words": cases}, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
