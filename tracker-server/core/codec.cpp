#include "core/codec.hpp"

#include <bit>
#include <cmath>
#include <optional>

#include <tracker/error.hpp>

#include "core/packing.hpp"

namespace tracker::core {
namespace {

enum class Mode : std::uint8_t {
  kDecimal = 1,
  kFloat32 = 2,
  kFloat64 = 3,
  kInteger = 4,
  kDecimalFloat32 = 5
};

constexpr int kMaxExponent = 9;
constexpr double kPowers[kMaxExponent + 1] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
constexpr double kMaxMantissa = 9007199254740992.0;  // 2^53: integers up to here are exact doubles
// Beyond these any float32 is some decimal fraction, and nothing is gained.
constexpr int kMaxExponent32 = 5;
constexpr double kMaxMantissa32 = 8388608.0;

std::uint64_t bits_of(double v) noexcept { return std::bit_cast<std::uint64_t>(v); }

// Bits in numeric order: negative numbers have their other bits inverted. Its own inverse.
std::uint64_t ordered64(std::uint64_t bits) noexcept {
  const auto i = static_cast<std::int64_t>(bits);
  return static_cast<std::uint64_t>(i < 0 ? i ^ 0x7FFFFFFFFFFFFFFFLL : i);
}
std::uint64_t ordered32(std::uint32_t bits) noexcept {
  const auto i = static_cast<std::int32_t>(bits);
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(i < 0 ? i ^ 0x7FFFFFFF : i));
}

bool is_decimal(double v, double power, std::int64_t& mantissa) noexcept {
  const double scaled = v * power;
  if (!(std::fabs(scaled) < kMaxMantissa)) return false;
  mantissa = static_cast<std::int64_t>(std::nearbyint(scaled));
  return bits_of(static_cast<double>(mantissa) / power) == bits_of(v);
}

// A decimal fraction that was rounded to float32 on its way.
bool is_decimal_float32(double v, double power, std::int64_t& mantissa) noexcept {
  const double scaled = v * power;
  if (!(std::fabs(scaled) < kMaxMantissa32)) return false;
  mantissa = static_cast<std::int64_t>(std::nearbyint(scaled));
  const auto back = static_cast<float>(static_cast<double>(mantissa) / power);
  return bits_of(static_cast<double>(back)) == bits_of(v);
}

template <class IsDecimal>
bool to_decimals(std::span<const double> values, int exponent, const IsDecimal& is_decimal,
                 std::vector<std::uint64_t>& out) {
  std::int64_t mantissa = 0;
  out.clear();
  out.reserve(values.size());
  for (const double v : values) {
    if (!is_decimal(v, kPowers[exponent], mantissa)) return false;
    out.push_back(static_cast<std::uint64_t>(mantissa));
  }
  return true;
}

template <class IsDecimal>
std::optional<std::string> try_decimal(std::span<const double> values, Mode mode, int most,
                                       const IsDecimal& is_decimal) {
  std::vector<std::uint64_t> integers;
  for (int e = 0; e <= most; ++e) {
    if (!to_decimals(values, e, is_decimal, integers)) continue;
    std::string out{static_cast<char>(mode), static_cast<char>(e)};
    pack(integers, out);
    return out;
  }
  return std::nullopt;
}

std::optional<std::string> try_float32(std::span<const double> values) {
  std::vector<std::uint64_t> integers;
  integers.reserve(values.size());
  for (const double v : values) {
    const auto f = static_cast<float>(v);
    if (bits_of(static_cast<double>(f)) != bits_of(v)) return std::nullopt;
    integers.push_back(ordered32(std::bit_cast<std::uint32_t>(f)));
  }
  std::string out{static_cast<char>(Mode::kFloat32)};
  pack(integers, out);
  return out;
}

std::string as_float64(std::span<const double> values) {
  std::vector<std::uint64_t> integers;
  integers.reserve(values.size());
  for (const double v : values) integers.push_back(ordered64(bits_of(v)));
  std::string out{static_cast<char>(Mode::kFloat64)};
  pack(integers, out);
  return out;
}

double from_decimal(std::uint64_t mantissa, double power) {
  return static_cast<double>(static_cast<std::int64_t>(mantissa)) / power;
}

double from_float32(std::uint64_t ordered) {
  const auto i = static_cast<std::int64_t>(ordered);
  if (i < INT32_MIN || i > INT32_MAX) damaged_column("not a float32");
  const auto narrow = static_cast<std::int32_t>(i);
  const std::int32_t bits = narrow < 0 ? narrow ^ 0x7FFFFFFF : narrow;
  return static_cast<double>(std::bit_cast<float>(bits));
}

}  // namespace

std::string encode_doubles(std::span<const double> values) {
  if (values.empty()) return {};
  std::optional<std::string> best = try_float32(values);
  const auto take = [&](std::optional<std::string> other) {
    if (other && other->size() < best->size()) best = std::move(other);
  };
  if (best)
    take(try_decimal(values, Mode::kDecimalFloat32, kMaxExponent32, is_decimal_float32));
  else
    best = as_float64(values);
  take(try_decimal(values, Mode::kDecimal, kMaxExponent, is_decimal));
  return *std::move(best);
}

std::string encode_integers(std::span<const std::int64_t> values) {
  if (values.empty()) return {};
  std::string out{static_cast<char>(Mode::kInteger)};
  pack({reinterpret_cast<const std::uint64_t*>(values.data()), values.size()}, out);
  return out;
}

std::vector<double> decode_doubles(std::string_view bytes, std::size_t count) {
  std::vector<double> out(count);
  decode_doubles(bytes, out);
  return out;
}

std::vector<std::int64_t> decode_integers(std::string_view bytes, std::size_t count) {
  std::vector<std::int64_t> out(count);
  decode_integers(bytes, out);
  return out;
}

void decode_doubles(std::string_view bytes, std::span<double> out) {
  if (out.empty() && bytes.empty()) return;
  if (bytes.empty()) damaged_column("it is empty");
  const auto mode = static_cast<Mode>(bytes[0]);
  bytes.remove_prefix(1);
  double power = 1;
  if (mode == Mode::kDecimal || mode == Mode::kDecimalFloat32) {
    if (bytes.empty() || bytes[0] < 0 || bytes[0] > kMaxExponent)
      damaged_column("impossible exponent");
    power = kPowers[static_cast<std::size_t>(bytes[0])];
    bytes.remove_prefix(1);
  } else if (mode != Mode::kFloat32 && mode != Mode::kFloat64) {
    damaged_column("not a column of floating-point numbers");
  }
  thread_local std::vector<std::uint64_t> integers;
  integers.resize(out.size());
  unpack(bytes, integers);
  if (mode == Mode::kDecimal)
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = from_decimal(integers[i], power);
  else if (mode == Mode::kDecimalFloat32)
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = static_cast<double>(static_cast<float>(from_decimal(integers[i], power)));
  else if (mode == Mode::kFloat32)
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = from_float32(integers[i]);
  else
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = std::bit_cast<double>(ordered64(integers[i]));
}

void decode_integers(std::string_view bytes, std::span<std::int64_t> out) {
  if (out.empty() && bytes.empty()) return;
  if (bytes.empty() || static_cast<Mode>(bytes[0]) != Mode::kInteger)
    damaged_column("not a column of integers");
  unpack(bytes.substr(1), {reinterpret_cast<std::uint64_t*>(out.data()), out.size()});
}

}  // namespace tracker::core
