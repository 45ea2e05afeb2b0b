#include "artifact/manifest.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <tracker/error.hpp>

#include "artifact/names.hpp"
#include "artifact/paths.hpp"
#include "base/bytes.hpp"

namespace tracker::artifact {
namespace {

constexpr std::string_view kMagic = "TRKMAN1\n";
constexpr std::uint64_t kUnknownSize = ~std::uint64_t{0};
// No entry is smaller.
constexpr std::size_t kLeastEntry = 1 + 2 + 1 + 8 + 2 + 2;

const Sha256& of_nothing() {
  static const Sha256 digest = sha256("");
  return digest;
}

Sha256 digest_at(const char* bytes) noexcept {
  Sha256 out;
  std::memcpy(out.bytes.data(), bytes, out.bytes.size());
  return out;
}

}  // namespace

ChunkRef ChunkList::operator[](std::size_t i) const noexcept {
  const char* at = packed_.data() + i * kEach;
  ChunkRef out{digest_at(at), 0};
  std::memcpy(&out.size, at + 32, sizeof out.size);
  return out;
}

ManifestReader::ManifestReader(std::string_view bytes) : all_(bytes), rest_(bytes) {
  if (bytes.size() > kMostManifestBytes) fail("has more than 64 MiB");
  if (!rest_.starts_with(kMagic)) fail("does not begin as a manifest does");
  rest_.remove_prefix(kMagic.size());
  entries_ = take<std::uint32_t>();
  if (entries_ > kMostEntries) fail("has more than 1,000,000 entries");
  if (entries_ > rest_.size() / kLeastEntry) fail("announces more entries than it holds");
}

void ManifestReader::fail(const std::string& what) const {
  std::string message = "the manifest ";
  if (read_ > 0) message += "in entry " + std::to_string(read_) + " ('" + shown(path_) + "') ";
  throw Error(
      ErrorCode::kInvalidArgument, message + what,
      "byte " + std::to_string(all_.size() - rest_.size()) + " of " + std::to_string(all_.size()));
}

template <class Number>
Number ManifestReader::take() {
  Number value;
  std::memcpy(&value, take_bytes(sizeof value).data(), sizeof value);
  return value;
}

std::string_view ManifestReader::take_bytes(std::uint64_t n) {
  if (n > rest_.size()) fail("ends too early");
  const std::string_view out = rest_.substr(0, n);
  rest_.remove_prefix(n);
  return out;
}

std::optional<Entry> ManifestReader::next() {
  if (read_ == entries_) {
    if (!rest_.empty()) fail("has bytes after its last entry");
    return std::nullopt;
  }
  ++read_;
  path_ = {};
  Entry entry;
  entry.kind = static_cast<EntryKind>(take<std::uint8_t>());
  entry.path = path_ = take_text();
  if (const char* fault = path_fault(entry.path)) fail(std::string("has a path that ") + fault);
  check_order(entry.path);
  if (entry.kind == EntryKind::kFile)
    take_file(entry);
  else if (entry.kind == EntryKind::kReference)
    take_reference(entry);
  else
    fail("has a kind that is not known");
  return entry;
}

// Paths that begin with the path of an entry follow it without a gap, so the entries that may be
// folders of this one are those that it begins with, and they are kept.
void ManifestReader::check_order(std::string_view path) {
  if (!enclosing_.empty() && path <= enclosing_.back()) fail("does not come after the one before");
  while (!enclosing_.empty() && !path.starts_with(enclosing_.back())) enclosing_.pop_back();
  for (const std::string_view above : enclosing_)
    if (path[above.size()] == '/') fail("lies in '" + shown(above) + "', which is a file");
  enclosing_.push_back(path);
}

void ManifestReader::take_file(Entry& entry) {
  entry.size = take<std::uint64_t>();
  if (*entry.size > kMostFileBytes) fail("has more than 2^53 bytes");
  entry.sha256 = digest_at(take_bytes(32).data());
  const auto count = take<std::uint32_t>();
  entry.chunks = ChunkList(take_bytes(std::uint64_t{ChunkList::kEach} * count));
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t size = entry.chunks[i].size;
    if (size == 0 || size > kMostChunkBytes) fail("has a chunk that is not 1 byte to 4 MiB long");
    sum += size;
  }
  if (sum != *entry.size) fail("has chunks whose sizes do not add up to its size");
  if (count == 0 && entry.sha256 != of_nothing())
    fail("has no bytes, and another SHA-256 than nothing has");
  if (count == 1 && entry.sha256 != entry.chunks[0].sha256)
    fail("has another SHA-256 than its only chunk");
}

