#include "http/media_json.hpp"

#include <optional>

#include <tracker/error.hpp>

#include "http/json_body.hpp"

namespace tracker::http {
namespace {

using nlohmann::json;

constexpr int kDeepest = 64;

std::optional<json> content_json(const storage::MediaRow& row) {
  if (!row.content) return std::nullopt;
  if (row.content_type != "application/json") return *row.content;
  try {
    auto parsed = parse_bounded(*row.content, kDeepest);
    if (!parsed.is_discarded()) return parsed;
  } catch (const Error&) {  // too deep
  }
  return std::nullopt;
}

}  // namespace

json media_json(const storage::MediaRow& row) {
  json out = {{"key", row.key},
              {"type", row.type},
              {"step", row.step},
              {"time_us", row.time_us},
              {"content_type", row.content_type},
              {"description", json::parse(row.description_json, nullptr, false)},
              {"bytes", row.bytes},
              {"sha256", row.sha256}};
  if (auto content = content_json(row)) out["content"] = std::move(*content);
  return out;
}

}  // namespace tracker::http
