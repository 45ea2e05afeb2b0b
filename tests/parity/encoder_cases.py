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
    return out
