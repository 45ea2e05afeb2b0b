#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include <tracker/error.hpp>

#include "base/utf8.hpp"

// Little-endian numbers, varints and strings, written to a string and read back strictly.
namespace tracker::base {

static_assert(std::endian::native == std::endian::little,
              "the spool is little-endian; add byte swaps here");

template <class T>
void put(std::string& out, T value) {
  static_assert(std::is_trivially_copyable_v<T>);
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out.append(bytes, sizeof(T));
}

// LEB128: seven bits a byte, least significant first.
inline void put_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

constexpr std::uint64_t zigzag(std::int64_t v) noexcept {
  return (static_cast<std::uint64_t>(v) << 1) ^ static_cast<std::uint64_t>(v >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t v) noexcept {
  return static_cast<std::int64_t>(v >> 1) ^ -static_cast<std::int64_t>(v & 1);
}

// Length as u32, then the bytes.
inline void put_string(std::string& out, std::string_view text) {
  put(out, static_cast<std::uint32_t>(text.size()));
  out.append(text);
}

// Takes numbers and strings from the front of bytes nobody vouches for. Every failure throws
// Error(kDataLoss) that names `subject` and the position.
class ByteReader {
 public:
  ByteReader(std::string_view subject, std::string_view bytes)
      : subject_(subject), all_(bytes), rest_(bytes) {}

  std::size_t left() const noexcept { return rest_.size(); }

  template <class T>
  T take() {
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    std::memcpy(&value, take_bytes(sizeof(T)).data(), sizeof(T));
    return value;
  }

  std::string_view take_bytes(std::uint64_t n) {
    if (n > rest_.size()) fail("ends too early");
    const std::string_view out = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return out;
  }

  std::string take_text(std::uint64_t n) {
    const std::string_view text = take_bytes(n);
    if (!is_text(text)) fail("holds text that is not UTF-8, or a NUL in it");
    return std::string(text);
  }

  std::string take_string() { return take_text(take<std::uint32_t>()); }

  std::uint64_t take_varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = take<std::uint8_t>();
      if (shift == 63 && byte > 1) break;
      value |= std::uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) {
        if (byte == 0 && shift > 0) fail("holds a number that is longer than need be");
        return value;
      }
    }
    fail("holds a number of more than 64 bits");
  }

  // A count of things that take at least `each` bytes: so a lie is found before anything is
  // allocated.
  std::size_t take_count(std::size_t each) {
    const std::uint64_t n = take_varint();
    if (n > rest_.size() / each) fail("announces more than it holds");
    return n;
  }

  void expect_end() const {
    if (!rest_.empty()) fail("has " + std::to_string(rest_.size()) + " trailing bytes");
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorCode::kDataLoss, std::string(subject_) + " " + what,
                "byte " + std::to_string(all_.size() - rest_.size()) + " of " +
                    std::to_string(all_.size()));
  }

 private:
  std::string_view subject_, all_, rest_;
};

}  // namespace tracker::base
