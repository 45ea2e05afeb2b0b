"""Chunk lengths as docs/artifacts.md has them ("Chunks"), with a table of its own making.

usage: fastcdc_reference.py SEED...                        those of the bytes that `sample` makes of each seed, a line each
       fastcdc_reference.py --file FILE [MIN AVERAGE MAX]  those of a file
The C++ test makes the same bytes (splitmix64) and compares. Pure Python: a few seconds for ten megabytes.
"""
import hashlib
import sys

GEAR = [int.from_bytes(hashlib.sha256(b"tracker-fastcdc-" + bytes([byte])).digest()[:8], "little") for byte in range(256)]
M64 = (1 << 64) - 1
ARTIFACT = (262_144, 1_048_576, 4_194_304)
SMALL = (1024, 4096, 16384)  # so that a test of many cuts needs few bytes


def cut(data, start, minimum, average, maximum):
    left = len(data) - start
    if left <= minimum:
        return left
    bits = average.bit_length() - 1
    h = 0
    for i in range(minimum, min(left, maximum)):
        h = ((h << 1) + GEAR[data[start + i]]) & M64
        if h >> (64 - (bits + 2 if i < average else bits - 2)) == 0:
            return i + 1
    return min(left, maximum)


def lengths(data, minimum, average, maximum):
    out, start = [], 0
    while start < len(data):
        out.append(cut(data, start, minimum, average, maximum))
        start += out[-1]
    return out


def splitmix64(state):
    while True:
        state = (state + 0x9E3779B97F4A7C15) & M64
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & M64
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & M64
        yield z ^ (z >> 31)


def sample(seed):
    """Random bytes, a stretch of one byte, and bytes of few values; the length is drawn too."""
    numbers = splitmix64(seed)
    size = 50_000 + next(numbers) % 100_000
    same = next(numbers) % size
    out = bytearray()
    while len(out) < size:
        number = next(numbers)
        if same <= len(out) < same + 20_000:
            out += bytes([seed % 256]) * 8
        else:
            out += (number & (0x0303030303030303 if len(out) < size // 4 else M64)).to_bytes(8, "little")
    return bytes(out[:size])


if __name__ == "__main__":
    if sys.argv[1] == "--file":
        with open(sys.argv[2], "rb") as file:
            print(*lengths(file.read(), *(tuple(map(int, sys.argv[3:6])) or ARTIFACT)))
    else:
        for seed in map(int, sys.argv[1:]):
            print(*lengths(sample(seed), *SMALL))
