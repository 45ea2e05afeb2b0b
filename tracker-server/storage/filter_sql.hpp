#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "filter/ast.hpp"
#include "storage/query_fields.hpp"

// A filter's tree as a SQL condition. Private to storage.
namespace tracker::storage {

// How a condition gets at an attribute: kProbe looks up one run's value in the index (cheap for
// some runs), kJoin refers to a join that the statement has to make (cheap for all runs).
enum class Reach { kProbe, kJoin };

struct FilterContext {
  QueryParams& params;
  const QueryFields& fields;
  core::ProjectId project;
  std::int64_t now_us = 0;
};

class FilterSql {
 public:
  // `no` is SQL for the number of the run at hand; its row is `r`.
  FilterSql(FilterContext context, Reach reach, std::string no);

  // What holds for the whole tree, and that the run is not deleted, joined by AND.
  std::string where(const filter::Node& filter);
  // The columns (num, str) of an attribute under kJoin.
  void join(std::int32_t key) { joined_.insert(key); }

  const std::set<std::int32_t>& joined() const noexcept { return joined_; }  // kJoin
  bool uses_run() const noexcept { return uses_run_; }                       // refers to `r`
  // Under kJoin: an attribute that each run of the answer has; the statement may begin with it.
  std::optional<std::int32_t> inner() const noexcept { return inner_; }

  // Adds `r` to what is used.
  RunColumn run_field(filter::Source source);

 private:
  std::string of(const filter::Node& node);
  std::string all(const filter::Node& node, const char* word, const char* empty);
  std::string attribute(const filter::Term& term, std::int32_t key);
  std::string tag(const filter::Term& term);

  FilterContext context_;
  Reach reach_;
  std::string no_;
  std::set<std::int32_t> joined_;
  std::optional<std::int32_t> inner_;
  bool uses_run_ = false;
  std::string now_;
};

// The alias of a joined attribute.
std::string alias_of(std::int32_t key);

// The condition of a term over SQL for its number and its text; NULL counts as false.
std::string term_condition(const filter::Term& term, const std::string& number,
                           const std::string& text, QueryParams& params);

// A statement for the numbers of the runs that a term holds for, through an index; absent where
// there is none.
std::optional<std::string> term_runs(const filter::Term& term, const FilterContext& context);

// The terms that hold for each run of the answer.
std::vector<const filter::Term*> certain_terms(const filter::Node& filter);

// Sets of terms of which at least one holds for each run of the answer: the certain terms, and what
// certain `or`s are between, as far as these are such sets themselves.
using Alternatives = std::vector<const filter::Term*>;
std::vector<Alternatives> certain_alternatives(const filter::Node& filter);

}  // namespace tracker::storage