void ManifestReader::take_reference(Entry& entry) {
  const auto size = take<std::uint64_t>();
  if (size != kUnknownSize) entry.size = size;
  if (entry.size.value_or(0) > kMostFileBytes) fail("has more than 2^53 bytes");
  entry.checksum = take_text();
  if (const char* fault = checksum_fault(entry.checksum))
    fail(std::string("has a checksum that ") + fault);
  entry.url = take_text();
  if (const char* fault = url_fault(entry.url)) fail(std::string("has a URL that ") + fault);
}

Contents contents_of(std::string_view manifest) {
  Contents out;
  ManifestReader reader(manifest);
  while (const auto entry = reader.next()) {
    if (entry->kind == EntryKind::kReference) {
      ++out.references;
      continue;
    }
    ++out.files;
    out.size_bytes += *entry->size;
    for (std::size_t i = 0; i < entry->chunks.size(); ++i) out.chunks.push_back(entry->chunks[i]);
  }
  std::sort(out.chunks.begin(), out.chunks.end());
  out.chunks.erase(std::unique(out.chunks.begin(), out.chunks.end()), out.chunks.end());
  const auto twice =
      std::adjacent_find(out.chunks.begin(), out.chunks.end(),
                         [](const auto& a, const auto& b) { return a.sha256 == b.sha256; });
  if (twice != out.chunks.end())
    throw Error(ErrorCode::kInvalidArgument,
                "the manifest gives chunk " + twice->sha256.hex() + " two sizes");
  return out;
}

void ManifestWriter::begin(EntryKind kind, std::string_view path) {
  check_path(path);
  ++entries_;
  base::put(body_, static_cast<std::uint8_t>(kind));
  base::put(body_, static_cast<std::uint16_t>(path.size()));
  body_ += path;
}

void ManifestWriter::add_file(std::string_view path, const Sha256& sha256,
                              const std::vector<ChunkRef>& chunks) {
  begin(EntryKind::kFile, path);
  std::uint64_t size = 0;
  for (const ChunkRef& chunk : chunks) size += chunk.size;
  base::put(body_, size);
  body_ += sha256.raw();
  base::put(body_, static_cast<std::uint32_t>(chunks.size()));
  for (const ChunkRef& chunk : chunks) {
    body_ += chunk.sha256.raw();
    base::put(body_, chunk.size);
  }
}

void ManifestWriter::add_reference(std::string_view path, std::optional<std::uint64_t> size,
                                   std::string_view checksum, std::string_view url) {
  const char* fault = url_fault(url);
  if (fault == nullptr) fault = checksum_fault(checksum);
  if (fault != nullptr)
    throw Error(ErrorCode::kInvalidArgument,
                "the reference '" + shown(url) + "' (" + shown(checksum) + ") " + fault);
  begin(EntryKind::kReference, path);
  base::put(body_, size.value_or(kUnknownSize));
  for (const std::string_view text : {checksum, url}) {
    base::put(body_, static_cast<std::uint16_t>(text.size()));
    body_ += text;
  }
}

std::string ManifestWriter::finish() {
  std::string out(kMagic);
  base::put(out, std::exchange(entries_, 0));
  out += std::exchange(body_, {});
  contents_of(out);
  return out;
}

}  // namespace tracker::artifact
