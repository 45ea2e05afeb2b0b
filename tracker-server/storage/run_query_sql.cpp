#include "storage/run_query_sql.hpp"

#include <pqxx/pqxx>

namespace tracker::storage {
namespace {

using filter::Source;

std::string select_by_probes(const filter::Node& filter, const RunOrder* order,
                             FilterContext context, const std::string& from) {
  FilterSql sql(context, Reach::kProbe, "w.no");
  const auto columns = order != nullptr ? order->columns(sql, "w.no") : "w.no AS no";
  const auto where = sql.where(filter);
  std::set<std::int32_t> sorted;
  if (order != nullptr)
    for (const auto key : order->attributes()) sorted.insert(key);
  return "SELECT " + columns + " FROM " + from +
         (sql.uses_run() ? " JOIN run r ON r.no = w.no" : "") + attribute_joins(sorted, "w.no") +
         " WHERE " + where;
}

// Once to see what it needs, once to write it down.
std::string select_by_joins(const filter::Node& filter, const RunOrder* order,
                            FilterContext context) {
  std::string no = "r.no";
  std::int32_t begin = -1;
  {
    QueryParams scratch;
    const FilterContext dry{scratch, context.fields, context.project, context.now_us};
    FilterSql sql(dry, Reach::kJoin, no);
    sql.where(filter);
    if (order != nullptr) order->columns(sql, no);
    if (!sql.uses_run() && sql.inner()) {
      begin = *sql.inner();
      no = alias_of(begin) + ".run_no";
    }
  }
  FilterSql sql(context, Reach::kJoin, no);
  const auto columns = order != nullptr ? order->columns(sql, no) : no + " AS no";
  const auto where = sql.where(filter);
  if (order != nullptr)
    for (const auto key : order->attributes()) sql.join(key);
  auto joined = sql.joined();
  joined.erase(begin);
  const auto rest = attribute_joins(joined, no) + " WHERE " + where;
  if (begin >= 0)
    return "SELECT " + columns + " FROM run_attribute " + alias_of(begin) + rest + " AND " +
           alias_of(begin) + ".key_id = " + std::to_string(begin);
  return "SELECT " + columns + " FROM run r" + rest +
         " AND r.project_id = " + context.params.add(context.project.text(), "uuid");
}

// Runs of the index in order of (value, no); `table` has both. `bound` is SQL for where it begins,
// or empty.
std::string in_order(const std::string& table, const std::string& value, const std::string& no,
                     const std::string& bound, bool falling, std::size_t budget) {
  const std::string direction = falling ? " DESC" : "";
  return "(SELECT " + no + " AS no, " + value + " AS v FROM " + table + bound + " ORDER BY " +
         value + direction + ", " + no + direction + " LIMIT " + std::to_string(budget) + ")";
}

struct Start {
  std::string table, value, no;
  const char* type;
};

std::string bound_of(const RunQuery& query, const Start& start, QueryParams& params) {
  if (!query.after) return {};
  const bool falling = query.sort.front().direction == filter::SortKey::Direction::kFalling;
  // Values of created_us are whole and below 2^53.
  auto text = QueryParams::text_of(std::get<double>(query.after->values.front()));
  if (query.sort.size() > 1)
    return " AND " + start.value + (falling ? " <= " : " >= ") + params.add(text, start.type);
  return " AND (" + start.value + ", " + start.no + ")" + (falling ? " < (" : " > (") +
         params.add(text, start.type) + ", " +
         params.add(std::to_string(query.after->no), "integer") + ")";
}

}  // namespace

void plan_for(pqxx::transaction_base& transaction, Reach reach, int timeout_ms) {
  const bool loops = reach == Reach::kProbe;
  transaction.exec(
      "SET LOCAL enable_hashjoin = off; SET LOCAL enable_seqscan = off; "
      "SET LOCAL enable_bitmapscan = off; SET LOCAL join_collapse_limit = 1; "
      "SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL work_mem = '64MB'; "
      "SET LOCAL enable_nestloop = " +
      std::string(loops ? "on" : "off") + "; SET LOCAL enable_mergejoin = " +
      (loops ? "off" : "on") + "; SET LOCAL statement_timeout = " + std::to_string(timeout_ms));
}

std::string attribute_joins(const std::set<std::int32_t>& keys, const std::string& no) {
  std::string out;
  for (const auto key : keys) {
    const auto alias = alias_of(key);
    out += " LEFT JOIN run_attribute " + alias + " ON " + alias +
           ".key_id = " + std::to_string(key) + " AND " + alias + ".run_no = " + no;
  }
  return out;
}

std::string select_runs(const filter::Node& filter, const RunOrder* order, FilterContext context,
                        Reach reach, const std::string& from) {
  return reach == Reach::kProbe ? select_by_probes(filter, order, context, from)
                                : select_by_joins(filter, order, context);
}

std::optional<Walk> walk_of(const RunQuery& query, FilterContext context, std::size_t budget) {
  const auto& first = query.sort.front();
  if (query.after && query.after->values.front().index() != 1) return std::nullopt;
  const bool falling = first.direction == filter::SortKey::Direction::kFalling;
  const auto write = [&](QueryParams& params) -> std::string {
    Start start{"", "x.num", "x.run_no", "float8"};
    if (first.field.source == Source::kCreated) {
      start = {"run x WHERE x.project_id = " + params.add(context.project.text(), "uuid"),
               "x.created_us", "x.no", "bigint"};
    } else if (filter::is_attribute(first.field.source)) {
      const auto key = context.fields.key_of(first.field);
      if (!key) return {};
      start.table =
          "run_attribute x WHERE x.key_id = " + std::to_string(*key) + " AND x.num IS NOT NULL";
    } else {
      return {};
    }
    return in_order(start.table, start.value, start.no, bound_of(query, start, params), falling,
                    budget);
  };
  Walk walk;
  walk.first_only = query.sort.size() > 1;
  walk.from = write(context.params);
  if (walk.from.empty()) return std::nullopt;
  walk.from += " w";
  if (walk.first_only)
    walk.end = std::string("SELECT ") + (falling ? "min" : "max") + "(v) FROM " +
               write(walk.end_params) + " z";
  return walk;
}

}  // namespace tracker::storage
