"""Tiny random configurations of every supported model type, drawn by seed: every switch of a configuration that changes
numbers is drawn, so that several seeds together exercise them all.

A case function gets a random.Random and returns the options of the type's configuration class. Keys that begin with an
underscore are for the checks: _limit (tokens a text may have), _alone (texts must be compared one by one, because
transformers' numbers depend on the longest text of a batch), _curve ("alone": its curve can be drawn with one text a
step), _pad_to (tokens that transformers must pad every text to), _template and _tokenizer (the tokenizer's special tokens, and
further arguments of it: padding side, model inputs), _attention (the implementation that is the definition).
"""
import random

POSITIONS = 130
ACTIVATIONS = ("gelu", "gelu_new", "relu", "silu")


def bert_like(rng, **more):
    heads = rng.choice((2, 4, 8))
    return dict(hidden_size=heads * rng.choice((6, 8, 16)), num_hidden_layers=rng.choice((1, 2, 3)),
                num_attention_heads=heads, intermediate_size=rng.choice((40, 64, 96)),
                hidden_act=rng.choice(ACTIVATIONS), layer_norm_eps=rng.choice((1e-12, 1e-5)),
                type_vocab_size=rng.choice((2, 3)), max_position_embeddings=POSITIONS) | more


def roberta_like(rng):
    return bert_like(rng, type_vocab_size=1, pad_token_id=1)


def ernie(rng):
    task = rng.random() < 0.5
    return bert_like(rng, use_task_id=task, task_type_vocab_size=3)


def electra(rng):
    return bert_like(rng, embedding_size=rng.choice((24, 32, 48)))


def distilbert(rng):
    heads = rng.choice((2, 3, 4))
    return dict(dim=heads * rng.choice((8, 16)), n_layers=rng.choice((1, 2, 3)), n_heads=heads,
                hidden_dim=rng.choice((64, 96)), activation=rng.choice(("gelu", "relu")),
                max_position_embeddings=POSITIONS)


def modernbert(rng):
    heads = rng.choice((2, 4))
    bias = lambda: rng.random() < 0.5
    return dict(hidden_size=heads * rng.choice((8, 16)), num_hidden_layers=rng.choice((2, 4, 5)),
                num_attention_heads=heads, intermediate_size=rng.choice((40, 64)),
                hidden_activation=rng.choice(("gelu", "silu")), global_attn_every_n_layers=rng.choice((2, 3)),
                local_attention=rng.choice((8, 30, 128)), attention_bias=bias(), mlp_bias=bias(), norm_bias=bias(),
                classifier_bias=bias(), classifier_pooling=rng.choice(("cls", "mean")), norm_eps=rng.choice((1e-5, 1e-6)),
                global_rope_theta=rng.choice((160000.0, 5000.0)), pad_token_id=0, bos_token_id=2, eos_token_id=3,
                cls_token_id=2, sep_token_id=3, max_position_embeddings=256)


