#include "http/live_readers.hpp"

#include <nlohmann/json.hpp>

#include "http/run_json.hpp"
#include "query/runs.hpp"

namespace tracker::http {

LiveReaders make_live_readers(storage::Database& database, const core::Clock& clock) {
  return {.runs =
              [&database, &clock](std::span<const core::RunId> ids) {
                std::vector<nlohmann::json> rows;
                for (const auto& run : query::get_runs(database, ids))
                  rows.push_back(run_json(run, clock.now_us()));
                return rows;
              },
          .tails =
              [&database](std::span<const storage::TailRequest> requests) {
                return storage::read_frame_tails(*database.pg(), requests);
              },
          .versions =
              [&database](const storage::VersionRequest& request) {
                return storage::run_versions(*database.pg(), request);
              }};
}

}  // namespace tracker::http
