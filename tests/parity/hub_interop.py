#!/usr/bin/env python3
"""The cache of ours against huggingface_hub's, both ways, with a hub of ours between. Exit code 1 when anything differs.

    python tests/parity/hub_interop.py --trainer build/release/bin/trainer --work DIR

What Python cached must be used as it is and without a request; what `trainer download` cached must be what Python would
have made, entry by entry; both may download, list and remove at once.
"""
import argparse
import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

from hub_reference import Ours, Server, check, difference, entries, failed

MODEL, TWIN, DATA, GLOBS = "org/tiny-bert", "org/twin", "org/rows", "org/names"
PULL, TAG = "d" * 40, "e" * 40


def repos(root):
    # In a process of its own: huggingface_hub reads its variables when it is imported.
    script = "import sys, reference; print(reference.checkpoint('bert', 0, sys.argv[1]))"
    made = subprocess.run([sys.executable, "-c", script, str(root / "made")], capture_output=True, text=True, check=True,
                          cwd=Path(__file__).resolve().parent).stdout.split("\n")[-2]
    for repo in (MODEL, TWIN):
        shutil.copytree(made, root / "models" / repo)
    (root / "models" / MODEL / "onnx").mkdir()
    (root / "models" / MODEL / "onnx" / "model.bin").write_bytes(os.urandom(3_000_000))
    for name, text in (("pull", '{"model_type": "bert", "pull": 1}'), ("tag", '{"model_type": "bert"}')):
        (root / name).mkdir()
        (root / name / "config.json").write_text(text)
    data = root / "datasets" / DATA / "plain_text"
    data.mkdir(parents=True)
    (data / "train.csv").write_text("text,label\ngood,1\n")
    names = root / "models" / GLOBS
    for name in ("a.json", "b.JSON", "[x].txt", "sub/c.json", "sub/deep/d e.bin", "é.txt", "a-b_c.d", "sub.json/x", "!y", "]z"):
        (names / name).parent.mkdir(parents=True, exist_ok=True)
        (names / name).write_text(name)


def python_to_ours(ours, server, work):
    from huggingface_hub import hf_hub_download, snapshot_download
    from huggingface_hub.errors import EntryNotFoundError
    cache = work / "from_python"
    for repo, kind, revision in ((MODEL, "model", "main"), (MODEL, "model", "refs/pr/1"), (MODEL, "model", "v1.0"),
                                 (DATA, "dataset", "main")):
        theirs = snapshot_download(repo, repo_type=kind, revision=revision, cache_dir=cache)
        commit = Path(theirs).name
        before = len(server.requests())
        given = ours(cache, "download", repo, "--repo-type", kind, "--revision", commit)
        check(f"python's {kind} at {revision}: its commit needs no request",
              given == theirs and len(server.requests()) == before, (given, theirs, server.requests()[before:]))
        given = ours(cache, "download", repo, "--repo-type", kind, "--revision", revision, HF_HUB_OFFLINE="1")
        check(f"python's {kind} at {revision}: used offline", given == theirs, given)
    texts = work / "texts.jsonl"
    texts.write_text('{"text": "a good film"}\n')
    given = ours(cache, "predict", "--model", MODEL, "--input", texts, "--output", "-", HF_HUB_OFFLINE="1")
    check("python's model: predicts offline", '"label"' in given, given)

    absent = work / "absent"
    for name in ("config.json", "merges.txt"):
        with contextlib.suppress(EntryNotFoundError):
            commit = Path(hf_hub_download(MODEL, name, cache_dir=absent)).parent.name
    before = len(server.requests())
    ours(absent, "predict", "--model", MODEL, "--revision", commit, "--input", texts, "--output", "-")
    asked = [r["path"] for r in server.requests()[before:]]
    check("python's mark that a file is missing is believed", not any("merges.txt" in p for p in asked) and asked, asked)

    script = ("import sys; from huggingface_hub import hf_hub_download as d; "
              "print(d(sys.argv[1], 'model.safetensors', cache_dir=sys.argv[2]))")
    copies = work / "copies"
    theirs = subprocess.run([sys.executable, "-c", script, MODEL, str(copies)], capture_output=True, text=True, check=True,
                            env={**os.environ, "HF_HUB_DISABLE_SYMLINKS": "1"}).stdout.strip()
    given = ours(copies, "download", MODEL, "model.safetensors", HF_HUB_OFFLINE="1")
    check("python's cache without symlinks is used", not Path(theirs).is_symlink() and given == str(Path(theirs).parent), given)


