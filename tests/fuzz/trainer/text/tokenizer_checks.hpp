#pragma once

#include <stdlib.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/error.hpp"
#include "text/tokenizer.hpp"

// What the fuzz targets of tokenizers share: hostile files in a folder, loaded, and what must hold
// for any text whatever the files say.
namespace trainer::text::fuzz {

// A folder of this process's own, in memory where the system has such a file system.
inline const std::filesystem::path& folder() {
  static const std::filesystem::path made = [] {
    const std::filesystem::path memory = "/dev/shm";
    const std::filesystem::path parent =
        std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path();
    std::string name = (parent / "tokenizer-fuzz-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    std::atexit([] {
      std::error_code ignored;
      std::filesystem::remove_all(folder(), ignored);
    });
    return std::filesystem::path(name);
  }();
  return made;
}

inline void put(const char* name, std::string_view bytes) {
  std::ofstream(folder() / name, std::ios::binary | std::ios::trunc) << bytes;
}

// Loading may be refused with an Error and nothing else.
inline std::optional<Tokenizer> load() {
  try {
    return Tokenizer::load(folder());
  } catch (const Error&) {
    return std::nullopt;
  }
}

// So may a text: what the model has no token for, a pattern that takes too long, no room.
inline std::optional<Encoding> encode(const Tokenizer& tokenizer, std::string_view text,
                                      const EncodeOptions& options) {
  try {
    return tokenizer.encode(text, options);
  } catch (const Error&) {
    return std::nullopt;
  }
}

inline void require(bool holds) {
  if (!holds) std::abort();
}

inline void check_offsets(const Encoding& encoding, std::string_view text) {
  require(encoding.offsets.size() == encoding.ids.size());
  for (const Offset& offset : encoding.offsets) {
    require(offset.begin <= offset.end);
    require(offset.end <= text.size());  // characters are no more than bytes
  }
}

// The fast ways give what the slow ones give: with and without places, cut and whole.
inline void check(const Tokenizer& tokenizer, std::string_view text) {
  const auto fast = encode(tokenizer, text, {});
  const auto placed = encode(tokenizer, text, {.offsets = true});
  require(fast.has_value() == placed.has_value());
  if (!fast) return;
  require(fast->ids == placed->ids && fast->type_ids == placed->type_ids);
  require(fast->type_ids.size() == fast->ids.size());
  check_offsets(*placed, text);
  const auto bare = encode(tokenizer, text, {.add_special_tokens = false});
  require(bare.has_value());
  for (const Side side : {Side::kLeft, Side::kRight}) {
    const auto cut = encode(
        tokenizer, text, {.add_special_tokens = false, .max_length = 3, .truncation_side = side});
    require(cut.has_value() && cut->ids.size() == std::min<std::size_t>(3, bare->ids.size()));
    const auto from = side == Side::kRight
                          ? bare->ids.begin()
                          : bare->ids.end() - static_cast<std::ptrdiff_t>(cut->ids.size());
    require(std::equal(cut->ids.begin(), cut->ids.end(), from));
  }
  try {
    const Encoding pair = tokenizer.encode_pair(text, "b a", {.max_length = 9, .offsets = true});
    require(pair.ids.size() <= 9);
  } catch (const Error&) {
  }
}

}  // namespace trainer::text::fuzz
