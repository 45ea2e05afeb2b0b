#!/usr/bin/env python3
"""Writes tests/golden/conversions/NAME: model directories without a tokenizer.json, and the one `transformers` converts them to.

    python3 -m venv V && V/bin/pip install transformers==4.57.3 sentencepiece==0.2.3 protobuf sacremoses
    V/bin/python tests/golden/make_conversion_goldens.py [--only NAME] [--train]

Each folder holds the files a model of that kind ships, expected.json (what AutoTokenizer's fast tokenizer holds) and cases.jsonl
({"text", ["text_pair"], "ids", "type_ids"}). Vocabularies are small and trained here on data/imdb-sample (needs the zstd program); files
that are there are kept unless --train is given.
"""
import argparse
import json
import pathlib
import random
import shutil
import subprocess
import tempfile

import sentencepiece
from tokenizers import Tokenizer
from transformers import AutoTokenizer

HERE = pathlib.Path(__file__).resolve().parent
SHARP = "1E9E\t73 73\nFF21\t41\n3000\t20\n00A0\t20\nFB01\t66 69\nFF0C\t2C\n0009\t20\n000A\t20\n2026\t2E 2E 2E\n"  # a charsmap of a few rules
TEXTS = ["This is a test, 1,000 films!", "  It's  a   wonderful\tmovie.\nReally ", "``quoted'' Ｆｕｌｌ ﬁne ẞ… 中文 😀", "été NAÏVE Ärger", "", " ",
         "<s> hello </s> <mask> [MASK] [CLS] <unk> x", "the 12,34 cats' don't I'll", "a" * 40 + " <extra_id_0> <pad> end", "Hello<mask>World  [MASK]  x"]


def reviews():
    sample = HERE.parent.parent / "data" / "imdb-sample" / "train-500.jsonl.zst"
    lines = subprocess.run(["zstd", "-dc", str(sample)], check=True, stdout=subprocess.PIPE).stdout
    return [json.loads(line)["text"].replace("\n", " ") for line in lines.decode().split("\n") if line][:120]


def train(folder, file, kind="unigram", size=260, **options):
    with tempfile.TemporaryDirectory() as tmp:
        (pathlib.Path(tmp) / "text").write_text("\n".join(reviews() + ["1,000 12, 5,5 été ä é"] * 20), encoding="utf-8")
        (pathlib.Path(tmp) / "rules").write_text(SHARP, encoding="utf-8")
        given = {"normalization_rule_tsv": tmp + "/rules", **options}
        if given["normalization_rule_tsv"] is None:
            del given["normalization_rule_tsv"]
            given["normalization_rule_name"] = "identity"
        sentencepiece.SentencePieceTrainer.train(input=tmp + "/text", model_prefix=tmp + "/m", model_type=kind, vocab_size=size,
                                                 minloglevel=2, num_threads=1, **given)
        shutil.copy(tmp + "/m.model", folder / file)


def spm(file, config, **options):
    return lambda folder: (train(folder, file, **options), write(folder, "tokenizer_config.json", config))


def write(folder, name, content):
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    (folder / name).write_text(text, encoding="utf-8")


def bert(config, special=("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"), model_type=None):
    def make(folder):
        words = list(special) + sorted(set("".join(TEXTS).replace(" ", "").replace("\n", "").replace("\t", "")))
        words += ["##" + w for w in words if len(w) == 1] + ["this", "is", "test", "##ing", "movie", "hello", "Hello", "été", "ete", "the"]
        write(folder, "vocab.txt", "\n".join(words) + "\n")
        if config is not None:
            write(folder, "tokenizer_config.json", config)
        if model_type:
            write(folder, "config.json", {"model_type": model_type})
    return make


def byte_level(config, special, suffix="", extra=None):
    def make(folder):
        from tokenizers import Tokenizer, models, pre_tokenizers, trainers
        tokenizer = Tokenizer(models.BPE(**({"end_of_word_suffix": suffix} if suffix else {})))
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer() if suffix else pre_tokenizers.ByteLevel(add_prefix_space=False)
        alphabet = [] if suffix else sorted(pre_tokenizers.ByteLevel.alphabet())
        tokenizer.train_from_iterator(reviews()[:60], trainers.BpeTrainer(
            vocab_size=420 if not suffix else 300, special_tokens=list(special), initial_alphabet=alphabet, **({"end_of_word_suffix": suffix} if suffix else {}),
            show_progress=False))
        with tempfile.TemporaryDirectory() as tmp:
            tokenizer.model.save(tmp)
            for name in ("vocab.json", "merges.txt"):
                shutil.copy(pathlib.Path(tmp) / name, folder / name)
        write(folder, "tokenizer_config.json", config)
        for name, content in (extra or {}).items():
            write(folder, name, content)
    return make


