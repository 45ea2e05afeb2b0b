#include "storage/run_query.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <pqxx/pqxx>

#include "storage/filter_sql.hpp"
#include "storage/query_fields.hpp"
#include "storage/run_order.hpp"
#include "storage/run_query_sql.hpp"
#include "storage/sql.hpp"

namespace tracker::storage {
namespace {

constexpr std::size_t kMostCounted = 8;  // terms whose runs are counted before a plan is chosen
constexpr std::size_t kWalkPages = 8;
constexpr std::size_t kFewestToJudge = 5;  // matches that say how frequent they are

class Query {
 public:
  Query(pqxx::work& transaction, const RunQuery& query, const RunQueryLimits& limits)
      : transaction_(transaction), query_(query), limits_(limits) {}

  FoundRuns run() {
    fields_.add(query_.filter);
    for (const auto& key : query_.sort) fields_.add(key.field);
    fields_.load(transaction_, query_.project);
    found_.unknown_fields = fields_.unknown();
    if (const auto terms = rarest()) {
      few(*terms);
    } else if (!walk()) {
      scan();
    }
    identify();
    return std::move(found_);
  }

 private:
  FilterContext context(QueryParams& params) const {
    return {params, fields_, query_.project, query_.now_us};
  }

  // The runs of the alternatives, some of them more than once; absent where no index has them.
  std::optional<std::string> runs_of(const Alternatives& alternatives, QueryParams& params) const {
    std::string out;
    for (const auto* term : alternatives) {
      const auto runs = term_runs(*term, context(params));
      if (!runs) return std::nullopt;
      out += (out.empty() ? "" : " UNION ALL ") + std::string("(") + *runs + ")";
    }
    return out;
  }

  // Terms that hold for at most `few` runs. Asked of the index, which stops counting there: the
  // planner's own statistics know nothing of one key's values.
  std::optional<Alternatives> rarest() {
    QueryParams params;
    std::string sql;
    std::vector<Alternatives> counted;
    std::size_t terms = 0;
    for (auto& one : certain_alternatives(query_.filter)) {
      if (terms + one.size() > kMostCounted) continue;
      QueryParams scratch;  // what cannot be counted leaves no parameters behind
      if (!runs_of(one, scratch)) continue;
      terms += one.size();
      sql += (sql.empty() ? "SELECT" : ",") + std::string(" (SELECT count(*) FROM (") +
             *runs_of(one, params) + " LIMIT " + std::to_string(limits_.few + 1) + ") z)";
      counted.push_back(std::move(one));
    }
    if (counted.empty()) return std::nullopt;
    plan_for(transaction_, Reach::kProbe, limits_.timeout_ms);
    const auto rows = params.run(transaction_, sql);
    std::optional<Alternatives> rarest;
    auto fewest = limits_.few + 1;
    for (std::size_t i = 0; i < counted.size(); ++i) {
      const auto count = rows[0][static_cast<pqxx::row::size_type>(i)].as<std::size_t>();
      if (count >= fewest) continue;
      fewest = count;
      rarest = counted[i];
    }
    return rarest;
  }

  void few(const Alternatives& alternatives) {
    QueryParams params;
    auto begin = *runs_of(alternatives, params);
    if (alternatives.size() > 1) begin = "SELECT DISTINCT no FROM (" + begin + ") u";
    found_.plan = QueryPlan::kFew;
    const RunOrder order(query_.sort, context(params));
    take(params, page(order, params, Reach::kProbe, "(" + begin + ") w"));
  }

  // Which values of the first key the page begins with: numbers come before texts, and what misses
  // the key last. Absent where no index has them.
  std::optional<RunOrder::Rows> first_values() {
    using Rows = RunOrder::Rows;
    const auto& field = query_.sort.front().field;
    if (query_.after) {
      const auto kind = query_.after->values.front().index();
      if (kind == 0) return std::nullopt;
      return kind == 1 ? Rows::kNumbers : Rows::kTexts;
    }
    const auto key = filter::is_attribute(field.source) ? fields_.key_of(field) : std::nullopt;
    if (!key) return Rows::kNumbers;
    const auto rows = transaction_.exec("SELECT EXISTS (SELECT FROM run_attribute WHERE key_id = " +
                                        std::to_string(*key) + " AND num IS NOT NULL)");
    return rows[0][0].as<bool>() ? Rows::kNumbers : Rows::kTexts;
  }

