#include "storage/run_groups.hpp"

#include <cstdlib>
#include <pqxx/pqxx>
#include <set>

#include "storage/run_query_sql.hpp"
#include "storage/sql.hpp"

namespace tracker::storage {
namespace {

using filter::Field;
using filter::Source;

constexpr int kTimeoutMs = 5'000;

// Fields over the runs `m` that a filter takes.
class FieldSql {
 public:
  FieldSql(FilterContext context) : context_(context) {}

  // SQL for the field's number and text.
  RunColumn column(const Field& field) {
    if (field.source == Source::kTag) {
      uses_tag_ = true;
      return {"NULL::float8", "t.tag"};
    }
    if (!filter::is_attribute(field.source)) {
      uses_run_ = true;
      if (field.source == Source::kDuration && now_.empty())
        now_ = context_.params.add(std::to_string(context_.now_us), "bigint");
      return run_column(field.source, now_);
    }
    const auto key = context_.fields.key_of(field);
    if (!key) return {"NULL::float8", "NULL::text"};
    keys_.insert(*key);
    return {alias_of(*key) + ".num", alias_of(*key) + ".str"};
  }

  // FROM …, with what column() referred to.
  std::string from() const {
    return " FROM m" + std::string(uses_run_ ? " JOIN run r ON r.no = m.no" : "") +
           (uses_tag_ ? " LEFT JOIN run_tag t ON t.run_no = m.no" : "") +
           attribute_joins(keys_, "m.no");
  }

