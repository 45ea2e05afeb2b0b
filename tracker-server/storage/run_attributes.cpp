#include "storage/run_attributes.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "core/attributes.hpp"
#include "core/run_state.hpp"
#include "core/time.hpp"
#include "storage/pg.hpp"
#include "storage/series_rows.hpp"

namespace tracker::storage {
namespace {

// A live run is looked at again after this, and the later the more attributes it has: the cost of
// all runs together stays bounded.
constexpr std::int64_t kIntervalUs = 5 * core::kSecondUs;
constexpr std::int64_t kPerAttributeUs = 10'000;
constexpr std::int64_t kLongestUs = core::kMinuteUs;

constexpr const char* kMarkRun = "INSERT INTO attribute_mark (run_id, urgent) VALUES ($1, $2)";

// Later than any refresh of now would say ($3): the clock was set back since.
constexpr const char* kDueMarks = R"sql(
  SELECT m.run_id FROM attribute_mark m LEFT JOIN run_attributes s ON s.run_id = m.run_id
  WHERE m.urgent OR coalesce(s.next_us, 0) <= $1 OR s.next_us > $3
  GROUP BY m.run_id ORDER BY min(m.id) LIMIT $2)sql";

// The key lock holds off the run's deletion, and nothing else; the advisory lock other refreshes of
// the run.
constexpr const char* kLockRunNumber = R"sql(
  SELECT no, pg_try_advisory_xact_lock(718034, no) FROM run WHERE id = $1 FOR KEY SHARE)sql";
constexpr const char* kTakeMarks = "DELETE FROM attribute_mark WHERE run_id = $1";
constexpr const char* kLoadRun = R"sql(
  SELECT project_id, state::integer, config::text, summary::text FROM run WHERE id = $1)sql";
constexpr const char* kLoadDefinitions =
    "SELECT pattern, definition::text FROM metric_definition WHERE run_id = $1 ORDER BY id";
constexpr const char* kLoadHistoryStats = R"sql(
  SELECT k.name, k.system, s.n, s.nonfinite, s.nan, s.first_step, s.last_step, s.first_time_us, s.last_time_us,
         s.last_value, s.min_value, s.max_value, s.sum, s.steps_rise, s.times_rise
  FROM series s JOIN metric_key k ON k.id = s.key_id WHERE s.run_id = $1 AND NOT k.system)sql";

constexpr const char* kStored = R"sql(
  SELECT a.key_id, a.num, a.str FROM run_attributes s JOIN run_attribute a ON a.key_id = ANY (s.key_ids) AND a.run_no = s.run_no
  WHERE s.run_id = $1)sql";

constexpr const char* kFindAttributeKeys = R"sql(
  SELECT k.id, k.source::integer, k.name FROM unnest($2::integer[], $3::text[]) AS u(s, n)
  JOIN attribute_key k ON k.project_id = $1 AND k.source = u.s AND k.name = u.n)sql";
// Sorted, so that two servers make the keys of a project in the same order.
constexpr const char* kMakeAttributeKeys = R"sql(
  INSERT INTO attribute_key (project_id, source, name)
  SELECT $1, s, n FROM unnest($2::integer[], $3::text[]) AS u(s, n) ORDER BY s, n
  ON CONFLICT (project_id, source, name) DO NOTHING)sql";

constexpr const char* kStoreAttributes = R"sql(
  INSERT INTO run_attribute (key_id, run_no, num, str)
  SELECT k, $1, CASE WHEN t THEN NULL ELSE n END, CASE WHEN t THEN s END
  FROM unnest($2::integer[], $3::boolean[], $4::float8[], $5::text[]) AS u(k, t, n, s) ORDER BY k
  ON CONFLICT (key_id, run_no) DO UPDATE SET num = excluded.num, str = excluded.str)sql";
constexpr const char* kRemoveAttributes =
    "DELETE FROM run_attribute WHERE key_id = ANY ($2::integer[]) AND run_no = $1";
constexpr const char* kStoreList = R"sql(
  INSERT INTO run_attributes (run_id, run_no, key_ids, next_us) VALUES ($1, $2, $3::integer[], $4)
  ON CONFLICT (run_id) DO UPDATE SET key_ids = excluded.key_ids, next_us = excluded.next_us)sql";

struct Content {
  std::optional<double> number;
  std::string text;
  bool operator==(const Content&) const = default;
};
using Contents = std::map<std::int32_t, Content>;  // by key number

// One refresh of one run, inside a transaction.
class Refresh {
 public:
  Refresh(PgConnection& connection, core::RunId run, std::int32_t no)
      : connection_(connection), run_(run), no_(no) {}

  void operator()(std::int64_t now_us) {
    const auto attributes = load();
    const auto wanted = numbered(attributes);
    write(wanted, stored());
    const auto count = static_cast<std::int64_t>(wanted.size());
    std::vector<std::int32_t> ids;
    for (const auto& [id, content] : wanted) ids.push_back(id);
    const auto wait = std::min(kIntervalUs + count * kPerAttributeUs, kLongestUs);
    connection_.run(kStoreList,
                    PgParams().uuid(id()).integer(no_).integers(ids).bigint(now_us + wait));
  }

 private:
  const std::array<std::uint8_t, 16>& id() const { return run_.uuid().bytes; }

