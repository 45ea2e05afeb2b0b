#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <tracker/artifact.hpp>

// Artifacts that a program being tracked hands to its relay: a folder for each beside the log,
// whose file request.json says what is to be done (docs/spool-format.md, "Staged artifacts").
//
// Durability: a request is there whole or not at all, power cut or not, and so are the files that
// were copied for it if they were synced before submit(). It stays until its result is on the disk.
// Copies go only once a version holds them: those of a refused request stay, since they may be the
// only ones there are.
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

// A request as it stands; what cannot be read of it is empty.
struct StagedRequest {
  std::filesystem::path folder{};
  std::string name{};
  std::optional<ArtifactResult> result{};  // nothing while it waits
  std::filesystem::path copies{};          // of its files; empty if there are none, or no more

  bool refused() const { return result && result->version.empty(); }
};

// Any thread, any process; a writer's folders are made by one process. All throw Error:
// kResourceExhausted without room, kUnavailable for other failures of the disk.

// A new folder for a request of this writer, behind all others; nobody takes it up until submit().
std::filesystem::path new_staging_folder(const std::filesystem::path& writer_directory);
// Writes request.json, on the disk.
void submit(const std::filesystem::path& staging_folder, const ArtifactRequest& request);
// Takes a folder back, with all that is in it, when its request could not be made. Never throws:
// what cannot be removed stays.
void discard(const std::filesystem::path& staging_folder) noexcept;

// Folders with a request and no result, oldest first. What cannot be read is left out.
std::vector<std::filesystem::path> pending_requests(const std::filesystem::path& writer_directory);
// One request, and all of a writer, oldest first, done and refused ones as well. They read only,
// and do not throw for what is damaged.
StagedRequest staged_request(const std::filesystem::path& staging_folder);
std::vector<StagedRequest> staged_requests(const std::filesystem::path& writer_directory);
// Why it was refused, where its files are kept, and what to do with them: a line for people.
std::string refusal_line(const StagedRequest& refused);
// True if a request was refused whose files are kept: nobody may remove the writer's directory.
bool keeps_refused_copies(const std::filesystem::path& writer_directory);

// `source` is absolute then. Throws Error(kDataLoss) if it is not what it should be.
ArtifactRequest read_request(const std::filesystem::path& staging_folder);
// Writes result.json, on the disk; then, if there is a version, removes what was copied. When it
// throws, the request waits as before.
void conclude(const std::filesystem::path& staging_folder, const ArtifactResult& result);
// Nothing until there is one. Throws Error(kDataLoss) if it is damaged.
std::optional<ArtifactResult> read_result(const std::filesystem::path& staging_folder);

}  // namespace tracker::spool
