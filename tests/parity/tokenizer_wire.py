"""Asks tokenizer_probe (tokenizer_probe.cpp, which has the format) and the library for the same work, both as arrays."""
import json
import itertools
import os
import subprocess
import tempfile
from dataclasses import dataclass, field

import numpy as np

FAILED = 0xFFFFFFFF  # the length of a text that cannot be encoded as asked (too short to be cut so)
CRASHED = 0xFFFFFFFE  # of one that the library panics on: there is nothing to compare with


@dataclass
class Group:
    """Texts that are encoded under the same options. `seconds`: the second texts of pairs, or None."""
    texts: list
    seconds: list = None
    add_special_tokens: bool = True
    max_length: int = None
    stride: int = 0
    strategy: str = "longest_first"
    direction: str = "right"
    offsets: bool = True
    decode: bool = False

    def options(self):
        out = {"texts": len(self.texts), "pairs": self.seconds is not None, "add_special_tokens": self.add_special_tokens,
               "strategy": self.strategy, "direction": self.direction, "offsets": self.offsets, "decode": self.decode}
        if self.max_length is not None:
            out["max_length"] = self.max_length
        return out


@dataclass
class Result:
    lengths: np.ndarray  # u32 [texts]
    ids: np.ndarray      # i32 [tokens]
    types: np.ndarray    # i32 [tokens]
    spans: np.ndarray    # u32 [tokens, 2], or [0, 2]
    # [special tokens kept, skipped], each a list of texts in bytes, None where the library panics
    decoded: list = field(default_factory=list)

    def tokens_of(self):
        """The lengths, 0 for what has no tokens."""
        return np.where(self.lengths >= CRASHED, 0, self.lengths).astype(np.int64)


class Refused(Exception):
    """Ours says that it does not support a component."""


def write_request(path, groups):
    with open(path, "wb") as out:
        out.write(json.dumps([g.options() for g in groups]).encode() + b"\n")
        for group in groups:
            texts = group.texts if group.seconds is None else group.texts + group.seconds
            out.write(np.fromiter(map(len, texts), dtype="<u8", count=len(texts)).tobytes())
            out.write(b"".join(texts))


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def array(self, dtype, count):
        values = np.frombuffer(self.data, dtype=dtype, count=count, offset=self.at)
        self.at += values.nbytes
        return values

    def texts(self, count):
        ends = np.cumsum(self.array("<u8", count)).tolist()
        out = [self.data[self.at + a:self.at + b] for a, b in zip([0] + ends, ends)]
        self.at += ends[-1] if ends else 0
        return out


