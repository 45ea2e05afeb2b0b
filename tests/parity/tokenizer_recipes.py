"""Seeded tokenizers of every kind: a vocabulary trained by the library, and switches drawn for each stage.

A recipe is (kind, seed). KINDS names them; build() makes the library's Tokenizer. The vocabulary depends on the seed modulo
VOCABULARIES only, so that many tokenizers share one training.
"""
import functools
import json
import random
import re

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from tokenizer_vocabularies import bpe_model, precompiled, unigram_vocab, word_level_vocab, word_piece_vocab

VOCABULARIES = 6

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN2 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
O200K = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
         r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
         r"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
DEEPSEEK = [r"\p{N}{1,3}", r"[一-龥぀-ゟ゠-ヿ]+",
            r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"]
WORD_PATTERNS = [GPT2, LLAMA3, QWEN2, O200K]
BEHAVIORS = ["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]
ADDED = ["movie", "Film", "<br />", "<br", "ÉTÉ", " the", "é", "e\u0301", "  ", "   ", "\n", "\n\n", "中", "🏽", "▁film", "ing", "s", "a b", "\u00a0",
         "<|endoftext|>", "ﬁ", "İ", "@@", "[mask]", "0", ". ", "x"]


# --- stages ----------------------------------------------------------------------------------------------------------

def flag(rng):
    return rng.random() < 0.5


def some_normalizer(rng):
    return rng.choice([
        lambda: normalizers.BertNormalizer(clean_text=flag(rng), handle_chinese_chars=flag(rng), strip_accents=rng.choice([None, True, False]), lowercase=flag(rng)),
        normalizers.NFC, normalizers.NFD, normalizers.NFKC, normalizers.NFKD, normalizers.Nmt, normalizers.Lowercase, normalizers.StripAccents,
        lambda: normalizers.Strip(left=flag(rng), right=flag(rng)),
        lambda: normalizers.Replace(*rng.choice([("``", '"'), ("''", '"'), (" ", "▁"), ("e", ""), ("\u0301", ""), ("ing", "ING-"), ("<br />", "\n"), ("'", "’")])),
        lambda: normalizers.Replace(Regex(rng.choice([" {2,}", r"\s+", r"[\r\n]+", r"\d", r"(?<=\d)(?=(\d\d\d)+(?!\d))", r"[^\x00-\x7F]", r"\p{M}+"])), rng.choice([" ", "", "▁", "0"])),
        lambda: normalizers.Prepend(rng.choice(["▁", "x ", "é"])),
        precompiled,
        lambda: normalizers.Sequence([normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase()]),
    ])()


def any_normalizer(rng):
    count = rng.choice([0, 1, 1, 1, 2, 3])
    parts = [some_normalizer(rng) for _ in range(count)]
    return None if not parts else parts[0] if len(parts) == 1 and flag(rng) else normalizers.Sequence(parts)


def some_split(rng):
    if rng.random() < 0.6:
        pattern = Regex(rng.choice(WORD_PATTERNS + [r"\s+", r"\s", r"\w+|[^\w\s]+", r"\p{N}{1,3}", r"[\p{Han}]", r" ?[^(\s|[.,!?…。，、।۔،])]+", r"\d+|\D", r"(?<=[a-z])(?=[A-Z])", r"[^\p{L}]+"]))
    else:
        pattern = rng.choice([" ", "▁", "e", "ing", "\n", "<br />"])
    return pre_tokenizers.Split(pattern, rng.choice(BEHAVIORS), invert=rng.random() < 0.25)


def some_pre_tokenizer(rng):
    return rng.choice([
        pre_tokenizers.BertPreTokenizer, pre_tokenizers.Whitespace, pre_tokenizers.WhitespaceSplit, pre_tokenizers.UnicodeScripts,
        lambda: pre_tokenizers.Punctuation(rng.choice(BEHAVIORS)),
        lambda: pre_tokenizers.Digits(individual_digits=flag(rng)),
        lambda: pre_tokenizers.CharDelimiterSplit(rng.choice([" ", "e", "-", "中"])),
        lambda: pre_tokenizers.FixedLength(rng.choice([1, 3, 5, 12])),
        lambda: metaspace(rng),
        lambda: some_split(rng), lambda: some_split(rng),
        lambda: pre_tokenizers.ByteLevel(add_prefix_space=flag(rng), use_regex=flag(rng), trim_offsets=flag(rng)),
    ])()


def metaspace(rng):
    return pre_tokenizers.Metaspace(replacement=rng.choice("▁▁▁_"), prepend_scheme=rng.choice(["always", "first", "never"]), split=rng.random() < 0.7)


def any_pre_tokenizer(rng, first=None):
    parts = ([first] if first else []) + [some_pre_tokenizer(rng) for _ in range(rng.choice([0, 1, 1, 2] if first else [1, 1, 1, 2, 3]))]
    return parts[0] if len(parts) == 1 and flag(rng) else pre_tokenizers.Sequence(parts)


def any_post_processor(rng, tokenizer):
    """Of the tokens that the vocabulary has."""
    there = [t for t in ("[CLS]", "[SEP]", "<s>", "</s>", "<mask>", "[MASK]") if tokenizer.token_to_id(t) is not None]
    ids = {t: tokenizer.token_to_id(t) for t in there}
    begin, end = there[0], there[1]
    kind = rng.choice(["none", "template", "template", "odd template", "bert", "roberta", "byte level", "sequence"])
    template = processors.TemplateProcessing(single=f"{begin} $A {end}", pair=f"{begin} $A {end} $B:1 {end}:1", special_tokens=list(ids.items()))
    return {
        "none": lambda: None,
        "template": lambda: template,
        "odd template": lambda: processors.TemplateProcessing(
            single=rng.choice([f"$A {end}", f"{begin} $A", f"{begin}:2 $A:1 {end} {end}:3", "$A"]),
            pair=rng.choice([f"$A {end} $B {end}", f"{begin} $A {end} {end} $B {end}", f"{end} $B:1 {begin}:2 $A:0", "$A:0 $B:1"]), special_tokens=list(ids.items())),
        "bert": lambda: processors.BertProcessing((end, ids[end]), (begin, ids[begin])),
        "roberta": lambda: processors.RobertaProcessing((end, ids[end]), (begin, ids[begin]), trim_offsets=flag(rng), add_prefix_space=flag(rng)),
        "byte level": lambda: processors.ByteLevel(trim_offsets=flag(rng)),
        "sequence": lambda: processors.Sequence([processors.ByteLevel(trim_offsets=flag(rng)), template]),
    }[kind]()


def any_decoder(rng):
    return rng.choice([
        lambda: None, decoders.ByteLevel, decoders.ByteFallback, decoders.Fuse, decoders.WordPiece,
        lambda: decoders.WordPiece(prefix=rng.choice(["##", "@@"]), cleanup=flag(rng)),
        lambda: decoders.Metaspace(replacement=rng.choice("▁_"), prepend_scheme=rng.choice(["always", "never", "first"]), split=flag(rng)),
        lambda: decoders.BPEDecoder(suffix=rng.choice(["</w>", "@@"])),
        lambda: decoders.CTC(pad_token=rng.choice(["<pad>", "e"]), word_delimiter_token=rng.choice(["|", "▁"]), cleanup=flag(rng)),
        lambda: decoders.Strip(rng.choice("▁ea"), rng.randrange(3), rng.randrange(3)),
        lambda: decoders.Replace(rng.choice(["▁", "e", Regex(r"\s+"), Regex("[aeiou]")]), rng.choice([" ", "", "EE"])),
        lambda: decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]),
    ])()


