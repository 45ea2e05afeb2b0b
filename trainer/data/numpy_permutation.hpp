#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace trainer::data {

// Indices that numpy.random.default_rng(seed).permutation(n) gives, bit for bit: SeedSequence
// (O'Neill's seed_seq_fe with numpy's constants), PCG64 (pcg_setseq_128_xsl_rr), bounded integers
// by masking and rejection, Fisher-Yates from the end. Source of the algorithms:
// numpy/random/bit_generator.pyx, src/pcg64, src/distributions/distributions.c (random_interval).
std::vector<std::int64_t> numpy_permutation(std::uint64_t seed, std::size_t n);

}  // namespace trainer::data
