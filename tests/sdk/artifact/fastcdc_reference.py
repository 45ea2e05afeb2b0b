"""Cuts of FastCDC, computed from the paper's description one byte at a time, with a table and masks of its own making.

usage: fastcdc_reference.py SEED... : for each seed, the chunk lengths of the bytes that `sample` makes of it, a line each.
       fastcdc_reference.py --file FILE MIN AVERAGE MAX : those of a file.
The C++ test makes the same bytes (splitmix64) and compares. Pure Python: about a second for a megabyte.
"""
import hashlib
import sys

GEAR = [int.from_bytes(hashlib.md5(bytes([byte]) * 64).digest()[:8], "big") for byte in range(256)]
# Of so many bits, as the authors of fastcdc-rs and of the paper spread them.
MASKS = {6: 0x1803110, 7: 0x18035100, 8: 0x1800035300, 9: 0x19000353000, 10: 0x590003530000, 11: 0xd90003530000,
         12: 0xd90103530000, 13: 0xd90303530000, 14: 0xd90313530000, 15: 0xd90f03530000, 16: 0xd90303537000,
         17: 0xd90703537000, 18: 0xd90707537000, 19: 0xd91707537000, 20: 0xd91747537000, 21: 0xd91767537000,
         22: 0xd93767537000, 23: 0xd93777537000, 24: 0xd93777577000}
SEED_SIZES = {"min": 1024, "average": 4096, "max": 16384}
M64 = (1 << 64) - 1


def cut(data, start, minimum, average, maximum):
    left = len(data) - start
    if left <= minimum:
        return left
    end = min(left, maximum)
    centre = min(end, average)
    bits = average.bit_length() - 1
    fingerprint = 0
    for at in range(minimum, end - end % 2):
        # Between the pairs before the centre and those behind it lies at most one byte, that of an odd centre, which is
        # then the end as well.
        if at >= centre - centre % 2 and centre == end:
            break
        fingerprint = ((fingerprint << 1) + GEAR[data[start + at]]) & M64
        mask = MASKS[bits + 2] if at < centre else MASKS[bits - 2]
        if fingerprint & mask == 0:
            return at
    return end


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
            print(*lengths(file.read(), *map(int, sys.argv[3:6])))
    else:
        for seed in map(int, sys.argv[1:]):
            print(*lengths(sample(seed), SEED_SIZES["min"], SEED_SIZES["average"], SEED_SIZES["max"]))
