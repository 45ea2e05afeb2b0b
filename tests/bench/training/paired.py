"""Whether two programs that did the same work came to the same: exact tests on pairs. Plain Python; `python3 -m doctest paired.py`.

All of them turn signs: if it does not matter which of two programs did what, each difference may as well have the other sign.
"""
import itertools
import math
import random
import statistics


def sign_flip_integers(differences):
    """The two-sided probability of a sum at least as far from 0, if each difference had its sign by chance. Exact. Of -1, 0 and 1 (one
    program right where the other is wrong) it is McNemar's exact test; of a row's sums over several runs, that test with the row as the
    unit, as it must be where the same rows are judged again and again.

    >>> sign_flip_integers([1] * 5)                      # 2 / 2**5
    0.0625
    >>> sign_flip_integers([1, -1, 0, 0])
    1.0
    >>> round(sign_flip_integers([1] * 12 + [-1] * 3), 6)   # binomial, 15 trials, 12 or more, twice
    0.035156
    >>> sign_flip_integers([])
    1.0
    """
    sizes = [abs(d) for d in differences if d]
    ways = {0: 1}
    for size in sizes:
        after = {}
        for total, count in ways.items():
            for signed in (total - size, total + size):
                after[signed] = after.get(signed, 0) + count
        ways = after
    found = abs(sum(differences))
    extreme = sum(count for total, count in ways.items() if abs(total) >= found)
    return extreme / 2 ** len(sizes)


def sign_flip_blocks(series, block):
    """The same of the mean of numbers that come one after another (a loss curve's), of which neighbours go together: each run's series is
    cut into blocks, and a block's numbers change their signs together. Exact up to 16 blocks, else of 20,000 drawn signs.

    >>> sign_flip_blocks([[1.0] * 6], 2)                 # 3 blocks: 2 / 2**3
    0.25
    >>> sign_flip_blocks([[1.0, 1.0], [-1.0, -1.0]], 2)
    1.0
    >>> sign_flip_blocks([[0.5, 0.5]] * 30, 2) < 0.001
    True
    """
    sums = [math.fsum(one[begin:begin + block]) for one in series for begin in range(0, len(one), block)]
    found = abs(math.fsum(sums)) * (1 - 1e-12)  # as far, whatever the order of the sum
    if len(sums) <= 16:
        signs = list(itertools.product((-1, 1), repeat=len(sums)))
    else:
        rng = random.Random(0)
        signs = [[rng.choice((-1, 1)) for _ in sums] for _ in range(20000)]
    extreme = sum(abs(math.fsum(s * x for s, x in zip(row, sums))) >= found for row in signs)
    return extreme / len(signs) if len(sums) <= 16 else (extreme + 1) / (len(signs) + 1)


def mean_interval(differences):
    """Mean, and the 95 % interval of the mean of what the differences are drawn from, by the normal distribution.

    >>> mean_interval([1.0, 1.0, 1.0])
    (1.0, 1.0, 1.0)
    >>> low, high = mean_interval([0.0, 2.0] * 50)[1:]
    >>> round(low, 3), round(high, 3)
    (0.803, 1.197)
    """
    mean = statistics.fmean(differences)
    half = 1.96 * statistics.stdev(differences) / math.sqrt(len(differences)) if len(differences) > 1 else math.inf
    return mean, mean - half, mean + half


def log_softmax(logits):
    """
    >>> [round(x, 4) for x in log_softmax([0.0, 0.0])]
    [-0.6931, -0.6931]
    >>> log_softmax([1000.0, 0.0])[0]
    0.0
    """
    top = max(logits)
    total = top + math.log(math.fsum(math.exp(x - top) for x in logits))
    return [x - total for x in logits]
