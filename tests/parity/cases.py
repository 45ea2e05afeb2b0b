"""Tiny random configurations of every supported model type, drawn by seed: every switch of a configuration that changes
numbers is drawn, so that several seeds together exercise them all.

A case function gets a random.Random and returns the options of the type's configuration class. Keys that begin with an
underscore are for the checks: _limit (tokens a text may have), _alone (texts must be compared one by one, because
transformers' numbers depend on the longest text of a batch), _curve ("alone": its curve can be drawn with one text a
step), _pad_to (tokens that transformers must pad every text to), _spread (of the random weights, 1 otherwise), _template and
_tokenizer (the tokenizer's special tokens, and further arguments of it: padding side, model inputs), _attention (the
implementation that is the definition).
"""
import random

from decoder_cases import (bloom, eurobert, falcon, gemma, gemma2, gemma3_text, glm, gpt2, gpt_neo, gpt_neox, gptj,
    llama, mistral, opt, persimmon, phi, phi3, qwen2, qwen3, smollm3, stablelm, starcoder2)
from encoder_cases import (POSITIONS, albert, bert_like, big_bird, convbert, deberta, deberta_v2, distilbert, electra, ernie, flaubert,
    funnel, longformer, mobilebert, modernbert, mpnet, nystromformer, rembert, roberta_like, roformer, squeezebert, xlm, xlnet)


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
    "albert": albert, "bart": bart, "bert": bert_like, "big_bird": big_bird, "bloom": bloom, "camembert": roberta_like,
    "convbert": convbert, "deberta": deberta, "deberta-v2": deberta_v2, "distilbert": distilbert, "electra": electra,
    "ernie": ernie, "eurobert": eurobert, "falcon": falcon, "flaubert": flaubert, "funnel": funnel, "gemma": gemma,
    "gemma2": gemma2, "gemma3_text": gemma3_text, "glm": glm, "gpt2": gpt2, "gpt_neo": gpt_neo, "gpt_neox": gpt_neox,
    "gptj": gptj, "llama": llama, "longformer": longformer, "mbart": bart, "megatron-bert": bert_like, "mistral": mistral,
    "mobilebert": mobilebert, "modernbert": modernbert, "mpnet": mpnet, "mt5": t5, "nystromformer": nystromformer, "opt": opt,
    "persimmon": persimmon, "phi": phi, "phi3": phi3, "qwen2": qwen2, "qwen3": qwen3, "rembert": rembert,
    "roberta": roberta_like, "roberta-prelayernorm": roberta_like, "roformer": roformer, "smollm3": smollm3,
    "squeezebert": squeezebert, "stablelm": stablelm, "starcoder2": starcoder2, "t5": t5, "umt5": t5, "xlm": xlm,
    "xlm-roberta": roberta_like, "xlm-roberta-xl": roberta_like, "xlnet": xlnet,
}


def draw(model_type, seed):
    """The options of one case; a number of classes is drawn too."""
    rng = random.Random(f"{model_type} {seed}")
    options = TYPES[model_type](rng)
    options["num_labels"] = rng.choice((2, 3, 5))
    return options
