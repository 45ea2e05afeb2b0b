"""Encoders of cases.py."""
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
    if out["normalization_type"] == "no_norm" and not out["use_bottleneck"]:
        out["_spread"] = 0.6  # nothing holds its states down: with larger weights they reach hundreds, and rounding is all that is seen
    return out


def xlm(rng):
    heads = rng.choice((2, 4))
    out = dict(emb_dim=heads * rng.choice((8, 12)), n_layers=rng.choice((1, 2, 3)), n_heads=heads,
               gelu_activation=rng.random() < 0.5, sinusoidal_embeddings=rng.random() < 0.3, causal=rng.random() < 0.3,
               n_langs=rng.choice((1, 3)), use_lang_emb=rng.random() < 0.7, max_position_embeddings=POSITIONS,
               layer_norm_eps=rng.choice((1e-12, 1e-5)), pad_token_id=rng.choice((0, 1)),
               summary_type=rng.choice(("first", "first", "last", "mean", "cls_index")),
               summary_activation=rng.choice((None, "tanh", "gelu")))
    if out["causal"]:  # the first token sees itself alone
        out["summary_type"] = rng.choice(("last", "mean", "cls_index"))
    # With padding, transformers' last token is padding, and its mean counts padding.
    return out if out["summary_type"] == "first" else out | dict(_alone=True, _curve="alone")


def flaubert(rng):
    return xlm(rng) | dict(pre_norm=rng.random() < 0.5, layerdrop=rng.choice((0.0, 0.2)))


def longformer(rng):
    out = roberta_like(rng) | dict(type_vocab_size=rng.choice((1, 2)))
    # transformers pads to the widest window, which the others must divide; and a window of 2 fails there.
    windows = [rng.choice((4, 8, 16, 32)) for _ in range(out["num_hidden_layers"])]
    return out | dict(attention_window=rng.choice((4, 10, 32, windows, windows)))


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
