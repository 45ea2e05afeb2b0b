#include "stored.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "app/server_process.hpp"
#include "embedded/running_cluster.hpp"
#include "storage/pg.hpp"

namespace tracker::bench {
namespace {

constexpr std::size_t kRunsAtOnce = 100;

}  // namespace

Stored stored(const std::filesystem::path& data_directory) {
  const auto dsn = embedded::running_cluster(data_directory);
  if (!dsn) throw std::runtime_error("the server's PostgreSQL does not run");
  storage::PgConnection connection(*dsn, 30'000);
  const auto row = connection.run(
      "SELECT pg_database_size(current_database()), (pg_total_relation_size('axis_chunk') + "
      "pg_total_relation_size('chunk') + pg_total_relation_size('pyramid') + "
      "pg_total_relation_size('series'))::bigint, (pg_total_relation_size('frame_0') + "
      "pg_total_relation_size('frame_1') + pg_total_relation_size('frame_2') + "
      "pg_total_relation_size('frame_3'))::bigint");
  return {row.bigint(0, 0), row.bigint(0, 1), row.bigint(0, 2)};
}

std::string missing_points(const std::string& url, const std::vector<core::RunId>& runs,
                           const std::vector<std::uint64_t>& points_a_key) {
  for (std::size_t from = 0; from < runs.size(); from += kRunsAtOnce) {
    const std::size_t to = std::min(runs.size(), from + kRunsAtOnce);
    nlohmann::json request{{"keys", {"train/metric_0"}}, {"x", "step"}, {"width", 1}};
    for (std::size_t i = from; i < to; ++i) request["runs"].push_back(runs[i].text());
    const auto answer = app::http_post({.url = url + "/api/v1/series",
                                        .json = request.dump(),
                                        .headers = {"Accept: application/json"}});
    if (!answer || answer->status != 200)
      return "series cannot be read: " + (answer ? answer->body.substr(0, 200) : "no answer");
    const auto series = nlohmann::json::parse(answer->body)["series"];
    for (std::size_t i = from; i < to; ++i) {
      const auto found = series.at(i - from)["total"].get<std::uint64_t>();
      if (found != points_a_key[i])
        return "run " + runs[i].text() + " should have " + std::to_string(points_a_key[i]) +
               " points of each key and has " + std::to_string(found);
    }
  }
  return {};
}

}  // namespace tracker::bench