def ours(probe, model, groups, threads=1):
    """Runs the probe once over all groups. Raises Refused."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = os.path.join(folder, "in"), os.path.join(folder, "out")
        write_request(source, groups)
        done = subprocess.run([probe, model, source, target, str(threads)], stderr=subprocess.PIPE, text=True, errors="replace")
        if done.returncode == 3:
            raise Refused(done.stderr.strip())
        if done.returncode != 0:
            raise RuntimeError(f"{probe} {model}: exit code {done.returncode}: {done.stderr.strip()[:2000]}")
        with open(target, "rb") as out:
            reader = Reader(out.read())
    results = []
    for group in groups:
        n = len(group.texts)
        lengths = reader.array("<u4", n)
        tokens = int(lengths[lengths != FAILED].sum(dtype=np.int64))
        ids, types = reader.array("<i4", tokens), reader.array("<i4", tokens)
        spans = reader.array("<u4", 2 * tokens if group.offsets else 0).reshape(-1, 2)
        decoded = [reader.texts(n), reader.texts(n)] if group.decode else []
        results.append(Result(lengths, ids, types, spans, decoded))
    return results


def quietly(call):
    """(result, None), (None, FAILED) for an error, (None, CRASHED) for a panic, which is no Exception."""
    try:
        return call(), None
    except Exception:
        return None, FAILED
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        return None, CRASHED


def encode_all(tokenizer, inputs, add_special_tokens):
    """Encodings and what became of each text: None, FAILED or CRASHED."""
    done, failure = quietly(lambda: tokenizer.encode_batch(inputs, add_special_tokens=add_special_tokens))
    if failure is None:
        return done, [None] * len(done)
    # Of a text among them; the library does not say which.
    pairs = [text if isinstance(text, tuple) else (text, None) for text in inputs]
    return zip(*[quietly(lambda p=p: tokenizer.encode(*p, add_special_tokens=add_special_tokens)) for p in pairs])


def decode_all(tokenizer, ids, skip):
    done, failure = quietly(lambda: tokenizer.decode_batch(ids, skip_special_tokens=skip))
    if failure is not None:
        done = [quietly(lambda i=i: tokenizer.decode(i, skip_special_tokens=skip))[0] for i in ids]
    return [None if text is None else text.encode() for text in done]


def flat(lists, dtype, width=1):
    chain = itertools.chain.from_iterable(lists)
    if width == 2:
        chain = itertools.chain.from_iterable(chain)
    return np.fromiter(chain, dtype=dtype)


def theirs(tokenizer, group):
    first = [t.decode("utf-8", "replace") for t in group.texts]
    inputs = first if group.seconds is None else list(zip(first, (t.decode("utf-8", "replace") for t in group.seconds)))
    tokenizer.no_padding()
    if group.max_length is None:
        tokenizer.no_truncation()
    else:
        tokenizer.enable_truncation(group.max_length, stride=group.stride, strategy=group.strategy, direction=group.direction)
    encodings, failures = encode_all(tokenizer, inputs, group.add_special_tokens)
    there = [e for e in encodings if e is not None]
    ids = [e.ids for e in there]
    lengths = np.fromiter((len(e) if e is not None else why for e, why in zip(encodings, failures)), dtype="<u4", count=len(inputs))
    spans = flat((e.offsets for e in there), "<u4", 2).reshape(-1, 2) if group.offsets else np.zeros((0, 2), "<u4")
    decoded = []
    for skip in (False, True) if group.decode else ():
        texts = iter(decode_all(tokenizer, ids, skip))
        decoded.append([None if e is None else next(texts) for e in encodings])
    return Result(lengths, flat(ids, "<i4"), flat((e.type_ids for e in there), "<i4"), spans, decoded)


def differing(want, got):
    """Indices of the texts that differ, and in what."""
    wrong = {}
    if np.array_equal(want.lengths, got.lengths):
        owner = np.repeat(np.arange(len(want.lengths)), want.tokens_of())
        for name, a, b in (("offsets", want.spans, got.spans), ("type ids", want.types, got.types), ("ids", want.ids, got.ids)):
            unequal = (a != b).any(axis=1) if a.ndim == 2 else a != b
            wrong.update((i, name) for i in np.unique(owner[:len(unequal)][unequal]).tolist())
        for name, a, b in zip(PARTS[3:], want.decoded, got.decoded):
            for i, (x, y) in enumerate(zip(a, b)):
                if x is not None and x != y:
                    wrong.setdefault(i, name)
        return wrong
    want_parts, got_parts = parts(want), parts(got)
    for i in np.flatnonzero(want.lengths != CRASHED).tolist():
        for name, x, y in zip(PARTS, want_parts(i), got_parts(i)):
            if x != y and (x is not None or want.lengths[i] == FAILED):
                wrong[i] = name
                break
    return wrong


PARTS = ("ids", "type ids", "offsets", "decoded", "decoded without special tokens")


def parts(result):
    """A function from a text's index to its PARTS."""
    lengths = result.tokens_of()
    ends = np.cumsum(lengths).tolist()

    def of(i):
        if result.lengths[i] >= CRASHED:
            return (None,) * 5
        part = slice(ends[i] - int(lengths[i]), ends[i])
        decoded = [d[i] for d in result.decoded] or [None, None]
        return (result.ids[part].tolist(), result.types[part].tolist(), [tuple(s) for s in result.spans[part].tolist()], *decoded)
    return of
