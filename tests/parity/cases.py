"""Tiny random configurations of every supported model type, drawn by seed: every switch of a configuration that changes
numbers is drawn, so that several seeds together exercise them all.

A case function gets a random.Random and returns the options of the type's configuration class. Keys that begin with an
underscore are for the checks: _limit (tokens a text may have), _alone (texts must be compared one by one, because
transformers' numbers depend on the longest text of a batch), _curve ("alone": its curve can be drawn with one text a
step), _pad_to (tokens that transformers must pad every text to), _template and _tokenizer (the tokenizer's special tokens, and
further arguments of it: padding side, model inputs), _attention (the implementation that is the definition).
"""
import random

from decoder_cases import (bloom, eurobert, falcon, gemma, gemma2, gemma3_text, glm, gpt2, gpt_neo, gpt_neox, gptj,
    llama, mistral, opt, persimmon, phi, phi3, qwen2, qwen3, smollm3, stablelm, starcoder2)
from encoder_cases import (POSITIONS, albert, bert_like, convbert, deberta, deberta_v2, distilbert, electra, ernie,
    mobilebert, modernbert, mpnet, nystromformer, rembert, roberta_like, roformer, squeezebert)


def xlm(rng):
    heads = rng.choice((2, 4))
    out = dict(emb_dim=heads * rng.choice((8, 12)), n_layers=rng.choice((1, 2, 3)), n_heads=heads,
               gelu_activation=rng.random() < 0.5, sinusoidal_embeddings=rng.random() < 0.3, causal=rng.random() < 0.3,
               n_langs=rng.choice((1, 3)), use_lang_emb=rng.random() < 0.7, max_position_embeddings=POSITIONS,
               layer_norm_eps=rng.choice((1e-12, 1e-5)), pad_token_id=rng.choice((0, 1)),
               summary_type=rng.choice(("first", "first", "last", "mean", "cls_index")),
               summary_activation=rng.choice((None, "tanh", "gelu")))
    # With padding, transformers' last token is padding, and its mean counts padding.
    return out if out["summary_type"] == "first" else out | dict(_alone=True, _curve="alone")


def flaubert(rng):
    return xlm(rng) | dict(pre_norm=rng.random() < 0.5, layerdrop=rng.choice((0.0, 0.2)))


def longformer(rng):
    out = roberta_like(rng, type_vocab_size=rng.choice((1, 2)))
    window = lambda: rng.choice((2, 4, 10, 32))
    return out | dict(attention_window=rng.choice((window(), [window() for _ in range(out["num_hidden_layers"])])))


def big_bird(rng):
    out = bert_like(rng, attention_type=rng.choice(("block_sparse", "block_sparse", "original_full")), use_bias=rng.random() < 0.6,
                    rescale_embeddings=rng.random() < 0.5, block_size=rng.choice((8, 16, 64)),
                    num_random_blocks=rng.choice((2, 3)), pad_token_id=0)
    if out["attention_type"] == "block_sparse":
        out["_limit"] = min(POSITIONS, (5 + 2 * out["num_random_blocks"]) * out["block_size"])
    return out


def xlnet(rng):
    heads = rng.choice((2, 4))
    inputs = ["input_ids", "attention_mask"] + rng.choice(([], ["token_type_ids"]))
    out = dict(d_model=heads * rng.choice((6, 8, 16)), n_layer=rng.choice((1, 2, 3)), n_head=heads, d_inner=rng.choice((40, 64)),
               ff_activation=rng.choice(("gelu", "relu")), attn_type=rng.choice(("bi", "bi", "uni")),
               layer_norm_eps=rng.choice((1e-12, 1e-5)), clamp_len=rng.choice((-1, -1, 20)), mem_len=rng.choice((None, 16)),
               same_length=rng.random() < 0.3, reuse_len=rng.choice((None, 8)), use_mems_train=rng.random() < 0.3,
               summary_type=rng.choice(("last", "last", "first", "mean", "cls_index")), summary_use_proj=rng.random() < 0.8,
               summary_activation=rng.choice(("tanh", "gelu", None)), pad_token_id=rng.choice((0, 1)), _limit=128,
               _tokenizer=dict(padding_side="left", pad_token_type_id=3, model_input_names=inputs),
               _template=dict(single="$A [SEP] [CLS]:2", pair="$A [SEP] $B:1 [SEP]:1 [CLS]:2"))
    # transformers pads on the left, where the first token is; and its causal mask takes one text at a time.
    if out["attn_type"] == "uni" or out["summary_type"] in ("first", "mean"):
        out |= dict(_alone=True, _curve="alone")
    return out


