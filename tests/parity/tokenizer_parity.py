#!/usr/bin/env python3
"""Token ids of ours against Hugging Face `tokenizers`, text by text. Exit code 1 when any differ.

    python3 -m venv V && V/bin/pip install tokenizers==0.23.3 [transformers]
    V/bin/python tests/parity/tokenizer_parity.py --tool "build/release/bin/trainer tokenize" --model DIR \\
        [--reviews reviews.jsonl] [--count 1000]

`--tool` is a program that takes `--model DIR --input IN --output OUT [--max-length N]`. The peer is DIR/tokenizer.json, or one built from vocab.txt or vocab.json + merges.txt.
"""
import argparse
import json
import os
import random
import shlex
import subprocess
import sys
import tempfile

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

MULTILINGUAL = [
    "", " ", "\n", "a", "I'd've, they'll; don't 'em 's", "naïve façade Ærøskøbing Straße İstanbul ΣΊΣΥΦΟΣ ǅ ﬁ ﬃ ①②③ Ⅷ ½ ㎏",
    "日本語のテキスト。中文分词测试，繁體中文 한국어 텍스트", "Привет, мир! Ёлка й и\u0306", "שָׁלוֹם עוֹלָם", "السَّلامُ عَلَيْكُم", "नमस्ते दुनिया क्षि",
    "สวัสดีชาวโลก", "👩‍👩‍👧‍👦 👍🏽 🇩🇪🇫🇷 ❤️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ✊🏿", "e\u0301 e\u0327\u0301 a\u0323\u0302 \u1e9b\u0323 q\u0307\u0323 Å \u212b \u03d3\u0308",
    "\ue000\uf8ff\U000f0000\U0010ffff private", "a\u200bb\u200dc\u00add\u2060e\ufefff\u0085g\u2028h\u00a0i\u3000j\u180ek", "\x00\x01\x1f\x7f\x80\x9f", "a\x0bb\x0cc\x1cd\x1de\te\r\nf",
    "[CLS] [SEP] [MASK] [mask] [PAD][UNK] <s> </s> <mask> x<mask>y  <mask>  z <pad>", "##ing ## # un##aff", "x" * 99, "x" * 100, "x" * 101, "é" * 100, "é" * 101,
    "$5.00+3=8 <br /><br />^_^ `code` |pipe| ~tilde~ «guillemets» “quotes” ‘single’ – — … § ¶ † ₽ € ∑ ≠ ≮",
    "   leading and trailing   ", "tabs\t\tand\n\n\nnewlines \n \n x", "MiXeD CaSe ABCdef", "1234567890 3.14159 1,000,000 ٣٤٥ ௧௨ Ⅻ ²", "\u1c89\u10d4a\ua7cb\u32ff\u2e4e\u061d\U00016ea0",
    "\u0344 \u0958 \u09dc \ufb2c \uac00\u11a8 \u1100\u1161\u11a8 \U0001d15e \u2f800 \U0002f800 \U0002b820 \U0002b81f", "a" * 3000, "ab " * 3000, "中" * 700,
    "\u0300\u0301 !\u0301 a!\u0301b . \u0338=\u0338", "I\u0307 İ ı ſ K Å ẞ ŉ ǰ ΐ և", "'\u2019s it\u2019s IT'S 'S 'RE",
]


def random_texts(count, seed):
    rng = random.Random(seed)
    texts = []
    for _ in range(count):
        kind = rng.randrange(5)
        n = rng.randrange(1, 120)
        if kind == 0:
            raw = bytes(rng.randrange(256) for _ in range(n))
        elif kind == 1:
            raw = bytes(rng.choice(b" \t\n\r'abcABC019.,[]#\xc3\xa9\xcc\x81\xe4\xb8\xad\xf0\x9f\x98\x80\xed\xa0\x80\xff") for _ in range(n))
        elif kind == 2:
            raw = "".join(chr(rng.choice((rng.randrange(0x250), rng.randrange(0x250, 0x3000), rng.randrange(0x3000, 0xd800)))) for _ in range(n)).encode()
        elif kind == 3:
            raw = "".join(chr(c) for c in (rng.randrange(0x110000) for _ in range(n)) if not 0xd800 <= c < 0xe000).encode()
        else:
            raw = "".join(rng.choice(" ,'!éÉñ\u0301\u0327ß中[MASK] <mask>the run ning Zed\u200d\u00ad\n") for _ in range(n)).encode()
        texts.append(raw.decode("utf-8", errors="replace"))
    return texts


def every_character():
    """Each code point once, alone between letters and beside a mark."""
    block = []
    for c in range(0x110000):
        if 0xD800 <= c < 0xE000:
            continue
        block.append(f"a{chr(c)}b {chr(c)}\u0301 {chr(c)}")
        if len(block) == 64:
            yield " ".join(block)
            block = []
    yield " ".join(block)


