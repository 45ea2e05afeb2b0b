#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/ids.hpp"
#include "filter/ast.hpp"

// The run query over runs in memory, written from docs/query-language.md and not from the SQL: what
// the database's answers are compared with.
namespace tracker::test {

using PlainValue = std::variant<std::monostate, double, std::string>;

struct PlainRun {
  core::RunId id;
  std::string name, group, job_type, notes, state = "running";
  std::vector<std::string> tags;
  std::int64_t created_us = 0;
  std::optional<std::int64_t> ended_us;
  std::map<std::pair<int, std::string>, PlainValue> attributes;  // by core::AttributeSource, name
  std::int32_t no = 0;
};

struct PlainRuns {
  std::vector<PlainRun> runs;
  std::int64_t now_us = 0;

  bool some_has(int source, const std::string& name) const;
  PlainValue value(const PlainRun& run, const filter::Field& field) const;
  bool holds(const PlainRun& run, const filter::Node& node) const;
  // In order, all of them.
  std::vector<core::RunId> answer(const filter::Node& filter,
                                  const std::vector<filter::SortKey>& sort) const;
};

}  // namespace tracker::test
