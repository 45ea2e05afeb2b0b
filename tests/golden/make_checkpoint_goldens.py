#!/usr/bin/env python3
"""Writes checkpoints/: one state dict as torch.save writes it in both formats, and what it holds in safetensors; and the
inputs that the fuzzers of pytorch_model.bin, of its pickle and of its zip directory begin with.

    PYTHON make_checkpoint_goldens.py        (needs torch and safetensors; made with 2.13)
"""
import collections
import os
import shutil
import zipfile

import torch
from safetensors.torch import save_file

HERE = os.path.dirname(os.path.abspath(__file__))
TARGET = os.path.join(HERE, "checkpoints")
CORPUS = os.path.join(HERE, "..", "fuzz", "corpus", "pytorch_file")
PICKLES = os.path.join(HERE, "..", "fuzz", "corpus", "pickle")
DIRECTORIES = os.path.join(HERE, "..", "fuzz", "corpus", "zip_directory")
DTYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64")


def state_dict():
    """Every dtype, and every way in which a tensor may lie in its storage."""
    out = collections.OrderedDict((f"dtype.{name}", torch.arange(6).reshape(2, 3).to(getattr(torch, name))) for name in DTYPES)
    base = torch.arange(24, dtype=torch.float32)
    out["tied.whole"] = base
    out["tied.again"] = base
    out["view.part"] = base[5:11]
    out["view.matrix"] = base.view(4, 6)
    out["view.transposed"] = base.view(4, 6).t()
    out["view.block"] = base.view(2, 3, 4)[1, 1:, ::2]
    out["view.permuted"] = base.view(2, 3, 4).permute(2, 0, 1)
    out["view.column"] = base.view(4, 6)[:, 2]
    out["repeated"] = torch.arange(3, dtype=torch.int64).expand(2, 3)
    out["scalar"] = torch.tensor(7.0)
    out["empty"] = torch.zeros(0, 3)
    out["parameter"] = torch.nn.Parameter(torch.arange(4, dtype=torch.float32))
    out._metadata = collections.OrderedDict([("", {"version": 1})])
    return out


def save(state, path, zipped):
    torch.save(state, path, _use_new_zipfile_serialization=zipped)


def main():
    for folder in (TARGET, CORPUS, PICKLES, DIRECTORIES):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
    state = state_dict()
    save(state, os.path.join(TARGET, "zip.bin"), True)
    save(state, os.path.join(TARGET, "stream.bin"), False)
    plain = {name: tensor.detach().clone().contiguous() for name, tensor in state.items()}
    save_file(plain, os.path.join(TARGET, "expected.safetensors"))
    # What a fuzzer takes apart fastest: small ones.
    weight = torch.nn.Parameter(torch.arange(6, dtype=torch.float32).reshape(2, 3))
    small = {"tied": collections.OrderedDict(a=weight, b=weight), "view": {"t": weight.detach().t(), "h": torch.ones(2).half()},
             "nothing": {}}
    for name, value in small.items():
        save(value, os.path.join(CORPUS, name + ".zip"), True)
        save(value, os.path.join(CORPUS, name + ".stream"), False)
        with zipfile.ZipFile(os.path.join(CORPUS, name + ".zip")) as saved, open(os.path.join(PICKLES, name), "wb") as out:
            out.write(next(saved.read(member) for member in saved.namelist() if member.endswith("/data.pkl")))
    shutil.copy(os.path.join(CORPUS, "tied.zip"), DIRECTORIES)
    with zipfile.ZipFile(os.path.join(DIRECTORIES, "small"), "w") as written:
        written.writestr("r/a", b"abc")
        written.writestr("r/b", b"")


if __name__ == "__main__":
    main()
