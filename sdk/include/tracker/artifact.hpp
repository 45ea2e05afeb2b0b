#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tracker/value.hpp>

// Artifacts: versioned files that runs make and use (docs/artifacts.md). Names are
// "[PROJECT/]NAME[:VERSION]", with "tracker://" before it or not; VERSION is "v3" or an alias, and
// "latest" where it is left out.
namespace tracker {

enum class ArtifactFiles {
  kCopied,   // they may change, or go, as soon as the call has returned
  kInPlace,  // they must stay as they are until the artifact is at the server
  kLinked,   // they may go, or be replaced by renaming, but not be written to: hard links keep them
             // where the file system can, else they are copied
};

// A file that stays where it is, of which all that is to be recorded is known: nobody looks at it.
struct ArtifactReference {
  std::string path;      // in the artifact
  std::string url;       // file, s3, gs, hf, http, https
  std::string checksum;  // "ALGORITHM:VALUE"; empty: not known
  std::optional<std::uint64_t> size;
};

// A version to be made.
struct ArtifactSettings {
  std::string name;            // [PROJECT/]NAME; the project is the run's if it is left out
  std::string type;            // "model", "dataset", …; of a name the same each time
  std::filesystem::path path;  // a folder, whose files it is made of, or a file
  // Files that stay where they are: "[PATH=]URL" (file, s3, gs, hf, http, https). The relay finds
  // out their checksums and sizes.
  std::vector<std::string> references;
  std::vector<ArtifactReference> known_references;
  std::vector<std::string> aliases, tags;
  std::string description;  // Markdown
  Dict metadata;
  std::optional<std::chrono::seconds> ttl;  // deleted when so old
  ArtifactFiles files = ArtifactFiles::kCopied;
};

// Something that the run's relay was asked to do with an artifact. Any thread; outlives its run.
class ArtifactTicket {
 public:
  // Why it was not handed over, or why the server refused it; empty while nothing is wrong.
  std::string error() const;
  // "imdb/bert:v3" once the server has it; empty before.
  std::string version() const;
  // Waits until one of both is known, at most so long. True if the server has it.
  bool wait(std::chrono::milliseconds timeout) const;

 private:
  friend class Run;
  ArtifactTicket(std::filesystem::path folder, std::string error)
      : folder_(std::move(folder)), error_(std::move(error)) {}

  std::filesystem::path folder_;
  std::string error_;
};

struct FetchSettings {
  std::string project;               // of a name without one
  std::string type;                  // what it must be ("model"); empty: anything
  std::vector<std::string> exclude;  // paths or globs ("*.tar.gz") of files that are not wanted
  std::string server;                // empty: default_server() of <tracker/server.hpp>
  std::filesystem::path
      folder;  // empty: this user's cache, in a folder that belongs to the version
  std::filesystem::path program;  // `tracker`; empty: beside this program, then $PATH
};

struct FetchedArtifact {
  std::filesystem::path folder;  // only to be read, if it is the cache's
  std::string version;           // "imdb/bert:v3"
  std::string type;
};

// Fetches a version's files, all of them checked, by running `tracker artifact get`; what is here
// already is not fetched. A folder of the cache stays as long as this process lives. Blocks as long
// as that takes; it needs no run. Throws Error: kFailedPrecondition without the program `tracker`,
// else what that says and why: kNotFound, kUnauthenticated, kPermissionDenied, kUnavailable,
// kInvalidArgument for a name or a type that is not the wanted one, kDataLoss, kResourceExhausted.
FetchedArtifact fetch_artifact(std::string_view name, const FetchSettings& settings = {});

}  // namespace tracker