def add_tokens(rng, tokenizer):
    """Some of ADDED, with flags drawn for each; none of which the normalizer leaves nothing: those the library finds everywhere, or panics.
    Nor two that are one when normalized: which of them the library finds is chance (it walks a hash map with a random seed)."""
    taken = set()
    for content in rng.sample(ADDED, rng.choice([0, 0, 1, 3, 6])):
        special = flag(rng)
        token = AddedToken(content, single_word=rng.random() < 0.3, lstrip=rng.random() < 0.3, rstrip=rng.random() < 0.3, normalized=flag(rng), special=special)
        normal = tokenizer.normalizer.normalize_str(content) if tokenizer.normalizer else content
        if not normal or (token.normalized and normal in taken):
            continue
        if token.normalized:
            taken.add(normal)
        (tokenizer.add_special_tokens if special else tokenizer.add_tokens)([token])


def add_special(rng, tokenizer, names):
    for name in names:
        stripped = name in ("<mask>", "[MASK]") and flag(rng)
        tokenizer.add_special_tokens([AddedToken(name, lstrip=stripped, normalized=False, special=True)])


# --- kinds -----------------------------------------------------------------------------------------------------------

def word_piece(rng, vocabulary):
    prefix = "##" if rng.random() < 0.8 else "@@"
    vocab = word_piece_vocab(vocabulary, prefix)
    tokenizer = Tokenizer(models.WordPiece(vocab, unk_token="[UNK]", continuing_subword_prefix=prefix, max_input_chars_per_word=rng.choice([100, 100, 20, 5])))
    if rng.random() < 0.5:
        tokenizer.normalizer = normalizers.BertNormalizer(clean_text=flag(rng), handle_chinese_chars=flag(rng), strip_accents=rng.choice([None, True, False]), lowercase=flag(rng))
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    else:
        tokenizer.normalizer = any_normalizer(rng)
        tokenizer.pre_tokenizer = any_pre_tokenizer(rng)
    tokenizer.decoder = decoders.WordPiece(prefix=prefix, cleanup=flag(rng)) if flag(rng) else any_decoder(rng)
    add_special(rng, tokenizer, ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    return tokenizer


def bpe_of(model, **switches):
    vocab, merges = model["vocab"], [tuple(m) for m in model["merges"]]
    return models.BPE(vocab, merges, **{k: v for k, v in switches.items() if v is not None})


def bpe_characters(rng, vocabulary):
    prefix, suffix = rng.choice([("", ""), ("", ""), ("##", ""), ("", "</w>"), ("##", "</w>")])
    model = bpe_model(vocabulary, "characters", prefix, suffix)
    tokenizer = Tokenizer(bpe_of(model, unk_token=rng.choice(["<unk>", "<unk>", None]), fuse_unk=flag(rng), continuing_subword_prefix=prefix or None,
                                 end_of_word_suffix=suffix or None, ignore_merges=rng.random() < 0.3, byte_fallback=rng.random() < 0.1))
    tokenizer.normalizer = any_normalizer(rng)
    tokenizer.pre_tokenizer = any_pre_tokenizer(rng) if rng.random() < 0.95 else None
    tokenizer.decoder = decoders.BPEDecoder(suffix=suffix or "</w>") if flag(rng) else any_decoder(rng)
    add_special(rng, tokenizer, ["<unk>", "<s>", "</s>", "<pad>", "<mask>"])
    return tokenizer


def bpe_bytes(rng, vocabulary):
    model = bpe_model(vocabulary, "bytes")
    tokenizer = Tokenizer(bpe_of(model, ignore_merges=rng.random() < 0.4, unk_token=rng.choice(["<unk>", None]), fuse_unk=rng.random() < 0.3))
    tokenizer.normalizer = rng.choice([lambda: None, lambda: None, normalizers.NFC, lambda: any_normalizer(rng)])()
    form = rng.choice(["gpt2", "split", "split", "deepseek", "any", "normalizer"])
    last = pre_tokenizers.ByteLevel(add_prefix_space=rng.random() < 0.3, use_regex=False, trim_offsets=flag(rng))
    if form == "gpt2":
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=flag(rng), trim_offsets=flag(rng))
    elif form == "split":
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(rng.choice(WORD_PATTERNS)), "isolated", invert=False), last])
    elif form == "deepseek":
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(p), "isolated") for p in DEEPSEEK] + [last])
    elif form == "any":
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([any_pre_tokenizer(rng), pre_tokenizers.ByteLevel(add_prefix_space=flag(rng), use_regex=flag(rng), trim_offsets=flag(rng))])
    else:
        tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.ByteLevel()] if flag(rng) else [normalizers.ByteLevel()])
        tokenizer.pre_tokenizer = rng.choice([None, pre_tokenizers.Split(" ", "isolated"), pre_tokenizers.FixedLength(7)])
    tokenizer.decoder = decoders.ByteLevel() if rng.random() < 0.8 else any_decoder(rng)
    add_special(rng, tokenizer, ["<unk>", "<s>", "</s>", "<pad>", "<mask>"])
    return tokenizer


