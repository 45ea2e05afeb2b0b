"""Trees of files for artifacts_bench.py: what they are is decided by a seed."""
import os
import random

MIB = 1 << 20


def write_many(folder, files, size, seed):
    source = random.Random(seed)
    for number in range(files):
        file = folder / f"{number % 100:02}" / f"{number}.bin"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(source.randbytes(size))


def write_big(folder, size, seed, holes):
    source = random.Random(seed)
    folder.mkdir(parents=True)
    with open(folder / "big.bin", "wb") as file:
        for at in range(0, size, 64 * MIB):
            file.seek(at)
            file.write(source.randbytes(min(size - at, 32 * MIB if holes else 64 * MIB)))
        file.truncate(size)


def files_of(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def bytes_of(folder):
    return sum(path.stat().st_size for path in files_of(folder))


def change(folder, share, seed):
    """Replaces that share of the bytes: the beginning of a single file, or whole files, evenly taken."""
    source = random.Random(seed)
    files = files_of(folder)
    if len(files) == 1:
        size = int(files[0].stat().st_size * share)
        with open(files[0], "r+b") as file:
            file.write(source.randbytes(size))
    else:
        for path in files[:: int(1 / share)]:
            path.write_bytes(source.randbytes(path.stat().st_size))


def flip_a_bit(folder):
    """In the middle of the middle file; its path within the folder."""
    files = files_of(folder)
    path = files[len(files) // 2]
    with open(path, "r+b") as file:
        file.seek(path.stat().st_size // 2)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 1]))
    return str(path.relative_to(folder))
