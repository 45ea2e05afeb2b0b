#!/usr/bin/env python3
"""Writes tests/golden/tokenizers/NAME/{tokenizer.json,cases.jsonl}: small tokenizers and what `tokenizers` makes of texts.

    python3 -m venv V && V/bin/pip install tokenizers==0.23.3
    V/bin/python tests/golden/make_tokenizer_goldens.py

Vocabularies are trained here on data/imdb-sample (needs the zstd program). Training is not reproducible, so a tokenizer.json that
is there is kept and only its cases are written again; delete it to train anew. A case is {"text", ["text_pair"], ["max_length"],
["special": false], "ids", "type_ids", "offsets"}.
"""
import json
import pathlib
import random
import subprocess
import sys

from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "parity"))
from tokenizer_texts import MULTILINGUAL, random_texts  # noqa: E402

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def reviews():
    sample = HERE.parent.parent / "data" / "imdb-sample" / "train-500.jsonl.zst"
    lines = subprocess.run(["zstd", "-dc", str(sample)], check=True, stdout=subprocess.PIPE).stdout
    return [json.loads(line)["text"] for line in lines.decode().split("\n") if line]


def word_piece(normalizer, pre_tokenizer, size=700):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.train_from_iterator(reviews()[:200], trainers.WordPieceTrainer(
        vocab_size=size, special_tokens=SPECIAL, initial_alphabet=list("中文é日本ёя"), show_progress=False))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return tokenizer


def byte_level(add_prefix_space):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=add_prefix_space)
    tokenizer.train_from_iterator(reviews()[:200], trainers.BpeTrainer(
        vocab_size=700, special_tokens=["<s>", "<pad>", "</s>", "<unk>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True)])
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    return tokenizer


def with_added_tokens():
    tokenizer = word_piece(normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer())
    tokenizer.add_tokens([AddedToken("Film", normalized=True), AddedToken("movie", single_word=True, normalized=False),
                          AddedToken("<br />", lstrip=True, rstrip=True, normalized=False), AddedToken("<br", normalized=False),
                          AddedToken("ÉTÉ", normalized=True, rstrip=True)])
    return tokenizer


def left_truncated():
    tokenizer = byte_level(add_prefix_space=False)
    tokenizer.enable_truncation(8, direction="left")
    return tokenizer


TOKENIZERS = {
    "bert": lambda: word_piece(normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()),
    "bert-cased": lambda: word_piece(
        normalizers.BertNormalizer(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False),
        pre_tokenizers.BertPreTokenizer()),
    "bert-accents": lambda: word_piece(normalizers.BertNormalizer(strip_accents=False), pre_tokenizers.BertPreTokenizer()),
    "bert-added": with_added_tokens,
    "roberta": lambda: byte_level(add_prefix_space=False),
    "roberta-prefix": lambda: byte_level(add_prefix_space=True),
    "roberta-left": left_truncated,
    "sequence": lambda: word_piece(
        normalizers.Sequence([normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase(), normalizers.Strip(),
                              normalizers.Replace("``", '"')]),
        pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.Punctuation(), pre_tokenizers.Digits(individual_digits=True)])),
    "forms": lambda: word_piece(
        normalizers.Sequence([normalizers.NFC(), normalizers.NFKC(), normalizers.NFD(), normalizers.Prepend("x ")]),
        pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Digits()])),
}


def cases(tokenizer, direction):
    rng = random.Random(3)
    texts = [t for t in MULTILINGUAL if len(t) < 150] + random_texts(40, 5) + [r[:200] for r in reviews()[:8]]
    texts += ["a movie moviegoer Film<br /><br /> x <br/> été  ÉTÉ x", "``quoted`` 12ab3 ٣٤٥"]
    for text in texts:
        yield {"text": text}
        yield {"text": text, "max_length": rng.choice((4, 5, 6, 9, 17))}
    for _ in range(30):
        case = {"text": rng.choice(texts), "text_pair": rng.choice(texts)}
        yield case
        yield {**case, "max_length": rng.randrange(4, 40)}
    yield {"text": texts[0], "text_pair": texts[1], "special": False}
    yield {"text": "some words", "special": False}


def solve(tokenizer, case, direction):
    tokenizer.no_truncation()
    if "max_length" in case:
        tokenizer.enable_truncation(case["max_length"], direction=direction)
    encoding = tokenizer.encode(case["text"], case.get("text_pair"), add_special_tokens=case.get("special", True))
    return {**case, "ids": encoding.ids, "type_ids": encoding.type_ids, "offsets": encoding.offsets}


def main():
    for name, make in TOKENIZERS.items():
        folder = HERE / "tokenizers" / name
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "tokenizer.json"
        if not file.exists():
            saved = json.loads(make().to_str())
            file.write_text(json.dumps(saved, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
        tokenizer = Tokenizer.from_file(str(file))
        direction = "left" if name == "roberta-left" else "right"
        with open(folder / "cases.jsonl", "w", encoding="utf-8") as out:
            for case in cases(tokenizer, direction):
                out.write(json.dumps(solve(tokenizer, case, direction), separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