def added(content, **switches):
    return {"content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": False, **switches}


FAIRSEQ = dict(unk_id=0, bos_id=1, eos_id=2, pad_id=-1)
ALBERT = dict(pad_id=0, unk_id=1, bos_id=-1, eos_id=-1, control_symbols="[CLS],[SEP],[MASK]")
DEBERTA = dict(pad_id=0, unk_id=3, bos_id=1, eos_id=2, pad_piece="[PAD]", unk_piece="[UNK]", bos_piece="[CLS]", eos_piece="[SEP]")
XLNET = dict(unk_id=0, bos_id=1, eos_id=2, pad_id=-1, control_symbols="<cls>,<sep>,<pad>,<mask>,<eod>,<eop>")
T5 = dict(pad_id=0, eos_id=1, unk_id=2, bos_id=-1)
LLAMA = dict(kind="bpe", size=620, unk_id=0, bos_id=1, eos_id=2, pad_id=-1, byte_fallback=True, split_digits=True, normalization_rule_tsv=None,
             remove_extra_whitespaces=False, allow_whitespace_only_pieces=True)
GEMMA = dict(LLAMA, pad_id=0, eos_id=1, bos_id=2, unk_id=3, bos_piece="<bos>", eos_piece="<eos>", add_dummy_prefix=False,
             user_defined_symbols="<start_of_turn>,<end_of_turn>,\n\n", control_symbols="<unused0>")
OLD_MASK = {"content": "<mask>", "single_word": False, "lstrip": True, "rstrip": False, "normalized": True, "__type": "AddedToken"}

