#include "run_table_fixture.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/run_state.hpp"
#include "storage/run_attributes.hpp"
#include "storage/runs.hpp"

namespace tracker::storage {
namespace {

using test::PlainRun;
using test::PlainValue;

constexpr const char* kInsertRun = R"sql(
  INSERT INTO run (id, project_id, name, state, created_us, ended_us, tags, notes, group_name, job_type, config, summary)
  SELECT $1, p.id, $3, $4, $5, nullif($6, 0), $7, $8, $9, $10, $11::text::jsonb, $12::text::jsonb
  FROM project p WHERE p.name = $2 RETURNING no)sql";

constexpr const char* kInsertKey = R"sql(
  INSERT INTO metric_key (project_id, system, name) SELECT id, false, $2 FROM project WHERE name = $1
  ON CONFLICT DO NOTHING)sql";
constexpr const char* kInsertSeries = R"sql(
  INSERT INTO series (run_id, key_id, n, nonfinite, nan, first_step, last_step, first_time_us, last_time_us,
                      last_value, min_value, max_value, sum, steps_rise, times_rise)
  SELECT $1, k.id, 2, 0, 0, 0, 1, 0, 1, ($3::float8[])[1], ($3::float8[])[2], ($3::float8[])[3], ($3::float8[])[4] * 2, true, true
  FROM metric_key k JOIN project p ON p.id = k.project_id WHERE p.name = $2 AND k.name = $4)sql";

nlohmann::json json_of(const PlainValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  const double number = std::get<double>(value);
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  return number;
}

std::string document(const PlainRun& run, int source) {
  auto out = nlohmann::json::object();
  for (const auto& [key, value] : run.attributes)
    if (key.first == source) out[key.second] = json_of(value);
  return out.dump();
}

double number_of(const PlainRun& run, int source, const std::string& name) {
  return std::get<double>(run.attributes.at({source, name}));
}

}  // namespace

void RunTableTest::SetUp() {
  StoreTest::SetUp();
  plain.now_us = kNow;
  use_project("imdb");
}

void RunTableTest::use_project(const std::string& name) {
  project_name_ = name;
  database->pg()->run(
      "INSERT INTO project (id, name, created_us) VALUES (gen_random_uuid(), $1, 0) ON CONFLICT DO "
      "NOTHING",
      PgParams().text(name));
  project = *find_project_id(*database, name);
  plain.runs.clear();
}

PlainRun RunTableTest::make_run() {
  PlainRun run;
  run.id = core::RunId::random();
  run.name = "run";
  run.created_us = next_start_us_ += 1'000'000;
  return run;
}

void RunTableTest::add(PlainRun run) {
  run.no = insert(run);
  plain.runs.push_back(std::move(run));
}

std::int32_t RunTableTest::add_bare() { return insert(make_run()); }

std::int32_t RunTableTest::insert(const PlainRun& run) {
  const auto connection = database->pg();
  const auto& id = run.id.uuid().bytes;
  const auto state = static_cast<std::int16_t>(*core::run_state_from_text(run.state));
  const auto rows = connection->run(kInsertRun, PgParams()
                                                    .uuid(id)
                                                    .text(project_name_)
                                                    .text(run.name)
                                                    .smallint(state)
                                                    .bigint(run.created_us)
                                                    .bigint(run.ended_us.value_or(0))
                                                    .texts(run.tags)
                                                    .text(run.notes)
                                                    .text(run.group)
                                                    .text(run.job_type)
                                                    .text(document(run, 1))
                                                    .text(document(run, 2)));
  for (const auto& [key, value] : run.attributes) {
    if (key.first != 3) continue;
    const auto& name = key.second;
    connection->run(kInsertKey, PgParams().text(project_name_).text(name));
    const double numbers[] = {std::get<double>(value), number_of(run, 4, name),
                              number_of(run, 5, name), number_of(run, 6, name)};
    connection->run(kInsertSeries,
                    PgParams().uuid(id).text(project_name_).float8s(numbers).text(name));
    if (run.attributes.contains({7, name}))
      connection->run(
          "INSERT INTO metric_definition (run_id, pattern, definition) VALUES ($1, $2, "
          "'{\"goal\":\"maximize\"}')",
          PgParams().uuid(id).text(name));
  }
  mark_attributes(*connection, run.id, Urgency::kAtOnce);
  return rows.integer(0, 0);
}

void RunTableTest::refresh() {
  const auto connection = database->pg();
  for (const auto& id : runs_to_refresh(*connection, kNow, 100'000))
    EXPECT_TRUE(refresh_attributes(*connection, id, kNow));
}

void RunTableTest::fill(int count, unsigned seed) {
  std::mt19937 random(seed);
  const auto pick = [&](unsigned below) { return random() % below; };
  const auto number = [&]() -> double {
    constexpr double kNumbers[] = {0, 1, 2, 0.5, -1, 3, 1e-3, 0.25, 7};
    return kNumbers[pick(9)];
  };
  const auto word = [&]() -> std::string {
    constexpr const char* kWords[] = {"a", "b", "ab", "ba", "x", "Abc", "true", "1", "ü", "xyz"};
    return kWords[pick(10)];
  };
  constexpr const char* kStates[] = {"running", "finished", "failed", "crashed", "stopped"};
  for (int i = 0; i < count; ++i) {
    PlainRun run = make_run();
    run.name = word();
    run.created_us = kNow - static_cast<std::int64_t>(pick(50)) * 120'000'000;
    run.state = kStates[pick(5)];
    if (run.state != "running")
      run.ended_us = run.created_us + static_cast<std::int64_t>(pick(5)) * 1'800'000'000;
    if (pick(2)) run.group = word();
    if (pick(2)) run.job_type = word();
    if (pick(2)) run.notes = word();
    std::set<std::string> tags;
    for (auto tags_left = pick(4); tags_left > 0; --tags_left) tags.insert(word());
    run.tags = {tags.begin(), tags.end()};
    if (pick(3)) run.attributes[{1, "lr"}] = number();
    if (pick(2)) run.attributes[{2, "lr"}] = number();
    if (pick(3)) run.attributes[{1, "opt"}] = word();
    if (pick(3)) run.attributes[{1, "mixed"}] = pick(2) ? PlainValue(number()) : PlainValue(word());
    if (pick(3)) run.attributes[{2, "acc"}] = pick(9) ? number() : pick(2) ? HUGE_VAL : -HUGE_VAL;
    if (pick(2)) run.attributes[{2, "depth"}] = number();
    for (const char* metric : {"loss", "acc"}) {
      if (!pick(3)) continue;
      const double last = number();
      run.attributes[{3, metric}] = last;
      run.attributes[{4, metric}] = last - 1;
      run.attributes[{5, metric}] = last + 1;
      run.attributes[{6, metric}] = last + 0.5;
      if (pick(2)) run.attributes[{7, metric}] = last + 1;
      // What is not logged as summary is summed up by its last value.
      run.attributes.try_emplace({2, metric}, last);
    }
    add(run);
  }
  refresh();
}

}  // namespace tracker::storage
