#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/unicode/utf8.hpp"

// A text on its way through the stages, and where each of its bytes came from: the library's class
// of the same name. Alignments are kept only where they are asked for (offsets); without them a
// NormalizedString is little more than a view. All texts are valid UTF-8 but words of bytes
// (pre_tokenizers/pre_tokenizer.hpp).
namespace trainer::text {

// Bytes [begin, end) of the original text.
struct Span {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  bool operator==(const Span&) const = default;
};

// Texts that stages wrote, and their alignments. What is in it stays where it is until clear().
// One thread at a time.
class TextStore {
 public:
  struct Buffer {
    std::string text;
    std::vector<Span> alignment;  // one per byte of text, or empty
  };
  // An empty buffer, which keeps the memory of an earlier use.
  Buffer& next();
  void clear();

 private:
  std::vector<std::unique_ptr<Buffer>> buffers_;
  std::size_t used_ = 0;
};

enum class Tracking { kOff, kOn };

// A view: the text belongs to the caller or to a TextStore. Copying is cheap.
class NormalizedString {
 public:
  NormalizedString() = default;
  // The whole original text, not yet changed; with kOn its alignment is written to the store.
  // Throws kInvalidInput for a text of 4 GiB or more.
  NormalizedString(std::string_view text, Tracking tracking, TextStore& store);

  std::string_view text() const noexcept { return text_; }
  bool tracked() const noexcept { return alignment_ != nullptr; }
  // Bytes [begin, end) of text().
  NormalizedString slice(std::size_t begin, std::size_t end) const noexcept;
  // The part whose text `part` is; it must lie within text().
  NormalizedString slice(std::string_view part) const noexcept {
    const auto begin = static_cast<std::size_t>(part.data() - text_.data());
    return slice(begin, begin + part.size());
  }
  // The same part of the original, less what lies outside bytes [begin, end) of text().
  NormalizedString narrowed(std::size_t begin, std::size_t end) const noexcept;
  // False when a transformation that changes no character would still change the text
  // (unaligned_bytes_).
  bool fully_aligned() const noexcept { return unaligned_bytes_ == 0; }
  // True when this part was cut from where the original text begins.
  bool at_origin() const noexcept { return at_origin_; }
  // What bytes [begin, end) of text() came from. tracked() only.
  Span original(std::size_t begin, std::size_t end) const noexcept;

 private:
  friend class Transform;
  friend class Replacement;

  std::string_view text_;
  const Span* alignment_ = nullptr;
  std::uint32_t begin_ = 0;  // where in the original this part was cut from; tracked() only
  // Leading bytes that came from the very beginning of the original.
  std::uint32_t origin_bytes_ = 0;
  // Leading bytes that came from nothing at all: a Replace whose pattern matched nothing there.
  // The library's transformations leave them out, so they are counted.
  std::uint32_t unaligned_bytes_ = 0;
  bool at_origin_ = true;
};

// Writes the text that takes the place of another one, character by character, each with what it
// does to those it came from. Change 0: takes the place of the next character; n > 0: is
// inserted, and came from where the one before it did; -n: takes the place of the next character,
// and the n after it vanish.
class Transform {
 public:
  // `skipped`: characters at the beginning that vanish.
  Transform(const NormalizedString& source, TextStore& store, std::size_t skipped = 0);

  void put(std::string_view character, std::ptrdiff_t change) {
    if (exact_) align(character.size(), change);
    out_.text.append(character);
  }
  void put(char32_t character, std::ptrdiff_t change);
  // Characters of the source that stay what they are (change 0 each).
  void keep(std::string_view characters);
  NormalizedString finish();

 private:
  void align(std::size_t bytes, std::ptrdiff_t change);
  void skip(std::size_t characters) noexcept;

  const NormalizedString source_;
  TextStore::Buffer& out_;
  std::size_t at_ = 0;       // next byte of the source
  bool exact_;               // at_ must be kept right
  bool origin_open_ = true;  // all written so far came from the origin
  std::uint32_t origin_bytes_ = 0;
};

// Writes a text in which parts of another one were replaced by a string.
class Replacement {
 public:
  Replacement(const NormalizedString& source, TextStore& store);
  // Puts `content` where bytes [begin, end) of the source are; in order.
  void replace(std::size_t begin, std::size_t end, std::string_view content);
  // Puts `content` before everything; it came from where the first character did. First of all, and
  // of a source that is not empty.
  void insert_at_beginning(std::string_view content);
  NormalizedString finish();

 private:
  void copy_to(std::size_t end);

  const NormalizedString source_;
  TextStore::Buffer& out_;
  std::size_t done_ = 0;  // bytes of the source
  bool origin_open_ = true;
  std::uint32_t origin_bytes_ = 0;
  std::uint32_t unaligned_bytes_ = 0;
};

// `text` with a string before it, unless one of them is empty.
NormalizedString prepend(const NormalizedString& text, std::string_view prefix, TextStore& store);
// The characters that `keep(code)` is true for, each as `map(code)` has it.
template <typename Keep, typename Map>
NormalizedString filter_map(const NormalizedString& text, TextStore& store, Keep&& keep,
                            Map&& map) {
  const std::string_view all = text.text();
  const auto next_kept = [&](std::size_t& at, std::ptrdiff_t& dropped) {
    for (dropped = 0; at < all.size(); ++dropped) {
      const Decoded c = decode(all.data() + at);
      at += c.length;
      if (keep(c.code)) return std::optional(c.code);
    }
    return std::optional<char32_t>();
  };
  std::size_t at = 0;
  std::ptrdiff_t dropped = 0;
  std::optional<char32_t> current = next_kept(at, dropped);
  Transform out(text, store, static_cast<std::size_t>(dropped));
  while (current) {
    const std::optional<char32_t> following = next_kept(at, dropped);
    out.put(map(*current), -dropped);
    current = following;
  }
  return out.finish();
}

}  // namespace trainer::text
