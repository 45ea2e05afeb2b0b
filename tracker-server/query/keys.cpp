#include "query/keys.hpp"

#include <fmt/format.h>

#include <tracker/error.hpp>

#include "core/documents.hpp"
#include "storage/series_snapshot.hpp"

namespace tracker::query {

std::vector<KeysOfRun> list_keys_of(storage::Database& database,
                                    std::span<const core::RunId> runs) {
  if (runs.size() > kMostKeyRuns)
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("{} runs are more than {}: ask in parts", runs.size(), kMostKeyRuns));
  auto definitions = storage::metric_definitions(database, runs);
  const storage::SeriesSnapshot snapshot(database, runs, std::nullopt);
  std::vector<KeysOfRun> out;
  for (const core::RunId run : runs) {
    const storage::RunHead* head = snapshot.find_run(run);
    if (head == nullptr) continue;
    KeysOfRun of{run, head->version, {}};
    for (const storage::Key& key : snapshot.keys(run)) {
      KeyView view{key, std::nullopt};
      for (const auto& definition : definitions[run])
        if (core::matches_glob(definition.pattern, key.name))
          view.definition_json = definition.json;
      of.keys.push_back(std::move(view));
    }
    out.push_back(std::move(of));
  }
  return out;
}

}  // namespace tracker::query
