#!/usr/bin/env python3
"""Ids, type ids, offsets and decoded texts of ours against Hugging Face `tokenizers`. Exits 1 when any differ.

    python3 -m venv V && V/bin/pip install tokenizers==0.23.3 sentencepiece numpy [transformers]
    V/bin/python tests/parity/tokenizer_parity.py --probe build/release/tests/tokenizer_probe              # every kind, short
    V/bin/python tests/parity/tokenizer_parity.py --probe … --texts 1000000                                # a million texts a kind
    V/bin/python tests/parity/tokenizer_parity.py --probe … --texts 100000 --kinds real --model DIR [--model DIR]

Tokenizers are made from seeds (tokenizer_recipes.py), texts as well (tokenizer_texts.py); `--model` takes a real one's directory:
tokenizer.json, or vocab.txt, or vocab.json + merges.txt. `--model DIR=transformers` is for what transformers
converts (a sentencepiece model): it needs transformers==4.57.3, sentencepiece, protobuf and numpy, which bring a library of their own.
What the library panics on is counted and not compared. A difference is printed with the shortest text that still shows it; `--keep DIR` keeps the tokenizers that differ.
"""
import argparse
import dataclasses
import os
import random
import shutil
import sys
import tempfile
import time

import numpy as np
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

import tokenizer_recipes
from tokenizer_texts import TextSource, bundled_reviews, every_character, read_reviews
from tokenizer_wire import CRASHED, PARTS, Group, Refused, differing, ours, parts, theirs


# --- real files ------------------------------------------------------------------------------------------------------

def bert_from_vocabulary(directory):
    with open(os.path.join(directory, "vocab.txt"), encoding="utf-8", newline="\n") as f:
        vocab = {line.rstrip("\r\n"): i for i, line in enumerate(f)}
    peer = Tokenizer(models.WordPiece(vocab, unk_token="[UNK]"))
    peer.normalizer = normalizers.BertNormalizer()
    peer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    peer.decoder = decoders.WordPiece()
    peer.post_processor = processors.BertProcessing(("[SEP]", vocab["[SEP]"]), ("[CLS]", vocab["[CLS]"]))
    peer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    return peer


def roberta_from_vocabulary(directory):
    peer = Tokenizer(models.BPE.from_file(os.path.join(directory, "vocab.json"), os.path.join(directory, "merges.txt")))
    peer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    peer.decoder = decoders.ByteLevel()
    peer.post_processor = processors.RobertaProcessing(("</s>", peer.token_to_id("</s>")), ("<s>", peer.token_to_id("<s>")), add_prefix_space=False)
    peer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", AddedToken("<mask>", lstrip=True)])
    return peer


def load_peer(directory):
    def there(name):
        return os.path.exists(os.path.join(directory, name))
    if there("tokenizer.json"):
        peer = Tokenizer.from_file(os.path.join(directory, "tokenizer.json"))
    elif there("vocab.txt"):
        peer = bert_from_vocabulary(directory)
    elif there("vocab.json"):
        peer = roberta_from_vocabulary(directory)
    else:
        raise SystemExit(f"{directory} has no tokenizer that the library reads: give --model DIR=transformers")
    peer.no_padding()
    peer.no_truncation()
    return peer


def converted_by_transformers(directory):
    """As it is in memory: saved and read again its scores are rounded, and ties fall otherwise."""
    from transformers import AutoTokenizer
    return AutoTokenizer.from_pretrained(directory, use_fast=True).backend_tokenizer


# --- work ------------------------------------------------------------------------------------------------------------

def soup_pieces(tokenizer):
    """Tokens as they may stand in a text."""
    return [t.replace("▁", " ").replace("Ġ", " ").replace("##", "").replace("</w>", " ") for t in sorted(tokenizer.get_vocab())]


def cut_group(rng, tokenizer, texts, seconds):
    least = tokenizer.num_special_tokens_to_add(seconds is not None)
    strategy = rng.choice(["longest_first", "longest_first", "only_first"] + ["only_second"] * (seconds is not None))
    room = rng.choice([0, 1, 2, 3, 5, 8, 13, 30, 100, 509] if seconds is None or strategy == "longest_first" else [30, 60, 100, 200, 509])
    if seconds is not None and room < 100:
        # The library also makes what is cut off, each part of one text with each part of the other: no long texts.
        texts, seconds = ([t[:150] for t in part] for part in (texts, seconds))
    return Group(texts, seconds, max_length=least + room, strategy=strategy, direction=rng.choice(["right", "left"]))


