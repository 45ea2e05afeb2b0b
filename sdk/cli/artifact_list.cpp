#include <memory>

#include <tracker/error.hpp>

#include "artifact/names.hpp"
#include "cli/artifact.hpp"
#include "cli/artifact_view.hpp"
#include "cli/output.hpp"
#include "cli/text.hpp"

// artifact ls, artifact lineage.
namespace tracker::cli {
namespace {

using Artifacts = relay::ArtifactsClient::Stub;
using nlohmann::ordered_json;

struct Listing {
  std::string what, project, type;
  bool json = false, deleted = false;
};

struct LineageAsked {
  std::string what, project, run;
  std::uint32_t depth = 4;
  bool json = false;
};

// All pages of a list; `items` takes a response's list.
template <class Request, class Response, class Items>
auto all_pages(const relay::ArtifactsClient& client,
               grpc::Status (Artifacts::*method)(grpc::ClientContext*, const Request&, Response*),
               Request request, Items items) {
  std::vector<std::decay_t<decltype(*items(std::declval<Response&>()).begin())>> all;
  for (;;) {
    Response response = client.call(method, request);
    for (auto& item : items(response)) all.push_back(std::move(item));
    if (response.next_page_token().empty()) return all;
    request.set_page_token(response.next_page_token());
  }
}

template <class Items, class Json, class Table>
int print(const Items& items, bool json, Json to_json, Table table) {
  Output out;
  if (json) {
    auto all = ordered_json::array();
    for (const auto& item : items) all.push_back(to_json(item));
    out.write(json_text(all));
  } else {
    out.write(table(items));
  }
  out.commit();
  return kDone;
}

int list_collections(const relay::ArtifactsClient& client, const std::string& project,
                     const Listing& listing) {
  v1::ListCollectionsRequest request;
  request.set_project(project);
  request.set_type(listing.type);
  const auto all = all_pages(
      client, &Artifacts::ListCollections, request,
      [](auto& response) -> auto& { return *response.mutable_collections(); });
  return print(all, listing.json, collection_json, collection_table);
}

int list_versions(const relay::ArtifactsClient& client, const v1::ArtifactRef& collection,
                  const Listing& listing) {
  v1::ListVersionsRequest request;
  request.set_project(collection.project());
  request.set_name(collection.name());
  request.set_deleted(listing.deleted);
  const auto all = all_pages(
      client, &Artifacts::ListVersions, request,
      [](auto& response) -> auto& { return *response.mutable_versions(); });
  return print(all, listing.json, version_json, version_table);
}

int list_files(const relay::ArtifactsClient& client, const v1::ArtifactRef& ref,
               const Listing& listing) {
  v1::ListFilesRequest request;
  *request.mutable_ref() = ref;
  const auto all = all_pages(
      client, &Artifacts::ListFiles, request,
      [](auto& response) -> auto& { return *response.mutable_files(); });
  return print(all, listing.json, file_json, file_table);
}

// What a name means is told by what there is: projects may have slashes, so "a/b" is the collection
// b of a, or the project a/b.
int list_artifacts(const std::string& server, const Listing& listing) {
  const auto client = artifacts_client(server);
  if (listing.what.empty()) {
    if (listing.project.empty())
      throw Error(ErrorCode::kInvalidArgument, "of what? Name a project, an artifact or a version");
    return list_collections(client, listing.project, listing);
  }
  if (names_a_version(listing.what))
    return list_files(client, artifact_ref(listing.what, listing.project), listing);
  const artifact::Name name = artifact::parse_name(listing.what);
  if (name.project.empty() && listing.project.empty())
    return list_collections(client, listing.what, listing);
  try {
    return list_versions(client, artifact_ref(listing.what, listing.project), listing);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kNotFound || !listing.project.empty()) throw;
  }
  return list_collections(client, listing.what, listing);
}

int lineage(const std::string& server, const LineageAsked& asked) {
  if (asked.what.empty() == asked.run.empty())
    throw Error(ErrorCode::kInvalidArgument, "name a version, or a run with --run");
  v1::GetLineageRequest request;
  request.set_depth(asked.depth);
  if (asked.run.empty())
    *request.mutable_ref() = artifact_ref(asked.what, asked.project);
  else
    request.set_run_id(asked.run);
  const auto found = artifacts_client(server).call(&Artifacts::GetLineage, request);
  Output out;
  out.write(asked.json ? json_text(lineage_json(found)) : lineage_table(found));
  out.commit();
  if (found.more() && !asked.json)
    std::fputs("tracker: there is more than this: ask with another --depth\n", stderr);
  return kDone;
}

}  // namespace

void add_artifact_list(Program& program, CLI::App& artifact) {
  auto* ls = artifact.add_subcommand(
      "ls", "The artifacts of a project, the versions of an artifact, or the files of a version.");
  const auto listing = std::make_shared<Listing>();
  ls->add_option("NAME", listing->what, "PROJECT, [PROJECT/]NAME, or [PROJECT/]NAME:VERSION");
  add_project_option(*ls, listing->project);
  ls->add_option("--type", listing->type, "only artifacts of this type")->type_name("T");
  ls->add_flag("--deleted", listing->deleted, "versions that can be brought back");
  ls->add_flag("--json", listing->json, "an array of objects, for scripts");
  ls->callback([&program, listing] {
    program.action = [&program, listing] { return list_artifacts(program.server, *listing); };
  });
}

void add_artifact_lineage(Program& program, CLI::App& artifact) {
  auto* command = artifact.add_subcommand(
      "lineage", "Which runs made and used a version, and so on from there.");
  const auto asked = std::make_shared<LineageAsked>();
  command->add_option("NAME", asked->what, "[PROJECT/]NAME[:VERSION]");
  command->add_option("--run", asked->run, "begin at a run, by its id")->type_name("ID");
  add_project_option(*command, asked->project);
  command->add_option("--depth", asked->depth, "steps from version to run or back")
      ->check(CLI::Range(1u, 16u))
      ->capture_default_str()
      ->type_name("N");
  command->add_flag("--json", asked->json, "an object, for scripts");
  command->callback([&program, asked] {
    program.action = [&program, asked] { return lineage(program.server, *asked); };
  });
}

}  // namespace tracker::cli