def bert_from_vocabulary(directory):
    with open(os.path.join(directory, "vocab.txt"), encoding="utf-8", newline="\n") as f:
        vocab = {line.rstrip("\r\n"): i for i, line in enumerate(f)}
    peer = Tokenizer(models.WordPiece(vocab, unk_token="[UNK]"))
    peer.normalizer = normalizers.BertNormalizer()
    peer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    peer.post_processor = processors.BertProcessing(("[SEP]", vocab["[SEP]"]), ("[CLS]", vocab["[CLS]"]))
    peer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    return peer


def roberta_from_vocabulary(directory):
    peer = Tokenizer(models.BPE.from_file(os.path.join(directory, "vocab.json"), os.path.join(directory, "merges.txt")))
    peer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    peer.decoder = decoders.ByteLevel()
    peer.post_processor = processors.RobertaProcessing(("</s>", peer.token_to_id("</s>")), ("<s>", peer.token_to_id("<s>")))
    peer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", AddedToken("<mask>", lstrip=True)])
    return peer


def load_peer(directory):
    if os.path.exists(os.path.join(directory, "tokenizer.json")):
        peer = Tokenizer.from_file(os.path.join(directory, "tokenizer.json"))
    elif os.path.exists(os.path.join(directory, "vocab.txt")):
        peer = bert_from_vocabulary(directory)
    else:
        peer = roberta_from_vocabulary(directory)
    peer.no_padding()
    peer.no_truncation()
    return peer


def ours(args, rows, max_length):
    with tempfile.TemporaryDirectory() as folder:
        source, target = os.path.join(folder, "in.jsonl"), os.path.join(folder, "out.jsonl")
        with open(source, "w", encoding="utf-8") as f:
            f.writelines(json.dumps(row) + "\n" for row in rows)
        limit = [] if max_length is None else [str(max_length)]
        command = shlex.split(args.tool) + ["--model", args.model, "--input", source, "--output", target]
        command += ["--max-length"] * bool(limit) + limit
        subprocess.run(command, check=True)
        with open(target, encoding="utf-8") as f:
            return [json.loads(line) for line in f]


def compare(args, peer, name, rows, max_length=None):
    if max_length is None:
        peer.no_truncation()
    else:
        peer.enable_truncation(max_length)
    mine = ours(args, rows, max_length)
    assert len(mine) == len(rows), f"{len(mine)} lines for {len(rows)} texts"
    wrong = []
    tokens = 0
    for row, got in zip(rows, mine):
        want = peer.encode(row["text"], row.get("text_pair"))
        tokens += len(want.ids)
        if got["input_ids"] != want.ids or got.get("token_type_ids", want.type_ids) != want.type_ids:
            wrong.append((row, want, got))
    print(f"{name:<34} texts {len(rows):>6}  tokens {tokens:>9}  different {len(wrong)}")
    for row, want, got in wrong[:args.show]:
        at = next((i for i, (a, b) in enumerate(zip(want.ids, got["input_ids"])) if a != b), min(len(want.ids), len(got["input_ids"])))
        print(f"  {ascii(row)[:300]}\n    at {at}: want {want.ids[at:at + 8]} {want.tokens[at:at + 8]}\n    got {got['input_ids'][at:at + 8]}")
    return len(wrong)


def read_reviews(args):
    with open(args.reviews, encoding="utf-8") as f:
        return [json.loads(line)["text"] for line, _ in zip(f, range(args.count))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--reviews", help="JSON lines with a text")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--random", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=3)
    args = parser.parse_args()

    peer = load_peer(args.model)
    stress = [{"text": t} for t in MULTILINGUAL]
    fuzz = [{"text": t} for t in random_texts(args.random, args.seed)]
    rng = random.Random(args.seed)
    texts = MULTILINGUAL + random_texts(300, args.seed + 1)
    pairs = [{"text": rng.choice(texts), "text_pair": rng.choice(texts)} for _ in range(1000)]
    wrong = compare(args, peer, "stress texts", stress)
    wrong += compare(args, peer, "random bytes and characters", fuzz)
    wrong += compare(args, peer, "every character", [{"text": t} for t in every_character()])
    wrong += compare(args, peer, "pairs", pairs)
    for length in (4, 5, 6, 7, 16, 33, 128, 512):
        wrong += compare(args, peer, f"pairs cut to {length}", pairs, length)
        wrong += compare(args, peer, f"stress cut to {length}", stress, length)
    if args.reviews:
        reviews = [{"text": t} for t in read_reviews(args)]
        wrong += compare(args, peer, "reviews", reviews)
        for length in (128, 512):
            wrong += compare(args, peer, f"reviews cut to {length}", reviews, length)
    print(f"{wrong} different" if wrong else "all the same")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
