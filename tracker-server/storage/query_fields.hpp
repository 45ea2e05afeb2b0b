#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <pqxx/transaction_base>
#include <string>
#include <utility>
#include <vector>

#include "core/ids.hpp"
#include "filter/ast.hpp"

// The parts of a query's SQL: parameters, and what its fields are in the tables. Private to
// storage.
namespace tracker::storage {

// Parameters of one statement, as text: values never become part of the SQL.
class QueryParams {
 public:
  // Returns the placeholder, with a cast.
  std::string add(std::string value, const char* type);
  std::string add_number(double value) { return add(text_of(value), "float8"); }
  const std::vector<std::string>& values() const noexcept { return values_; }

  static std::string text_of(double value);
  // A PostgreSQL array literal.
  static std::string array_of(const std::vector<std::string>& values);
  pqxx::result run(pqxx::transaction_base& transaction, const std::string& sql) const;

 private:
  std::vector<std::string> values_;
};

// Which keys of the project the fields of a query are; a field is looked up once.
class QueryFields {
 public:
  // All attribute fields of the query must be added before they are asked for.
  void add(const filter::Field& field);
  void add(const filter::Node& node);
  void load(pqxx::transaction_base& transaction, core::ProjectId project);

  // The key's number; absent for one that no run of the project has.
  std::optional<std::int32_t> key_of(const filter::Field& field) const;
  // Fields that no run has, as they were written; each once.
  std::vector<std::string> unknown() const;

 private:
  std::vector<filter::Field> fields_;
  std::map<std::pair<int, std::string>, std::int32_t> ids_;  // by source and name
};

// A field of the run itself as SQL over its row `r`: one of the two is "NULL" of its type.
struct RunColumn {
  std::string number, text;
};
// `now` is a placeholder (bigint) for the end of runs that are live. Not for kTag and attributes.
RunColumn run_column(filter::Source source, const std::string& now);

}  // namespace tracker::storage
