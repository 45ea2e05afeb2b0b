#include "fill.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include "core/pyramid.hpp"
#include "frame/frame.hpp"
#include "storage/chunk_tables.hpp"
#include "storage/key_tables.hpp"
#include "storage/runs.hpp"
#include "storage/streams.hpp"

namespace tracker::bench {
namespace {

constexpr std::int64_t kFillStart = 1'700'000'000'000'000;
constexpr std::int64_t kTogether = 256;  // chunks a transaction
constexpr auto kChunk = static_cast<std::int64_t>(core::kChunkRows);

class Values {
 public:
  explicit Values(std::uint32_t seed) : random_(seed) {}

  storage::RowColumns rows(std::int64_t from, std::int64_t count, bool tokens) {
    storage::RowColumns out;
    out.values.resize(tokens ? 2 : 1);
    for (std::int64_t step = from; step < from + count; ++step) {
      out.steps.push_back(step);
      out.times_us.push_back(kFillStart + step * 250'000 +
                             static_cast<std::int64_t>(random_() % 5'000));
      out.order.push_back(step);
      // The sum of four uniform numbers: noise that costs little.
      float noise = 0;
      for (int i = 0; i < 4; ++i) noise += static_cast<float>(random_() & 0xFFFF) / 65'536.0F;
      out.values[0].push_back(static_cast<double>(1.0F + 0.05F * (noise - 2)));
      if (tokens) out.values[1].push_back(static_cast<double>(step * 4'096));
    }
    return out;
  }

 private:
  std::minstd_rand random_;
};

core::Points points_of(const storage::RowColumns& rows, std::size_t column) {
  return {rows.steps, rows.times_us, rows.values[column]};
}

void append(core::Points& to, const core::Points& from) {
  to.steps.insert(to.steps.end(), from.steps.begin(), from.steps.end());
  to.times_us.insert(to.times_us.end(), from.times_us.begin(), from.times_us.end());
  to.values.insert(to.values.end(), from.values.begin(), from.values.end());
}

}  // namespace

core::RunId fill_run(storage::Database& database, const FillShape& shape, std::uint32_t seed) {
  const core::RunId run = core::RunId::random();
  storage::register_writer(database, {run, core::WriterId::random(), "bench", kFillStart});
  const core::ProjectId project = storage::find_run(database, run)->project_id;
  const auto connection = database.pg();
  std::vector<storage::KeyName> names{{false, "loss"}};
  if (shape.tokens) names.push_back({false, "tokens"});
  storage::KeySet set{false, {"loss"}};
  if (shape.tokens) set.keys.push_back("tokens");
  Values values(seed);
  const std::int64_t whole = shape.points / kChunk * kChunk;
  for (std::int64_t done = 0; done < whole + shape.rest;) {
    storage::PgTransaction transaction(*connection);
    storage::KeyTables keys(*connection, run, project);
    keys.load_groups();
    keys.resolve(names);
    storage::StoredGroup& group = *keys.group_of(set);
    storage::ChunkTables chunks(*connection, run);
    std::map<std::int32_t, core::Points> changes;
    for (std::int64_t i = 0; i < kTogether && done < whole + shape.rest; ++i) {
      const std::int64_t count = done < whole ? kChunk : shape.rest;
      const storage::RowColumns rows = values.rows(done, count, shape.tokens);
      chunks.put(group, done, rows);
      for (std::size_t k = 0; k < names.size(); ++k)
        append(changes[keys.id_of(names[k])], points_of(rows, k));
      group.rows += count;
      done += count;
    }
    chunks.flush();
    keys.store_groups();
    keys.store_series(changes);
    connection->run("UPDATE compaction SET next_row = $2 WHERE run_id = $1",
                    storage::PgParams().uuid(run.uuid().bytes).bigint(done));
    transaction.commit();
  }
  return run;
}

void add_tail(storage::Database& database, core::RunId run, std::int64_t first_step, int frames) {
  const core::WriterId writer = core::WriterId::random();
  const auto registered = storage::register_writer(database, {run, writer, "bench", kFillStart});
  std::int64_t step = first_step;
  std::uint64_t offset = registered.acked;
  Values values(7);
  for (int f = 0; f < frames; ++f, step += 100, offset += 1'000) {
    const storage::RowColumns rows = values.rows(step, 100, false);
    spool::RowGroup group{.system = false,
                          .keys = {"loss"},
                          .steps = rows.steps,
                          .times_us = rows.times_us,
                          .order = {},
                          .values = rows.values[0]};
    for (std::uint32_t i = 0; i < 100; ++i) group.order.push_back(i);
    spool::Frame frame;
    frame.groups.push_back(std::move(group));
    storage::Chain chain{registered.stream_id, registered.epoch, run, writer, {}};
    std::string payload = spool::encode_frame(frame);
    chain.parts.push_back({offset, offset + 1'000, std::move(payload),
                           std::make_shared<const spool::Frame>(std::move(frame))});
    storage::commit_chains(*database.pg(), {&chain, 1}, kFillStart);
  }
}

}  // namespace tracker::bench
