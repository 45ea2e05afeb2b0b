#include "http/media_api.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "auth/guard.hpp"
#include "http/media_json.hpp"
#include "http/run_ids.hpp"
#include "storage/media.hpp"
#include "storage/runs.hpp"

namespace tracker::http {
namespace {

using nlohmann::json;

constexpr std::int64_t kContentBytes = 4 << 20;            // of an answer with contents
constexpr std::size_t kMostRuns = 200, kMostKeys = 5'000;  // of an answer about keys

// What a browser may show as it is. Others (SVG, HTML) can hold programs: they are saved.
constexpr std::array<std::string_view, 14> kShownTypes = {
    "image/png",        "image/jpeg", "image/gif", "image/webp", "audio/wav",
    "audio/mpeg",       "audio/ogg",  "video/mp4", "video/webm", "video/ogg",
    "application/json", "text/plain", "image/bmp", "image/avif"};

core::RunId known_run(const ApiContext& context, const Request& request) {
  const auto id = core::RunId::from_text(request.parameters.at("id"));
  request.guard->run(id);
  if (!storage::find_run(context.database, id))
    throw Error(ErrorCode::kNotFound, fmt::format("no run {}", id.text()));
  return id;
}

std::int64_t step_of(const Request& request, const char* name, std::int64_t otherwise) {
  const auto text = request.query_value(name);
  if (!text) return otherwise;
  std::int64_t step = 0;
  const auto result = std::from_chars(text->data(), text->data() + text->size(), step);
  if (result.ec != std::errc() || result.ptr != text->data() + text->size())
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("{} must be a step: a whole number", name));
  return step;
}

// "STEP_ID_KEY": the key may hold anything.
std::string cursor_of(const storage::MediaRow& row) {
  return fmt::format("{}_{}_{}", row.step, row.id, row.key);
}

std::optional<storage::MediaRange::Place> place_of(const Request& request) {
  const auto text = request.query_value("cursor");
  if (!text) return std::nullopt;
  storage::MediaRange::Place place;
  const char* const end = text->data() + text->size();
  const auto step = std::from_chars(text->data(), end, place.step);
  const bool first = step.ec == std::errc() && step.ptr != end && *step.ptr == '_';
  const auto id = first ? std::from_chars(step.ptr + 1, end, place.id) : step;
  if (!first || id.ec != std::errc() || id.ptr == end || *id.ptr != '_')
    throw Error(ErrorCode::kInvalidArgument,
                "the cursor is not one of ours: take next_cursor of the page before");
  place.key.assign(id.ptr + 1, end);
  return place;
}

}  // namespace

Response get_media(const ApiContext& context, const Request& request) {
  storage::MediaRange range;
  range.key = request.query_value("key").value_or("");
  range.type = request.query_value("type").value_or("");
  range.from = step_of(request, "from", range.from);
  range.to = step_of(request, "to", range.to);
  const auto limit = request.query_number("limit", range.limit, {1, 1'000});
  range.limit = limit + 1;  // one more tells whether there is another page
  range.after = place_of(request);
  if (request.query_number("content", 0, {0, 1}) == 1) range.content_bytes = kContentBytes;
  auto rows = storage::list_media(context.database, known_run(context, request), range);
  json next = nullptr;
  if (rows.size() > limit) {
    rows.pop_back();
    next = cursor_of(rows.back());
  }
  auto media = json::array();
  for (const auto& row : rows) media.push_back(media_json(row));
  return json_response({{"media", std::move(media)}, {"next_cursor", std::move(next)}});
}

Response get_media_keys(const ApiContext& context, const Request& request) {
  const auto wanted = run_ids_of(request);
  if (wanted.size() > kMostRuns)
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("`runs` may name {} runs at most, not {}", kMostRuns, wanted.size()));
  auto found =
      storage::list_media_keys(context.database, request.guard->visible(wanted), kMostKeys + 1);
  const bool more = found.size() > kMostKeys;
  if (more) found.pop_back();
  auto keys = json::array();
  for (const auto& one : found)
    keys.push_back({{"run", one.run.text()},
                    {"key", one.key},
                    {"type", one.type},
                    {"count", one.count},
                    {"first_step", one.first_step},
                    {"last_step", one.last_step}});
  return json_response({{"keys", std::move(keys)}, {"more", more}});
}

Response get_media_content(const ApiContext& context, const Request& request) {
  const auto id = known_run(context, request);
  const auto& hash = request.parameters.at("sha256");
  auto found = storage::find_media(context.database, id, hash);
  if (!found)
    throw Error(ErrorCode::kNotFound, fmt::format("run {} has no media {}", id.text(), hash));
  Response response;
  const bool shown =
      std::find(kShownTypes.begin(), kShownTypes.end(), found->content_type) != kShownTypes.end();
  response.content_type = shown ? found->content_type : "application/octet-stream";
  response.headers.emplace_back("Cache-Control", "private, max-age=31536000, immutable");
  response.headers.emplace_back("Content-Security-Policy", "default-src 'none'; sandbox");
  response.headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
  response.headers.emplace_back("Content-Disposition", shown ? "inline" : "attachment");
  response.body = std::move(found->content);
  return with_etag(request, hash, std::move(response));
}

}  // namespace tracker::http
