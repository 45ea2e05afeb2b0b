#include "admin/janitor.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <utility>
#include <vector>

#include <tracker/error.hpp>

#include "core/log_text.hpp"
#include "storage/audit.hpp"
#include "storage/deletion.hpp"
#include "storage/media.hpp"
#include "storage/purge.hpp"
#include "storage/retention.hpp"

namespace tracker::admin {

Janitor::Janitor(storage::Database& database, const core::Clock& clock, JanitorOptions options)
    : database_(database),
      clock_(clock),
      options_(options),
      periodic_(
          std::chrono::milliseconds(options.interval_us / 1000), core::Periodic::First::kAtOnce,
          [this] { round(); },
          [](const std::exception& error) {
            spdlog::warn("event=janitor_failed error={}", core::quoted(error.what()));
          }) {}

void Janitor::round() {
  const std::int64_t now = clock_.now_us();
  if (retention_checked_us_ == 0 || now - retention_checked_us_ >= options_.retention_us) {
    apply_retention(now);
    drop_audit(now);
    retention_checked_us_ = now;
  }
  const std::size_t rows = purge(now);
  storage::purge_projects(*database_.pg());
  drop_media();
  if (rows > 0 && !periodic_.stopping()) storage::vacuum_chunks(database_);
}

// Contents that no run has any more are looked for when a run has gone, and once after a start.
void Janitor::drop_media() {
  if (!std::exchange(purged_, false)) return;
  constexpr std::size_t kBatch = 1'000;
  const storage::Database::PgLease connection = database_.pg();
  for (std::size_t gone = kBatch; gone == kBatch && !periodic_.stopping();) {
    gone = storage::drop_unused_media(*connection, kBatch);
    if (gone > 0) spdlog::info("event=media_dropped contents={}", gone);
  }
}

void Janitor::delete_expired(const std::vector<core::RunId>& runs, std::int64_t now_us) {
  for (const core::RunId& run : runs) {
    storage::delete_run(database_, run, {now_us, options_.grace_us});
    spdlog::info("event=retention_deleted run={} grace_s={}", run.text(),
                 options_.grace_us / core::kSecondUs);
  }
}

void Janitor::apply_retention(std::int64_t now_us) {
  const storage::Expired expired = storage::find_expired(*database_.pg(), now_us);
  delete_expired(expired.runs, now_us);
  std::size_t rows = 0;
  for (const core::RunId& run : expired.system) {
    if (periodic_.stopping()) return;
    const std::size_t chunks = storage::drop_system_metrics(*database_.pg(), run);
    if (chunks > 0)
      spdlog::info("event=retention_dropped run={} what=system rows={}", run.text(), chunks);
    rows += chunks;
  }
  for (const core::RunId& run : expired.logs) {
    if (periodic_.stopping()) return;
    const std::size_t chunks = storage::drop_console(*database_.pg(), run);
    if (chunks > 0)
      spdlog::info("event=retention_dropped run={} what=console rows={}", run.text(), chunks);
    rows += chunks;
  }
  if (rows > 0 && !periodic_.stopping()) storage::vacuum_chunks(database_);
}

void Janitor::drop_audit(std::int64_t now_us) {
  std::size_t entries = 0;
  while (!periodic_.stopping()) {
    const std::size_t dropped = storage::drop_audit_before(database_, now_us - options_.audit_us);
    if (dropped == 0) break;
    entries += dropped;
  }
  if (entries > 0) spdlog::info("event=audit_dropped entries={}", entries);
}

// How many rows went.
std::size_t Janitor::purge(std::int64_t now_us) {
  const storage::Database::PgLease connection = database_.pg();
  std::size_t total = 0;
  for (const core::RunId& run : storage::runs_to_purge(*connection, now_us)) {
    std::size_t rows = 0;
    storage::Purged step;
    while (!step.done && !step.busy) {
      if (periodic_.stopping()) return total;
      step = storage::purge_step(*connection, run, now_us);
      rows += step.rows;
    }
    purged_ = purged_ || step.done;
    if (step.done) spdlog::info("event=run_purged run={} rows={}", run.text(), rows);
    total += rows;
  }
  return total;
}

}  // namespace tracker::admin
