#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>

#include "data/archive_handle.hpp"
#include "data/class_folders.hpp"
#include "data/compressed_file.hpp"

namespace trainer::data {
namespace {

constexpr std::uint64_t kMaxMemberBytes = 64ULL << 20U;

// The parts of a member's path. Throws when the path leads out of the archive's own folder: nothing
// is ever written by its name, but such an archive is not what it says.
std::vector<std::string> path_parts(std::string_view path, const std::string& archive) {
  std::vector<std::string> parts;
  const bool absolute = path.starts_with('/');
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    if (part == ".." || absolute) {
      throw Error(
          ErrorCode::kInvalidInput,
          fmt::format("{}: holds a member whose path leaves the archive's folder: do not trust it",
                      archive));
    }
    if (!part.empty() && part != ".") parts.emplace_back(part);
  }
  return parts;
}

// Split, class and name of a text by its path; nullopt for other files.
std::optional<FolderText> place_of(const std::vector<std::string>& parts) {
  if (parts.size() < 2 || !parts.back().ends_with(".txt")) return std::nullopt;
  FolderText place;
  place.name = parts.back();
  place.label = parts[parts.size() - 2];
  if (is_split_name(place.label))
    return std::nullopt;  // beside the class folders, as IMDB's urls_neg.txt
  if (parts.size() >= 3 && is_split_name(parts[parts.size() - 3]))
    place.split = parts[parts.size() - 3];
  return place;
}

std::string read_member(archive* handle, archive_entry* entry, const std::filesystem::path& file) {
  const la_int64_t size = archive_entry_size(entry);
  if (size < 0 || static_cast<std::uint64_t>(size) > kMaxMemberBytes) {
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("{}: {} is larger than {} bytes, which no text is", file.string(),
                            archive_entry_pathname(entry), kMaxMemberBytes));
  }
  std::string text(static_cast<std::size_t>(size), '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    const la_ssize_t count = archive_read_data(handle, text.data() + done, text.size() - done);
    if (count < 0) throw_archive_error(handle, file);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  text.resize(done);
  return text;
}

// Calls `visit(place, read)` for each text; `read()` gives its content. Ends when visit returns
// false.
template <typename Visit>
void visit_archive(const std::filesystem::path& file, Visit&& visit) {
  const ArchiveHandle handle = open_archive(file, ArchiveKind::kMembers);
  archive_entry* entry = nullptr;
  while (true) {
    const int status = archive_read_next_header(handle.get(), &entry);
    if (status == ARCHIVE_EOF) return;
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) throw_archive_error(handle.get(), file);
    const char* path = archive_entry_pathname(entry);
    if (path == nullptr) continue;
    const std::vector<std::string> parts = path_parts(path, file.string());
    if (archive_entry_filetype(entry) != AE_IFREG) continue;
    std::optional<FolderText> place = place_of(parts);
    if (!place) continue;
    if (!visit(*place, [&] { return read_member(handle.get(), entry, file); })) return;
  }
}

bool may_be_wanted(const FolderText& place, Split split) {
  const auto names = split_names(split);
  return place.label != "unsup" &&
         (place.split.empty() || std::ranges::find(names, place.split) != names.end());
}

}  // namespace

RawTable read_archive_folders(const std::filesystem::path& archive, Split split) {
  std::vector<FolderText> texts;
  std::uint64_t bytes = 0;
  visit_archive(archive, [&](FolderText& place, auto&& read) {
    if (!may_be_wanted(place, split)) return true;
    place.text = read();
    bytes += place.text.size();
    if (bytes > kMaxTextBytes) {
      throw Error(ErrorCode::kInvalidInput, fmt::format("{}: holds more than {} bytes of text",
                                                        archive.string(), kMaxTextBytes));
    }
    texts.push_back(std::move(place));
    return true;
  });
  return arrange_folders(std::move(texts), split, archive.string());
}

bool archive_has_splits(const std::filesystem::path& archive) {
  bool train = false;
  bool test = false;
  visit_archive(archive, [&](const FolderText& place, auto&&) {
    train = train || place.split == "train";
    test = test || (!place.split.empty() && place.split != "train");
    return !(train && test);
  });
  return train && test;
}

RawTable read_directory_folders(const std::filesystem::path& directory, Split split) {
  std::vector<FolderText> texts;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    const std::string relative = entry.path().lexically_relative(directory).generic_string();
    std::optional<FolderText> place = place_of(path_parts(relative, directory.string()));
    if (!place || !may_be_wanted(*place, split)) continue;
    if (entry.file_size() > kMaxMemberBytes) {
      throw Error(ErrorCode::kInvalidInput,
                  fmt::format("{}: is larger than {} bytes, which no text is",
                              entry.path().string(), kMaxMemberBytes));
    }
    place->text = read_plain_file(entry.path());
    texts.push_back(std::move(*place));
  }
  return arrange_folders(std::move(texts), split, directory.string());
}

}  // namespace trainer::data