def leftovers(ours, server, work):
    """What a killed huggingface_hub leaves is continued."""
    from huggingface_hub import get_hf_file_metadata, hf_hub_url
    cache = work / "leftover"
    etag = get_hf_file_metadata(hf_hub_url(MODEL, "onnx/model.bin")).etag
    blobs = cache / ("models--" + MODEL.replace("/", "--")) / "blobs"
    blobs.mkdir(parents=True)
    content = (work / "served" / "models" / MODEL / "onnx" / "model.bin").read_bytes()
    (blobs / f"{etag}.0a1b2c3d.incomplete").write_bytes(content[:1_234_567])
    given = ours(cache, "download", MODEL, "onnx/model.bin")
    ranges = [r["range"] for r in server.requests() if r["range"]]
    check("what a killed python left is continued", ranges[-1:] == ["bytes=1234567-"] and
          (Path(given) / "onnx" / "model.bin").read_bytes() == content, (given, ranges))
    check("and nothing of it stays", [p.name for p in blobs.iterdir()] == [etag], list(blobs.iterdir()))


def ours_to_python(ours, server, work):
    import transformers
    from huggingface_hub import (_CACHED_NO_EXIST, get_cached_repo_tree, hf_hub_download, scan_cache_dir, snapshot_download,
                                 try_to_load_from_cache)
    from huggingface_hub.errors import IncompleteSnapshotError
    cache, theirs = work / "from_ours", work / "same_by_python"
    for repo, kind, revision in ((MODEL, "model", "main"), (MODEL, "model", "refs/pr/1"), (MODEL, "model", "v1.0"),
                                 (DATA, "dataset", "main")):
        given = ours(cache, "download", repo, "--repo-type", kind, "--revision", revision)
        snapshot_download(repo, repo_type=kind, revision=revision, cache_dir=theirs)
        same = dict(repo_type=kind, revision=revision, cache_dir=cache, local_files_only=True)
        check(f"our {kind} at {revision}: snapshot_download(local_files_only)", snapshot_download(repo, **same) == given, given)
        file = "plain_text/train.csv" if kind == "dataset" else "config.json"
        check(f"our {kind} at {revision}: hf_hub_download(local_files_only)",
              hf_hub_download(repo, file, **same) == f"{given}/{file}", given)
        tree = get_cached_repo_tree(repo, repo_type=kind, revision=revision, cache_dir=cache)
        check(f"our {kind} at {revision}: get_cached_repo_tree",
              tree == get_cached_repo_tree(repo, repo_type=kind, revision=revision, cache_dir=theirs), tree)
    for name in sorted(p.name for p in theirs.iterdir() if "--" in p.name):
        wrong = difference(entries(cache / name), entries(theirs / name))
        check(f"{name}: entry by entry what python makes", not wrong, wrong)
    commit = Path(snapshot_download(MODEL, cache_dir=cache)).name
    before = len(server.requests())
    snapshot_download(MODEL, revision=commit, cache_dir=cache)
    check("python needs no request for a commit of ours", len(server.requests()) == before, server.requests()[before:])

    options = dict(cache_dir=cache, local_files_only=True)
    config = transformers.AutoConfig.from_pretrained(MODEL, **options)
    check("AutoConfig(local_files_only)", config.model_type == "bert" and not hasattr(config, "pull"))
    model = transformers.AutoModelForSequenceClassification.from_pretrained(MODEL, **options)
    tokens = transformers.AutoTokenizer.from_pretrained(MODEL, **options)("a good film", return_tensors="pt")
    check("AutoModel and AutoTokenizer(local_files_only)", model(**tokens).logits.shape[0] == 1)
    check("AutoConfig of refs/pr/1", transformers.AutoConfig.from_pretrained(MODEL, revision="refs/pr/1", **options).pull == 1)

    texts = work / "texts.jsonl"
    ours(cache, "predict", "--model", MODEL, "--input", texts, "--output", "-")
    check("our mark that a file is missing is believed",
          try_to_load_from_cache(MODEL, "merges.txt", cache_dir=cache) is _CACHED_NO_EXIST)
    listed = {r["id"]: r for r in json.loads(ours(cache, "cache", "ls", "--json"))}
    scan = scan_cache_dir(cache)
    check("scan_cache_dir has no warnings", not scan.warnings, scan.warnings)
    check("cache ls says what scan_cache_dir says", len(scan.repos) == len(listed) and all(
        listed[r.repo_id]["size_on_disk"] == r.size_on_disk and listed[r.repo_id]["type"] == r.repo_type and
        {(v["commit"], tuple(v["refs"]), v["files"]) for v in listed[r.repo_id]["revisions"]} ==
        {(v.commit_hash, tuple(sorted(v.refs)), v.nb_files) for v in r.revisions} for r in scan.repos), (listed, scan))

    part = work / "part"
    ours(part, "download", MODEL, "--include", "config.json")
    try:
        snapshot_download(MODEL, cache_dir=part, local_files_only=True)
        check("python notices that a snapshot of ours is a part", False)
    except IncompleteSnapshotError as error:
        check("python notices that a snapshot of ours is a part", "missing" in str(error))
    check("and takes the part that it asks for",
          snapshot_download(MODEL, cache_dir=part, local_files_only=True, allow_patterns=["config.json"]) != "")


