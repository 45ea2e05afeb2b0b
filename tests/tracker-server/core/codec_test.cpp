#include "core/codec.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <string>

#include <tracker/error.hpp>

#include "core/packing.hpp"

namespace tracker::core {
namespace {

using Doubles = std::vector<double>;
using Integers = std::vector<std::int64_t>;

void expect_round_trip(const Doubles& values) {
  const Doubles back = decode_doubles(encode_doubles(values), values.size());
  ASSERT_EQ(back.size(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    ASSERT_EQ(std::bit_cast<std::uint64_t>(back[i]), std::bit_cast<std::uint64_t>(values[i]))
        << "at " << i;
}

void expect_round_trip(const Integers& values) {
  ASSERT_EQ(decode_integers(encode_integers(values), values.size()), values);
}

double special(std::mt19937_64& random) {
  constexpr double kSpecial[] = {0.0, -0.0, 1e308,   -1e-308, 5e-324, 9007199254740993.0,
                                 0.1, 1e9,  -123.456};
  switch (random() % 12) {
    case 0:
      return std::numeric_limits<double>::quiet_NaN();
    case 1:
      return std::bit_cast<double>(0xFFF8000000000123ULL);
    case 2:
      return std::numeric_limits<double>::infinity();
    default:
      return kSpecial[random() % 9];
  }
}

// One kind of series a seed.
Doubles series(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> noise;
  Doubles out(random() % 5'000);
  double walk = 1;
  for (std::size_t i = 0; i < out.size(); ++i) {
    walk += noise(random) * 0.01;
    switch (seed % 8) {
      case 0:
        out[i] = noise(random);
        break;
      case 1:
        out[i] = static_cast<double>(static_cast<float>(walk));
        break;
      case 2:
        out[i] = std::round(walk * 100) / 100;
        break;
      case 3:
        out[i] = static_cast<double>(i / 7);
        break;
      case 4:
        out[i] = 0.25;
        break;
      case 5:
        out[i] = special(random);
        break;
      case 6:
        out[i] = std::bit_cast<double>(random());
        break;
      case 7:
        out[i] =
            random() % 100 == 0 ? special(random) : static_cast<double>(static_cast<float>(-walk));
        break;
    }
  }
  return out;
}

TEST(Codec, DoublesComeBackBitForBit) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    expect_round_trip(series(seed));
  }
}

TEST(Codec, IntegersComeBackWhateverTheirSpread) {
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  expect_round_trip(Integers{});
  expect_round_trip(Integers{kMin});
  expect_round_trip(Integers{kMin, kMax, 0, -1, kMax, kMin, 1});
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    Integers values(1 + random() % 3'000);
    std::int64_t at = static_cast<std::int64_t>(random());
    for (std::int64_t& v : values) {
      at = static_cast<std::int64_t>(static_cast<std::uint64_t>(at) + 250'000 +
                                     random() % (1 + seed * 37));
      v = seed % 3 == 0 ? static_cast<std::int64_t>(random()) : at;
    }
    expect_round_trip(values);
  }
}

TEST(Codec, RegularStepsCostAlmostNothing) {
  Integers steps(4'096);
  for (std::size_t i = 0; i < steps.size(); ++i) steps[i] = static_cast<std::int64_t>(i) * 50;
  EXPECT_LE(encode_integers(steps).size(), 40u);
}

double bytes_each(const Doubles& values) {
  return static_cast<double>(encode_doubles(values).size()) / static_cast<double>(values.size());
}

// Of values between 0.5 and 2 with noise of 0.05 the entropy is 2.65 bytes in float32 and 6.28 in
// float64.
TEST(Codec, NoiseCostsLittleMoreThanItsEntropy) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> noise(0.0, 0.05);
  Doubles single(4'096), twice(4'096);
  for (std::size_t i = 0; i < single.size(); ++i) {
    twice[i] = 1 + noise(random);
    single[i] = static_cast<double>(static_cast<float>(twice[i]));
  }
  EXPECT_LT(bytes_each(single), 2.70);
  EXPECT_LT(bytes_each(twice), 6.36);
}

TEST(Codec, DecimalsThatWereRoundedToFloat32CostTheirDigits) {
  std::mt19937_64 random(8);
  std::normal_distribution<double> noise(31, 2);
  Doubles percent(4'096);
  for (double& v : percent)
    v = static_cast<double>(static_cast<float>(std::round(noise(random) * 100) / 100));
  expect_round_trip(percent);
  EXPECT_LT(bytes_each(percent), 1.35);
  for (const double odd :
       {-0.0, std::bit_cast<double>(0x7FF8000000000123ULL), HUGE_VAL, -HUGE_VAL,
        static_cast<double>(std::numeric_limits<float>::denorm_min()), 1e-300, 5e-324, 0.1,
        8388608.5, static_cast<double>(std::numeric_limits<float>::max())}) {
    SCOPED_TRACE(odd);
    percent[77] = odd;
    expect_round_trip(percent);
  }
}

std::string from_hex(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    out.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return out;
}

// Written by the program of schema 3, which compressed all planes as one block.
TEST(Codec, EarlierBytesAreRead) {
  Doubles decimals, singles, doubles;
  Integers times;
  for (int i = 0; i < 96; ++i) {
    decimals.push_back((i * 37 % 100) / 100.0);
    singles.push_back(static_cast<double>(static_cast<float>(i % 5) / 3.0F));
    doubles.push_back((i % 4) / 7.0);
    times.push_back(1'700'000'000'000'000 + 250'000LL * i + i % 3);
  }
  EXPECT_EQ(decode_doubles(from_hex("010216000000000000000000250000000000000028b52ffd2060ed00004800"
                                    "0000c7c8c7c800c70800c0008000180010b818583140b9c0c16901"),
                           96),
            decimals);
  EXPECT_EQ(decode_doubles(from_hex("024400000000000000000028b52ffd608000f50000a000abab00ab00aaaa00"
                                    "aa00aa2a80aa003e3f3f3f044405290810204094"),
                           96),
            singles);
  EXPECT_EQ(decode_doubles(from_hex("038400000000000000000028b52ffd6000026d010080009292db2424b64949"
                                    "6dc2d2db3f3f3f0b0009a6a1600658906000589060002cc88f350105d35030"
                                    "0d7d7244"),
                           96),
            doubles);
  EXPECT_EQ(
      decode_integers(from_hex("04160000401e18240a060091d003000000000028b52ffd20605d0000280000"
                               "0005060100e8e4b4"),
                      96),
      times);
}

TEST(Codec, DamagedBytesAreRefusedOrDecodeToTheRightCount) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 20'000; ++i) {
    const Doubles values = series(static_cast<std::uint64_t>(i % 16) * 8 + random() % 8);
    const std::size_t count = std::min<std::size_t>(values.size(), 64);
    std::string bytes = encode_doubles({values.data(), count});
    for (std::uint64_t flips = 1 + random() % 4; flips > 0 && !bytes.empty(); --flips)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    if (random() % 4 == 0 && !bytes.empty()) bytes.resize(random() % bytes.size());
    try {
      EXPECT_EQ(decode_doubles(bytes, count).size(), count);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kDataLoss);
    }
    if (i > 2'000) i += 50;
  }
}

TEST(Codec, RandomBytesNeverAllocateBeyondTheCount) {
  std::mt19937_64 random(13);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(random() % 80, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    if (!bytes.empty()) bytes[0] = static_cast<char>(1 + random() % 5);
    for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{100}}) {
      try {
        EXPECT_EQ(decode_doubles(bytes, count).size(), count);
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kDataLoss);
      }
      try {
        EXPECT_EQ(decode_integers(bytes, count).size(), count);
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kDataLoss);
      }
    }
  }
}

TEST(Codec, AnotherCountThanWasWrittenIsRefused) {
  const Doubles values{1.5, 2.25, 3.125, 1e300};
  EXPECT_THROW(decode_doubles(encode_doubles(values), 3), Error);
  EXPECT_THROW(decode_doubles(encode_doubles(values), 5), Error);
  EXPECT_THROW(decode_integers(encode_doubles(values), 4), Error);
}

}  // namespace
}  // namespace tracker::core
