"""What the check of the cache against huggingface_hub's needs: a hub, our program, and folders compared."""
import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

SERVER = Path(__file__).resolve().parent.parent / "support" / "hub" / "hub_server.py"
failed = []


def check(name, fine, detail=""):
    print(f"{'ok    ' if fine else 'FAILED'} {name}{'' if fine else ': ' + str(detail)[:2000]}", flush=True)
    if not fine:
        failed.append(name)


class Server:
    def __init__(self, root, behaviour):
        self.root = root
        (root / "behaviour.json").write_text(json.dumps(behaviour))
        (root / "requests.jsonl").unlink(missing_ok=True)
        self.process = subprocess.Popen([sys.executable, str(SERVER), str(root), str(root / "behaviour.json")],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.endpoint = f"http://127.0.0.1:{int(self.process.stdout.readline())}"

    def requests(self):
        with contextlib.suppress(FileNotFoundError), open(self.root / "requests.jsonl", encoding="utf-8") as log:
            return [json.loads(line) for line in log]
        return []

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


class Ours:
    """The program, with an environment of its own."""

    def __init__(self, program, endpoint):
        self.program, self.endpoint = program, endpoint

    def environment(self, cache, **more):
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "TRANSFORMERS_"))}
        return {**kept, "HF_ENDPOINT": self.endpoint, "HF_HUB_CACHE": str(cache), "no_proxy": "127.0.0.1,localhost", **more}

    def __call__(self, cache, *arguments, **more):
        done = subprocess.run([self.program, *map(str, arguments)], capture_output=True, text=True,
                              env=self.environment(cache, **more), check=False)
        if done.returncode != 0:
            return f"exit code {done.returncode}: {done.stderr}"
        return done.stdout.strip()


def entries(folder):
    """Everything below a folder: names, kinds, link targets, contents."""
    found = {}
    for path in sorted(Path(folder).rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = "-> " + os.readlink(path)
        elif path.is_file():
            content = path.read_bytes()
            found[name] = json.loads(content) if name.startswith("trees/") else content
        else:
            found[name] = "folder"
    return found


def difference(a, b):
    return [(k, str(a.get(k))[:80], str(b.get(k))[:80]) for k in sorted(a.keys() | b.keys()) if a.get(k) != b.get(k)]
