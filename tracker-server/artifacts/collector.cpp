#include "artifacts/collector.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <vector>

#include <tracker/error.hpp>

#include "artifacts/meters.hpp"
#include "core/log_text.hpp"
#include "storage/artifacts/sweep.hpp"

namespace tracker::artifacts {
namespace {

constexpr std::size_t kAtOnce = 1'000;

void say(const Collected& collected) {
  if (collected.versions + collected.uploads + collected.chunks + collected.objects == 0) return;
  spdlog::info(
      "event=artifacts_collected versions={} uploads={} collections={} chunks={} bytes={} "
      "objects={}",
      collected.versions, collected.uploads, collected.collections, collected.chunks,
      collected.bytes, collected.objects);
}

void count_collected(const Collected& collected) {
  meters().garbage_versions.add(collected.versions);
  meters().garbage_chunks.add(collected.chunks);
  meters().garbage_bytes.add(collected.bytes);
}

}  // namespace

Collector::Collector(storage::Database& database, const core::Clock& clock, ChunkStore* store,
                     CollectorOptions options)
    : database_(database),
      clock_(clock),
      store_(store),
      options_(options),
      periodic_(
          std::chrono::milliseconds(options.interval_us / 1000), core::Periodic::First::kAtOnce,
          [this] { say(round()); },
          [](const std::exception& error) {
            spdlog::warn("event=artifact_collection_failed error={}", core::quoted(error.what()));
          }) {}

Collected Collector::round() {
  const auto begun = std::chrono::steady_clock::now();
  Collected out;
  // Also of a round that fails halfway: what was removed is gone.
  try {
    counted(Work::kGarbage, [&] { collect(out); });
  } catch (...) {
    count_collected(out);
    throw;
  }
  count_collected(out);
  meters().garbage_rounds.add();
  meters().garbage_time.observe(std::chrono::steady_clock::now() - begun);
  return out;
}

void Collector::collect(Collected& out) {
  const std::int64_t now = clock_.now_us();
  const storage::Database::PgLease lease = database_.pg();
  storage::PgConnection& connection = *lease;
  for (const auto& version :
       storage::retire_versions(connection, now, options_.grace_us, kAtOnce)) {
    spdlog::info("event=artifact_expired project={} name={} version=v{} id={}",
                 core::quoted(version.project), core::quoted(version.name), version.number,
                 version.id.text());
    ++out.retired;
  }
  out.uploads = storage::drop_expired_uploads(connection, now, kAtOnce);
  while (!periodic_.stopping() && storage::purge_version(connection, now)) ++out.versions;
  out.collections = storage::drop_empty_collections(connection);
  const std::int64_t steady = clock_.steady_us();
  if (out.uploads + out.versions + out.collections > 0 || swept_us_ == 0 ||
      steady - swept_us_ >= options_.sweep_us) {
    sweep(connection, now, out);
    if (!periodic_.stopping()) swept_us_ = steady;
  }
  if (store_ != nullptr) remove_objects(out);
}

void Collector::sweep(storage::PgConnection& connection, std::int64_t now_us, Collected& out) {
  storage::SweptChunks swept;
  do {
    swept = storage::sweep_chunks(connection, swept.behind, now_us, options_.chunks_at_once);
    out.chunks += swept.chunks;
    out.bytes += swept.bytes;
  } while (swept.behind != 0 && !periodic_.stopping());
}

// The object first: whoever dies in between removes it once more.
void Collector::remove_objects(Collected& out) {
  const storage::Database::PgLease lease = database_.pg();
  while (!periodic_.stopping()) {
    const auto objects =
        storage::objects_to_remove(*lease, store_->prefix(), clock_.now_us(), kAtOnce);
    for (const std::string& object : objects) store_->remove(object);
    if (objects.empty()) return;
    storage::forget_objects(*lease, objects);
    out.objects += objects.size();
  }
}

}  // namespace tracker::artifacts
