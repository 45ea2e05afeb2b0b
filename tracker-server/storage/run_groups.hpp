#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "filter/ast.hpp"
#include "storage/database.hpp"
#include "storage/run_query.hpp"

// What the runs that a filter takes have in common: the values of fields, and groups of equal
// values. Meaning: docs/query-language.md, Facets and groups. Errors as of query_runs.
namespace tracker::storage {

struct RunSelection {
  core::ProjectId project;
  filter::Node filter;
  std::int64_t now_us = 0;
};

inline constexpr std::size_t kFacetValues = 50;
inline constexpr std::size_t kMostGroups = 1'000;

struct FacetValue {
  SortValue value;  // never missing
  std::int64_t runs = 0;
};
struct Facet {
  std::int64_t runs = 0;           // that have a value
  std::vector<FacetValue> values;  // most frequent first, at most kFacetValues
  std::int64_t other = 0;          // runs (of tags: tags) with a value not listed
  std::optional<double> min, max;  // of the numbers
};
struct Facets {
  std::int64_t runs = 0;      // that the filter takes
  std::vector<Facet> fields;  // as asked for
  std::vector<std::string> unknown_fields;
};
Facets run_facets(Database& database, const RunSelection& selection,
                  const std::vector<filter::Field>& fields);

struct GroupMetric {
  std::int64_t n = 0;  // runs with a finite number
  std::optional<double> mean, std, min, max;
};
struct RunGroup {
  std::vector<SortValue> by;
  std::int64_t runs = 0;
  std::vector<GroupMetric> metrics;
};
enum class More { kNo, kYes };
struct RunGroups {
  std::vector<RunGroup> groups;  // largest first, at most kMostGroups
  More more = More::kNo;
  std::vector<std::string> unknown_fields;
};
// `by` is not empty; `metrics` are fields of numbers (texts among their values do not count).
RunGroups run_groups(Database& database, const RunSelection& selection,
                     const std::vector<filter::Field>& by,
                     const std::vector<filter::Field>& metrics);

}  // namespace tracker::storage
