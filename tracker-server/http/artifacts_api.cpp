#include "http/artifacts_api.hpp"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "artifact/names.hpp"
#include "artifacts/downloads.hpp"
#include "auth/artifact_guard.hpp"
#include "http/artifact_json.hpp"
#include "http/file_answer.hpp"
#include "storage/artifacts/lineage.hpp"
#include "storage/artifacts/versions.hpp"
#include "storage/runs.hpp"

namespace tracker::http {
namespace {

using nlohmann::json;

artifacts::Downloads& downloads(const ApiContext& context) {
  if (context.downloads == nullptr)
    throw Error(ErrorCode::kUnimplemented, "no artifacts are kept here");
  return *context.downloads;
}

std::string required(const Request& request, const char* name) {
  auto value = request.query_value(name);
  if (value && !value->empty()) return std::move(*value);
  throw Error(ErrorCode::kInvalidArgument, fmt::format("say which: ?{}=…", name));
}

storage::ArtifactPage artifact_page(const Request& request) {
  return {request.query_number("limit", 200, {1, 1'000}),
          request.query_value("cursor").value_or("")};
}

json cursor_json(const std::string& next) { return next.empty() ? json() : json(next); }

storage::ArtifactVersion version_of(const ApiContext& context, const Request& request) {
  const auto& text = request.parameters.at("id");
  const auto id = storage::ArtifactVersionId::parse(text);
  if (!id)
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("'{}' is not the id of an artifact version", artifact::shown(text)));
  return auth::shown_version(*request.guard, context.database, {id, {}, {}, {}});
}

// What one file is read from, piece by piece.
struct Reading {
  artifacts::Downloads& downloads;
  core::ProjectId project;
  std::vector<artifacts::FilePiece> pieces;
  std::size_t next = 0;
};

}  // namespace

Response get_artifacts(const ApiContext& context, const Request& request) {
  const auto project = required(request, "project");
  request.guard->project(project);
  if (const auto name = request.query_value("name")) {
    const auto one = storage::find_collection(context.database, project, *name);
    return json_response(
        {{"artifacts", json::array({artifact_json(one)})}, {"next_cursor", nullptr}});
  }
  const auto list = storage::list_collections(
      context.database, project, request.query_value("type").value_or(""), artifact_page(request));
  auto items = json::array();
  for (const auto& item : list.items) items.push_back(artifact_json(item));
  return json_response({{"artifacts", std::move(items)}, {"next_cursor", cursor_json(list.next)}});
}

Response get_artifact_versions(const ApiContext& context, const Request& request) {
  const auto project = required(request, "project"), name = required(request, "name");
  request.guard->project(project);
  auto items = json::array();
  if (const auto ref = request.query_value("version")) {
    items.push_back(artifact_version_json(
        storage::find_version(context.database, {std::nullopt, project, name, *ref})));
    return json_response({{"versions", std::move(items)}, {"next_cursor", nullptr}});
  }
  const auto which = request.query_value("deleted") == "1" ? storage::VersionsListed::kDeleted
                                                           : storage::VersionsListed::kLiving;
  const auto list =
      storage::list_versions(context.database, project, name, which, artifact_page(request));
  for (const auto& item : list.items) items.push_back(artifact_version_json(item));
  return json_response({{"versions", std::move(items)}, {"next_cursor", cursor_json(list.next)}});
}

Response get_artifact_version(const ApiContext& context, const Request& request) {
  return json_response(artifact_version_json(version_of(context, request)));
}

Response get_artifact_files(const ApiContext& context, const Request& request) {
  const auto page = artifact_page(request);
  const auto manifest = downloads(context).manifest(version_of(context, request));
  const auto list =
      artifacts::list_files(*manifest, request.query_value("prefix").value_or(""), page);
  auto items = json::array();
  for (const auto& item : list.items) items.push_back(artifact_file_json(item));
  return json_response({{"files", std::move(items)}, {"next_cursor", cursor_json(list.next)}});
}

Response get_artifact_file(const ApiContext& context, const Request& request) {
  const auto version = version_of(context, request);
  const auto path = required(request, "path");
  const auto manifest = downloads(context).manifest(version);
  const auto entry = artifacts::find_entry(*manifest, path);
  if (!entry || entry->kind == artifact::EntryKind::kReference)
    throw Error(ErrorCode::kNotFound,
                fmt::format("the version stores no file '{}'", artifact::shown(path)));
  const auto open = [&](std::uint64_t from, std::uint64_t size) {
    const auto reading = std::make_shared<Reading>(Reading{
        downloads(context), storage::project_with_artifacts(context.database, version.project),
        artifacts::pieces_of(*entry, {from, size})});
    return BodyRest{size, [reading] {
                      return reading->downloads.piece(reading->project,
                                                      reading->pieces.at(reading->next++));
                    }};
  };
  return file_answer(request, {path, *entry->size, entry->sha256.hex()}, open);
}

Response get_artifact_lineage(const ApiContext& context, const Request& request) {
  const auto version = version_of(context, request);
  const auto depth = request.query_number("depth", 4, {1, 16});
  auto lineage = storage::lineage_of(context.database, version.id, depth);
  auth::keep_visible(*request.guard, context.database, lineage);
  return json_response(lineage_json(lineage));
}

Response get_run_artifacts(const ApiContext& context, const Request& request) {
  const auto run = core::RunId::from_text(request.parameters.at("id"));
  request.guard->run(run);
  if (!storage::find_run(context.database, run))
    throw Error(ErrorCode::kNotFound, fmt::format("no run {}", run.text()));
  auto artifacts = storage::artifacts_of_run(context.database, run);
  auth::keep_visible(*request.guard, context.database, artifacts.used);
  auto produced = json::array(), used = json::array();
  for (const auto& version : artifacts.produced) produced.push_back(artifact_version_json(version));
  for (const auto& version : artifacts.used) used.push_back(artifact_version_json(version));
  return json_response({{"produced", std::move(produced)}, {"used", std::move(used)}});
}

}  // namespace tracker::http
