#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace trainer::data {

// numpy.random.default_rng(seed), bit for bit, as far as data sets need it: SeedSequence (O'Neill's
// seed_seq_fe with numpy's constants) and PCG64 (pcg_setseq_128_xsl_rr). Source of the algorithms:
// numpy/random/bit_generator.pyx, _generator.pyx, src/pcg64, src/distributions/distributions.c.
class NumpyGenerator {
 public:
  explicit NumpyGenerator(std::uint64_t seed);

  // Generator.permutation(n): Fisher-Yates from the end, with bounded integers by masking and
  // rejection (random_interval).
  std::vector<std::int64_t> permutation(std::size_t n);
  // Generator.shuffle of a one-dimensional array.
  void shuffle(std::span<std::int64_t> values);
  // Generator.integers(0, 1 << 63)
  std::uint64_t below_2_63();
  // Generator.choice(values, size, replace=False).
  std::vector<std::int64_t> choice(std::span<const std::int64_t> values, std::size_t size);

 private:
  using Uint128 = unsigned __int128;

  void step();
  std::uint64_t next_uint64();
  std::uint32_t next_uint32();                 // halves of the 64-bit outputs, the low one first
  std::uint64_t interval(std::uint64_t last);  // uniform in 0 … last, by rejection
  std::uint64_t bounded(std::uint64_t last);   // uniform in 0 … last, by Lemire's method
  void shuffle_from(std::span<std::int64_t> values, std::size_t first);
  std::vector<std::int64_t> choice_by_set(std::size_t count, std::size_t size);

  Uint128 state_ = 0;
  Uint128 increment_ = 0;
  bool has_half_ = false;
  std::uint32_t half_ = 0;
};

// numpy.random.default_rng(seed).permutation(n)
std::vector<std::int64_t> numpy_permutation(std::uint64_t seed, std::size_t n);

}  // namespace trainer::data
