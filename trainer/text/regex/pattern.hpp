#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "text/json_fields.hpp"

// What Split and Replace look for.
namespace trainer::text {

struct Match {
  std::size_t begin = 0;  // bytes
  std::size_t end = 0;
  bool operator==(const Match&) const = default;
};

// Immutable; any thread.
class Pattern {
 public:
  virtual ~Pattern() = default;
  // Appends all matches in a text of valid UTF-8 that is not empty, in order, none overlapping. A
  // match may be empty. Throws kInvalidInput when it takes too long.
  virtual void find(std::string_view text, std::vector<Match>& matches) const = 0;
};

class LiteralPattern final : public Pattern {
 public:
  explicit LiteralPattern(std::string text) : text_(std::move(text)) {}  // not empty
  void find(std::string_view text, std::vector<Match>& matches) const override;

 private:
  std::string text_;
};

// From {"String": …} or {"Regex": …}. Throws kUnsupported, kInvalidInput naming the place.
std::unique_ptr<Pattern> load_pattern(const Component& pattern);

}  // namespace trainer::text
