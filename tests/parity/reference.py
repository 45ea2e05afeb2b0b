"""What the parity checks share: tiny random checkpoints (cases.py), texts, and running the trainer.

Runs under a Python with torch and transformers; the product itself never needs one.
"""
import json
import os
import random
import subprocess
import sys

import torch
import transformers

import cases

torch.set_num_threads(2)
transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()

WORDS = ("the a movie film plot was is not very good bad great awful boring superb acting story scene music I it this "
         "that of and but with without ending beginning loved hated watch again never ever funny sad slow fast").split()

def texts(count, seed=0, longest=120):
    """Texts of mixed length, from two words to more than a tiny model takes."""
    rng = random.Random(seed)
    return [" ".join(rng.choice(WORDS) for _ in range(rng.choice((2, 5, 17, 40, longest)))) for _ in range(count)]


def word_pieces(special):
    """Every word whole and every letter, first and later in a word. Not a trained vocabulary: the order of a trainer's is chance, and
    with it the ids and whatever is measured."""
    letters = sorted({letter for word in WORDS for letter in word.lower()})
    pieces = letters + ["##" + letter for letter in letters] + [word.lower() for word in WORDS]
    return {piece: i for i, piece in enumerate(dict.fromkeys(special + pieces))}


def tokenizer_for(pad_id, notes):
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    special = ["[PAD]", "[UNK]"] if pad_id == 0 else ["[UNK]", "[PAD]"]
    special += ["[CLS]", "[SEP]", "[MASK]"]
    tok = Tokenizer(models.WordPiece(vocab=word_pieces(special), unk_token="[UNK]"))
    tok.normalizer = normalizers.BertNormalizer()
    tok.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tok.add_special_tokens(special)
    ids = {t: tok.token_to_id(t) for t in special}
    tok.post_processor = processors.TemplateProcessing(
        **notes.get("_template", {"single": "[CLS] $A [SEP]", "pair": "[CLS] $A [SEP] $B:1 [SEP]:1"}),
        special_tokens=[("[CLS]", ids["[CLS]"]), ("[SEP]", ids["[SEP]"])])
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=tok, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
        mask_token="[MASK]", model_max_length=cases.POSITIONS - 2, **notes.get("_tokenizer", {}))


def checkpoint(model_type, seed, folder, spread=1.0, **fixed):
    """A random classifier of the case in folder/TYPE-SEED, weights large enough for rounding to show; fixed options are not drawn, and a
    spread below 1 keeps rounding from growing over training steps."""
    target = os.path.join(folder, f"{model_type}-{seed}")
    options = cases.draw(model_type, seed) | fixed
    notes = {key: options.pop(key) for key in list(options) if key.startswith("_")}
    tokenizer = tokenizer_for(1 if options.get("pad_token_id") == 1 else 0, notes)
    config = transformers.AutoConfig.for_model(model_type, vocab_size=len(tokenizer), **options)
    torch.manual_seed(seed)
    spread *= notes.get("_spread", 1.0)
    model = transformers.AutoModelForSequenceClassification.from_config(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * spread * (0.15 if parameter.dim() > 1 else 0.05))
    model.save_pretrained(target)
    tokenizer.save_pretrained(target)
    write_lines(os.path.join(target, "notes.json"), [notes])
    return target


def narrow_mask(model):
    """transformers 5.23 gives Nystroemformer a mask row per query and adds it to scores of landmarks, which fails unless no
    token is padded; all rows are the same, so one is what it means."""
    for module in model.modules():
        if type(module).__name__ == "NystromformerSelfAttention" and module.num_landmarks != module.seq_len:
            module.register_forward_pre_hook(
                lambda _, args: (args[0], args[1] if args[1] is None else args[1][..., :1, :], *args[2:]))


class NoCache:
    def get_seq_length(self):
        return 0

    def __getitem__(self, layer):
        return None


def leave_out_cache(model):
    """transformers 5.23 asks the cache of a pre-norm FlauBERT for a layer's part by index, which fails; a classifier has no use for
    one."""
    for module in model.modules():
        if type(module).__name__ == "FlaubertModel" and module.pre_norm:
            module.register_forward_pre_hook(lambda _, args, kwargs: (args, kwargs | {"cache": NoCache()}), with_kwargs=True)


def notes_of(folder):
    """What cases.py says to the checks about a case."""
    path = os.path.join(folder, "notes.json")
    return read_lines(path)[0] if os.path.exists(path) else {}


def load(folder, dtype=torch.float32, dropout=True):
    """Model and tokenizer as transformers has them; a decoder without padding id gets its end-of-text id."""
    config = transformers.AutoConfig.from_pretrained(folder)
    if not dropout:
        for name, value in vars(config).items():
            if "drop" in name and isinstance(value, float):
                setattr(config, name, 0.0)
    if config.pad_token_id is None:
        config.pad_token_id = config.eos_token_id
    more = {"attn_implementation": notes_of(folder)["_attention"]} if "_attention" in notes_of(folder) else {}
    model = transformers.AutoModelForSequenceClassification.from_pretrained(folder, config=config, dtype=dtype, **more)
    # AutoTokenizer builds some types' tokenizers anew, whatever tokenizer.json says; a tiny case means its file.
    tiny = os.path.exists(os.path.join(folder, "notes.json"))
    loader = transformers.PreTrainedTokenizerFast if tiny else transformers.AutoTokenizer
    tokenizer = loader.from_pretrained(folder)
    if tokenizer.pad_token_id != config.pad_token_id:
        tokenizer.pad_token = tokenizer.convert_ids_to_tokens(config.pad_token_id)
    narrow_mask(model)
    leave_out_cache(model)
    tokenizer.notes = notes_of(folder)
    return model.eval(), tokenizer


def limit_of(model, folder=""):
    config = model.config
    if config.model_type in ("roberta", "longformer", "xlm-roberta", "camembert", "mpnet", "roberta-prelayernorm", "xlm-roberta-xl"):
        return config.max_position_embeddings - config.pad_token_id - 1
    return notes_of(folder).get("_limit") or config.max_position_embeddings


def encode(model, tokenizer, rows, limit):
    padded = tokenizer.notes.get("_pad_to")
    encoded = tokenizer(rows, truncation=True, max_length=padded or limit, padding="max_length" if padded else True,
                        return_tensors="pt")
    if "_tokenizer" not in tokenizer.notes and (getattr(model.config, "type_vocab_size", 0) < 2
                                                or model.config.model_type == "distilbert"):
        encoded.pop("token_type_ids", None)
    return encoded


def forget_lengths(model):
    """Dynamic rotary scaling remembers the longest text it has seen; here every text stands for itself."""
    for module in model.modules():
        if hasattr(module, "original_inv_freq") and hasattr(module, "max_seq_len_cached"):
            module.max_seq_len_cached = module.original_max_seq_len
            module.inv_freq = module.original_inv_freq.clone()


def logits(model, tokenizer, rows, folder):
    """transformers' logits of the texts."""
    limit = limit_of(model, folder)
    size = 1 if notes_of(folder).get("_alone") else 8
    out = []
    with torch.no_grad():
        for begin in range(0, len(rows), size):
            forget_lengths(model)
            out.append(model(**encode(model, tokenizer, rows[begin:begin + size], limit)).logits)
    return torch.cat(out)


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
