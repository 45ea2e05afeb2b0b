// Manifests, paths and names of artifacts from anybody. The first byte chooses: a manifest as it
// stands, with the right beginning, or made of entries whose sizes and digests are put right, so
// that what lies behind these checks is reached; a path; a name; a URL with its checksum. A
// manifest that is taken must be written again with the same bytes; a path that is taken must lie
// inside the folder it is joined to, by the standard library's own judgement.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <tracker/error.hpp>

#include "artifact/manifest.hpp"
#include "artifact/names.hpp"
#include "artifact/paths.hpp"
#include "base/bytes.hpp"
#include "base/utf8.hpp"

namespace {

using namespace tracker;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_path(std::string_view path) {
  if (artifact::path_fault(path) != nullptr) return;
  const std::filesystem::path inside{std::string(path)};
  require(inside.is_relative() && inside == inside.lexically_normal());
  require(inside.has_filename() && path.find('\0') == std::string_view::npos);
  for (const auto& part : inside) require(part != ".." && part != "." && !part.empty());
  const std::filesystem::path root("/root/of/it");
  const auto relative = (root / inside).lexically_normal().lexically_relative(root);
  require(relative == inside);
}

std::string written_again(std::string_view bytes) {
  artifact::ManifestReader reader(bytes);
  artifact::ManifestWriter writer;
  std::string_view before;
  while (const auto entry = reader.next()) {
    check_path(entry->path);
    require(before.empty() || before < entry->path);
    before = entry->path;
    if (entry->kind == artifact::EntryKind::kReference) {
      writer.add_reference(entry->path, entry->size, entry->checksum, entry->url);
      continue;
    }
    std::vector<artifact::ChunkRef> chunks;
    for (std::size_t i = 0; i < entry->chunks.size(); ++i) chunks.push_back(entry->chunks[i]);
    writer.add_file(entry->path, entry->sha256, chunks);
  }
  return writer.finish();
}

void read_manifest(std::string_view bytes) {
  const artifact::Contents contents = artifact::contents_of(bytes);
  artifact::ManifestReader reader(bytes);
  require(contents.files + contents.references == reader.entries());
  require(std::is_sorted(contents.chunks.begin(), contents.chunks.end()));
  require(written_again(bytes) == bytes);
}

// Each line is an entry: a path, behind a tab the lengths of its chunks as bytes.
std::string manifest_of_lines(std::string_view text) {
  std::string body;
  std::uint32_t entries = 0;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::string_view path = line.substr(0, line.find('\t'));
    const std::string_view sizes = line.substr(std::min(line.size(), path.size() + 1));
    std::string packed;
    std::uint64_t size = 0;
    for (const char each : sizes) {
      packed += artifact::sha256(std::string_view(&each, 1)).raw();
      const auto length = static_cast<std::uint32_t>(static_cast<unsigned char>(each));
      base::put(packed, length);
      size += length;
    }
    ++entries;
    base::put(body, std::uint8_t{1});
    base::put(body, static_cast<std::uint16_t>(path.size()));
    body += path.substr(0, 65'535);
    base::put(body, size);
    body += artifact::sha256(sizes).raw();
    base::put(body, static_cast<std::uint32_t>(sizes.size()));
    body += packed;
  }
  std::string out = "TRKMAN1\n";
  base::put(out, entries);
  return out + body;
}

void read_name(std::string_view text) {
  const artifact::Name name = artifact::parse_name(text);
  const std::string whole =
      (name.project.empty() ? "" : name.project + "/") + name.collection + ":" + name.ref;
  const artifact::Name again = artifact::parse_name("tracker://" + whole);
  require(again.project == name.project && again.collection == name.collection);
  require(again.ref == name.ref && name.collection.find('/') == std::string::npos);
}

void read_one(std::uint8_t kind, std::string_view rest) {
  switch (kind % 6) {
    case 0:
      return read_manifest(rest);
    case 1:
      return read_manifest("TRKMAN1\n" + std::string(rest));
    case 2:
      return read_manifest(manifest_of_lines(rest));
    case 3:
      return check_path(rest);
    case 4:
      return read_name(rest);
    default:
      break;
  }
  const std::string text = artifact::shown(rest);
  require(base::is_utf8(text) && text.find('\n') == std::string::npos);
  const std::string_view url = rest.substr(0, rest.find(' '));
  if (artifact::url_fault(url) == nullptr)
    require(url.find("://") != std::string_view::npos && url.find('\n') == std::string_view::npos);
  if (artifact::checksum_fault(rest) == nullptr) require(rest.size() <= 256);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  try {
    read_one(data[0], {reinterpret_cast<const char*>(data + 1), size - 1});
  } catch (const tracker::Error&) {
    return 0;
  }
  return 0;
}