def funnel(rng):
    heads = rng.choice((2, 4))
    blocks = [rng.choice((1, 2)) for _ in range(rng.choice((1, 2, 3)))]
    inputs = ["input_ids", "attention_mask"] + rng.choice(([], ["token_type_ids"]))
    # Funnel pools padding too, and the longest text of a batch decides how often.
    return dict(d_model=heads * rng.choice((6, 8)), n_head=heads, d_head=rng.choice((6, 8)), d_inner=rng.choice((40, 64)),
                block_sizes=blocks, block_repeats=rng.choice((None, [rng.choice((1, 2)) for _ in blocks])),
                hidden_act=rng.choice(("gelu_new", "relu")), layer_norm_eps=rng.choice((1e-9, 1e-5)),
                pooling_type=rng.choice(("mean", "max")), attention_type=rng.choice(("relative_shift", "factorized")),
                separate_cls=rng.random() < 0.7, truncate_seq=rng.random() < 0.6, pool_q_only=rng.random() < 0.6,
                pad_token_id=rng.choice((None, 0)), eos_token_id=0, _limit=128, _alone=True, _curve="alone",
                _tokenizer=dict(model_input_names=inputs),
                _template=dict(single="[CLS]:2 $A [SEP]", pair="[CLS]:2 $A [SEP] $B:1 [SEP]:1"))


def bart(rng):
    heads = rng.choice((2, 4))
    return dict(d_model=heads * 8, encoder_layers=rng.choice((1, 2)), decoder_layers=rng.choice((1, 2, 3)),
                encoder_attention_heads=heads, decoder_attention_heads=heads, encoder_ffn_dim=40, decoder_ffn_dim=48,
                max_position_embeddings=POSITIONS, scale_embedding=rng.random() < 0.5,
                activation_function=rng.choice(("gelu", "relu")), pad_token_id=1, bos_token_id=2, eos_token_id=3,
                decoder_start_token_id=3, forced_eos_token_id=3)


def t5(rng):
    heads = rng.choice((2, 4))
    return dict(d_model=heads * 12, d_kv=rng.choice((8, 12)), d_ff=40, num_layers=rng.choice((1, 2)),
                num_decoder_layers=rng.choice((1, 2, 3)), num_heads=heads, relative_attention_num_buckets=rng.choice((8, 32)),
                relative_attention_max_distance=rng.choice((20, 128)), feed_forward_proj=rng.choice(("relu", "gated-gelu")),
                pad_token_id=0, eos_token_id=3, decoder_start_token_id=0, _limit=128)


TYPES = {
    "funnel": funnel,
    "big_bird": big_bird,
    "longformer": longformer,
    "xlnet": xlnet,
    "flaubert": flaubert,
    "xlm": xlm,
    "albert": albert, "bart": bart, "bert": bert_like, "bloom": bloom, "camembert": roberta_like,
    "convbert": convbert, "deberta": deberta, "mobilebert": mobilebert, "nystromformer": nystromformer,
    "roformer": roformer, "squeezebert": squeezebert,
    "deberta-v2": deberta_v2, "distilbert": distilbert, "electra": electra, "ernie": ernie, "eurobert": eurobert,
    "falcon": falcon, "gemma": gemma, "gemma2": gemma2, "gemma3_text": gemma3_text, "glm": glm, "gpt2": gpt2,
    "gpt_neo": gpt_neo, "gpt_neox": gpt_neox, "gptj": gptj, "llama": llama, "mbart": bart, "megatron-bert": bert_like,
    "mistral": mistral, "modernbert": modernbert, "mpnet": mpnet, "mt5": t5, "opt": opt, "persimmon": persimmon,
    "phi": phi, "phi3": phi3, "qwen2": qwen2, "qwen3": qwen3, "rembert": rembert, "roberta": roberta_like,
    "roberta-prelayernorm": roberta_like, "smollm3": smollm3, "stablelm": stablelm, "starcoder2": starcoder2,
    "t5": t5, "umt5": t5, "xlm-roberta": roberta_like, "xlm-roberta-xl": roberta_like,
}


def draw(model_type, seed):
    """The options of one case; a number of classes is drawn too."""
    rng = random.Random(f"{model_type} {seed}")
    options = TYPES[model_type](rng)
    options["num_labels"] = rng.choice((2, 3, 5))
    return options
