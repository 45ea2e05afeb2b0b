#pragma once

#include <pqxx/row>
#include <string>
#include <vector>

#include "storage/filter_sql.hpp"
#include "storage/run_query.hpp"

// Sort keys as SQL: each is a rank (0 number, 1 text, 2 missing), a number and a text. Private to
// storage.
namespace tracker::storage {

class RunOrder {
 public:
  // kNumbers, kTexts: rows come from `w` in order of the first key, whose number or text is w.v.
  enum class Rows { kAny, kNumbers, kTexts };
  RunOrder(const std::vector<filter::SortKey>& keys, FilterContext context, Rows rows = Rows::kAny)
      : keys_(keys), context_(context), rows_(rows) {}

  // The columns of the inner select: `no`, then those of the keys. Attributes are read from their
  // joins (alias_of), which the statement makes; run fields from `r`.
  std::string columns(FilterSql& sql, const std::string& no) const;
  // Attributes that columns() refers to.
  std::vector<std::int32_t> attributes() const;

  // Over the columns: rows behind the position, and the order.
  std::string behind(const RunPosition& position) const;
  std::string order() const;

  // Ties are in the direction of the last key.
  bool falling() const;

 private:
  const std::vector<filter::SortKey>& keys_;
  FilterContext context_;
  Rows rows_;
};

// A run's position from a row of the columns.
RunPosition position_of(const pqxx::row& row, std::size_t keys);

}  // namespace tracker::storage
