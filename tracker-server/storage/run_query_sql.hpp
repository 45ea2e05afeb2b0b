#pragma once

#include <cstddef>
#include <optional>
#include <pqxx/transaction_base>
#include <set>
#include <string>

#include "storage/filter_sql.hpp"
#include "storage/run_order.hpp"
#include "storage/run_query.hpp"

// Whole statements of a run query. Private to storage.
namespace tracker::storage {

// Tells the planner how, for the rest of the transaction. It has no statistics of one key's values
// (a table of all keys' values is one distribution to it), so left alone it guesses, by orders of
// magnitude: kProbe are loops over indexes, kJoin are merges in order of run.no.
void plan_for(pqxx::transaction_base& transaction, Reach reach, int timeout_ms);

// SELECT of the numbers of the runs that the filter takes (column no), with the sort columns of
// `order` if there is one. `from` is where runs come from under kProbe, with the alias w and a
// column no; kJoin begins with whatever is narrowest.
std::string select_runs(const filter::Node& filter, const RunOrder* order, FilterContext context,
                        Reach reach, const std::string& from);

// LEFT JOINs of attributes, each under its alias, with the run whose number is `no`.
std::string attribute_joins(const std::set<std::int32_t>& keys, const std::string& no);

// Runs in order of the first sort key, beginning with the page's first possible one: `budget` of
// them, and with several keys all that share the last one's value, so that the others can sort
// them.
struct Walk {
  std::string from;
  std::string count;  // with several keys: a statement that counts them up to `most` + 1, …
  QueryParams count_params;  // … and its parameters
};
// `first`: which of the first key's values. Absent where there is no index for it: the first key is
// a field of the run other than its creation, or an attribute that no run has.
std::optional<Walk> walk_of(const RunQuery& query, RunOrder::Rows first, FilterContext context,
                            std::size_t budget, std::size_t most);

}  // namespace tracker::storage
