#include "http/run_edit.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>

#include "auth/audit.hpp"
#include "http/json_body.hpp"
#include "http/run_ids.hpp"
#include "http/run_json.hpp"
#include "query/runs.hpp"
#include "storage/run_edit.hpp"

namespace tracker::http {
namespace {

using nlohmann::json;

// What logged documents may have (core/documents.hpp), and the body around them.
constexpr int kRunEditDepth = 66;

std::vector<std::string> texts_of(const json& value, const std::string& member) {
  if (!value.is_array()) refuse_body(fmt::format("`{}` must be an array of strings", member));
  std::vector<std::string> texts;
  for (const json& item : value) texts.push_back(text_member(item, member));
  return texts;
}

std::string object_of(const json& value, const std::string& member) {
  if (!value.is_object()) refuse_body(fmt::format("`{}` must be an object", member));
  return value.dump();
}

storage::RunEdit parse_edit(const std::string& body) {
  const auto parsed = parse_bounded(body, kRunEditDepth);
  if (!parsed.is_object()) refuse_body("the body must be a JSON object");
  storage::RunEdit edit;
  for (const auto& [member, value] : parsed.items()) {
    if (member == "name")
      edit.name = text_member(value, member);
    else if (member == "notes")
      edit.notes = text_member(value, member);
    else if (member == "group")
      edit.group = text_member(value, member);
    else if (member == "job_type")
      edit.job_type = text_member(value, member);
    else if (member == "tags")
      edit.tags = texts_of(value, member);
    else if (member == "add_tags")
      edit.add_tags = texts_of(value, member);
    else if (member == "remove_tags")
      edit.remove_tags = texts_of(value, member);
    else if (member == "config")
      edit.config = object_of(value, member);
    else if (member == "summary")
      edit.summary = object_of(value, member);
    else
      refuse_body(fmt::format("a run has no `{}` that can be changed", member));
  }
  return edit;
}

}  // namespace

Response patch_run(const ApiContext& context, const Request& request) {
  const auto id = run_id_of(request);
  request.guard->run(id);
  if (request.header("content-type").substr(0, 16) != "application/json")
    refuse_body("the body must be application/json");
  storage::edit_run(context.database, id, parse_edit(request.body));
  spdlog::info("event=run_edited run={}", id.text());
  auth::note(*context.gate, *request.guard, "run.update", id.text());
  if (context.run_changed) context.run_changed(id);
  return json_response(run_json(query::get_run(context.database, id), context.clock.now_us()));
}

}  // namespace tracker::http
