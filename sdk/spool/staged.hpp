#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <tracker/artifact.hpp>

// Artifacts that a program being tracked hands to its relay: a folder for each beside the log,
// whose file request.json says what is to be done (docs/spool-format.md, "Staged artifacts"). A
// request is there whole or not at all, on the disk, and stays until its result is there.
namespace tracker::spool {

struct ArtifactRequest {
  enum class Kind {
    kPut,        // make a version of `source`, made by the run
    kUse,        // note that the run used the version `name`
    kPutAndUse,  // make the version, unless it is there, without a maker; then note the use
  };
  Kind kind = Kind::kPut;
  std::string name;  // [PROJECT/]NAME, of a use [PROJECT/]NAME[:VERSION]
  // Of a put, with a use or not:
  std::string type, description, metadata_json;
  std::vector<std::string> aliases, tags;
  std::vector<std::string> references;  // "[PATH=]URL"
  std::vector<ArtifactReference> known_references;
  std::optional<std::uint64_t> ttl_s;
  // A folder or a file; relative to the request's folder if it was copied there. Empty: references
  // only.
  std::filesystem::path source;
};

struct ArtifactResult {
  std::string version;  // "imdb/bert:v3"; empty if it failed
  std::string error;    // one line for people
};

// A new folder for a request of this writer, which nobody takes up until submit(). One process per
// writer; any thread. Throws Error.
std::filesystem::path new_staging_folder(const std::filesystem::path& writer_directory);
// Writes request.json. Throws Error.
void submit(const std::filesystem::path& staging_folder, const ArtifactRequest& request);

// Folders with a request and no result, oldest first. What cannot be read is left out.
std::vector<std::filesystem::path> pending_requests(const std::filesystem::path& writer_directory);
// `source` is absolute then. Throws Error(kDataLoss) if it is not what it should be.
ArtifactRequest read_request(const std::filesystem::path& staging_folder);
// Writes result.json and removes what was copied. Throws Error.
void conclude(const std::filesystem::path& staging_folder, const ArtifactResult& result);
// Nothing until there is one.
std::optional<ArtifactResult> read_result(const std::filesystem::path& staging_folder);

}  // namespace tracker::spool
