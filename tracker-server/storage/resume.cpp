#include "storage/resume.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "storage/series_snapshot.hpp"

namespace tracker::storage {
namespace {

constexpr std::int64_t kLastStep = std::numeric_limits<std::int64_t>::max();

constexpr const char* kLook = R"sql(
  SELECT EXISTS (SELECT 1 FROM run WHERE id = $1),
         EXISTS (SELECT 1 FROM writer_stream WHERE run_id = $1 AND writer_id = $2))sql";

}  // namespace

void check_resume(PgConnection& connection, core::RunId run, core::WriterId writer,
                  core::Resume resume) {
  if (resume == core::Resume::kNone) return;
  const PgResult look =
      connection.run(kLook, PgParams().uuid(run.uuid().bytes).uuid(writer.uuid().bytes));
  const bool exists = look.boolean(0, 0), known = look.boolean(0, 1);
  if (!known) check_existed(run, resume, exists);
}

void check_existed(core::RunId run, core::Resume resume, bool exists) {
  if (resume == core::Resume::kMust && !exists)
    throw ResumeError("there is no run " + run.text() + " to be resumed",
                      "check the id and the server, or allow a new run");
  if (resume == core::Resume::kNever && exists)
    throw ResumeError("run " + run.text() + " is there already",
                      "take another id, or allow to resume it");
}

std::int64_t next_step_of(Database& database, core::RunId run) {
  const SeriesSnapshot snapshot(database, std::vector{run}, std::nullopt);
  std::int64_t next = 0;
  for (const Key& key : snapshot.keys(run)) {
    if (!key.stats.last_step) continue;
    const std::int64_t last = *key.stats.last_step;
    next = std::max(next, last == kLastStep ? last : last + 1);
  }
  return next;
}

}  // namespace tracker::storage