def ropes(rng, head_size, kinds=("default", "linear", "dynamic", "llama3", "yarn", "longrope")):
    """rope_parameters of a drawn kind, and what the checks must know."""
    kind = rng.choice(kinds)
    theta = rng.choice((10000.0, 500000.0))
    out = {"rope_type": kind, "rope_theta": theta}
    more = {"max_position_embeddings": 160, "_limit": 128}
    if kind == "linear":
        out["factor"] = rng.choice((2.0, 4.0))
    if kind == "dynamic":
        out["factor"] = 4.0
        more = {"max_position_embeddings": 40, "_limit": 128, "_alone": True}
    if kind == "llama3":
        out |= {"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 32}
    if kind == "yarn":
        out |= {"factor": 4.0, "original_max_position_embeddings": 40}
        out |= rng.choice(({}, {"beta_fast": 16.0, "beta_slow": 2.0}, {"attention_factor": 1.2}))
    if kind == "longrope":
        half = head_size // 2
        out |= {"long_factor": [1.0 + i for i in range(half)], "short_factor": [1.0 + i / 8 for i in range(half)],
                "original_max_position_embeddings": 40}
        more["_alone"] = True
    return {"rope_parameters": out} | more


def llama_like(rng, kinds=("default", "linear", "dynamic", "llama3", "yarn", "longrope"), **more):
    kv = rng.choice((1, 2))
    heads = kv * rng.choice((1, 2, 3))
    head_size = rng.choice((8, 16))
    options = dict(hidden_size=heads * 16, num_hidden_layers=rng.choice((1, 2, 3)), num_attention_heads=heads,
                   num_key_value_heads=kv, head_dim=head_size, intermediate_size=rng.choice((40, 64)),
                   hidden_act=rng.choice(("silu", "gelu")), rms_norm_eps=rng.choice((1e-5, 1e-6)), bos_token_id=2,
                   **rng.choice((dict(pad_token_id=0, eos_token_id=3), dict(pad_token_id=3, eos_token_id=3),
                                 dict(pad_token_id=None, eos_token_id=3))))
    options |= ropes(rng, head_size, kinds)
    return options | more


def llama(rng):
    return llama_like(rng, attention_bias=rng.random() < 0.5, mlp_bias=rng.random() < 0.5)


def mistral(rng):
    return llama_like(rng, sliding_window=rng.choice((None, 7, 64)))


def qwen(rng):
    return llama_like(rng, use_sliding_window=rng.random() < 0.5, sliding_window=9, max_window_layers=1)


def qwen2(rng):
    out = qwen(rng)
    del out["head_dim"]
    return out | ropes(rng, 16)


def qwen3(rng):
    return qwen(rng) | dict(attention_bias=rng.random() < 0.5)


def gemma(rng):
    return llama_like(rng, kinds=("default", "linear"), hidden_act="gelu_pytorch_tanh", pad_token_id=0,
                      attention_bias=rng.random() < 0.5)


def gemma2(rng):
    out = llama_like(rng, kinds=("default",), hidden_activation="gelu_pytorch_tanh", pad_token_id=0,
                     attn_logit_softcapping=rng.choice((None, 2.0, 50.0)), query_pre_attn_scalar=rng.choice((8, 24)),
                     sliding_window=rng.choice((5, 4096)), _attention="eager")
    del out["hidden_act"]
    return out


def gemma3_text(rng):
    out = gemma2(rng)
    out |= dict(sliding_window_pattern=rng.choice((2, 3)), num_hidden_layers=rng.choice((2, 3, 4)),
                rope_parameters={"full_attention": rng.choice(({"rope_type": "default", "rope_theta": 1e6},
                                                               {"rope_type": "linear", "rope_theta": 1e6, "factor": 8.0})),
                                 "sliding_attention": {"rope_type": "default", "rope_theta": 1e4}})
    del out["attn_logit_softcapping"]
    return out


def phi3(rng):
    heads = rng.choice((2, 4))
    out = dict(hidden_size=heads * 16, num_hidden_layers=rng.choice((1, 2)), num_attention_heads=heads,
               num_key_value_heads=rng.choice((1, 2)), intermediate_size=48, pad_token_id=0, eos_token_id=3, bos_token_id=2,
               sliding_window=rng.choice((None, 11)))
    share = rng.choice((1.0, 0.5))
    rope = ropes(rng, int(16 * share), ("default", "longrope"))
    rope["rope_parameters"]["partial_rotary_factor"] = share
    if rope["rope_parameters"]["rope_type"] == "longrope":
        rope["original_max_position_embeddings"] = 40
    return out | rope


def smollm3(rng):
    return llama_like(rng, attention_bias=rng.random() < 0.5, mlp_bias=rng.random() < 0.5, num_hidden_layers=4,
                      no_rope_layer_interval=rng.choice((2, 4)), head_dim=16, pad_token_id=0,
                      **rng.choice((dict(), dict(use_sliding_window=True, sliding_window=9))))


def gpt2(rng):
    heads = rng.choice((2, 4))
    return dict(n_embd=heads * rng.choice((8, 12)), n_layer=rng.choice((1, 2, 3)), n_head=heads, n_positions=POSITIONS,
                n_inner=rng.choice((None, 40)), activation_function=rng.choice(("gelu_new", "relu")),
                scale_attn_weights=rng.random() < 0.7, scale_attn_by_inverse_layer_idx=rng.random() < 0.5,
                bos_token_id=2, eos_token_id=3, pad_token_id=rng.choice((None, 0, 3)), _attention="eager")


def albert(rng):
    layers = rng.choice((2, 3, 4))
    out = bert_like(rng, embedding_size=rng.choice((24, 32)), num_hidden_layers=layers,
                    num_hidden_groups=rng.choice((1, 2)), inner_group_num=rng.choice((1, 2)))
    if rng.random() < 0.3:
        out["embedding_size"] = out["hidden_size"]
    return out


def mpnet(rng):
    out = bert_like(rng, pad_token_id=1, relative_attention_num_buckets=rng.choice((32, 40)))
    del out["type_vocab_size"]
    return out


def gpt_neox(rng):
    heads = rng.choice((2, 4))
    out = dict(hidden_size=heads * 16, num_hidden_layers=rng.choice((1, 2, 3)), num_attention_heads=heads,
               intermediate_size=48, hidden_act=rng.choice(("gelu", "relu")), use_parallel_residual=rng.random() < 0.5,
               attention_bias=rng.random() < 0.5, bos_token_id=2, eos_token_id=3, pad_token_id=rng.choice((0, None)))
    rope = ropes(rng, 16, ("default", "linear", "dynamic"))
    rope["rope_parameters"]["partial_rotary_factor"] = rng.choice((0.25, 0.5, 1.0))
    return out | rope


def gptj(rng):
    heads = rng.choice((2, 4))
    return dict(n_embd=heads * 16, n_layer=rng.choice((1, 2, 3)), n_head=heads, n_positions=POSITIONS,
                rotary_dim=rng.choice((4, 16)), n_inner=rng.choice((None, 40)), bos_token_id=2, eos_token_id=3,
                pad_token_id=rng.choice((0, 3)))


def bloom(rng):
    heads = rng.choice((2, 3, 4, 6))
    return dict(hidden_size=heads * 8, n_layer=rng.choice((1, 2, 3)), n_head=heads,
                apply_residual_connection_post_layernorm=rng.random() < 0.5, bos_token_id=2, eos_token_id=3,
                pad_token_id=rng.choice((0, 3)), _limit=128)


def phi(rng):
    kv = rng.choice((1, 2))
    heads = kv * rng.choice((1, 2))
    out = dict(hidden_size=heads * 16, num_hidden_layers=rng.choice((1, 2, 3)), num_attention_heads=heads,
               num_key_value_heads=kv, intermediate_size=48, hidden_act=rng.choice(("gelu_new", "relu")),
               qk_layernorm=rng.random() < 0.5, bos_token_id=2, eos_token_id=3, pad_token_id=rng.choice((0, 3)))
    rope = ropes(rng, 16, ("default", "linear"))
    rope["rope_parameters"]["partial_rotary_factor"] = rng.choice((0.5, 0.25))
    return out | rope


def stablelm(rng):
    out = phi(rng) | dict(use_qkv_bias=rng.random() < 0.5, use_parallel_residual=rng.random() < 0.5, hidden_act="silu")
    return out


def starcoder2(rng):
    out = phi(rng)
    del out["qk_layernorm"], out["rope_parameters"]["partial_rotary_factor"]
    return out | dict(use_bias=rng.random() < 0.5, sliding_window=rng.choice((None, 9)))


def persimmon(rng):
    out = phi(rng)
    del out["num_key_value_heads"]
    return out | dict(hidden_act=rng.choice(("relu2", "gelu")))


def glm(rng):
    out = llama_like(rng, kinds=("default", "linear"), attention_bias=rng.random() < 0.5, pad_token_id=0)
    out["rope_parameters"]["partial_rotary_factor"] = rng.choice((0.5, 1.0))
    return out


def eurobert(rng):
    return llama_like(rng, attention_bias=rng.random() < 0.5, mlp_bias=rng.random() < 0.5, pad_token_id=0,
                      classifier_pooling=rng.choice(("bos", "mean", "late")))


def gpt_neo(rng):
    heads = rng.choice((2, 4))
    layers = rng.choice((1, 2))
    return dict(hidden_size=heads * 12, num_layers=2 * layers, num_heads=heads, max_position_embeddings=POSITIONS,
                intermediate_size=rng.choice((None, 40)), attention_types=[[["global", "local"], layers]],
                window_size=rng.choice((7, 256)), bos_token_id=2, eos_token_id=3, pad_token_id=rng.choice((0, 3, None)))


def opt(rng):
    heads = rng.choice((2, 4))
    return dict(hidden_size=heads * 8, num_hidden_layers=rng.choice((1, 2, 3)), num_attention_heads=heads, ffn_dim=40,
                max_position_embeddings=POSITIONS, do_layer_norm_before=rng.random() < 0.5, enable_bias=rng.random() < 0.7,
                word_embed_proj_dim=rng.choice((heads * 8, 20)), activation_function=rng.choice(("relu", "gelu")),
                bos_token_id=2, eos_token_id=3, pad_token_id=rng.choice((0, 1)))


def falcon(rng):
    kind = rng.choice(("new", "new", "multi_query", "plain"))
    heads = rng.choice((2, 4))
    out = dict(hidden_size=heads * 16, num_hidden_layers=rng.choice((1, 2, 3)), num_attention_heads=heads,
               bias=rng.random() < 0.5, alibi=rng.random() < 0.5, bos_token_id=2, eos_token_id=3,
               pad_token_id=rng.choice((0, 3)), max_position_embeddings=160, _limit=128,
               multi_query=kind == "multi_query", new_decoder_architecture=kind == "new",
               parallel_attn=kind == "new" or rng.random() < 0.5)
    if kind == "new":
        out |= dict(num_kv_heads=rng.choice((1, 2)), num_ln_in_parallel_attn=rng.choice((None, 1, 2)))
    return out


def rembert(rng):
    return bert_like(rng, input_embedding_size=rng.choice((24, 32)))


def deberta_v2(rng):
    terms = rng.choice((["c2p", "p2c"], ["c2p", "p2c"], "p2c|c2p", ["c2p"], ["p2c"]))
    out = bert_like(rng, type_vocab_size=rng.choice((0, 2)), pos_att_type=terms, relative_attention=rng.random() < 0.9,
                    position_buckets=rng.choice((-1, 16, 32)), share_att_key=rng.random() < 0.6,
                    norm_rel_ebd=rng.choice(("none", "layer_norm")), position_biased_input=rng.random() < 0.3,
                    pooler_hidden_act="gelu", max_relative_positions=rng.choice((-1, 64)))
    if rng.random() < 0.4:
        out |= dict(conv_kernel_size=3, conv_act="gelu", conv_groups=rng.choice((1, 2)))
    return out


def deberta(rng):
    out = deberta_v2(rng)
    for key in ("position_buckets", "share_att_key", "norm_rel_ebd", "conv_kernel_size", "conv_act", "conv_groups"):
        out.pop(key, None)
    return out | dict(pooler_hidden_act=rng.choice(("gelu", "tanh")), max_relative_positions=rng.choice((-1, 24, 64)))


def roformer(rng):
    out = bert_like(rng, rotary_value=rng.random() < 0.5, embedding_size=rng.choice((None, 24, 32)))
    return out


def squeezebert(rng):
    out = bert_like(rng, **{f"{part}_groups": rng.choice((1, 2, 4))
                            for part in ("q", "k", "v", "post_attention", "intermediate", "output")})
    return out | dict(embedding_size=out["hidden_size"])


def nystromformer(rng):
    landmarks, length = rng.choice(((8, 64), (16, 128), (10, 64), (16, 16)))
    out = bert_like(rng, num_landmarks=landmarks, segment_means_seq_len=length, pad_token_id=rng.choice((0, 1)),
                    conv_kernel_size=rng.choice((3, 15)), _alone=True, _curve="alone")
    if landmarks != length:
        out["_limit"] = out["_pad_to"] = length // landmarks * landmarks
    return out


def convbert(rng):
    return bert_like(rng, embedding_size=rng.choice((24, 48)), head_ratio=rng.choice((1, 2, 4)), pad_token_id=0,
                     conv_kernel_size=rng.choice((3, 5, 9)), num_groups=rng.choice((1, 2)), _alone=True, _curve="alone")


def mobilebert(rng):
    out = bert_like(rng, trigram_input=rng.random() < 0.7, use_bottleneck=rng.random() < 0.8,
                    key_query_shared_bottleneck=rng.random() < 0.7, num_feedforward_networks=rng.choice((1, 2, 4)),
                    normalization_type=rng.choice(("no_norm", "layer_norm")), classifier_activation=rng.random() < 0.7,
                    _alone=True, _curve="alone")
    out |= dict(intra_bottleneck_size=out["num_attention_heads"] * 4,
                use_bottleneck_attention=not out["key_query_shared_bottleneck"] or rng.random() < 0.3,
                embedding_size=rng.choice((24, out["hidden_size"])))
    return out


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
    out = roberta_like(rng) | dict(type_vocab_size=rng.choice((1, 2)))
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
