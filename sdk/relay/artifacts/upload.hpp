#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "artifact/tree.hpp"
#include "relay/artifacts/client.hpp"
#include "relay/artifacts/reference.hpp"
#include "relay/artifacts/retry.hpp"

// Making a version of an artifact from files (docs/artifacts.md, "An upload").
namespace tracker::relay {

struct NewVersion {
  std::string project, type, name;
  std::vector<artifact::SourceFile> files;
  std::vector<Reference> references;
  std::vector<std::string> aliases, tags;
  std::string description, metadata_json;
  std::string run_id;  // of the run that made it; empty: none
  std::optional<std::uint64_t> ttl_s;
};

// How far it is; written by the upload, read by whoever shows it. Bytes are those of the files.
struct UploadProgress {
  std::atomic<std::uint64_t> bytes_read{0};
  std::atomic<std::uint64_t> bytes_sent{0};   // answered for
  std::atomic<std::uint64_t> bytes_known{0};  // that need not be sent: the server has them
  std::atomic<std::uint64_t> files_read{0};
};

struct UploadOptions {
  unsigned readers = 2;  // files that are cut and hashed at the same time
  unsigned streams = 4;  // that chunks are sent through at the same time
  Patience patience;     // of each batch of chunks, and of each call
  std::stop_token stop;
  UploadProgress* progress = nullptr;
};

struct Uploaded {
  v1::ArtifactVersion version;
  bool created = false;  // false: the collection had this content
};

// Reads each file once, and once more only when what was sent went away from the server before the
// commit; chunks that the server lacks are sent while others are being read, in memory of about 100
// MB. Whatever ends it halfway (kill -9 too), a second call sends only what is missing: the server
// keeps what arrived for 24 hours. The version is there whole or not at all.
//
// Blocks. Throws Error: what artifact::read_file says of a file; kInvalidArgument for names,
// metadata, references against the rules; kFailedPrecondition for a collection of another type, or
// too many aliases or tags;
// kUnavailable when no server answered for as long as the patience goes, or a stop was asked for.
Uploaded upload(const ArtifactsClient& client, const NewVersion& version,
                const UploadOptions& options);

}  // namespace tracker::relay