def groups_of(rng, tokenizer, texts, every):
    """Each text once: whole, in pairs, cut, without special tokens."""
    n = len(texts)
    a, b, c, d = n * 35 // 100, n * 60 // 100, n * 80 // 100, n * 95 // 100
    shuffled = rng.sample(texts, n)
    out = [Group(texts[:a], decode=True), Group(texts[a:b], shuffled[a:b], decode=True), Group(texts[d:], add_special_tokens=False)]
    out += [cut_group(rng, tokenizer, part, None) for part in (texts[b:(b + c) // 2], texts[(b + c) // 2:c])]
    out += [cut_group(rng, tokenizer, texts[i:j], shuffled[i:j]) for i, j in ((c, (c + d) // 2), ((c + d) // 2, d))]
    if every:
        characters = [t.encode() for t in every_character()]
        out += [Group(characters[i:i + 2000]) for i in range(0, len(characters), 2000)]
    return [group for group in out if group.texts]


@dataclasses.dataclass
class Row:
    """A line of the table."""
    kind: str
    tokenizers: int = 0
    texts: int = 0
    bytes: int = 0
    tokens: int = 0
    offsets: int = 0
    decoded: int = 0
    crashed: int = 0
    refused: int = 0
    differences: int = 0
    seconds: float = 0

    HEAD = f"{'kind':<34}{'tokenizers':>11}{'texts':>10}{'MB':>8}{'tokens':>12}{'offsets':>12}{'decoded':>9}{'panics':>8}{'refused':>9}{'different':>10}{'seconds':>9}"

    def __str__(self):
        return (f"{self.kind:<34}{self.tokenizers:>11}{self.texts:>10}{self.bytes / 1e6:>8.1f}{self.tokens:>12}{self.offsets:>12}"
                f"{self.decoded:>9}{self.crashed:>8}{self.refused:>9}{self.differences:>10}{self.seconds:>9.0f}")


class Check:
    def __init__(self, args):
        self.args = args
        self.reviews = read_reviews(args.reviews) if args.reviews else bundled_reviews()
        self.shown = 0

    def tokenizer(self, row, name, directory, peer, count, rng, every):
        """One tokenizer on `count` texts; adds to the row."""
        texts = TextSource(self.reviews, soup_pieces(peer), rng.randrange(2**32)).take(count)
        groups = groups_of(rng, peer, texts, every)
        for left_out in self.args.without:
            groups = [dataclasses.replace(group, **{left_out: False}) for group in groups]
        try:
            answers = ours(self.args.probe, directory, groups, self.args.threads)
        except (Refused, RuntimeError) as error:
            row.refused += 1
            self.shown += 1
            if self.shown <= self.args.show:
                print(f"  {name}: {error}", flush=True)
            return
        row.tokenizers += 1
        wrong = 0
        for group, got in zip(groups, answers):
            want = theirs(peer, group)
            row.texts += len(group.texts)
            row.bytes += sum(map(len, group.texts)) + sum(map(len, group.seconds or []))
            row.tokens += len(want.ids)
            row.offsets += len(want.spans)
            row.decoded += sum(map(len, want.decoded))
            row.crashed += int((want.lengths == CRASHED).sum())
            different = differing(want, got)
            wrong += len(different)
            if different:
                self.show(name, directory, peer, group, different)
        row.differences += wrong
        if wrong and self.args.keep:
            shutil.copytree(directory, os.path.join(self.args.keep, name.replace(" ", "-")), dirs_exist_ok=True)

    def show(self, name, directory, peer, group, different):
        self.shown += 1
        if self.shown > self.args.show:
            return
        first = min(different, key=lambda i: len(group.texts[i]) + len(group.seconds[i] if group.seconds else b""))
        group = dataclasses.replace(group, texts=[group.texts[first]], seconds=group.seconds and [group.seconds[first]])
        group = self.shortest(directory, peer, group)
        want, got = theirs(peer, group), ours(self.args.probe, directory, [group])[0]
        options = {k: v for k, v in group.options().items() if k not in ("texts", "offsets", "decode")}
        print(f"  {name}: {len(different)} of a group differ, the first in {different[first]}; {options}\n    {tokenizer_recipes.stages(peer)}")
        print(f"    text {group.texts[0]!r}" + (f" and {group.seconds[0]!r}" if group.seconds else ""))
        for label, x, y in zip(PARTS, parts(want)(0), parts(got)(0)):
            if x != y:
                print(f"    {label}: theirs {x}\n    {' ' * len(label)}  ours   {y}")
        known = [peer.id_to_token(i) for i in want.ids.tolist()[:60]]
        print(f"    their tokens {ascii(known)}", flush=True)

    def shortest(self, directory, peer, group):
        """Takes away pieces of the texts as long as a difference stays; each round asks once for all candidates."""
        size = max(len(group.texts[0]), len((group.seconds or [b""])[0]))
        while size >= 1:
            candidates = []
            for which in ("texts", "seconds"):
                text = (getattr(group, which) or [b""])[0]
                candidates += [(which, text[:i] + text[i + size:]) for i in range(0, len(text), size)]
            candidates = candidates[:2000]
            if not candidates:
                break
            firsts = [t if which == "texts" else group.texts[0] for which, t in candidates]
            seconds = group.seconds and [t if which == "seconds" else group.seconds[0] for which, t in candidates]
            tried = dataclasses.replace(group, texts=firsts, seconds=seconds)
            different = differing(theirs(peer, tried), ours(self.args.probe, directory, [tried])[0])
            if different:
                i = min(different)
                group = dataclasses.replace(group, texts=[firsts[i]], seconds=seconds and [seconds[i]])
            elif size == 1:
                break
            else:
                size = size // 2
        return group

    def recipes(self, kind):
        row, start = Row(kind), time.monotonic()
        per = min(self.args.texts, self.args.texts_per_tokenizer)
        with tempfile.TemporaryDirectory() as directory:
            for i in range(-(-self.args.texts // per)):
                seed = self.args.seed + i
                file = os.path.join(directory, "tokenizer.json")
                tokenizer_recipes.build(kind, seed).save(file)
                peer = Tokenizer.from_file(file)  # whose numbers are as the library reads them
                every = i % self.args.every_character == 0 if self.args.every_character else False
                self.tokenizer(row, f"{kind} {seed}", directory, peer, per, random.Random(f"texts {seed}"), every)
        row.seconds = time.monotonic() - start
        return row

    def real(self, model):
        directory, _, maker = model.partition("=")
        row, start = Row(os.path.basename(os.path.normpath(directory))), time.monotonic()
        peer = converted_by_transformers(directory) if maker == "transformers" else load_peer(directory)
        rng = random.Random(f"texts {self.args.seed}")
        for i in range(-(-self.args.texts // self.args.chunk)):
            self.tokenizer(row, row.kind, directory, peer, min(self.args.texts, self.args.chunk), rng, i == 0 and bool(self.args.every_character))
        row.tokenizers = min(row.tokenizers, 1)
        row.seconds = time.monotonic() - start
        return row


def silence_panics():
    """The library writes each panic to descriptor 2; what Python has to say still gets there."""
    sys.stderr = os.fdopen(os.dup(2), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--probe", required=True, help="the program tokenizer_probe")
    parser.add_argument("--kinds", help=f"some of {','.join(tokenizer_recipes.KINDS)},real [all that there are]")
    parser.add_argument("--model", action="append", default=[], help="directory of a real tokenizer; may be given often")
    parser.add_argument("--texts", type=int, default=2000, help="per kind [%(default)s]")
    parser.add_argument("--texts-per-tokenizer", type=int, default=4000)
    parser.add_argument("--every-character", type=int, default=25, help="every code point for one tokenizer of so many; 0: never [%(default)s]")
    parser.add_argument("--reviews", help="JSON lines with a text, or aclImdb_v1.tar.gz [the bundled sample]")
    parser.add_argument("--without", action="append", default=[], choices=["offsets", "decode"], help="what not to compare, for speed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--chunk", type=int, default=20000, help="texts of a real tokenizer held at once")
    parser.add_argument("--show", type=int, default=5, help="differences printed")
    parser.add_argument("--keep", help="folder for the tokenizers that differ")
    args = parser.parse_args()
    silence_panics()
    kinds = args.kinds.split(",") if args.kinds else [*tokenizer_recipes.KINDS, "real"]
    check = Check(args)
    rows = []
    for kind in kinds:
        for row in [check.real(d) for d in args.model] if kind == "real" else [check.recipes(kind)]:
            print(row, flush=True)
            rows.append(row)
    print("\n" + Row.HEAD)
    for row in rows:
        print(row)
    bad = sum(row.differences + row.refused for row in rows)
    print(f"{bad} differences and refusals" if bad else "all the same")
    return 1 if bad or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
