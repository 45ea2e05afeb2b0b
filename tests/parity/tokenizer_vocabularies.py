"""Vocabularies that the library trains on seeded texts, once a process each."""
import functools
import io
import json
import random

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

import tokenizer_texts

ALPHABET = list("中文é日本ёяשع한ñß▁0123456789'\"-")


@functools.lru_cache(maxsize=None)
def corpus(seed):
    rng = random.Random(f"corpus {seed}")
    reviews = rng.sample(tokenizer_texts.bundled_reviews(), 160)
    words = [w for t in tokenizer_texts.MULTILINGUAL if len(t) < 200 for w in t.split()]
    return reviews + [" ".join(rng.choices(words, k=12)) for _ in range(150)]


def trained(tokenizer, trainer, seed, change=None):
    texts = corpus(seed)
    tokenizer.train_from_iterator([change(t) for t in texts] if change else texts, trainer)
    return json.loads(tokenizer.to_str())["model"]


@functools.lru_cache(maxsize=None)
def word_piece_vocab(seed, prefix):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=seed % 2 == 0)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=500 + 300 * seed, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"],
                                        initial_alphabet=ALPHABET, continuing_subword_prefix=prefix, show_progress=False)
    return trained(tokenizer, trainer, seed)["vocab"]


@functools.lru_cache(maxsize=None)
def bpe_model(seed, form, prefix="", suffix="", special=("<unk>", "<s>", "</s>", "<pad>", "<mask>")):
    """form: `characters`, `bytes` (byte-level) or `metaspace` (with <0x00> … <0xFF>)."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    names = list(special)
    options = dict(vocab_size=600 + 350 * seed, initial_alphabet=ALPHABET, show_progress=False)
    change = None
    if form == "bytes":
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        options["initial_alphabet"] = pre_tokenizers.ByteLevel.alphabet()
    elif form == "metaspace":
        names += [f"<0x{b:02X}>" for b in range(256)]
        options["vocab_size"] += 256

        def change(text):
            return "▁" + text.replace(" ", "▁")
        tokenizer.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")
    else:
        tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    if prefix:
        options["continuing_subword_prefix"] = prefix
    if suffix:
        options["end_of_word_suffix"] = suffix
    return trained(tokenizer, trainers.BpeTrainer(special_tokens=names, **options), seed, change)


@functools.lru_cache(maxsize=None)
def unigram_vocab(seed, bytes_too):
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=500 + 250 * seed, special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"], unk_token="<unk>",
                                      initial_alphabet=ALPHABET, show_progress=False)
    vocab = [tuple(piece) for piece in trained(tokenizer, trainer, seed)["vocab"]]
    if bytes_too:
        vocab += [(f"<0x{b:02X}>", 0.0) for b in range(256)]
    return vocab


@functools.lru_cache(maxsize=None)
def word_level_vocab(seed, lower):
    tokenizer = Tokenizer(models.WordLevel(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    trainer = trainers.WordLevelTrainer(vocab_size=800 + 500 * seed, special_tokens=["<unk>", "<s>", "</s>", "<pad>", "<mask>"], show_progress=False)
    return trained(tokenizer, trainer, seed, str.lower if lower else None)["vocab"]


@functools.lru_cache(maxsize=None)
def precompiled(rule="nmt_nfkc"):
    """A normalizer of sentencepiece, taken out of a model that it trains."""
    import sentencepiece
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(corpus(0)[:60]), model_writer=model, vocab_size=150, minloglevel=2,
                                             normalization_rule_name=rule, hard_vocab_limit=False)
    return normalizers.Precompiled(field(field(model.getvalue(), 3), 2))


def field(message, wanted):
    """The bytes of a length-delimited field of a protobuf message."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value
    while at < len(message):
        key = varint()
        size = {0: lambda: (varint(), 0)[1], 1: lambda: 8, 2: varint, 5: lambda: 4}[key & 7]()
        if key >> 3 == wanted and key & 7 == 2:
            return message[at:at + size]
        at += size
    raise KeyError(wanted)
