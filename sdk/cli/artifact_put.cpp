#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <optional>

#include <tracker/error.hpp>

#include "artifact/tree.hpp"
#include "cli/artifact.hpp"
#include "cli/artifact_view.hpp"
#include "cli/output.hpp"
#include "cli/period.hpp"
#include "cli/stop_on_signal.hpp"
#include "cli/text.hpp"
#include "cli/transfer_progress.hpp"
#include "relay/artifacts/reference.hpp"
#include "relay/artifacts/upload.hpp"

// artifact put.
namespace tracker::cli {
namespace {

namespace fs = std::filesystem;
using Artifacts = relay::ArtifactsClient::Stub;

struct Putting {
  std::string name, project, type, description, metadata, run, ttl;
  std::vector<std::string> paths, aliases, tags, references;
  unsigned streams = 4;
  bool follow_links = false, json = false;
};

// One path: a folder's files, or the file. Several: each under its own name.
artifact::SourceTree sources(const Putting& putting) {
  const auto links =
      putting.follow_links ? artifact::OutsideLinks::kFollowed : artifact::OutsideLinks::kRefused;
  if (putting.paths.empty()) return {};
  if (putting.paths.size() == 1) return artifact::files_of(putting.paths.front(), links);
  artifact::SourceTree all;
  for (const fs::path path : putting.paths) {
    auto tree = artifact::files_of(path, links);
    const fs::path named = path.has_filename() ? path : path.parent_path();
    const std::string prefix =
        fs::is_directory(path) ? fs::canonical(named).filename().string() + '/' : "";
    for (auto& file : tree.files) all.files.push_back({prefix + file.path, file.file});
    all.skipped.insert(all.skipped.end(), tree.skipped.begin(), tree.skipped.end());
  }
  return all;
}

std::uint64_t size_of(const std::vector<artifact::SourceFile>& files) {
  std::uint64_t size = 0;
  std::error_code failed;
  for (const auto& file : files) {
    const auto bytes = fs::file_size(file.file, failed);
    if (!failed) size += bytes;
  }
  return size;
}

// The collection's, when there is one.
std::string type_of(const relay::ArtifactsClient& client, const v1::ArtifactRef& collection) {
  v1::GetVersionRequest request;
  *request.mutable_ref() = collection;
  try {
    return client.call(&Artifacts::GetVersion, request).type();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kNotFound) throw;
  }
  throw Error(ErrorCode::kInvalidArgument,
              collection.project() + '/' + collection.name() +
                  " is new: say with --type what it is (model, dataset, …)");
}

relay::NewVersion new_version(const relay::ArtifactsClient& client, const Putting& putting) {
  const v1::ArtifactRef collection = collection_ref(putting.name, putting.project);
  relay::NewVersion version;
  version.project = collection.project();
  version.name = collection.name();
  for (const auto& text : putting.references)
    version.references.push_back(relay::look_up_reference(text));
  auto tree = sources(putting);
  for (const auto& skipped : tree.skipped)
    fmt::print(stderr, "tracker: skipped {}: it is no file, or what a `get` left unfinished\n",
               printable(skipped.string()));
  version.files = std::move(tree.files);
  if (version.files.empty() && version.references.empty())
    throw Error(ErrorCode::kInvalidArgument,
                "nothing to put: name a folder, files or a --reference");
  version.aliases = putting.aliases;
  version.tags = putting.tags;
  version.description = putting.description;
  version.metadata_json = putting.metadata;
  version.run_id = putting.run;
  if (!putting.ttl.empty()) version.ttl_s = parse_period(putting.ttl, "--ttl");
  version.type = putting.type.empty() ? type_of(client, collection) : putting.type;
  return version;
}

std::string summary(const relay::Uploaded& uploaded, const relay::UploadProgress& progress) {
  const auto& version = uploaded.version;
  std::string aliases;
  for (const auto& alias : version.aliases()) aliases += (aliases.empty() ? "" : ", ") + alias;
  return printable(fmt::format("{}  {}, {} file{}, {}, {} sent{}", version_name(version),
                               uploaded.created ? "new" : "the content was there already",
                               version.files(), version.files() == 1 ? "" : "s",
                               bytes_text(version.size_bytes()), bytes_text(progress.bytes_sent),
                               aliases.empty() ? "" : "; " + aliases)) +
         "\n";
}

int put(const std::string& server, const Putting& putting) {
  const StopOnSignal stop;
  const auto client = artifacts_client(server);
  const relay::NewVersion version = new_version(client, putting);
  relay::UploadProgress progress;
  relay::UploadOptions options;
  options.streams = putting.streams;
  options.stop = stop.token();
  options.progress = &progress;
  const std::uint64_t total = size_of(version.files);
  const auto began = std::chrono::steady_clock::now();
  std::optional<TransferProgress> screen;
  screen.emplace([&] {
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - began;
    return fmt::format(
        "{} of {} files  {}  {} sent", progress.files_read.load(), version.files.size(),
        amount_text(progress.bytes_read, total, elapsed.count()), bytes_text(progress.bytes_sent));
  });
  const relay::Uploaded uploaded = relay::upload(client, version, options);
  screen.reset();
  Output out;
  if (putting.json) {
    auto json = version_json(uploaded.version);
    json["created"] = uploaded.created;
    json["sent_bytes"] = progress.bytes_sent.load();
    out.write(json_text(json));
  } else {
    out.write(summary(uploaded, progress));
  }
  out.commit();
  return kDone;
}

}  // namespace

void add_artifact_put(Program& program, CLI::App& artifact) {
  auto* command = artifact.add_subcommand("put", "Make a version of a folder, or of files.");
  const auto putting = std::make_shared<Putting>();
  command->add_option("NAME", putting->name, "[PROJECT/]NAME")->required();
  command->add_option("PATH", putting->paths,
                      "a folder, whose files it is made of; or files and folders, each under its "
                      "own name");
  add_project_option(*command, putting->project);
  command->add_option("--type", putting->type, "what it is: model, dataset, … (else as before)")
      ->type_name("T");
  command->add_option("--alias", putting->aliases, "names for this version, beside latest")
      ->delimiter(',')
      ->type_name("A,…");
  command->add_option("--tag", putting->tags, "labels")->delimiter(',')->type_name("T,…");
  command->add_option("--description", putting->description, "Markdown")->type_name("TEXT");
  command->add_option("--metadata", putting->metadata, "a JSON object")->type_name("JSON");
  command->add_option("--run", putting->run, "the run that made it, by its id")->type_name("ID");
  command->add_option("--ttl", putting->ttl, "deleted when so old, as 30d")->type_name("PERIOD");
  command
      ->add_option("--reference", putting->references,
                   "a file that stays where it is: [PATH=]URL (file, s3, gs, hf, http, https)")
      ->type_name("[PATH=]URL");
  command->add_flag("--follow-links", putting->follow_links,
                    "links out of the folder stand for the files they lead to");
  command->add_option("--streams", putting->streams, "sent at the same time")
      ->check(CLI::Range(1u, 16u))
      ->capture_default_str()
      ->type_name("N");
  command->add_flag("--json", putting->json, "an object, for scripts");
  command->callback([&program, putting] {
    program.action = [&program, putting] { return put(program.server, *putting); };
  });
}

}  // namespace tracker::cli
