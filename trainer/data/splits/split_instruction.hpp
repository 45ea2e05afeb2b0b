#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace trainer::data {

// A split and, with it, a part of its rows: "train", "train[:80%]", "train[100:200]",
// "test[-10%:]", as `datasets` writes them (without "+").
struct SplitInstruction {
  struct Bound {
    std::int64_t value = 0;
    bool percent = false;
  };
  std::string split;
  std::optional<Bound> from;
  std::optional<Bound> to;

  bool is_whole() const noexcept { return !from && !to; }
  // The rows from … to of a split of so many; percents are rounded to the nearest row, halves to
  // the even one.
  struct Range {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
  };
  Range rows(std::uint64_t count) const;
};

// Throws Error(kUsage) naming what is wrong.
SplitInstruction split_from(const std::string& text);

}  // namespace trainer::data
