#!/usr/bin/env python3
"""Writes tests/golden/stages/GROUP.jsonl: every stage that tokenizer.json may name, and what `tokenizers` makes of texts with it.

    python3 -m venv V && V/bin/pip install tokenizers==0.23.3
    V/bin/python tests/golden/make_stage_goldens.py

A line is {"name", "tokenizer": a whole tokenizer.json, "cases": [{"text", ["text_pair"], ["special": false], "ids", "type_ids",
"offsets"} or {"decode": ids, "skip", "text"}]}. Normalizers feed a model whose tokens are the bytes of the text, so that ids tell
all of it; pre-tokenizers feed one that makes a token of each word, so that offsets do.
"""
import importlib.machinery
import importlib.util
import json
import pathlib
import random
import sys

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "parity"))
from tokenizer_texts import MULTILINGUAL, random_texts  # noqa: E402

loader = importlib.machinery.SourceFileLoader("tables", str(HERE.parent.parent / "scripts" / "generate-unicode-tables"))
tables = importlib.util.module_from_spec(importlib.util.spec_from_loader("tables", loader))
loader.exec_module(tables)

TEXTS = [t for t in MULTILINGUAL if len(t) < 90] + [t[:50] for t in random_texts(6, 11)] + [
    "a", " a  b ", "áb́ aab", "xax\n\nx ", "12ab3 ٣٤٥ x-y_z", "``quoted`` IT'S I'll 's", "한국👍😀♥x", "\r\n \r\ta\n", "क्ष़́ ab",
    "Σσς ſK ß", "abc日本カナabcабв", "a.b,,c!! (d)"]