FOLDERS = {
    "xlm-roberta": spm("sentencepiece.bpe.model", {"tokenizer_class": "XLMRobertaTokenizer", "model_max_length": 512}, **FAIRSEQ),
    "xlm-roberta-bpe": spm("sentencepiece.bpe.model", {"tokenizer_class": "XLMRobertaTokenizerFast", "mask_token": OLD_MASK}, kind="bpe", **FAIRSEQ),
    "camembert": spm("sentencepiece.bpe.model", {"tokenizer_class": "CamembertTokenizer"}, **FAIRSEQ),
    "barthez": spm("sentencepiece.bpe.model", {"tokenizer_class": "BarthezTokenizer"}, pad_id=1, unk_id=3, bos_id=0, eos_id=2, control_symbols="<mask>"),
    "mbart": spm("sentencepiece.bpe.model", {"tokenizer_class": "MBartTokenizer"}, **FAIRSEQ),
    "mbart-german": spm("sentencepiece.bpe.model", {"tokenizer_class": "MBartTokenizer", "src_lang": "de_DE"}, **FAIRSEQ),
    "mbart50": spm("sentencepiece.bpe.model", {"tokenizer_class": "MBart50Tokenizer", "src_lang": "fr_XX"}, **FAIRSEQ),
    "nllb": spm("sentencepiece.bpe.model", {"tokenizer_class": "NllbTokenizer"}, kind="bpe", **FAIRSEQ),
    "xglm": spm("sentencepiece.bpe.model", {"tokenizer_class": "XGLMTokenizer"}, **FAIRSEQ),
    "albert": spm("spiece.model", {"tokenizer_class": "AlbertTokenizer"}, **ALBERT),
    "albert-cased": spm("spiece.model", {"tokenizer_class": "AlbertTokenizer", "do_lower_case": False, "keep_accents": True}, **ALBERT),
    "fnet": spm("spiece.model", {"tokenizer_class": "FNetTokenizer"}, **ALBERT),
    "xlnet": spm("spiece.model", {"tokenizer_class": "XLNetTokenizer"}, **XLNET),
    "deberta-v2": spm("spm.model", {"tokenizer_class": "DebertaV2Tokenizer", "do_lower_case": True}, **DEBERTA),
    "deberta-v2-punct": spm("spm.model", {"tokenizer_class": "DebertaV2Tokenizer", "split_by_punct": True}, **DEBERTA),
    "t5": spm("spiece.model", {"tokenizer_class": "T5Tokenizer"}, **T5),
    "t5-ten": spm("spiece.model", {"tokenizer_class": "T5Tokenizer", "extra_ids": 10}, **T5),
    "mt5": lambda folder: (train(folder, "spiece.model", **T5), write(folder, "config.json", {"model_type": "mt5", "tokenizer_class": "T5Tokenizer"}),
                           write(folder, "special_tokens_map.json", {"eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}),
                           write(folder, "tokenizer_config.json", {"extra_ids": 0, "additional_special_tokens": None, "tokenizer_class": "T5Tokenizer"})),
    "rembert": spm("sentencepiece.model", {"tokenizer_class": "RemBertTokenizer"}, **ALBERT),
    "big_bird": spm("spiece.model", {"tokenizer_class": "BigBirdTokenizer"}, pad_id=0, eos_id=1, bos_id=2, unk_id=100, control_symbols="[SEP],[MASK],[CLS]"),
    "pegasus": spm("spiece.model", {"tokenizer_class": "PegasusTokenizer"}, pad_id=0, eos_id=1, unk_id=2, bos_id=-1),
    "reformer": spm("spiece.model", {"tokenizer_class": "ReformerTokenizer"}, pad_id=-1, unk_id=2, bos_id=0, eos_id=1),
    "llama": spm("tokenizer.model", {"tokenizer_class": "LlamaTokenizer"}, **LLAMA),
    "llama-new": spm("tokenizer.model", {"tokenizer_class": "LlamaTokenizer", "legacy": False, "add_eos_token": True, "pad_token": "<pad>"}, **LLAMA),
    "gemma": spm("tokenizer.model", {"tokenizer_class": "GemmaTokenizer"}, **GEMMA),
    "albert-added": spm("spiece.model", {"tokenizer_class": "AlbertTokenizer", "additional_special_tokens": ["<x>"], "added_tokens_decoder": {
        "0": added("<pad>", special=True, lstrip=True), "2": added("[CLS]", special=True, rstrip=True, normalized=True),
        "290": added("wow", lstrip=True), "281": added("wiw", single_word=True)}}, **ALBERT),
    "deberta-v2-old": lambda folder: (train(folder, "spm.model", **DEBERTA), write(folder, "config.json", {"model_type": "deberta-v2"}),
                                      write(folder, "added_tokens.json", {"[MASK]": 260, "extra": 261})),
    "t5-new": spm("spiece.model", {"tokenizer_class": "T5Tokenizer", "legacy": False, "additional_special_tokens": ["<extra_id_0>", "<extra_id_1>"], "extra_ids": 2}, **T5),
    "llama-bare": spm("tokenizer.model", {"tokenizer_class": "LlamaTokenizer", "add_prefix_space": False, "add_bos_token": False, "bos_token": "<s>"}, **LLAMA),
    "llama-unigram": spm("tokenizer.model", {"tokenizer_class": "LlamaTokenizer", "legacy": True, "added_tokens_decoder": {
        "0": added("<unk>", special=True), "1": added("<begin>", special=True), "2": added("</s>", special=True)}, "bos_token": "<begin>"},
        **dict(LLAMA, kind="unigram", size=560)),
    "pegasus-named": spm("spiece.model", {"tokenizer_class": "PegasusTokenizer", "offset": 9, "additional_special_tokens": ["<mask_1>", "<topic>"]},
                         pad_id=0, eos_id=1, unk_id=2, bos_id=-1),
    "pegasus-bigbird": spm("spiece.model", {"tokenizer_class": "PegasusTokenizer", "offset": 0, "mask_token_sent": None, "mask_token": "[MASK]"},
                           pad_id=0, eos_id=1, unk_id=2, bos_id=-1, control_symbols="[MASK]"),
    "mbart-named": lambda folder: (train(folder, "sentencepiece.bpe.model", **FAIRSEQ), write(folder, "config.json", {"model_type": "mbart"}),
                                   write(folder, "special_tokens_map.json", {"mask_token": {k: v for k, v in OLD_MASK.items() if k != "__type"},
                                                                             "additional_special_tokens": ["de_DE", "<y>"], "sep_token": "</s>"})),
    "nllb-old": spm("sentencepiece.bpe.model", {"tokenizer_class": "NllbTokenizer", "legacy_behaviour": True, "src_lang": "fra_Latn"}, kind="bpe", **FAIRSEQ),
    "bert": bert({"tokenizer_class": "BertTokenizer"}),
    "bert-cased": bert({"tokenizer_class": "BertTokenizer", "do_lower_case": False, "strip_accents": False}),
    "bert-plain": bert(None, model_type="bert"),
    "distilbert": bert({"do_lower_case": True}, model_type="distilbert"),
    "electra": bert({"tokenizer_class": "ElectraTokenizer"}),
    "mobilebert": bert({"tokenizer_class": "MobileBertTokenizer"}),
    "convbert": bert({"tokenizer_class": "ConvBertTokenizer"}),
    "squeezebert": bert({"tokenizer_class": "SqueezeBertTokenizer"}),
    "layoutlm": bert({"tokenizer_class": "LayoutLMTokenizer"}),
    "mpnet": bert({"tokenizer_class": "MPNetTokenizer"}, special=("<s>", "<pad>", "</s>", "<unk>", "[UNK]", "<mask>")),
    "funnel": bert({"tokenizer_class": "FunnelTokenizer"}, special=("<pad>", "<unk>", "<cls>", "<sep>", "<mask>", "<s>", "</s>")),
    "bert-added": lambda folder: (bert({"tokenizer_class": "BertTokenizer"}, special=("[PAD]", "[UNK]", "[CLS]", "[SEP]"))(folder),
                                  write(folder, "special_tokens_map.json", {"mask_token": "[MASK]", "additional_special_tokens": ["<e1>"]}),
                                  write(folder, "added_tokens.json", {"[MASK]": 183, "<e1>": 184, "wonderful": 185})),
    "roberta": byte_level({"tokenizer_class": "RobertaTokenizer"}, ("<s>", "<pad>", "</s>", "<unk>", "<mask>")),
    "roberta-old": byte_level({"tokenizer_class": "RobertaTokenizer", "add_prefix_space": True}, ("<s>", "<pad>", "</s>", "<unk>", "<mask>"),
                              extra={"special_tokens_map.json": {"mask_token": {k: v for k, v in OLD_MASK.items() if k != "__type"}, "bos_token": "<s>"}}),
    "bart": byte_level({"tokenizer_class": "BartTokenizer"}, ("<s>", "<pad>", "</s>", "<unk>", "<mask>")),
    "longformer": byte_level({"tokenizer_class": "LongformerTokenizer"}, ("<s>", "<pad>", "</s>", "<unk>", "<mask>")),
    "gpt2": byte_level({"tokenizer_class": "GPT2Tokenizer"}, ("<|endoftext|>",)),
    "opt": byte_level({"tokenizer_class": "GPT2Tokenizer", "add_bos_token": True, "bos_token": "</s>", "eos_token": "</s>", "unk_token": "</s>", "pad_token": "<pad>"},
                      ("<s>", "<pad>", "</s>", "<unk>")),
    "deberta": byte_level({"tokenizer_class": "DebertaTokenizer"}, ("[CLS]", "[PAD]", "[SEP]", "[UNK]", "[MASK]")),
    "qwen2": byte_level({"tokenizer_class": "Qwen2Tokenizer", "added_tokens_decoder": {
        "421": {"content": "<|endoftext|>", "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True},
        "422": {"content": "<|im_start|>", "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True}}}, ()),
    "herbert": byte_level({"tokenizer_class": "HerbertTokenizer"}, ("<s>", "</s>", "<pad>", "<unk>", "<mask>"), suffix="</w>"),
    "openai-gpt": byte_level({"tokenizer_class": "OpenAIGPTTokenizer"}, ("<unk>",), suffix="</w>"),
    "blenderbot": byte_level({"tokenizer_class": "BlenderbotTokenizer"}, ("<s>", "<pad>", "</s>", "<unk>", "<mask>")),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only")
    parser.add_argument("--train", action="store_true")
    args = parser.parse_args()
    rng = random.Random(4)
    for name, make in FOLDERS.items():
        if args.only and args.only != name:
            continue
        folder = HERE / "conversions" / name
        if args.train or not folder.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            make(folder)
        try:
            with tempfile.TemporaryDirectory() as tmp:  # nothing of ours beside the model's files
                for file in folder.iterdir():
                    if file.name not in ("expected.json", "cases.jsonl"):
                        shutil.copy(file, tmp)
                tokenizer = AutoTokenizer.from_pretrained(tmp, use_fast=True)
        except Exception as error:
            print(name, "FAILED", type(error), str(error)[:300])
            continue
        expected = json.loads(tokenizer.backend_tokenizer.to_str())
        (folder / "expected.json").write_text(json.dumps(expected, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
        # As a file: a tokenizer that was just put together has normalised its added tokens before it had its normalizer.
        backend = Tokenizer.from_file(str(folder / "expected.json"))
        with open(folder / "cases.jsonl", "w", encoding="utf-8") as out:
            for text in TEXTS + reviews()[:3]:
                for pair in (None, rng.choice(TEXTS)):
                    encoding = backend.encode(text, pair)
                    case = {"text": text, **({} if pair is None else {"text_pair": pair}), "ids": encoding.ids, "type_ids": encoding.type_ids}
                    out.write(json.dumps(case, separators=(",", ":")) + "\n")
        print(name, type(tokenizer).__name__, len(tokenizer))


if __name__ == "__main__":
    main()
