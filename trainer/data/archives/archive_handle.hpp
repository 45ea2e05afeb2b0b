#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

struct archive;
struct archive_entry;

// libarchive's reader, owned. One thread at a time.
namespace trainer::data {

struct ArchiveCloser {
  void operator()(archive* handle) const noexcept;
};
using ArchiveHandle = std::unique_ptr<archive, ArchiveCloser>;

enum class ArchiveKind {
  kMembers,         // tar (compressed or not) or zip
  kCompressedFile,  // one stream, compressed or not
};

// Throws Error(kNotFound) or kInvalidInput when it is not such a file.
ArchiveHandle open_archive(const std::filesystem::path& file, ArchiveKind kind);

// Bytes of the file that were read so far.
std::uint64_t compressed_bytes(archive* handle);

// What libarchive says went wrong, as Error(kInvalidInput) naming the file.
[[noreturn]] void throw_archive_error(archive* handle, const std::filesystem::path& file);

}  // namespace trainer::data
