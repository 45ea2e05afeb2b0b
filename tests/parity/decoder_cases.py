"""Decoders of cases.py, and encoders that are built like them."""
from encoder_cases import POSITIONS


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
