#include "http/alerts_api.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "auth/guard.hpp"
#include "storage/alerts.hpp"
#include "storage/runs.hpp"

namespace tracker::http {
namespace {

using nlohmann::json;

constexpr std::array<const char*, 4> kLevels = {"", "info", "warning", "error"};
constexpr std::array<const char*, 4> kStates = {"due", "told", "quiet", "failed"};

}  // namespace

Response get_alerts(const ApiContext& context, const Request& request) {
  const auto id = core::RunId::from_text(request.parameters.at("id"));
  request.guard->run(id);
  const auto limit = request.query_number("limit", 100, {1, 1'000});
  if (!storage::find_run(context.database, id))
    throw Error(ErrorCode::kNotFound, fmt::format("no run {}", id.text()));
  auto alerts = json::array();
  for (const auto& alert : storage::list_alerts(context.database, id, limit))
    alerts.push_back({{"time_us", alert.time_us},
                      {"level", kLevels.at(static_cast<std::size_t>(alert.level))},
                      {"title", alert.title},
                      {"text", alert.text},
                      {"state", kStates.at(static_cast<std::size_t>(alert.state))},
                      {"outcome", alert.outcome}});
  return json_response({{"alerts", std::move(alerts)}});
}

}  // namespace tracker::http
