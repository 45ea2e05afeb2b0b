#include "text/split_behavior.hpp"

#include <utility>

namespace trainer::text {

std::optional<SplitBehavior> split_behavior(std::string_view name) {
  constexpr std::pair<std::string_view, SplitBehavior> kNames[] = {
      {"Removed", SplitBehavior::kRemoved},
      {"Isolated", SplitBehavior::kIsolated},
      {"MergedWithPrevious", SplitBehavior::kMergedWithPrevious},
      {"MergedWithNext", SplitBehavior::kMergedWithNext},
      {"Contiguous", SplitBehavior::kContiguous},
  };
  for (const auto& [known, behavior] : kNames) {
    if (known == name) return behavior;
  }
  return std::nullopt;
}

void Splitter::part(std::size_t begin, std::size_t end, bool is_match) {
  bool grows = false;  // the open part takes this one in
  switch (behavior_) {
    case SplitBehavior::kRemoved:
      if (!is_match) emit({begin, end});
      return;
    case SplitBehavior::kIsolated:
      return emit({begin, end});
    case SplitBehavior::kContiguous:
      grows = is_match == previous_match_;
      break;
    case SplitBehavior::kMergedWithPrevious:
      grows = is_match && !previous_match_;
      break;
    case SplitBehavior::kMergedWithNext:
      grows = previous_match_ && !is_match;
      break;
  }
  previous_match_ = is_match;
  if (grows && any_) {
    open_.end = end;
    return;
  }
  emit(open_);
  open_ = {begin, end};
  any_ = true;
}

}  // namespace trainer::text