N, P, R, D = normalizers, pre_tokenizers, processors, decoders
CHARSMAP = {"a": "zz", "é": "e", "ab": "X", "\u0301": "", "한": "h", "👍": "ok", "♥": "<3", "x": "", "B": "b", "क": "k", "़": "q", "\r": " "}
NORMALIZERS = {
    "nmt": N.Nmt(), "precompiled": N.Precompiled(tables.charsmap(CHARSMAP)), "lowercase": N.Lowercase(), "strip": N.Strip(),
    "strip-left": N.Strip(left=True, right=False), "strip-right": N.Strip(left=False, right=True), "strip-accents": N.StripAccents(),
    "nfd": N.NFD(), "nfc": N.NFC(), "nfkd": N.NFKD(), "nfkc": N.NFKC(), "byte-level": N.ByteLevel(), "replace": N.Replace("a", "xyz"),
    "replace-nothing": N.Replace("", "_"), "replace-regex": N.Replace(Regex(r" {2,}|[é日]"), "▁"), "prepend": N.Prepend("▁"),
    "bert": N.BertNormalizer(), "bert-accents": N.BertNormalizer(strip_accents=False), "bert-raw": N.BertNormalizer(clean_text=False, lowercase=False),
    "sequence": N.Sequence([N.NFD(), N.StripAccents(), N.Prepend("x "), N.Lowercase(), N.Strip()]),
}
BEHAVIORS = ["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]
PRE_TOKENIZERS = {
    "bert": P.BertPreTokenizer(), "byte-level": P.ByteLevel(add_prefix_space=False), "byte-level-prefix": P.ByteLevel(),
    "byte-level-whole": P.ByteLevel(use_regex=False), "char-delimiter": P.CharDelimiterSplit("a"), "metaspace": P.Metaspace(),
    "metaspace-first": P.Metaspace(prepend_scheme="first"), "metaspace-never": P.Metaspace(prepend_scheme="never"),
    "metaspace-whole": P.Metaspace(split=False, replacement="_"), "whitespace": P.Whitespace(), "whitespace-split": P.WhitespaceSplit(),
    "digits": P.Digits(), "digits-individual": P.Digits(individual_digits=True), "unicode-scripts": P.UnicodeScripts(),
    "fixed-length": P.FixedLength(length=3),
    "byte-level-inside": P.Sequence([P.ByteLevel(), P.Punctuation(), P.Digits(individual_digits=True)]),
    "metaspace-later": P.Sequence([P.WhitespaceSplit(), P.Metaspace(prepend_scheme="first"), P.UnicodeScripts()]),
    **{f"punctuation-{b}": P.Punctuation(behavior=b) for b in BEHAVIORS},
    **{f"split-{b}": P.Split(" ", b) for b in BEHAVIORS},
    **{f"split-regex-{b}": P.Split(Regex(r"\w+|[^\w\s]"), b, invert=True) for b in BEHAVIORS},
}
CONTRACTIONS, END = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)", r"\s*[\r\n]+|\s+(?!\S)|\s+"
WORDS = r"[^\r\n\p{L}\p{N}]?\p{L}+"
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
PATTERNS = {
    "gpt2": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "llama3": CONTRACTIONS + "|" + WORDS + r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + END,
    "qwen2": CONTRACTIONS + "|" + WORDS + r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + END,
    "cl100k": r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+",
    "o200k": rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+{CONTRACTIONS}?|[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*{CONTRACTIONS}?|"
             r"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|" + END,
    "empty": "", "nothing-or-x": "x*", "word": r"\w+", "not-word": r"\W", "word-class": r"[\w]+", "hex": r"\h+", "boundary": r"\b",
    "line-end": r"\s?$", "line-start": r"^.?", "dot": ".+", "dot-any": "(?m:.+)", "interval": r"\d{,2}|b{2}", "posix": r"[[:punct:]]+|[[:^ascii:]]",
    "intersection": r"[\p{L}&&[^a-m]]+|[a-z&&[aeiou]]", "scripts": r"\p{Han}+|\p{Katakana}+|\p{Cyrillic}+", "case-switch": "a(?i)b|c",
    "case-property": r"(?i:\p{Lu}+)", "named": r"(?<q>['`]).*?\k<q>", "backreference": r"(\w)\1", "possessive": r"\s++\S",
    "extended": "(?x: \\d + # digits\n | [a-c] )", "line-break": r"\R+", "look-behind": r"(?<=\s)\S(?=\w)", "last": r"\s*\Z", "continued": r"\G\w",
    "caseless": "(?i:k|s|σ)", "graph": "[[:graph:]]+", "print": "[[:print:]]+", "categories": r"\p{Cn}|\p{Cf}|\p{LC}|\p{^L}", "braces": r"\{|x{|}",
}
CLS_SEP = [("[CLS]", 7), ("[SEP]", 8)]
TEMPLATE = R.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A:2 [SEP]:1 $B:1 [SEP]:3", special_tokens=CLS_SEP)
POST_PROCESSORS = {
    "none": None, "template": TEMPLATE, "template-twice": R.TemplateProcessing(single="$A [SEP] $A", pair="$B $A:1", special_tokens=CLS_SEP),
    "bert": R.BertProcessing(("s", 5), ("c", 6)), "roberta": R.RobertaProcessing(("s", 5), ("c", 6)),
    "roberta-raw": R.RobertaProcessing(("s", 5), ("c", 6), trim_offsets=False),
    "roberta-no-prefix": R.RobertaProcessing(("s", 5), ("c", 6), add_prefix_space=False), "byte-level": R.ByteLevel(),
    "byte-level-raw": R.ByteLevel(trim_offsets=False), "sequence": R.Sequence([R.ByteLevel(add_prefix_space=False), TEMPLATE]),
}
DECODERS = {
    "none": None, "bpe": D.BPEDecoder(), "byte-level": D.ByteLevel(), "word-piece": D.WordPiece(), "word-piece-raw": D.WordPiece(cleanup=False),
    "metaspace": D.Metaspace(), "metaspace-never": D.Metaspace(prepend_scheme="never"), "ctc": D.CTC(), "replace": D.Replace(Regex("[ae]+"), "-"),
    "llama": D.Sequence([D.Replace("▁", " "), D.ByteFallback(), D.Fuse(), D.Strip(" ", 1, 0)]), "strip": D.Strip("a", 1, 0),
}
TOKENS = ["[UNK]", "a", "##b", "c</w>", "Ġd", "Ã", "©", "▁e", "▁", "<0xC3>", "<0xA9>", "<0x20>", "<pad>", "|", "n't", ".", "'s", "do not", "é", "aab"]


def by_byte():
    return Tokenizer(models.BPE({f"<0x{b:02X}>": b for b in range(256)}, [], byte_fallback=True))


def by_word():
    return Tokenizer(models.WordLevel({"[UNK]": 0, "a": 1}, "[UNK]"))


def made(make, **stages):
    tokenizer = make()
    for stage, value in stages.items():
        if value is not None:
            setattr(tokenizer, stage, value)
    return tokenizer


def post_processed(processor):
    alphabet = sorted(P.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE({**{c: i for i, c in enumerate(alphabet)}, "Ġa": 300, "ĠĠ": 301}, [("Ġ", "a"), ("Ġ", "Ġ")]))
    tokenizer.pre_tokenizer = P.ByteLevel(add_prefix_space=True)
    if processor is not None:
        tokenizer.post_processor = processor
    tokenizer.add_tokens([AddedToken("<m>", lstrip=True, rstrip=True)])
    return tokenizer


def decoding(decoder):
    tokenizer = Tokenizer(models.WordLevel({token: i for i, token in enumerate(TOKENS)}, "[UNK]"))
    tokenizer.add_special_tokens(["[UNK]", "<new>"])
    if decoder is not None:
        tokenizer.decoder = decoder
    return tokenizer


def encoded(tokenizer, case):
    encoding = tokenizer.encode(case["text"], case.get("text_pair"), add_special_tokens=case.get("special", True))
    return {**case, "ids": encoding.ids, "type_ids": encoding.type_ids, "offsets": encoding.offsets}


def single_cases(tokenizer):
    return [encoded(tokenizer, {"text": text}) for text in TEXTS]


def pair_cases(tokenizer):
    rng = random.Random(5)
    texts = ["a  a <m> b", " a", "é a\n", "", "  ", "ab a "]
    cases = [{"text": text} for text in texts] + [{"text": rng.choice(texts), "text_pair": rng.choice(texts)} for _ in range(12)]
    return [encoded(tokenizer, case) for case in cases + [{**case, "special": False} for case in cases[-6:]]]


def decode_cases(tokenizer):
    rng = random.Random(6)
    cases = []
    for i in range(40):
        ids = [rng.randrange(len(TOKENS) + 2) for _ in range(rng.randrange(1, 12))]
        cases.append({"decode": ids, "skip": i % 2 == 0, "text": tokenizer.decode(ids, skip_special_tokens=i % 2 == 0)})
    return cases


def write(group, tokenizers, cases):
    with open(HERE / "stages" / f"{group}.jsonl", "w", encoding="utf-8") as out:
        for name, tokenizer in tokenizers.items():
            line = {"name": name, "tokenizer": json.loads(tokenizer.to_str()), "cases": cases(tokenizer)}
            out.write(json.dumps(line, separators=(",", ":")) + "\n")


def main():
    (HERE / "stages").mkdir(exist_ok=True)
    write("normalizers", {n: made(by_byte, normalizer=s) for n, s in NORMALIZERS.items()}, single_cases)
    write("pre_tokenizers", {n: made(by_word, pre_tokenizer=s) for n, s in PRE_TOKENIZERS.items()}, single_cases)
    patterns = {n: P.Split(Regex(p), BEHAVIORS[i % 5], invert=i % 3 == 0) for i, (n, p) in enumerate(PATTERNS.items())}
    write("patterns", {n: made(by_word, pre_tokenizer=s) for n, s in patterns.items()}, single_cases)
    write("post_processors", {n: post_processed(p) for n, p in POST_PROCESSORS.items()}, pair_cases)
    write("decoders", {n: decoding(d) for n, d in DECODERS.items()}, decode_cases)


if __name__ == "__main__":
    main()
