#pragma once

#include <nlohmann/json_fwd.hpp>

#include "core/clock.hpp"
#include "query/runs.hpp"
#include "storage/logs.hpp"

// Objects of docs/http-api.md.
namespace tracker::http {

// `now_us` ends the duration of a run that is live.
nlohmann::json run_json(const query::RunView& view, std::int64_t now_us);
nlohmann::json project_json(const storage::Project& project);
nlohmann::json key_json(const query::KeyView& view);
nlohmann::json log_json(const storage::LogPage& page);

}  // namespace tracker::http
