#!/usr/bin/env python3
"""Rows of trainer/data against Hugging Face `datasets`: which rows a seed picks, what every format holds, which files
make which split. Exit code 1 when anything differs.

    V/bin/python tests/parity/data_parity.py --probe build/release/tests/data_probe --work DIR
"""
import argparse
import bz2
import csv
import gzip
import json
import lzma
import os
import random
import shutil
import subprocess
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_DATASETS_DISABLE_PROGRESS_BARS"] = "1"

import datasets  # noqa: E402
import numpy  # noqa: E402
import pyarrow  # noqa: E402
import pyarrow.parquet  # noqa: E402
from datasets.data_files import DataFilesDict, EmptyDatasetError, get_data_patterns  # noqa: E402

datasets.disable_progress_bars()
datasets.utils.logging.set_verbosity_error()


class Probe:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")

    def ask(self, **command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


class Tally:
    def __init__(self):
        self.counts = {}
        self.wrong = 0

    def check(self, what, got, want, about):
        same, all_of_it = self.counts.get(what, (0, 0))
        self.counts[what] = (same + (got == want), all_of_it + 1)
        if got != want:
            self.wrong += 1
            if self.wrong <= 5:
                print(f"{what}: {about}\n  want {str(want)[:400]}\n  got  {str(got)[:400]}")

    def print(self):
        for what, (same, all_of_it) in self.counts.items():
            print(f"{what:<44} {same:>6} of {all_of_it:>6} the same")


# ---- which rows ------------------------------------------------------------------------------------------------------
def check_rows(probe, tally, seeds):
    for count in (1, 2, 3, 10, 127, 128, 1000, 4097, 25000):
        rows = datasets.Dataset.from_dict({"i": list(range(count))})
        for seed in range(seeds):
            samples = max(1, (count * (seed % 7 + 1)) // 8)
            want = rows.shuffle(seed=seed).select(range(samples))["i"][:]
            tally.check("shuffle and select", probe.ask(do="rows", count=count, seed=seed, samples=samples), want, (count, seed, samples))
            if count < 3:
                continue
            sizes = ["0.2", "0.5", str(count // 3), "0.001", "0.333"]
            size = sizes[seed % len(sizes)]
            parts = rows.train_test_split(test_size=float(size) if "." in size else int(size), seed=seed)
            for part in ("train", "test"):
                got = probe.ask(do="rows", count=count, seed=seed, test_size=size, part=part)
                tally.check("train_test_split", got, parts[part]["i"][:], (count, seed, size, part))
            samples = min(5, len(parts["test"]))
            want = parts["test"].shuffle(seed=seed).select(range(samples))["i"][:]
            got = probe.ask(do="rows", count=count, seed=seed, test_size=size, part="test", samples=samples)
            tally.check("train_test_split, then shuffle and select", got, want, (count, seed, size))


def check_stratified(probe, tally, seeds):
    for count, classes in ((20, 2), (101, 3), (1000, 7), (4097, 50), (25000, 2)):
        names = [str(i) for i in range(classes)]
        for seed in range(seeds):
            rng = numpy.random.default_rng(seed + count)
            labels = numpy.minimum(rng.geometric(2.0 / (classes + 1), count) - 1, classes - 1)
            labels[: 2 * classes] = numpy.repeat(numpy.arange(classes), 2)
            labels = labels.tolist()
            features = datasets.Features({"i": datasets.Value("int64"), "label": datasets.ClassLabel(names=names)})
            rows = datasets.Dataset.from_dict({"i": list(range(count)), "label": labels}, features=features)
            size = ("0.2", "0.5", str(count // 3))[seed % 3]
            try:
                parts = rows.train_test_split(test_size=float(size) if "." in size else int(size), seed=seed, stratify_by_column="label")
            except ValueError:
                parts = None
            for part in ("train", "test"):
                got = probe.ask(do="rows", count=count, seed=seed, test_size=size, part=part, stratify=True, classes=labels)
                want = "refused" if parts is None else parts[part]["i"][:]
                tally.check("train_test_split, stratified", "refused" if isinstance(got, dict) else got, want, (count, classes, seed, size, part))


def check_slices(probe, tally, seeds):
    rng = random.Random(1)
    for _ in range(seeds * 3):
        count = rng.choice((1, 7, 10, 99, 1000))
        bound = lambda: rng.choice(("", str(rng.randrange(-count - 2, count + 2)), f"{rng.randrange(-100, 101)}%"))  # noqa: E731
        low, high = bound(), bound()
        if ("%" in low) != ("%" in high):
            high = ""
        spec = f"train[{low}:{high}]"
        instruction = datasets.ReadInstruction.from_spec(spec).to_absolute({"train": count})[0]
        want = list(range(instruction.from_, instruction.to))
        got = probe.ask(do="rows", count=count, split=spec)
        got = [] if isinstance(got, dict) else list(range(count)) if got == "all" else got
        tally.check("train[from:to]", got, want, (count, spec))


# ---- formats ---------------------------------------------------------------------------------------------------------
PIECES = ["good", "bad film", " ", ", ", '"', '""', "'", "\n", "\r\n", "\t", ";", "é", "日本語", "🎬👩‍👩‍👧", "\\", "\\n", "<br />", "{", "}", "[", "]", ":", "a\u0301", "\u2028", "\u00a0",
          "#", "|", "=1+1", "0", "\x01"]


def some_text(rng, size):
    text = "".join(rng.choice(PIECES) for _ in range(rng.randrange(1, size)))
    # Words that pandas takes for "nothing", and numbers, are texts to us: docs/data.md.
    return "t" + text if text.strip() else "blank"


def some_rows(rng, count):
    rows = []
    for i in range(count):
        size = 30 if i % 50 else 4000
        rows.append({"text": some_text(rng, size), "pair": some_text(rng, 10), "label": rng.randrange(3)})
    return rows


def write_csv(path, rows, **how):
    with open(path, "w", encoding=how.pop("encoding", "utf-8"), newline="") as f:
        writer = csv.DictWriter(f, ["label", "text", "pair"], **how)
        writer.writeheader()
        writer.writerows(rows)


def write_json(path, rows, ascii_only=False, array=False, end="\n"):
    with open(path, "w", encoding="utf-8", newline="") as f:
        if array:
            json.dump(rows, f, ensure_ascii=ascii_only, indent=1)
        else:
            f.writelines(json.dumps(row, ensure_ascii=ascii_only) + end for row in rows)


def write_parquet(path, rows, **how):
    table = pyarrow.Table.from_pylist(rows)
    text = how.pop("text_type", None)
    if text is not None:
        table = table.set_column(table.schema.get_field_index("text"), "text", table["text"].cast(text))
    pyarrow.parquet.write_table(table, path, **how)


WRITERS = {
    "a.csv": lambda p, r: write_csv(p, r),
    "quoted.csv": lambda p, r: write_csv(p, r, quoting=csv.QUOTE_ALL, lineterminator="\n"),
    "bom.csv": lambda p, r: write_csv(p, r, encoding="utf-8-sig"),
    "tabs.tsv": lambda p, r: write_csv(p, r, delimiter="\t"),
    "a.jsonl": lambda p, r: write_json(p, r),
    "ascii.jsonl": lambda p, r: write_json(p, r, ascii_only=True, end="\r\n"),
    "array.json": lambda p, r: write_json(p, r, array=True),
    "a.parquet": lambda p, r: write_parquet(p, r),
    "groups.parquet": lambda p, r: write_parquet(p, r, row_group_size=7, compression="zstd"),
    "plain.parquet": lambda p, r: write_parquet(p, r, use_dictionary=False, compression="none", data_page_version="2.0"),
    "gzip.parquet": lambda p, r: write_parquet(p, r, compression="gzip", data_page_size=512),
    "brotli.parquet": lambda p, r: write_parquet(p, r, compression="brotli", version="1.0"),
    "lz4.parquet": lambda p, r: write_parquet(p, r, compression="lz4", column_encoding=None),
    "large.parquet": lambda p, r: write_parquet(p, r, text_type=pyarrow.large_string()),
    "delta.parquet": lambda p, r: write_parquet(p, r, use_dictionary=False, column_encoding={"text": "DELTA_LENGTH_BYTE_ARRAY", "pair": "DELTA_BYTE_ARRAY", "label": "DELTA_BINARY_PACKED"}),
    "hub.parquet": lambda p, r: datasets.Dataset.from_list(r, features=datasets.Features(
        {"text": datasets.Value("string"), "pair": datasets.Value("string"), "label": datasets.ClassLabel(names=["no", "so-so", "yes"])})).to_parquet(p),
}
PACKERS = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}


def pack(path, work):
    """The file and its compressed copies."""
    yield path
    if path.endswith(".parquet"):
        return
    content = open(path, "rb").read()
    for end, packer in PACKERS.items():
        with open(path + end, "wb") as f:
            f.write(packer(content))
        yield path + end
    subprocess.run(["zstd", "-q", "-f", path], check=True)
    yield path + ".zst"


def rows_of(dataset):
    return [{"text": row["text"], "pair": row["pair"], "label": row["label"]} for row in dataset]


def ours(answer):
    return answer.get("error") or answer["rows"]


def builder_of(name):
    return "parquet" if ".parquet" in name else "csv" if ".csv" in name or ".tsv" in name else "json"


def check_formats(probe, tally, work, seeds):
    for seed in range(seeds):
        rows = some_rows(random.Random(seed), (1, 3, 60, 400)[seed % 4])
        for name, write in WRITERS.items():
            folder = os.path.join(work, f"format-{seed}")
            os.makedirs(folder, exist_ok=True)
            write(os.path.join(folder, name), rows)
            for path in pack(os.path.join(folder, name), work):
                extra = {"sep": "\t"} if ".tsv" in path else {}
                # zstd is no part of Python: the packed file's rows are those of the plain one.
                plain = path.removesuffix(".zst")
                theirs = datasets.load_dataset(builder_of(path), data_files=plain, split="train", cache_dir=os.path.join(work, "cache"), **extra)
                got = probe.ask(do="read", source=path, pair="pair")
                tally.check(f"rows of {name.split('.', 1)[1]} files", ours(got), rows_of(theirs), path)
                if name == "hub.parquet":
                    tally.check("class names", got["names"], theirs.features["label"].names, path)
        shutil.rmtree(folder)


def check_several_files(probe, tally, work, seeds):
    for seed in range(seeds):
        rng = random.Random(seed)
        folder = os.path.join(work, f"several-{seed}")
        os.makedirs(os.path.join(folder, "data"))
        end = rng.choice(("csv", "jsonl", "parquet"))
        write = {"csv": write_csv, "jsonl": write_json, "parquet": write_parquet}[end]
        for split in ("train", "test"):
            for i in range(3):
                write(os.path.join(folder, "data", f"{split}-{i:05}-of-00003.{end}"), some_rows(rng, rng.randrange(1, 30)))
        for split in ("train", "test"):
            theirs = datasets.load_dataset(folder, split=split, cache_dir=os.path.join(work, "cache"))
            tally.check("rows of several files", ours(probe.ask(do="read", source=folder, pair="pair", part=split)), rows_of(theirs), folder)
        got = probe.ask(do="read", source=folder, pair="pair", samples=2, seed=seed, split="train[10%:]")
        want = datasets.load_dataset(folder, split="train[10%:]", cache_dir=os.path.join(work, "cache")).shuffle(seed=seed).select(range(2))
        tally.check("slice, shuffle and select of several files", ours(got), rows_of(want), folder)
        shutil.rmtree(folder)


# ---- files and cards -------------------------------------------------------------------------------------------------
NAMES = ["train", "test", "validation", "valid", "dev", "val", "eval", "training", "my_train", "train_1", "x-test-2", "data", "random", "latest", "contest", ".hidden", "__pycache__",
         "test set", "train.v1", "README.md", "trainer", "1train", "evaluation"]


def some_tree(rng):
    paths = set()
    for _ in range(rng.randrange(1, 9)):
        folders = [rng.choice(NAMES) for _ in range(rng.choice((0, 0, 1, 1, 2)))]
        name = rng.choice(NAMES)
        if rng.random() < 0.2:
            folders, name = ["data"], f"{rng.choice(NAMES[:9])}-0000{rng.randrange(3)}-of-00003"
        paths.add("/".join(folders + [name + rng.choice((".csv", ".csv.gz", ".csv"))]))
    return sorted(paths)


def check_trees(probe, tally, work, seeds):
    for seed in range(seeds * 5):
        paths = some_tree(random.Random(seed))
        folder = os.path.join(work, f"tree-{seed}")
        for path in paths:
            os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
            open(os.path.join(folder, path), "w").write("text,label\na,1\n")
        try:
            patterns = get_data_patterns(os.path.abspath(folder))
            found = DataFilesDict.from_patterns(patterns, base_path=os.path.abspath(folder))
            want = {split: list(dict.fromkeys(os.path.relpath(file, folder) for file in files)) for split, files in found.items()}
        except (EmptyDatasetError, ValueError) as error:
            want = type(error).__name__
        got = probe.ask(do="files", paths=paths)
        if want != "ValueError":  # a split's name that `datasets` does not take
            tally.check("files by split", got if any(got.values()) else "EmptyDatasetError", want, paths)
        shutil.rmtree(folder)


CARDS = [
    "configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: part/*.csv\n  - split: test\n    path: [one/b.csv, one/a.csv]\n",
    "configs:\n- config_name: big\n  data_files: part/a.csv\n- config_name: small\n  default: true\n  data_files:\n  - one/*\n",
    "configs:\n- config_name: only\n  data_dir: one\n",
    "configs:\n- config_name: semi\n  data_files: semicolons.txt.csv\n  sep: ;\n",
    "configs:\n- config_name: a\n  data_files: part/a.csv\n- config_name: b\n  data_files: part/b.csv\n",
]


def check_cards(probe, tally, work):
    for number, card in enumerate(CARDS):
        folder = os.path.join(work, f"card-{number}")
        rng = random.Random(number)
        for path in ("part/a.csv", "part/b.csv", "one/a.csv", "one/b.csv"):
            os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
            write_csv(os.path.join(folder, path), some_rows(rng, 5))
        write_csv(os.path.join(folder, "semicolons.txt.csv"), some_rows(rng, 5), delimiter=";")
        with open(os.path.join(folder, "README.md"), "w") as f:
            f.write(f"---\nlicense: mit\n{card}---\n# A data set\n")
        for config in (None, "big", "small", "only", "semi", "a", "b", "default"):
            for split in ("train", "test"):
                try:
                    want = rows_of(datasets.load_dataset(folder, config, split=split, cache_dir=os.path.join(work, "cache")))
                except ValueError:
                    want = "refused"
                got = probe.ask(do="read", source=folder, config=config or "", pair="pair", part=split)
                tally.check("rows by card", "refused" if "error" in got else got["rows"], want, (card, config, split))


# ---- labels ----------------------------------------------------------------------------------------------------------
def check_labels(probe, tally, work):
    """Problem types as transformers infers them from num_labels and the labels' type."""
    folder = os.path.join(work, "labels")
    os.makedirs(folder)
    names = ["x", "y", "z"]
    as_list = datasets.Features({"text": datasets.Value("string"), "label": datasets.List(datasets.ClassLabel(names=names))})
    cases = [
        ("float", [0.5, 1.0, -2.0], None, "regression", [[0.5], [1.0], [-2.0]], []),
        ("int", [2, 0, 1], None, "single_label_classification", [2, 0, 1], []),
        ("text", ["b", "a", "c"], None, "single_label_classification", [1, 0, 2], ["a", "b", "c"]),
        ("vectors", [[0.0, 1.0], [1.0, 1.0], [0.0, 0.0]], None, "multi_label_classification", [[0, 1], [1, 1], [0, 0]], []),
        ("binary", [[0, 1], [1, 1], [0, 0]], None, "multi_label_classification", [[0, 1], [1, 1], [0, 0]], []),
        ("indices", [[2], [0, 1], []], as_list, "multi_label_classification", [[0, 0, 1], [1, 1, 0], [0, 0, 0]], names),
        ("named", [["q"], ["p", "q"], ["r"]], None, "multi_label_classification", [[0, 1, 0], [1, 1, 0], [0, 0, 1]], ["p", "q", "r"]),
        ("bool", [True, False, True], None, "single_label_classification", [1, 0, 1], []),
    ]
    for name, labels, features, problem, want, want_names in cases:
        dataset = datasets.Dataset.from_dict({"text": ["a", "b", "c"], "label": labels}, features=features)
        path = os.path.join(folder, name)
        dataset.to_parquet(path + ".parquet")
        dataset.to_json(path + ".jsonl")
        files = [".parquet"] + ([".jsonl"] if features is None else [])
        if not isinstance(labels[0], list):
            dataset.to_csv(path + ".csv")
            files += [".csv"]
        for end in files:
            got = probe.ask(do="read", source=path + end)
            if "error" in got:
                tally.check("labels", got, problem, path + end)
                continue
            if name == "bool" and end == ".csv":  # False, True: two names
                want_names = ["False", "True"]
            values = [row.get("targets", row.get("label")) for row in got["rows"]]
            tally.check("labels", (got["problem"], values, got["names"]), (problem, want, want_names), path + end)
    path = os.path.join(folder, "columns.csv")
    with open(path, "w") as f:
        f.write("text,toxic,rude\na,1,0\nb,0,0\n")
    got = probe.ask(do="read", source=path, labels=["rude", "toxic"])
    tally.check("labels", (got.get("problem"), got.get("names"), [row["targets"] for row in got["rows"]]), ("multi_label_classification", ["rude", "toxic"], [[0, 1], [0, 0]]), path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--probe", required=True)
    parser.add_argument("--work", required=True, help="a folder for files, emptied first")
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--format-seeds", type=int, default=4)
    args = parser.parse_args()
    shutil.rmtree(args.work, ignore_errors=True)
    os.makedirs(args.work)
    probe, tally = Probe(args.probe), Tally()
    check_rows(probe, tally, args.seeds)
    check_stratified(probe, tally, args.seeds)
    check_slices(probe, tally, args.seeds)
    check_trees(probe, tally, args.work, args.seeds)
    check_cards(probe, tally, args.work)
    check_labels(probe, tally, args.work)
    check_several_files(probe, tally, args.work, args.format_seeds * 3)
    check_formats(probe, tally, args.work, args.format_seeds)
    tally.print()
    shutil.rmtree(args.work)
    print(f"{tally.wrong} differ" if tally.wrong else f"all the same as datasets {datasets.__version__}")
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
