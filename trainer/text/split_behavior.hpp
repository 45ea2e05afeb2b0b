#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "text/normalized_string.hpp"

// What becomes of the matches of a pattern when a text is split: the library's
// SplitDelimiterBehavior.
namespace trainer::text {

enum class SplitBehavior {
  kRemoved,             // the-final--countdown by -: the final countdown
  kIsolated,            // the - final - - countdown
  kMergedWithPrevious,  // the- final- - countdown
  kMergedWithNext,      // the -final - -countdown
  kContiguous,          // the - final -- countdown
};

// "Removed", "Isolated", … ; nullopt for another name.
std::optional<SplitBehavior> split_behavior(std::string_view name);

// Takes the parts of a text in order, those that matched and those between them, and appends the
// words, none of them empty. One thread, one text.
class Splitter {
 public:
  Splitter(const NormalizedString& text, SplitBehavior behavior,
           std::vector<NormalizedString>& words)
      : text_(text), behavior_(behavior), words_(words) {}

  // Bytes [begin, end); each part begins where the one before it ended.
  void part(std::size_t begin, std::size_t end, bool is_match);
  void finish() { emit(open_); }

 private:
  struct Part {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  void emit(Part part) {
    if (part.begin < part.end) words_.push_back(text_.slice(part.begin, part.end));
  }

  const NormalizedString text_;
  const SplitBehavior behavior_;
  std::vector<NormalizedString>& words_;
  Part open_;  // may still grow
  bool any_ = false;
  bool previous_match_ = false;
};

}  // namespace trainer::text