 private:
  FilterContext context_;
  std::set<std::int32_t> keys_;
  bool uses_run_ = false, uses_tag_ = false;
  std::string now_;
};

// The filter's runs once, as m(no), whatever is asked of them. Hashes serve here: all of m is
// wanted.
std::string with_runs(pqxx::work& transaction, const RunSelection& selection,
                      FilterContext context) {
  plan_for(transaction, Reach::kJoin, kTimeoutMs);
  transaction.exec("SET LOCAL enable_hashjoin = on");
  return "WITH m AS MATERIALIZED (" +
         select_runs(selection.filter, nullptr, context, Reach::kJoin, {}) + ") ";
}

SortValue value_of(const pqxx::field& number, const pqxx::field& text) {
  if (!number.is_null()) return std::strtod(number.c_str(), nullptr);
  if (!text.is_null()) return std::string(text.c_str());
  return {};
}

std::optional<double> number_of(const pqxx::field& field) {
  return field.is_null() ? std::nullopt : std::optional(std::strtod(field.c_str(), nullptr));
}

std::string facet_sql(const Field& field, std::size_t index, FilterContext context) {
  FieldSql sql(context);
  const auto column = sql.column(field);
  const bool tags = field.source == Source::kTag;
  // A run has one value of everything but tags.
  const std::string runs =
      tags ? "(SELECT count(DISTINCT t.run_no) FROM m JOIN run_tag t ON t.run_no = m.no)"
           : "sum(count(*)) OVER ()";
  return "(SELECT " + std::to_string(index) + ", " + column.number + " AS num, " + column.text +
         " AS str, count(*), " + runs + "::bigint, sum(count(*)) OVER ()::bigint, min(min(" +
         column.number + ")) OVER (), max(max(" + column.number + ")) OVER ()" + sql.from() +
         " WHERE " + column.number + " IS NOT NULL OR " + column.text +
         " IS NOT NULL GROUP BY 2, 3 ORDER BY 4 DESC, 2, 3 LIMIT " + std::to_string(kFacetValues) +
         ")";
}

// Columns: number and text of each field of `by`, the count, five of each metric.
std::string group_sql(const std::vector<Field>& by, const std::vector<Field>& metrics,
                      FilterContext context) {
  FieldSql fields(context);
  std::string columns, group;
  for (std::size_t i = 0; i < by.size(); ++i) {
    const auto column = fields.column(by[i]);
    columns += column.number + ", " + column.text + ", ";
    group += (i == 0 ? "" : ", ") + std::to_string(2 * i + 1) + ", " + std::to_string(2 * i + 2);
  }
  columns += "count(*)";
  for (const auto& metric : metrics) {
    const auto number = fields.column(metric).number;
    const auto finite = " FILTER (WHERE abs(" + number + ") < 'Infinity')";
    for (const char* function : {"count", "avg", "stddev_samp", "min", "max"})
      columns += std::string(", ") + function + "(" + number + ")" + finite;
  }
  return "SELECT " + columns + fields.from() + " GROUP BY " + group + " ORDER BY " +
         std::to_string(2 * by.size() + 1) + " DESC, " + group + " LIMIT " +
         std::to_string(kMostGroups + 1);
}

RunGroup group_of(const pqxx::row& row, std::size_t by, std::size_t metrics) {
  RunGroup out;
  pqxx::row::size_type at = 0;
  for (std::size_t i = 0; i < by; ++i, at += 2) out.by.push_back(value_of(row[at], row[at + 1]));
  out.runs = row[at++].as<std::int64_t>();
  for (std::size_t i = 0; i < metrics; ++i, at += 5)
    out.metrics.push_back({row[at].as<std::int64_t>(), number_of(row[at + 1]),
                           number_of(row[at + 2]), number_of(row[at + 3]), number_of(row[at + 4])});
  return out;
}

}  // namespace

Facets run_facets(Database& database, const RunSelection& selection,
                  const std::vector<Field>& fields) {
  return in_transaction(database, [&](pqxx::work& transaction) {
    QueryParams params;
    QueryFields known;
    known.add(selection.filter);
    for (const auto& field : fields) known.add(field);
    known.load(transaction, selection.project);
    const FilterContext context{params, known, selection.project, selection.now_us};
    auto sql = with_runs(transaction, selection, context) +
               "SELECT -1, NULL::float8, NULL::text, count(*), 0::bigint, 0::bigint, NULL::float8, "
               "NULL::float8 FROM m";
    for (std::size_t i = 0; i < fields.size(); ++i)
      sql += " UNION ALL " + facet_sql(fields[i], i, context);
    Facets out;
    out.fields.resize(fields.size());
    out.unknown_fields = known.unknown();
    for (const pqxx::row& row : params.run(transaction, sql)) {
      const auto index = row[0].as<int>();
      const auto count = row[3].as<std::int64_t>();
      if (index < 0) {
        out.runs = count;
        continue;
      }
      auto& facet = out.fields[static_cast<std::size_t>(index)];
      if (facet.values.empty()) facet.other = row[5].as<std::int64_t>();
      facet.runs = row[4].as<std::int64_t>();
      facet.other -= count;
      facet.min = number_of(row[6]);
      facet.max = number_of(row[7]);
      facet.values.push_back({value_of(row[1], row[2]), count});
    }
    return out;
  });
}

RunGroups run_groups(Database& database, const RunSelection& selection,
                     const std::vector<Field>& by, const std::vector<Field>& metrics) {
  return in_transaction(database, [&](pqxx::work& transaction) {
    QueryParams params;
    QueryFields known;
    known.add(selection.filter);
    for (const auto* fields : {&by, &metrics})
      for (const auto& field : *fields) known.add(field);
    known.load(transaction, selection.project);
    const FilterContext context{params, known, selection.project, selection.now_us};
    const auto with = with_runs(transaction, selection, context);
    const auto rows = params.run(transaction, with + group_sql(by, metrics, context));
    RunGroups out;
    out.unknown_fields = known.unknown();
    out.more = rows.size() > kMostGroups ? More::kYes : More::kNo;
    for (const pqxx::row& row : rows) {
      if (out.groups.size() == kMostGroups) break;
      out.groups.push_back(group_of(row, by.size(), metrics.size()));
    }
    return out;
  });
}

}  // namespace tracker::storage
