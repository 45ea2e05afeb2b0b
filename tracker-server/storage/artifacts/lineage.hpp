#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "storage/artifacts/types.hpp"
#include "storage/database.hpp"

// Which runs made and used which versions. Any thread. Errors: Error(kNotFound), kUnavailable,
// PgError.
namespace tracker::storage {

// Notes that the run used the version; once more does no harm.
ArtifactVersion use_version(Database& database, const ArtifactRef& ref, core::RunId run,
                            std::int64_t now_us);

struct LineageRun {
  core::RunId id;
  std::string project, name;
  std::int64_t created_us = 0;
};
enum class LineageKind { kProduced, kUsed };
struct LineageEdge {
  core::RunId run;
  ArtifactVersionId version;
  LineageKind kind = LineageKind::kUsed;

  auto operator<=>(const LineageEdge&) const = default;
};
struct Lineage {
  std::vector<ArtifactVersion> versions;
  std::vector<LineageRun> runs;
  std::vector<LineageEdge> edges;  // between these; each once, ordered
  bool more = false;               // there are others within the depth
};

using LineageStart = std::variant<ArtifactVersionId, core::RunId>;
// What hangs together with the start within `depth` steps (from a version to a run or back), at
// most `limit` versions and runs together; the nearest come first. What is deleted is left out.
Lineage lineage_of(Database& database, const LineageStart& start, std::size_t depth,
                   std::size_t limit = 1'000);

}  // namespace tracker::storage
