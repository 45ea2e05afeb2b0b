#include "http/artifact_edits_api.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "artifact/names.hpp"
#include "artifacts/checks.hpp"
#include "auth/artifact_guard.hpp"
#include "auth/audit.hpp"
#include "http/artifact_json.hpp"
#include "http/json_body.hpp"
#include "storage/artifacts/commit.hpp"
#include "storage/artifacts/edits.hpp"

namespace tracker::http {
namespace {

using nlohmann::json;

constexpr int kVersionDepth = 34;  // metadata (artifacts/checks.hpp), and the body around it
constexpr std::size_t kMostSeconds = std::numeric_limits<std::uint32_t>::max();

std::uint64_t number_of(const json& value, const std::string& member) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > kMostSeconds)
    refuse_body(fmt::format("`{}` must be a whole number from 0 to {}", member, kMostSeconds));
  return value.get<std::uint64_t>();
}

std::string description_of(const json& value, const std::string& member) {
  auto text = text_member(value, member);
  artifacts::check_description(text);
  return text;
}

std::vector<std::string> tags_of(const json& value, const std::string& member) {
  if (!value.is_array() || value.size() > storage::kMostTags)
    refuse_body(
        fmt::format("`{}` must be an array of at most {} strings", member, storage::kMostTags));
  std::vector<std::string> tags;
  for (const json& item : value) {
    tags.push_back(text_member(item, member));
    artifact::check_tag(tags.back());
  }
  return tags;
}

json body_of(const Request& request) {
  if (!request.header("content-type").starts_with(kJsonType))
    refuse_body("the body must be application/json");
  auto body = parse_bounded(request.body, kVersionDepth);
  if (!body.is_object()) refuse_body("the body must be a JSON object");
  return body;
}

storage::VersionUpdate version_update(const json& body) {
  storage::VersionUpdate update;
  for (const auto& [member, value] : body.items()) {
    if (member == "description") {
      update.description = description_of(value, member);
    } else if (member == "metadata") {
      if (!value.is_object()) refuse_body("`metadata` must be an object");
      update.metadata_json = value.dump();
      artifacts::check_metadata(*update.metadata_json);
    } else if (member == "add_tags") {
      update.add_tags = tags_of(value, member);
    } else if (member == "remove_tags") {
      update.remove_tags = tags_of(value, member);
    } else if (member == "ttl_s") {
      update.ttl_us = artifacts::time_of(number_of(value, member));
    } else {
      refuse_body(
          fmt::format("a version has no `{}` that can be changed", artifact::shown(member)));
    }
  }
  return update;
}

storage::CollectionUpdate collection_update(const json& body) {
  storage::CollectionUpdate update;
  for (const auto& [member, value] : body.items()) {
    if (member == "description")
      update.description = description_of(value, member);
    else if (member == "ttl_s")
      update.ttl_us = artifacts::time_of(number_of(value, member));
    else if (member == "keep_versions")
      update.keep_versions = static_cast<std::uint32_t>(std::min<std::uint64_t>(
          number_of(value, member), std::numeric_limits<std::int32_t>::max()));
    else
      refuse_body(
          fmt::format("an artifact has no `{}` that can be changed", artifact::shown(member)));
  }
  return update;
}

// The version that is meant, deleted or not, once its project was shown.
storage::ArtifactRef shown_ref(const ApiContext& context, const Request& request) {
  const auto& text = request.parameters.at("id");
  storage::ArtifactRef ref{storage::ArtifactVersionId::parse(text), {}, {}, {}};
  if (!ref.id)
    refuse_body(fmt::format("'{}' is not the id of an artifact version", artifact::shown(text)));
  auth::shown_version(*request.guard, context.database, ref, storage::DeletedVersions::kFound);
  return ref;
}

void tell(const ApiContext& context, const Request& request, const char* action,
          const storage::ArtifactVersion& version) {
  auth::note(*context.gate, *request.guard, action,
             fmt::format("{}/{}:v{}", version.project, version.name, version.number));
}

}  // namespace

Response patch_artifact(const ApiContext& context, const Request& request) {
  const auto project = request.query_value("project").value_or("");
  const auto name = request.query_value("name").value_or("");
  request.guard->project(project);
  return json_response(artifact_json(storage::update_collection(
      context.database, project, name, collection_update(body_of(request)))));
}

Response patch_artifact_version(const ApiContext& context, const Request& request) {
  const auto ref = shown_ref(context, request);
  return json_response(artifact_version_json(
      storage::update_version(context.database, ref, version_update(body_of(request)))));
}

Response delete_artifact_version(const ApiContext& context, const Request& request) {
  const auto ref = shown_ref(context, request);
  const auto grace_s = request.query_number("grace_s", artifacts::kGraceS, {0, kMostSeconds});
  const auto version = storage::delete_version(context.database, ref,
                                               {context.clock.now_us(), artifacts::time_of(grace_s),
                                                request.query_value("with_aliases") == "1"});
  tell(context, request, "artifact.delete", version);
  return json_response(artifact_version_json(version));
}

Response restore_artifact_version(const ApiContext& context, const Request& request) {
  const auto ref = shown_ref(context, request);
  const auto version = storage::restore_version(context.database, ref, context.clock.now_us());
  tell(context, request, "artifact.restore", version);
  return json_response(artifact_version_json(version));
}

Response post_artifact_alias(const ApiContext& context, const Request& request) {
  const auto ref = shown_ref(context, request);
  JsonBody body(request);
  const auto alias = body.text("alias");
  body.end();
  artifact::check_alias(alias);
  return json_response(artifact_version_json(storage::set_alias(context.database, ref, alias)));
}

Response delete_artifact_alias(const ApiContext& context, const Request& request) {
  const auto ref = shown_ref(context, request);
  const auto& alias = request.parameters.at("alias");
  artifact::check_alias(alias);
  return json_response(artifact_version_json(storage::remove_alias(context.database, ref, alias)));
}

}  // namespace tracker::http