  std::vector<core::Attribute> load() {
    const PgResult run = connection_.run(kLoadRun, PgParams().uuid(id()));
    project_ = run_id_of(run.bytes(0, 0)).uuid().bytes;
    std::vector<std::pair<std::string, std::string>> definitions;
    const PgResult rules = connection_.run(kLoadDefinitions, PgParams().uuid(id()));
    for (std::size_t i = 0; i < rules.rows(); ++i)
      definitions.emplace_back(rules.bytes(i, 0), rules.bytes(i, 1));
    const PgResult series = connection_.run(kLoadHistoryStats, PgParams().uuid(id()));
    std::vector<core::SeriesStats> stats(series.rows());
    std::vector<core::NamedStats> keys;
    for (std::size_t i = 0; i < series.rows(); ++i) {
      stats[i] = series_row(series, i, 1);
      keys.push_back({series.bytes(i, 0), &stats[i]});
    }
    const auto summary = core::fold_summary(run.bytes(0, 3), definitions, keys);
    return core::attributes_of(run.bytes(0, 2), summary, definitions, keys);
  }

  Contents numbered(const std::vector<core::Attribute>& attributes) {
    std::vector<std::int32_t> sources;
    std::vector<std::string> names;
    for (const auto& attribute : attributes) {
      sources.push_back(static_cast<std::int32_t>(attribute.source));
      names.push_back(attribute.name);
    }
    std::map<std::pair<std::int32_t, std::string>, std::int32_t> ids;
    const auto find = [&] {
      const PgResult rows = connection_.run(
          kFindAttributeKeys, PgParams().uuid(project_).integers(sources).texts(names));
      for (std::size_t i = 0; i < rows.rows(); ++i)
        ids[{rows.integer(i, 1), std::string(rows.bytes(i, 2))}] = rows.integer(i, 0);
    };
    find();
    if (ids.size() < attributes.size()) {
      connection_.run(kMakeAttributeKeys, PgParams().uuid(project_).integers(sources).texts(names));
      find();
    }
    Contents out;
    for (std::size_t i = 0; i < attributes.size(); ++i)
      out[ids.at({sources[i], names[i]})] = {attributes[i].number, attributes[i].text};
    return out;
  }

  Contents stored() {
    Contents out;
    const PgResult rows = connection_.run(kStored, PgParams().uuid(id()));
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      auto& content = out[rows.integer(i, 0)];
      if (rows.is_null(i, 1))
        content.text = std::string(rows.bytes(i, 2));
      else
        content.number = rows.float8(i, 1);
    }
    return out;
  }

  void write(const Contents& wanted, const Contents& stored) {
    std::vector<std::int32_t> ids, gone;
    std::vector<std::uint8_t> are_text;
    std::vector<double> numbers;
    std::vector<std::string> texts;
    for (const auto& [id, content] : wanted) {
      const auto held = stored.find(id);
      if (held != stored.end() && held->second == content) continue;
      ids.push_back(id);
      are_text.push_back(content.number ? 0 : 1);
      numbers.push_back(content.number.value_or(0));
      texts.push_back(content.text);
    }
    for (const auto& [id, content] : stored)
      if (!wanted.contains(id)) gone.push_back(id);
    if (!ids.empty())
      connection_.run(
          kStoreAttributes,
          PgParams().integer(no_).integers(ids).booleans(are_text).float8s(numbers).texts(texts));
    if (!gone.empty()) connection_.run(kRemoveAttributes, PgParams().integer(no_).integers(gone));
  }

  PgConnection& connection_;
  core::RunId run_;
  std::int32_t no_;
  std::array<std::uint8_t, 16> project_{};
};

}  // namespace

void mark_attributes(PgConnection& connection, core::RunId run, Urgency urgency) {
  connection.run(kMarkRun,
                 PgParams().uuid(run.uuid().bytes).boolean(urgency == Urgency::kAtOnce ? 1 : 0));
}

std::vector<core::RunId> runs_to_refresh(PgConnection& connection, std::int64_t now_us,
                                         std::size_t limit) {
  const PgResult rows = connection.run(kDueMarks, PgParams()
                                                      .bigint(now_us)
                                                      .bigint(static_cast<std::int64_t>(limit))
                                                      .bigint(now_us + kLongestUs));
  std::vector<core::RunId> out;
  for (std::size_t i = 0; i < rows.rows(); ++i) out.push_back(run_id_of(rows.bytes(i, 0)));
  return out;
}

bool refresh_attributes(PgConnection& connection, core::RunId run, std::int64_t now_us) {
  PgTransaction transaction(connection);
  // Lost together with the marks it takes away, or not at all: the next look does it again.
  connection.command("SET LOCAL synchronous_commit = off");
  const auto& id = run.uuid().bytes;
  const PgResult lock = connection.run(kLockRunNumber, PgParams().uuid(id));
  if (lock.rows() == 0) {  // the run is gone
    connection.run(kTakeMarks, PgParams().uuid(id));
    transaction.commit();
    return true;
  }
  if (!lock.boolean(0, 1)) return false;
  // First the marks, then the data, each statement with a snapshot of its own: what is marked after
  // this stays marked.
  connection.run(kTakeMarks, PgParams().uuid(id));
  Refresh(connection, run, lock.integer(0, 0))(now_us);
  transaction.commit();
  return true;
}

}  // namespace tracker::storage
