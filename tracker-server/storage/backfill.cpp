#include "storage/backfill.hpp"

#include <spdlog/spdlog.h>

#include <condition_variable>
#include <mutex>
#include <string>

#include "core/log_text.hpp"
#include "storage/sql.hpp"

namespace tracker::storage {
namespace {

constexpr const char* kOldestBackfill =
    "SELECT version FROM schema_backfill WHERE finished_at IS NULL ORDER BY version LIMIT 1";
// Whoever holds the row does the batch; its lock goes with its transaction.
constexpr const char* kTakeBackfill =
    "SELECT cursor FROM schema_backfill WHERE version = $1 AND finished_at IS NULL "
    "FOR UPDATE SKIP LOCKED";
constexpr const char* kNote =
    "UPDATE schema_backfill SET cursor = coalesce($2::text, cursor), batches = batches + 1, "
    "finished_at = CASE WHEN $2::text IS NULL THEN now() END WHERE version = $1";

void wait(const std::stop_token& stop, std::chrono::milliseconds time) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, time, [] { return false; });
}

BatchResult batch_in(pqxx::work& transaction, Migrations known) {
  const auto oldest = transaction.exec(kOldestBackfill);
  if (oldest.empty()) return {};
  const int version = oldest[0][0].as<int>();
  // One of a newer program is for that program to do.
  if (version > schema_version(known)) return {};
  const auto taken = transaction.exec_params(kTakeBackfill, version);
  if (taken.empty()) return {.unfinished = true};
  const Migration& migration = known[static_cast<std::size_t>(version - 1)];
  const auto next =
      transaction.exec_params1(std::string(migration.batch), taken[0][0].as<std::string>());
  const char* cursor = next[0].is_null() ? nullptr : next[0].c_str();
  transaction.exec_params0(kNote, version, cursor);
  if (cursor == nullptr) spdlog::info("event=backfill_finished migration={}", migration.name);
  return {.ran = true, .unfinished = true};
}

}  // namespace

bool has_unfinished_batches(pqxx::work& transaction) {
  return !transaction.exec(kOldestBackfill).empty();
}

BatchResult run_batch(Database& database, Migrations known) {
  return in_transaction(database,
                        [known](pqxx::work& transaction) { return batch_in(transaction, known); });
}

void finish_batches(Database& database, Migrations known) {
  for (;;) {
    const auto result = run_batch(database, known);
    if (!result.unfinished) return;
    if (!result.ran) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

Backfill::Backfill(Database& database, Options options, Migrations known)
    : database_(database), options_(options), known_(known) {}

Backfill::~Backfill() = default;

void Backfill::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

void Backfill::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    auto pause = options_.pause;
    try {
      const auto result = run_batch(database_, known_);
      if (!result.unfinished) return;
      if (!result.ran) pause = options_.retry;
    } catch (const std::exception& error) {
      spdlog::error("event=backfill_failed error={}", core::quoted(error.what()));
      pause = options_.retry;
    }
    wait(stop, pause);
  }
}

}  // namespace tracker::storage
