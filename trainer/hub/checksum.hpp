#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>

// Digests by which the hub names contents, in lower-case hex. Throw Error(kIo) when the file cannot
// be read.
namespace trainer::hub {

struct FileDigest {
  std::string sha256;
  std::uint64_t bytes = 0;  // that were read
};
// nullopt when `stop` asked for an end before the file's.
std::optional<FileDigest> digest_of(const std::filesystem::path& file, const std::stop_token& stop);
std::string sha256_of(const std::filesystem::path& file);
// Git's object id of the file as a blob: SHA-1 of "blob <size>\0" and the content.
std::string git_blob_id_of(const std::filesystem::path& file);

// Whether an entity tag, which names a SHA-256 (64 hex digits) or a git blob (40), belongs to the
// file's content. Other tags say nothing about the content: true.
bool content_matches(const std::filesystem::path& file, const std::string& etag);
// Whether an entity tag is such a digest.
bool names_content(const std::string& etag);
// content_matches() of a file without a byte.
bool is_tag_of_nothing(const std::string& etag);

}  // namespace trainer::hub
