"""What the parity checks share: tiny random checkpoints of every supported type, texts, and running the trainer.

Runs under a Python with torch and transformers; the product itself never needs one.
"""
import json
import os
import random
import subprocess
import sys

import torch
import transformers

torch.set_num_threads(2)
transformers.logging.set_verbosity_error()

WORDS = ("the a movie film plot was is not very good bad great awful boring superb acting story scene music I it this "
         "that of and but with without ending beginning loved hated watch again never ever funny sad slow fast").split()

# Switches differ from type to type on purpose: each case exercises others.
CASES = {
    "bert": dict(hidden_size=32, num_hidden_layers=3, num_attention_heads=4, intermediate_size=64, hidden_act="gelu"),
    "bert-relu-wide": dict(hidden_size=48, num_hidden_layers=2, num_attention_heads=2, intermediate_size=40,
                           hidden_act="relu", layer_norm_eps=1e-5, type_vocab_size=3),
    "bert-gelu_new-3": dict(hidden_size=32, num_hidden_layers=1, num_attention_heads=8, intermediate_size=128,
                            hidden_act="gelu_new", num_labels=3),
    "bert-silu": dict(hidden_size=40, num_hidden_layers=2, num_attention_heads=5, intermediate_size=64,
                      hidden_act="silu"),
    "distilbert": dict(dim=32, n_layers=3, n_heads=4, hidden_dim=64, activation="gelu"),
    "distilbert-relu": dict(dim=48, n_layers=2, n_heads=3, hidden_dim=96, activation="relu", num_labels=4),
    "roberta": dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
                    type_vocab_size=1, layer_norm_eps=1e-5, pad_token_id=1),
    "xlm-roberta": dict(hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=96,
                        type_vocab_size=1, layer_norm_eps=1e-5, pad_token_id=1, num_labels=5),
    "camembert": dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
                      type_vocab_size=1, layer_norm_eps=1e-5, pad_token_id=1),
    "electra": dict(embedding_size=24, hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
                    intermediate_size=64),
    "electra-same-size": dict(embedding_size=32, hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
                              intermediate_size=64, hidden_act="gelu_new"),
    "ernie": dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64),
    "ernie-task": dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
                       use_task_id=True, task_type_vocab_size=3),
}
POSITIONS = 130


def texts(count, seed=0, longest=120):
    """Texts of mixed length, from two words to more than a tiny model takes."""
    rng = random.Random(seed)
    return [" ".join(rng.choice(WORDS) for _ in range(rng.choice((2, 5, 17, 40, longest)))) for _ in range(count)]


def tokenizer_for(pad_id):
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
    special = ["[PAD]", "[UNK]"] if pad_id == 0 else ["[UNK]", "[PAD]"]
    special += ["[CLS]", "[SEP]", "[MASK]"]
    tok = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tok.normalizer = normalizers.BertNormalizer()
    tok.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tok.train_from_iterator(texts(50), trainers.WordPieceTrainer(vocab_size=200, special_tokens=special,
                                                                 show_progress=False))
    ids = {t: tok.token_to_id(t) for t in special}
    tok.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", ids["[CLS]"]), ("[SEP]", ids["[SEP]"])])
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=tok, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
        mask_token="[MASK]", model_max_length=POSITIONS - 2)


def checkpoint(name, folder):
    """A random classifier of the case in folder/name, weights large enough for rounding to show."""
    target = os.path.join(folder, name)
    options = dict(CASES[name])
    model_type = next(t for t in ("xlm-roberta", "distilbert", "roberta", "camembert", "electra", "ernie", "bert")
                      if name.startswith(t))
    tokenizer = tokenizer_for(options.get("pad_token_id", 0))
    config = transformers.AutoConfig.for_model(model_type, vocab_size=len(tokenizer), **options)
    config.max_position_embeddings = POSITIONS
    torch.manual_seed(7)
    model = transformers.AutoModelForSequenceClassification.from_config(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.05)
    model.save_pretrained(target)
    tokenizer.save_pretrained(target)
    return target


def load(folder, dtype=torch.float32):
    model = transformers.AutoModelForSequenceClassification.from_pretrained(folder, dtype=dtype).eval()
    return model, transformers.AutoTokenizer.from_pretrained(folder)


def limit_of(model):
    config = model.config
    if config.model_type in ("roberta", "xlm-roberta", "camembert"):
        return config.max_position_embeddings - config.pad_token_id - 1
    return config.max_position_embeddings


def encode(model, tokenizer, rows):
    encoded = tokenizer(rows, truncation=True, max_length=limit_of(model), padding=True, return_tensors="pt")
    if getattr(model.config, "type_vocab_size", 0) < 2:
        encoded.pop("token_type_ids", None)
    if model.config.model_type == "distilbert":
        encoded.pop("token_type_ids", None)
    return encoded


def write_lines(path, rows):
    with open(path, "w", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps(row) + "\n")


def read_lines(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def run(program, *arguments):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{program} {' '.join(map(str, arguments))}\nfailed with {done.returncode}: {done.stderr}")
    return done.stdout


def report(name, error, limit):
    fine = error <= limit
    print(f"{'ok  ' if fine else 'OVER'} {name:<28} max error {error:.2e} (limit {limit:.0e})", flush=True)
    return fine
