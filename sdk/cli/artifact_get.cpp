#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <memory>
#include <optional>

#include <tracker/error.hpp>

#include "artifact/cache.hpp"
#include "artifact/chunk_cache.hpp"
#include "artifact/kept_version.hpp"
#include "base/error_names.hpp"
#include "cli/artifact.hpp"
#include "cli/artifact_view.hpp"
#include "cli/output.hpp"
#include "cli/stop_on_signal.hpp"
#include "cli/text.hpp"
#include "cli/transfer_progress.hpp"
#include "relay/artifacts/download.hpp"

// artifact get.
namespace tracker::cli {
namespace {

struct Getting {
  std::string name, project, output, run, type;
  std::vector<std::string> files, exclude;
  unsigned streams = 4;
  bool no_cache = false, cached = false, json = false, json_errors = false;
};

// A file of that path, or one in a folder of that path.
bool is_below(std::string_view path, std::string_view wanted) {
  while (wanted.ends_with('/')) wanted.remove_suffix(1);
  return path == wanted ||
         (path.size() > wanted.size() && path.starts_with(wanted) && path[wanted.size()] == '/');
}

// Throws when a --file names nothing, and says how many references there are.
std::size_t check_wanted(const relay::VersionManifest& version,
                         const std::vector<std::string>& files) {
  std::vector<std::string> left = files;
  std::size_t references = 0;
  artifact::ManifestReader entries(version.manifest);
  while (const auto entry = entries.next()) {
    std::erase_if(left, [&](const std::string& file) { return is_below(entry->path, file); });
    if (entry->kind == artifact::EntryKind::kReference) ++references;
  }
  if (!left.empty())
    throw Error(ErrorCode::kNotFound, version_name(version.version) + " has no file " +
                                          left.front() + ": see `tracker artifact ls " +
                                          version_name(version.version) + "`");
  return references;
}

std::function<bool(std::string_view)> wanted(const Getting& getting) {
  return [&getting](std::string_view path) {
    const auto below = [path](const std::string& file) { return is_below(path, file); };
    const auto fits = [path](const std::string& glob) {
      return ::fnmatch(glob.c_str(), std::string(path).c_str(), 0) == 0;
    };
    return (getting.files.empty() || std::ranges::any_of(getting.files, below)) &&
           std::ranges::none_of(getting.exclude, fits);
  };
}

void check_type(const v1::ArtifactVersion& version, const std::string& type) {
  if (type.empty() || version.type() == type) return;
  throw Error(ErrorCode::kInvalidArgument,
              version_name(version) + " is of the type " + version.type() + ", not a " + type +
                  ": see `tracker artifact ls " + version.project() + " --type " + type + "`");
}

// Belongs to the content: whoever asks for the same again, under whatever name, finds it there.
std::string cached_folder(const v1::ArtifactVersion& version) {
  const auto cache = artifact::cache_folder();
  const auto digest = artifact::Sha256::from_raw(version.digest());
  if (cache.empty() || !digest)
    throw Error(ErrorCode::kFailedPrecondition,
                "there is no place for a cache: set $TRACKER_CACHE_DIR, or say --output");
  return (cache / "versions" / digest->hex()).string();
}

std::string folder_of(const Getting& getting, const v1::ArtifactVersion& version) {
  if (getting.cached) return cached_folder(version);
  if (!getting.output.empty()) return getting.output;
  return "artifacts/" + version.name() + "-v" + std::to_string(version.number());
}

// By its id: an alias may have moved since.
void note_use(const relay::ArtifactsClient& client, const v1::ArtifactVersion& version,
              const std::string& run) {
  v1::UseVersionRequest request;
  request.mutable_ref()->set_id(version.id());
  request.set_run_id(run);
  client.call(&relay::ArtifactsClient::Stub::UseVersion, request);
}

// The folder that the files are in. One of the cache is held meanwhile, so that nobody makes room
// with it.
std::string fetch(const relay::ArtifactsClient& client, const Getting& getting,
                  const relay::VersionManifest& version, const relay::DownloadOptions& options) {
  const std::string folder = folder_of(getting, version.version);
  std::optional<artifact::KeptVersion> kept;
  if (getting.cached) kept.emplace(folder);
  {
    const TransferProgress screen = show(*options.progress);
    relay::download(client, version, wanted(getting), folder, options);
  }
  if (getting.cached || !getting.no_cache)
    artifact::trim_cache(artifact::cache_folder(), artifact::cache_limit());
  return folder;
}

void report(const Getting& getting, const v1::ArtifactVersion& version, const std::string& folder,
            const relay::DownloadProgress& progress) {
  Output out;
  if (getting.json) {
    auto json = version_json(version);
    json["directory"] = folder;
    json["fetched_bytes"] = progress.bytes_fetched.load();
    out.write(json_text(json));
  } else {
    out.write(printable(fmt::format(
                  "{}  {}: {} file{}, {} fetched, {} were here", version_name(version), folder,
                  progress.files_done.load(), progress.files_done == 1 ? "" : "s",
                  bytes_text(progress.bytes_fetched), bytes_text(progress.bytes_here))) +
              "\n");
  }
  out.commit();
}

int get(const std::string& server, const Getting& getting) {
  const StopOnSignal stop;
  const auto ref = artifact_ref(getting.name, getting.project);
  const auto client = artifacts_client(server);
  artifact::ChunkCache chunks(artifact::chunks_folder(), artifact::cache_limit());
  relay::DownloadProgress progress;
  relay::DownloadOptions options;
  options.streams = getting.streams;
  options.stop = stop.token();
  options.progress = &progress;
  if (!getting.no_cache) options.cache = &chunks;
  const auto version = relay::get_manifest(client, ref, options);
  check_type(version.version, getting.type);
  const std::size_t references = check_wanted(version, getting.files);
  const std::string folder = fetch(client, getting, version, options);
  if (!getting.run.empty()) note_use(client, version.version, getting.run);
  report(getting, version.version, folder, progress);
  if (references > 0 && !getting.json)
    fmt::print(stderr, "tracker: {} reference{} left where {}: see `tracker artifact ls {}`\n",
               references, references == 1 ? "" : "s", references == 1 ? "it is" : "they are",
               printable(version_name(version.version)));
  return kDone;
}

// A program that runs this one wants the reason for itself.
int get_for_a_program(const std::string& server, const Getting& getting) {
  try {
    return get(server, getting);
  } catch (const Error& error) {
    Output out;
    out.write(json_text({{"error", error.what()}, {"code", base::name_of(error.code())}}));
    out.commit();
    return kFailed;
  }
}

}  // namespace

void add_artifact_get(Program& program, CLI::App& artifact) {
  auto* command = artifact.add_subcommand("get", "Write a version's files into a folder.");
  const auto getting = std::make_shared<Getting>();
  command->add_option("NAME", getting->name, "[PROJECT/]NAME[:VERSION], VERSION v3 or an alias")
      ->required();
  add_project_option(*command, getting->project);
  command->add_option("--output", getting->output, "the folder (else artifacts/NAME-vN)")
      ->type_name("DIR");
  command
      ->add_flag("--cached", getting->cached,
                 "into this user's cache, in a folder of the version that is only to be read")
      ->excludes("--output");
  command->add_option("--file", getting->files, "only this file, or the files of this folder")
      ->type_name("PATH");
  command->add_option("--exclude", getting->exclude, "no files that fit this glob, as '*.tar.gz'")
      ->type_name("GLOB");
  command->add_option("--type", getting->type, "nothing is fetched if it is of another type")
      ->type_name("T");
  command->add_option("--run", getting->run, "the run that uses it, by its id")->type_name("ID");
  command->add_flag("--no-cache", getting->no_cache, "keep no chunks for the next time");
  command->add_option("--streams", getting->streams, "fetched at the same time")
      ->check(CLI::Range(1u, 16u))
      ->capture_default_str()
      ->type_name("N");
  command->add_flag("--json", getting->json, "an object, for scripts");
  command
      ->add_flag("--json-errors", getting->json_errors,
                 "a failure too is an object on standard output, not a line on standard error")
      ->needs("--json");
  command->callback([&program, getting] {
    program.action = [&program, getting] {
      return getting->json_errors ? get_for_a_program(program.server, *getting)
                                  : get(program.server, *getting);
    };
  });
}

}  // namespace tracker::cli
