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

// Where an index begins: SQL of a table with its condition, of the value and of the run's number.
struct Start {
  std::string table, value, no;
  const char* type;
};

std::optional<Start> start_of(const RunQuery& query, RunOrder::Rows first, FilterContext context) {
  const auto& field = query.sort.front().field;
  if (field.source == Source::kCreated)
    return Start{"run x WHERE x.project_id = " + context.params.add(context.project.text(), "uuid"),
                 "x.created_us", "x.no", "bigint"};
  if (!filter::is_attribute(field.source)) return std::nullopt;
  const auto key = context.fields.key_of(field);
  if (!key) return std::nullopt;
  const bool texts = first == RunOrder::Rows::kTexts;
  const std::string value = texts ? "x.str" : "x.num";
  return Start{
      "run_attribute x WHERE x.key_id = " + std::to_string(*key) + " AND " + value + " IS NOT NULL",
      value, "x.run_no", texts ? "text" : "float8"};
}

// Values of created_us are whole and below 2^53.
std::string text_of(const SortValue& value) {
  if (const auto* number = std::get_if<double>(&value)) return QueryParams::text_of(*number);
  return std::get<std::string>(value);
}

std::string bound_of(const RunQuery& query, const Start& start, bool falling, QueryParams& params) {
  if (!query.after) return {};
  const auto value = params.add(text_of(query.after->values.front()), start.type);
  if (query.sort.size() > 1) return " AND " + start.value + (falling ? " <= " : " >= ") + value;
  return " AND (" + start.value + ", " + start.no + ")" + (falling ? " < (" : " > (") + value +
         ", " + params.add(std::to_string(query.after->no), "integer") + ")";
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

std::optional<Walk> walk_of(const RunQuery& query, RunOrder::Rows first, FilterContext context,
                            std::size_t budget, std::size_t most) {
  const bool falling = query.sort.front().direction == filter::SortKey::Direction::kFalling;
  const bool several = query.sort.size() > 1;
  const auto write = [&](QueryParams& params) -> std::string {
    const auto start =
        start_of(query, first, {params, context.fields, context.project, context.now_us});
    if (!start) return {};
    const std::string direction = falling ? " DESC" : "";
    return "(SELECT " + start->no + " AS no, " + start->value + " AS v FROM " + start->table +
           bound_of(query, *start, falling, params) + " ORDER BY " + start->value + direction +
           (several ? "" : ", " + start->no + direction) + " FETCH FIRST " +
           std::to_string(budget) + (several ? " ROWS WITH TIES" : " ROWS ONLY") + ") w";
  };
  Walk walk;
  walk.from = write(context.params);
  if (walk.from.empty()) return std::nullopt;
  if (several)
    walk.count = "SELECT count(*) FROM (SELECT FROM " + write(walk.count_params) + " LIMIT " +
                 std::to_string(most + 1) + ") z";
  return walk;
}

}  // namespace tracker::storage
