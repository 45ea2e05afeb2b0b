"""Seeded texts for the tokenizers' parity check: reviews, many languages, random bytes, every character.

A text is bytes that may be no UTF-8: the peer gets them decoded with U+FFFD for each maximal ill-formed part, ours as they are.
"""
import json
import pathlib
import random
import subprocess
import tarfile

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]

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
    "▁▁ ▁a a▁ ▁", "<0x41> <0xC3><0xA9> <0x0A>", "ｆｕｌｌ　ｗｉｄｔｈ ﾊﾝｶｸ ﾊﾞ ㌀ ㍿", "ক্ষ ക്ഷ க்ஷ ក្ស མཱི ကြ",
]

# Ranges of code points that random texts favour: scripts with case, marks, joiners, ideographs, symbols, emoji, tags.
RANGES = [(0x20, 0x7F), (0xA0, 0x250), (0x250, 0x370), (0x370, 0x530), (0x590, 0x700), (0x900, 0xE00), (0xE00, 0x1200), (0x1E00, 0x2070),
          (0x2070, 0x2800), (0x3000, 0x3400), (0x4E00, 0x5200), (0xA640, 0xA830), (0xAC00, 0xAC80), (0xF900, 0x10000), (0x1D400, 0x1D800),
          (0x1F1E6, 0x1F700), (0x1F900, 0x1FA00), (0xE0000, 0xE0200), (0x10000, 0x10FFFF), (0x0, 0x3000)]
HARD_BYTES = b" \t\n\r'abcABC019.,[]#\xc3\xa9\xcc\x81\xe4\xb8\xad\xf0\x9f\x98\x80\xed\xa0\x80\xff\xe2\x96\x81"
HARD_CHARACTERS = " ,'!éÉñ\u0301\u0327ß中▁therunningZed\u200d\u00ad\n\t  0123"
HARD_STRINGS = ["[MASK]", "<mask>", " <mask> ", "<s>", "</s>", "<unk>", "[UNK]", "<br />", "movie", "Film", "  ", "\n\n", "``", "''", "'s", "'ll", "##", "🏽", "e\u0301", "ﬁ", "İ", "가"]


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
    """Each code point alone, between letters and beside a mark; 64 of them a text."""
    block = []
    for c in range(0x110000):
        if 0xD800 <= c < 0xE000:
            continue
        block.append(f"a{chr(c)}b {chr(c)}\u0301 {chr(c)}")
        if len(block) == 64:
            yield " ".join(block)
            block = []
    yield " ".join(block)


def bundled_reviews():
    sample = ROOT / "data" / "imdb-sample" / "train-500.jsonl.zst"
    lines = subprocess.run(["zstd", "-dc", str(sample)], check=True, stdout=subprocess.PIPE).stdout
    return [json.loads(line)["text"] for line in lines.decode().split("\n") if line]


def read_reviews(path, count=None):
    """Texts of a JSON-lines file with a `text`, or of the rated reviews in aclImdb_v1.tar.gz."""
    texts = []
    if path.endswith((".tar.gz", ".tgz")):
        with tarfile.open(path, "r|gz") as archive:
            for member in archive:
                if "/unsup/" not in member.name and member.name.endswith(".txt") and member.name.count("/") == 3:
                    texts.append(archive.extractfile(member).read().decode("utf-8"))
    else:
        with open(path, encoding="utf-8") as lines:
            texts = [json.loads(line)["text"] for line in lines]
    return texts if count is None else texts[:count]


class TextSource:
    """Endless seeded texts, about a hundred bytes each, mixed of all kinds. `pieces`: tokens to make word soup of."""

    def __init__(self, reviews, pieces, seed):
        self.rng = np.random.default_rng(seed)
        self.reviews = "\n".join(reviews).encode()
        self.stress = [t for t in MULTILINGUAL if len(t) < 700]
        self.pieces = pieces or [" "]
        self.kinds = [(self._review, 40), (self._stress, 14), (self._ranges, 14), (self._soup, 14), (self._hard, 8), (self._hard_bytes, 4), (self._bytes, 3), (self._any, 3)]

    def take(self, count):
        share = np.array([weight for _, weight in self.kinds], dtype=float)
        picked = self.rng.choice(len(self.kinds), size=count, p=share / share.sum())
        texts = [b""] * count
        for k, (make, _) in enumerate(self.kinds):
            places = np.flatnonzero(picked == k)
            for place, text in zip(places, make(len(places))):
                texts[place] = text
        return texts

    def _lengths(self, count, most=120):
        return self.rng.integers(1, most, size=count)

    def _review(self, count):
        starts = self.rng.integers(0, len(self.reviews), size=count)
        lengths = np.minimum(self.rng.geometric(1 / 140, size=count), 4000)
        return [self.reviews[a:a + n] for a, n in zip(starts.tolist(), lengths.tolist())]

    def _stress(self, count):
        out = []
        for _ in range(count):
            a, b, c = (self.stress[i] for i in self.rng.integers(0, len(self.stress), size=3))
            cut = self.rng.integers(0, 60, size=4)
            out.append((a[cut[0] // 2:cut[0] // 2 + cut[1]] + (" ", "", "\u0301", "\n")[cut[3] % 4] + b[:cut[2]] + c[:cut[3] // 3]).encode())
        return out

    def _characters(self, code_points):
        code_points = np.where((code_points >= 0xD800) & (code_points < 0xE000), 0x4E00 + (code_points & 0xFF), code_points)
        return code_points.astype("<u4").tobytes().decode("utf-32-le").encode()

    def _ranges(self, count):
        out = []
        for n in self._lengths(count, 60).tolist():
            bounds = np.array(RANGES)[self.rng.integers(0, len(RANGES), size=3)][self.rng.integers(0, 3, size=n)]
            points = self.rng.integers(bounds[:, 0], bounds[:, 1])
            points[self.rng.random(n) < 0.12] = 0x20
            out.append(self._characters(points))
        return out

    def _any(self, count):
        return [self._characters(self.rng.integers(0, 0x110000, size=n)) for n in self._lengths(count, 60).tolist()]

    def _soup(self, count):
        out = []
        for n in self.rng.integers(1, 25, size=count).tolist():
            picked = self.rng.integers(0, len(self.pieces), size=n).tolist()
            out.append((" " if n % 3 == 0 else "").join(self.pieces[i] for i in picked).encode())
        return out

    def _hard(self, count):
        alphabet = list(HARD_CHARACTERS) + HARD_STRINGS
        return ["".join(alphabet[i] for i in self.rng.integers(0, len(alphabet), size=n).tolist()).encode() for n in self._lengths(count, 50).tolist()]

    def _hard_bytes(self, count):
        alphabet = np.frombuffer(HARD_BYTES, dtype=np.uint8)
        return [alphabet[self.rng.integers(0, len(alphabet), size=n)].tobytes() for n in self._lengths(count).tolist()]

    def _bytes(self, count):
        return [self.rng.integers(0, 256, size=n, dtype=np.uint8).tobytes() for n in self._lengths(count).tolist()]
