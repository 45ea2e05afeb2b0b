#include "http/saved_items_api.hpp"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <string_view>

#include "artifact/names.hpp"
#include "auth/audit.hpp"
#include "core/document_check.hpp"
#include "http/json_body.hpp"
#include "storage/saved_items.hpp"

namespace tracker::http {
namespace {

using nlohmann::json;
using storage::SavedKind;

json head_json(const storage::SavedItem& item) {
  return {{"id", item.id.text()},          {"name", item.name},
          {"author", item.author},         {"created_us", item.created_us},
          {"updated_us", item.updated_us}, {"revision", item.revision}};
}

json item_json(const storage::SavedItem& item) {
  auto body = head_json(item);
  body["spec"] = json::parse(item.spec);
  return body;
}

const std::string& project_of(const Request& request) { return request.parameters.at("project"); }

// The item that is meant, once its project was shown.
storage::SavedItemRef ref_of(const Request& request, SavedKind kind) {
  const auto& text = request.parameters.at("id");
  const auto id = storage::SavedItemId::parse(text);
  if (!id)
    throw Error(
        ErrorCode::kInvalidArgument,
        fmt::format("'{}' is not the id of a {}", artifact::shown(text), storage::to_text(kind)));
  return {request.guard->project(project_of(request)), kind, *id};
}

storage::SavedContent content_of(const Request& request) {
  JsonBody body(request, core::kMostDocumentDepth + 1);  // `spec`, and the body around it
  storage::SavedContent content;
  content.name = body.text("name");
  content.spec = body.object("spec");
  body.end();
  return content;
}

// Absent without `If-Match`. A tag that was made weak on the way names the same revision.
std::optional<std::int64_t> revision_of(const Request& request) {
  auto tag = request.header("if-match");
  if (tag.empty()) return std::nullopt;
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  if (tag.size() > 2 && tag.front() == '"' && tag.back() == '"') {
    tag = tag.substr(1, tag.size() - 2);
    std::int64_t revision = 0;
    const auto [end, error] = std::from_chars(tag.data(), tag.data() + tag.size(), revision);
    if (error == std::errc() && end == tag.data() + tag.size()) return revision;
  }
  throw Error(ErrorCode::kInvalidArgument,
              "If-Match must be one revision in quotes, as in If-Match: \"3\"");
}

storage::AuditEntry entry_of(const ApiContext& context, const Request& request,
                             const storage::SavedItemRef& ref, const char* deed) {
  return auth::entry_of(*request.guard, context.clock,
                        fmt::format("{}.{}", storage::to_text(ref.kind), deed),
                        fmt::format("{}/{}", project_of(request), ref.id.text()));
}

}  // namespace

Response list_saved_items(const ApiContext& context, const Request& request, SavedKind kind) {
  const auto project = request.guard->project(project_of(request));
  auto items = json::array();
  for (const auto& item : storage::list_saved_items(context.database, project, kind))
    items.push_back(head_json(item));
  return json_response({{"items", std::move(items)}});
}

Response add_saved_item(const ApiContext& context, const Request& request, SavedKind kind) {
  const auto project = request.guard->project(project_of(request));
  const auto content = content_of(request);
  const storage::SavedItemRef ref{project, kind, storage::SavedItemId::random()};
  auto entry = entry_of(context, request, ref, "create");
  entry.detail = content.name;
  const auto item = storage::add_saved_item(context.database, ref, content, entry);
  auth::say(entry);
  auto response = json_response(item_json(item));
  response.status = 201;
  return response;
}

Response find_saved_item(const ApiContext& context, const Request& request, SavedKind kind) {
  const auto item = storage::find_saved_item(context.database, ref_of(request, kind));
  return with_etag(request, std::to_string(item.revision), json_response(item_json(item)));
}

Response change_saved_item(const ApiContext& context, const Request& request, SavedKind kind) {
  const auto ref = ref_of(request, kind);
  storage::SavedChange wanted{content_of(request), 0};
  const auto revision = revision_of(request);
  if (!revision)
    return error_response(
        428, "precondition_required",
        fmt::format("say which revision of the {} this is a change of: If-Match: \"REVISION\"",
                    storage::to_text(kind)));
  wanted.revision = *revision;
  auto entry = entry_of(context, request, ref, "update");
  entry.detail = wanted.content.name;
  const auto outcome = storage::change_saved_item(context.database, ref, wanted, entry);
  if (!outcome.changed)
    return error_response(
        412, "changed_meanwhile",
        fmt::format("somebody changed this {} meanwhile: it is at revision {}, this is a change of "
                    "revision {}. Nothing was changed; read it again",
                    storage::to_text(kind), outcome.item.revision, *revision));
  auth::say(entry);
  return json_response(item_json(outcome.item));
}

Response remove_saved_item(const ApiContext& context, const Request& request, SavedKind kind) {
  const auto ref = ref_of(request, kind);
  auto entry = entry_of(context, request, ref, "delete");
  storage::remove_saved_item(context.database, ref, entry);
  auth::say(entry);
  Response response;
  response.status = 204;
  return response;
}

}  // namespace tracker::http
