#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/documents.hpp"

// What of a run can be filtered and sorted by: the leaves of its config and summary, and the
// statistics of its metrics. Rules: docs/query-language.md, Fields.
namespace tracker::core {

// The numbers are stored (attribute_key.source).
enum class AttributeSource : std::uint8_t {
  kConfig = 1,
  kSummary = 2,
  kLast = 3,
  kMin = 4,
  kMax = 5,
  kMean = 6,
  kBest = 7
};

struct Attribute {
  AttributeSource source = AttributeSource::kConfig;
  std::string name;
  std::optional<double> number;  // never NaN; absent: it is a text
  std::string text;              // at most kAttributeTextBytes
  bool operator==(const Attribute&) const = default;
};

inline constexpr std::size_t kAttributeTextBytes = 256;
inline constexpr std::size_t kAttributeNameBytes = 512;  // longer names are left out
inline constexpr std::size_t kMostAttributes = 4'000;

// `summary` is the folded one (fold_summary). Sorted by source and name, none twice; metrics are by
// name first, so that a limit takes whole metrics away.
std::vector<Attribute> attributes_of(
    std::string_view config, std::string_view summary,
    std::span<const std::pair<std::string, std::string>> definitions,
    std::span<const NamedStats> keys);

}  // namespace tracker::core
