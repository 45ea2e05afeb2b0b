#include "ingest/attribute_refresher.hpp"

#include <spdlog/spdlog.h>

#include <exception>

#include "core/log_text.hpp"
#include "storage/run_attributes.hpp"

namespace tracker::ingest {
namespace {

constexpr std::size_t kBatch = 500;  // runs asked for at once

}  // namespace

AttributeRefresher::AttributeRefresher(storage::Database& database, const core::Clock& clock,
                                       std::chrono::milliseconds interval)
    : database_(database),
      clock_(clock),
      periodic_(
          interval, core::Periodic::First::kAfterPause, [this] { round(); },
          [](const std::exception& error) {
            spdlog::warn("event=attributes_round_failed error={}", core::quoted(error.what()));
          }) {}

void AttributeRefresher::round() {
  const storage::Database::PgLease connection = database_.pg();
  for (;;) {
    const auto runs = storage::runs_to_refresh(*connection, clock_.now_us(), kBatch);
    std::size_t done = 0;
    for (const core::RunId& run : runs) {
      if (periodic_.stopping()) return;
      try {
        if (storage::refresh_attributes(*connection, run, clock_.now_us())) ++done;
      } catch (const storage::PgError& error) {
        // Its mark stays: the next round tries again.
        spdlog::warn("event=attributes_failed run={} error={}", run.text(),
                     core::quoted(error.what()));
        if (error.connection_lost()) throw;
      }
    }
    // Fewer than asked for, or others have them.
    if (runs.size() < kBatch || done == 0) return;
  }
}

}  // namespace tracker::ingest