  // False if the page may go on behind what was walked. Walks on if that many matches were found
  // that the rest of the page should not be far.
  bool walk() {
    if (limits_.walk == 0) return false;
    plan_for(transaction_, Reach::kProbe, limits_.timeout_ms);
    const auto first = first_values();
    if (!first) return false;
    const auto budget = std::max(limits_.walk, kWalkPages * query_.limit);
    if (walk(*first, budget)) return true;
    if (positions_.size() < kFewestToJudge) return false;
    const auto needed = budget * (query_.limit + 1) / positions_.size();
    return needed <= limits_.walk_on && walk(*first, needed + needed / 2);
  }

  bool walk(RunOrder::Rows first, std::size_t budget) {
    QueryParams params;
    const auto most = std::max(budget, limits_.walk_on);
    const auto walked = walk_of(query_, first, context(params), budget, most);
    if (!walked) return false;
    if (!walked->count.empty() &&
        walked->count_params.run(transaction_, walked->count)[0][0].as<std::size_t>() > most)
      return false;
    found_.plan = QueryPlan::kWalk;
    const RunOrder order(query_.sort, context(params), first);
    take(params, page(order, params, Reach::kProbe, walked->from));
    return found_.next.has_value();
  }

  void scan() {
    QueryParams params;
    plan_for(transaction_, Reach::kJoin, limits_.timeout_ms);
    found_.plan = QueryPlan::kScan;
    const RunOrder order(query_.sort, context(params));
    take(params, page(order, params, Reach::kJoin, {}));
  }

  std::string page(const RunOrder& order, QueryParams& params, Reach reach,
                   const std::string& from) const {
    auto sql = "SELECT * FROM (" +
               select_runs(query_.filter, &order, context(params), reach, from) + ") q";
    if (query_.after) sql += " WHERE " + order.behind(*query_.after);
    return sql + " ORDER BY " + order.order() + " LIMIT " + std::to_string(query_.limit + 1);
  }

  void take(const QueryParams& params, const std::string& sql) {
    const auto rows = params.run(transaction_, sql);
    positions_.clear();
    for (const pqxx::row& row : rows) positions_.push_back(position_of(row, query_.sort.size()));
    found_.next.reset();
    if (positions_.size() <= query_.limit) return;
    positions_.pop_back();
    found_.next = positions_.back();
  }

  void identify() {
    std::vector<std::string> numbers;
    for (const auto& position : positions_) numbers.push_back(std::to_string(position.no));
    std::map<std::int32_t, core::RunId> ids;
    for (const pqxx::row& row :
         transaction_.exec_params("SELECT no, id FROM run WHERE no = ANY ($1::integer[])",
                                  QueryParams::array_of(numbers)))
      ids[row[0].as<std::int32_t>()] = core::RunId::from_text(row[1].c_str());
    for (const auto& position : positions_)
      if (const auto id = ids.find(position.no); id != ids.end()) found_.runs.push_back(id->second);
  }

  pqxx::work& transaction_;
  const RunQuery& query_;
  const RunQueryLimits& limits_;
  QueryFields fields_;
  std::vector<RunPosition> positions_;  // of the page
  FoundRuns found_;
};

}  // namespace

FoundRuns query_runs(Database& database, const RunQuery& query, const RunQueryLimits& limits) {
  return in_transaction(
      database, [&](pqxx::work& transaction) { return Query(transaction, query, limits).run(); });
}

bool is_pattern(Database& database, const std::string& pattern) {
  try {
    in_transaction(database, [&](pqxx::work& transaction) {
      transaction.exec_params("SELECT '' ~ $1::text", pattern);
    });
    return true;
  } catch (const Error& error) {
    if (error.detail() == "2201B") return false;
    throw;
  }
}

}  // namespace tracker::storage
