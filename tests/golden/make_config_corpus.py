#!/usr/bin/env python3
"""Writes ../fuzz/corpus/model_config/: a small config.json of each model type, drawn as tests/parity/cases.py draws them.

    PYTHON make_config_corpus.py        (needs transformers; made with 5.23)
"""
import json
import os
import sys

import transformers

HERE = os.path.dirname(os.path.abspath(__file__))
TARGET = os.path.join(HERE, "..", "fuzz", "corpus", "model_config")
sys.path.insert(0, os.path.join(HERE, "..", "parity"))
import cases  # noqa: E402


def main():
    os.makedirs(TARGET, exist_ok=True)
    for model_type in cases.TYPES:
        options = {key: value for key, value in cases.draw(model_type, 1).items() if not key.startswith("_")}
        config = transformers.AutoConfig.for_model(model_type, vocab_size=200, **options).to_diff_dict()
        with open(os.path.join(TARGET, model_type), "w", encoding="utf-8") as out:
            json.dump(config, out)


if __name__ == "__main__":
    main()