def bpe_byte_fallback(rng, vocabulary):
    model = bpe_model(vocabulary, "metaspace")
    tokenizer = Tokenizer(bpe_of(model, unk_token="<unk>", fuse_unk=flag(rng), byte_fallback=True, ignore_merges=rng.random() < 0.3))
    form = rng.choice(["llama", "llama", "gemma", "metaspace", "any"])
    if form == "llama":
        tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    elif form == "gemma":
        tokenizer.normalizer = normalizers.Replace(" ", "▁")
        tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    elif form == "metaspace":
        tokenizer.pre_tokenizer = metaspace(rng)
    else:
        tokenizer.normalizer, tokenizer.pre_tokenizer = any_normalizer(rng), any_pre_tokenizer(rng)
    tokenizer.decoder = rng.choice([lambda: decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]),
                                    lambda: decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]), lambda: any_decoder(rng)])()
    add_special(rng, tokenizer, ["<unk>", "<s>", "</s>", "<pad>", "<mask>"])
    return tokenizer


def unigram(rng, vocabulary, byte_fallback=False):
    vocab = unigram_vocab(vocabulary, byte_fallback)
    unk = [piece for piece, _ in vocab].index("<unk>")
    tokenizer = Tokenizer(models.Unigram(vocab, unk_id=unk, byte_fallback=byte_fallback))
    spaces = normalizers.Replace(Regex(" {2,}"), rng.choice([" ", "▁"]))
    form = rng.choice(["xlm-roberta", "deberta", "albert", "t5", "any"])
    tokenizer.normalizer = {
        "xlm-roberta": lambda: normalizers.Sequence([precompiled(), normalizers.Strip(left=False, right=True), spaces]),
        "deberta": lambda: normalizers.Sequence([normalizers.Strip(), precompiled(), spaces]),
        "albert": lambda: normalizers.Sequence([normalizers.Replace("``", '"'), normalizers.Replace("''", '"'), normalizers.NFKD(), normalizers.StripAccents(),
                                                normalizers.Lowercase(), precompiled(), spaces]),
        "t5": lambda: precompiled(rng.choice(["nmt_nfkc", "nfkc", "nmt_nfkc_cf"])),
        "any": lambda: any_normalizer(rng),
    }[form]()
    tokenizer.pre_tokenizer = {
        "xlm-roberta": lambda: pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), metaspace(rng)]),
        "deberta": lambda: pre_tokenizers.Sequence([pre_tokenizers.Punctuation(), metaspace(rng)]),
        "any": lambda: rng.choice([lambda: None, lambda: any_pre_tokenizer(rng, metaspace(rng))])(),
    }.get(form, lambda: metaspace(rng))()
    tokenizer.decoder = decoders.Metaspace(prepend_scheme=rng.choice(["always", "never", "first"])) if rng.random() < 0.7 else any_decoder(rng)
    add_special(rng, tokenizer, ["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    return tokenizer


def word_level(rng, vocabulary):
    lower = flag(rng)
    tokenizer = Tokenizer(models.WordLevel(word_level_vocab(vocabulary, lower), unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Lowercase() if lower else any_normalizer(rng)
    tokenizer.pre_tokenizer = any_pre_tokenizer(rng)
    tokenizer.decoder = any_decoder(rng)
    add_special(rng, tokenizer, ["<unk>", "<s>", "</s>", "<pad>", "<mask>"])
    return tokenizer


KINDS = {
    "wordpiece": word_piece,
    "bpe-characters": bpe_characters,
    "bpe-byte-level": bpe_bytes,
    "bpe-byte-fallback": bpe_byte_fallback,
    "unigram": unigram,
    "unigram-byte-fallback": functools.partial(unigram, byte_fallback=True),
    "wordlevel": word_level,
}


def build(kind, seed):
    rng = random.Random(f"{kind} {seed}")
    tokenizer = KINDS[kind](rng, seed % VOCABULARIES)
    post_processor = any_post_processor(rng, tokenizer)
    if post_processor is not None:
        tokenizer.post_processor = post_processor
    add_tokens(rng, tokenizer)
    return tokenizer


def stages(tokenizer):
    """What a recipe came to, for messages: without vocabulary, template and false switches."""
    saved = json.loads(tokenizer.to_str())
    for key in ("vocab", "merges"):
        saved["model"].pop(key, None)
    if (saved["post_processor"] or {}).get("type") == "TemplateProcessing":
        saved["post_processor"] = "template"
    tokens = [t for t in saved.pop("added_tokens") if not (t["special"] and t["id"] < 300 and t["content"][0] in "[<" and not t["lstrip"])]
    saved["added_tokens"] = [{k: v for k, v in t.items() if v is not False} for t in tokens]
    text = json.dumps({k: v for k, v in saved.items() if v not in (None, []) and k not in ("version", "truncation")}, ensure_ascii=True)
    return re.sub(r'("precompiled_charsmap": ")[^"]*', r"\1…", text)[:3000]