def removal(ours, server, work):
    from huggingface_hub import scan_cache_dir, snapshot_download
    from huggingface_hub.utils import _shared_blobs
    cache = work / "removal"
    for revision in ("main", "refs/pr/1"):
        snapshot_download(MODEL, revision=revision, cache_dir=cache)
    scan = scan_cache_dir(cache)
    expected = scan.delete_revisions(PULL).expected_freed_size
    words = ours(cache, "cache", "rm", f"{MODEL}@refs/pr/1", "--yes")
    left = scan_cache_dir(cache)
    check("cache rm of a revision leaves what scan_cache_dir takes for whole", not left.warnings and
          [len(r.revisions) for r in left.repos] == [1] and left.size_on_disk == scan.size_on_disk - expected, (words, left))
    check("and says what python would free", words == f"freed {expected} B (1 files)", (words, expected))

    snapshot_download(TWIN, cache_dir=cache)
    hash_, size = "ab" * 32, (work / "served" / "models" / TWIN / "model.safetensors").stat().st_size
    for repo in (MODEL, TWIN):
        snapshot = Path(snapshot_download(repo, cache_dir=cache, local_files_only=True))
        blob = (snapshot / "model.safetensors").parent / os.readlink(snapshot / "model.safetensors")
        check(f"{repo}: its weights go into the store that repos share", _shared_blobs.publish_blob_to_shared_store(
            blob_path=os.path.abspath(blob), xet_hash=hash_, cache_dir=cache, expected_size=size))
    check("weights in the shared store are used", ours(cache, "download", TWIN, HF_HUB_OFFLINE="1") != "" and
          "exit" not in ours(cache, "predict", "--model", TWIN, "--input", work / "texts.jsonl", "--output", "-",
                             HF_HUB_OFFLINE="1"))
    store = _shared_blobs.shared_blob_path(cache, hash_)
    expected = scan_cache_dir(cache).size_on_disk
    ours(cache, "cache", "rm", MODEL, "--yes")
    check("the shared content stays with the other repo", store.stat().st_size == size and not scan_cache_dir(cache).warnings)
    ours(cache, "cache", "rm", TWIN, "--yes")
    check("and goes with the last", not store.exists() and scan_cache_dir(cache).size_on_disk == 0)


