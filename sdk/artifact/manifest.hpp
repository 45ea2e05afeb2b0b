#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "artifact/sha256.hpp"

// The manifest of a version: its files and their chunks, as canonical bytes whose SHA-256 is the
// version's digest. Format and rules: docs/artifacts.md, "The manifest". Any thread; an object
// belongs to one thread. Errors: Error(kInvalidArgument) that names the entry and the rule it
// breaks.
namespace tracker::artifact {

inline constexpr std::size_t kMostManifestBytes = 64u << 20;
inline constexpr std::uint32_t kMostEntries = 1'000'000;
inline constexpr std::uint32_t kMostChunkBytes = 4u << 20;
inline constexpr std::uint64_t kMostFileBytes = std::uint64_t{1} << 53;

struct ChunkRef {
  Sha256 sha256;
  std::uint32_t size = 0;

  auto operator<=>(const ChunkRef&) const = default;
};

// Chunks of a file in order, as they lie in the manifest.
class ChunkList {
 public:
  ChunkList() = default;
  explicit ChunkList(std::string_view packed) noexcept : packed_(packed) {}
  std::size_t size() const noexcept { return packed_.size() / kEach; }
  ChunkRef operator[](std::size_t i) const noexcept;

  static constexpr std::size_t kEach = 36;  // SHA-256, u32

 private:
  std::string_view packed_;
};

enum class EntryKind : std::uint8_t { kFile = 1, kReference = 2 };

// One entry; its texts and chunks are views of the manifest's bytes.
struct Entry {
  EntryKind kind = EntryKind::kFile;
  std::string_view path;
  std::optional<std::uint64_t> size;  // always there for a file
  Sha256 sha256;                      // of a file
  ChunkList chunks;                   // of a file
  std::string_view checksum, url;     // of a reference
};

// Reads entries in order and checks each, so that whoever got through a manifest knows that it
// keeps all rules but one: that a chunk has the same size wherever it stands (see contents_of).
class ManifestReader {
 public:
  // `bytes` must outlive the reader and the entries.
  explicit ManifestReader(std::string_view bytes);

  std::uint32_t entries() const noexcept { return entries_; }
  // Nothing after the last one.
  std::optional<Entry> next();

 private:
  template <class Number>
  Number take();
  std::string_view take_bytes(std::uint64_t n);
  std::string_view take_text() { return take_bytes(take<std::uint16_t>()); }
  void take_file(Entry& entry);
  void take_reference(Entry& entry);
  void check_order(std::string_view path);
  [[noreturn]] void fail(const std::string& what) const;

  std::string_view all_, rest_;
  std::uint32_t entries_ = 0, read_ = 0;
  std::string_view path_;                    // of the entry that is read, or was last
  std::vector<std::string_view> enclosing_;  // entries whose paths the last one begins with, and it
};

// What a whole manifest holds. Checks every rule.
struct Contents {
  std::uint64_t files = 0, references = 0;
  std::uint64_t size_bytes = 0;  // of all files
  std::vector<ChunkRef> chunks;  // each once, in order of their digests
};
Contents contents_of(std::string_view manifest);

// Makes the bytes. Entries are added in rising order of their paths.
class ManifestWriter {
 public:
  void add_file(std::string_view path, const Sha256& sha256, const std::vector<ChunkRef>& chunks);
  void add_reference(std::string_view path, std::optional<std::uint64_t> size,
                     std::string_view checksum, std::string_view url);
  // The manifest, checked with contents_of(). The writer is empty afterwards.
  std::string finish();

 private:
  void begin(EntryKind kind, std::string_view path);

  std::string body_;
  std::uint32_t entries_ = 0;
};

}  // namespace tracker::artifact
