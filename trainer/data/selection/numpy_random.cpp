#include "data/selection/numpy_random.hpp"

#include <array>
#include <bit>
#include <numeric>
#include <utility>

namespace trainer::data {
namespace {

constexpr std::size_t kPoolSize = 4;

class SeedSequence {
 public:
  explicit SeedSequence(std::uint64_t entropy) {
    // The entropy as 32-bit words, lowest first, without leading zeros; the rest of the pool is
    // filled with zeros.
    const std::array<std::uint32_t, kPoolSize> words = {
        static_cast<std::uint32_t>(entropy), static_cast<std::uint32_t>(entropy >> 32U), 0, 0};
    std::uint32_t constant = 0x43B0D7E5;
    const auto hash = [&constant](std::uint32_t value) {
      value ^= constant;
      constant *= 0x931E8875;
      value *= constant;
      return value ^ value >> 16U;
    };
    const auto mix = [](std::uint32_t x, std::uint32_t y) {
      const std::uint32_t mixed = 0xCA01F9DDU * x - 0x4973F715U * y;
      return mixed ^ mixed >> 16U;
    };
    for (std::size_t i = 0; i < kPoolSize; ++i) pool_[i] = hash(words[i]);
    for (std::size_t from = 0; from < kPoolSize; ++from) {
      for (std::size_t to = 0; to < kPoolSize; ++to) {
        if (from != to) pool_[to] = mix(pool_[to], hash(pool_[from]));
      }
    }
  }

  std::array<std::uint64_t, 4> generate_state() const {
    std::array<std::uint64_t, 4> state{};
    std::uint32_t constant = 0x8B51F9DD;
    for (std::size_t i = 0; i < 8; ++i) {
      std::uint32_t value = pool_[i % kPoolSize] ^ constant;
      constant *= 0x58F38DED;
      value *= constant;
      value ^= value >> 16U;
      state[i / 2] |= static_cast<std::uint64_t>(value) << (32U * (i % 2));
    }
    return state;
  }

 private:
  std::array<std::uint32_t, kPoolSize> pool_{};
};

}  // namespace

NumpyGenerator::NumpyGenerator(std::uint64_t seed) {
  const std::array<std::uint64_t, 4> words = SeedSequence(seed).generate_state();
  const Uint128 start = static_cast<Uint128>(words[0]) << 64U | words[1];
  const Uint128 stream = static_cast<Uint128>(words[2]) << 64U | words[3];
  increment_ = stream << 1U | 1U;
  step();
  state_ += start;
  step();
}

void NumpyGenerator::step() {
  constexpr Uint128 kMultiplier =
      static_cast<Uint128>(2549297995355413924ULL) << 64U | 4865540595714422341ULL;
  state_ = state_ * kMultiplier + increment_;
}

std::uint64_t NumpyGenerator::next_uint64() {
  step();
  const auto folded =
      static_cast<std::uint64_t>(state_ >> 64U) ^ static_cast<std::uint64_t>(state_);
  const auto rotation = static_cast<unsigned>(state_ >> 122U);
  return folded >> rotation | folded << ((64U - rotation) & 63U);
}

std::uint32_t NumpyGenerator::next_uint32() {
  if (std::exchange(has_half_, false)) return half_;
  const std::uint64_t whole = next_uint64();
  has_half_ = true;
  half_ = static_cast<std::uint32_t>(whole >> 32U);
  return static_cast<std::uint32_t>(whole);
}

// Draws masked to the bits of `last` until one fits, of 32 bits as long as `last` fits in them.
std::uint64_t NumpyGenerator::interval(std::uint64_t last) {
  if (last == 0) return 0;
  const std::uint64_t mask = std::bit_ceil(last + 1) - 1;
  while (true) {
    const std::uint64_t drawn = (last <= 0xFFFFFFFFU ? next_uint32() : next_uint64()) & mask;
    if (drawn <= last) return drawn;
  }
}

std::uint64_t NumpyGenerator::bounded(std::uint64_t last) {
  if (last == 0) return 0;
  if (last >= 0xFFFFFFFFU) return interval(last);  // more rows than anybody chooses from
  const auto range = static_cast<std::uint32_t>(last + 1);
  std::uint64_t product = static_cast<std::uint64_t>(next_uint32()) * range;
  if (static_cast<std::uint32_t>(product) < range) {
    const std::uint32_t threshold = (0xFFFFFFFFU - static_cast<std::uint32_t>(last)) % range;
    while (static_cast<std::uint32_t>(product) < threshold)
      product = static_cast<std::uint64_t>(next_uint32()) * range;
  }
  return product >> 32U;
}

std::uint64_t NumpyGenerator::below_2_63() { return next_uint64() >> 1U; }

std::vector<std::int64_t> NumpyGenerator::permutation(std::size_t n) {
  std::vector<std::int64_t> order(n);
  std::iota(order.begin(), order.end(), std::int64_t{0});
  shuffle(order);
  return order;
}

void NumpyGenerator::shuffle(std::span<std::int64_t> values) {
  for (std::size_t i = values.size(); i-- > 1;) std::swap(values[i], values[interval(i)]);
}

void NumpyGenerator::shuffle_from(std::span<std::int64_t> values, std::size_t first) {
  for (std::size_t i = values.size(); i-- > first;) std::swap(values[i], values[bounded(i)]);
}

// Many of many: the last `size` of a shuffle that stops there. Else Floyd's algorithm.
std::vector<std::int64_t> NumpyGenerator::choice(std::span<const std::int64_t> values,
                                                 std::size_t size) {
  constexpr std::size_t kMany = 10'000;
  constexpr std::size_t kShare = 50;
  std::vector<std::int64_t> places;
  if (values.size() > kMany && size > values.size() / kShare) {
    places.resize(values.size());
    std::iota(places.begin(), places.end(), std::int64_t{0});
    shuffle_from(places, std::max<std::size_t>(values.size() - size, 1));
    places.erase(places.begin(), places.end() - static_cast<std::ptrdiff_t>(size));
  } else {
    places = choice_by_set(values.size(), size);
  }
  for (std::int64_t& place : places) place = values[static_cast<std::size_t>(place)];
  return places;
}

std::vector<std::int64_t> NumpyGenerator::choice_by_set(std::size_t count, std::size_t size) {
  std::vector<std::int64_t> places;
  std::vector<bool> taken(count, false);
  for (std::uint64_t j = count - size; j < count; ++j) {
    std::uint64_t drawn = bounded(j);
    if (taken[drawn]) drawn = j;
    taken[drawn] = true;
    places.push_back(static_cast<std::int64_t>(drawn));
  }
  shuffle_from(places, 1);
  return places;
}

std::vector<std::int64_t> numpy_permutation(std::uint64_t seed, std::size_t n) {
  return NumpyGenerator(seed).permutation(n);
}

}  // namespace trainer::data