def folders(ours, server, work):
    from huggingface_hub import snapshot_download
    mine, theirs = work / "local_ours", work / "local_python"
    ours(work / "unused", "download", MODEL, "--local-dir", mine)
    snapshot_download(MODEL, local_dir=theirs)
    hidden = lambda e: {k: v for k, v in e.items() if not k.startswith(".cache/huggingface/") or k.endswith(".metadata")}
    plain = lambda e: {k: v.split(b"\n")[:2] if k.endswith(".metadata") else v for k, v in hidden(e).items()}
    wrong = difference(plain(entries(mine)), plain(entries(theirs)))
    check("--local-dir: entry by entry what python makes", not wrong, wrong)
    for folder, name in ((mine, "ours"), (theirs, "python's")):
        before = len(server.requests())
        if folder == mine:
            snapshot_download(MODEL, local_dir=mine)
        else:
            ours(work / "unused", "download", MODEL, "--local-dir", theirs)
        asked = [r for r in server.requests()[before:] if r["method"] == "GET" and "/api/models/" not in r["path"]]
        check(f"a folder of {name} is not fetched again by the other", not asked, asked)


def together(ours, work, root):
    """Both at once into one cache: each file comes once."""
    server = Server(root, {"pace": [100_000, 0.02]})
    try:
        cache = work / "together"
        script = "import sys; from huggingface_hub import snapshot_download as s; print(s(sys.argv[1], cache_dir=sys.argv[2]))"
        environment = Ours(ours.program, server.endpoint).environment(cache)
        commands = [[sys.executable, "-c", script, MODEL, str(cache)], [ours.program, "download", MODEL]] * 3
        running = [subprocess.Popen(c, env={**environment, "HF_HUB_DISABLE_XET": "1"}, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, text=True) for c in commands]
        answers = [(p.communicate()[0].strip(), p.returncode) for p in running]
        check("six at once, three of each kind: all succeed", len(set(answers)) == 1 and answers[0][1] == 0, answers)
        fetched = [r["path"] for r in server.requests() if r["method"] == "GET" and r["path"].startswith("/cdn/")]
        check("and each large file came once", len(fetched) == len(set(fetched)) == 2, fetched)
    finally:
        server.stop()


def patterns(ours, work, count=60):
    from huggingface_hub.utils import filter_repo_objects
    names = sorted(str(p.relative_to(work / "served" / "models" / GLOBS))
                   for p in (work / "served" / "models" / GLOBS).rglob("*") if p.is_file())
    rng = random.Random(1)
    wrong = []
    for _ in range(count):
        chosen = ["".join(rng.choice(["*", "?", "[", "]", "!", "a", "b", "-", "c", ".json", "sub", "/", "é", "x", "\\"])
                          for _ in range(rng.randrange(1, 6))) for _ in range(2)]
        if any(p.startswith("-") for p in chosen):
            continue
        want = sorted(filter_repo_objects(names, allow_patterns=chosen))
        given = ours(work / "unused", "download", GLOBS, "--dry-run", "--include", chosen[0], "--include", chosen[1])
        got = sorted(line.split("fetch    ")[1] for line in given.split("\n") if "fetch    " in line)
        if got != want:
            wrong.append((chosen, want, got, given))
    check(f"{count} random patterns choose what python's choose", not wrong, wrong[:3])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trainer", required=True)
    parser.add_argument("--work", required=True, type=Path)
    args = parser.parse_args()
    shutil.rmtree(args.work, ignore_errors=True)
    work = args.work.resolve()
    served = work / "served"
    served.mkdir(parents=True)
    repos(served)
    server = Server(served, {"refs": {"refs/pr/1": PULL, "v1.0": TAG}, "folders": {PULL: "pull", TAG: "tag"}})
    # Read when huggingface_hub is imported.
    os.environ.update(HF_ENDPOINT=server.endpoint, HF_HOME=str(work / "home"), HF_HUB_DISABLE_XET="1",
                      HF_HUB_DISABLE_PROGRESS_BARS="1", HF_HUB_DISABLE_TELEMETRY="1", no_proxy="127.0.0.1,localhost")
    ours = Ours(os.path.abspath(args.trainer), server.endpoint)
    try:
        python_to_ours(ours, server, work)
        leftovers(ours, server, work)
        ours_to_python(ours, server, work)
        removal(ours, server, work)
        folders(ours, server, work)
        patterns(ours, work)
    finally:
        server.stop()
    together(ours, work, served)
    print(f"{len(failed)} failed" if failed else "all the same")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
