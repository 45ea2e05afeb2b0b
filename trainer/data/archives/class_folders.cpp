#include "data/archives/class_folders.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_map>

#include "config/printable.hpp"
#include "config/whole_file.hpp"
#include "data/archives/archive_members.hpp"

namespace trainer::data {
namespace {

constexpr std::array<std::string_view, 6> kSplits = {"train", "test", "validation",
                                                     "valid", "val",  "dev"};

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
std::optional<FolderText> place_of(const std::string& path, const std::string& source) {
  const std::vector<std::string> parts = path_parts(path, source);
  if (parts.size() < 2 || !parts.back().ends_with(".txt")) return std::nullopt;
  FolderText place;
  place.path = path;
  place.name = parts.back();
  place.label = parts[parts.size() - 2];
  if (is_split_name(place.label))
    return std::nullopt;  // beside the class folders, as IMDB's urls_neg.txt
  if (parts.size() >= 3 && is_split_name(parts[parts.size() - 3]))
    place.split = parts[parts.size() - 3];
  if (!is_utf8(place.label)) throw_not_utf8(source + ": the name of a class folder");
  return place;
}

// One split's texts in the order of its rows.
struct FolderRows {
  std::filesystem::path source;
  std::vector<FolderText> texts;
  std::vector<std::string> label_names;

  std::string place(const RawRow& row) const {
    return fmt::format("{}: {}", source.string(),
                       config::printable(texts[static_cast<std::size_t>(row.position)].path));
  }
  RawRow row(std::uint64_t position) const {
    RawRow out;
    out.position = position;
    out.line = position + 1;
    out.label.kind = CellKind::kText;
    out.label.text = texts[static_cast<std::size_t>(position)].label;
    return out;
  }
  void take(RawRow row, std::string text, std::vector<RawRow>& block) const {
    if (!is_utf8(text)) throw_not_utf8(place(row));
    row.text = std::move(text);
    block.push_back(std::move(row));
  }
};

// In the order of the rows: labels of any source, texts of a directory.
class FolderSource : public RowSource {
 public:
  FolderSource(const FolderRows& rows, const Reading& reading) : rows_(rows), reading_(reading) {}

  bool next(std::vector<RawRow>& block) override {
    block.clear();
    std::size_t bytes = 0;
    for (; position_ < rows_.texts.size(); ++position_) {
      if (block.size() == kBlockRows || bytes >= kBlockBytes) return true;
      if (!reading_.takes(position_)) continue;
      if (reading_.pass == Pass::kLabels) {
        block.push_back(rows_.row(position_));
        continue;
      }
      const FolderText& text = rows_.texts[static_cast<std::size_t>(position_)];
      rows_.take(rows_.row(position_),
                 config::read_whole_file(rows_.source / text.path,
                                         {.bytes = kMaxRecordBytes, .what = "a text"}),
                 block);
      bytes += block.back().text.size();
    }
    return !block.empty();
  }
  std::string place(const RawRow& row) const override { return rows_.place(row); }

 private:
  const FolderRows& rows_;
  const Reading reading_;
  std::uint64_t position_ = 0;
};

// In the order of the archive.
class ArchiveSource : public RowSource {
 public:
  ArchiveSource(const FolderRows& rows, const Reading& reading)
      : rows_(rows), reading_(reading), members_(rows.source) {
    for (std::size_t i = 0; i < rows.texts.size(); ++i) {
      if (reading.takes(i)) positions_.emplace(rows.texts[i].order, i);
    }
  }

  bool next(std::vector<RawRow>& block) override {
    block.clear();
    std::size_t bytes = 0;
    while (block.size() < kBlockRows && bytes < kBlockBytes) {
      if (taken_ == positions_.size()) return !block.empty();
      if (!members_.next()) {
        throw Error(ErrorCode::kInvalidInput,
                    rows_.source.string() + ": was changed while it was read");
      }
      const auto at = positions_.find(members_.order());
      if (at == positions_.end()) continue;
      ++taken_;
      rows_.take(rows_.row(at->second), members_.read(), block);
      bytes += block.back().text.size();
    }
    return true;
  }
  std::string place(const RawRow& row) const override { return rows_.place(row); }

 private:
  const FolderRows& rows_;
  const Reading reading_;
  ArchiveMembers members_;
  std::unordered_map<std::uint64_t, std::uint64_t> positions_;  // by the member's order
  std::size_t taken_ = 0;
};

class FolderTable : public RowTable {
 public:
  FolderTable(FolderRows rows, bool archive) : rows_(std::move(rows)), archive_(archive) {}

  std::unique_ptr<RowSource> open(const Reading& reading) const override {
    if (archive_ && reading.pass == Pass::kAll)
      return std::make_unique<ArchiveSource>(rows_, reading);
    return std::make_unique<FolderSource>(rows_, reading);
  }
  const std::vector<std::string>& label_names() const override { return rows_.label_names; }
  std::vector<std::filesystem::path> files() const override {
    if (archive_) return {rows_.source};
    std::vector<std::filesystem::path> all;
    for (const FolderText& text : rows_.texts) all.push_back(rows_.source / text.path);
    return all;
  }

 private:
  FolderRows rows_;
  bool archive_;
};

}  // namespace

bool is_split_name(std::string_view name) {
  return std::ranges::find(kSplits, name) != kSplits.end();
}

ClassFolders::ClassFolders(std::filesystem::path source, bool archive,
                           std::vector<FolderText> texts)
    : source_(std::move(source)), archive_(archive), texts_(std::move(texts)) {}

ClassFolders ClassFolders::of_archive(const std::filesystem::path& archive) {
  std::vector<FolderText> texts;
  for (ArchiveMembers members(archive); members.next();) {
    std::optional<FolderText> place = place_of(members.path(), archive.string());
    if (!place || members.is_folder()) continue;
    if (!members.is_plain()) {
      throw Error(ErrorCode::kInvalidInput,
                  fmt::format("{}: {} is a link, not a text: pack the text itself",
                              archive.string(), config::printable(place->path)));
    }
    place->order = members.order();
    texts.push_back(std::move(*place));
  }
  return {archive, true, std::move(texts)};
}

ClassFolders ClassFolders::of_directory(const std::filesystem::path& directory) {
  std::vector<FolderText> texts;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    const std::string relative = entry.path().lexically_relative(directory).generic_string();
    if (std::optional<FolderText> place = place_of(relative, directory.string()))
      texts.push_back(std::move(*place));
  }
  return {directory, false, std::move(texts)};
}

std::vector<std::string> ClassFolders::splits() const {
  std::set<std::string> names;
  for (const FolderText& text : texts_) names.insert(text.split);
  if (names.size() > 1) names.erase("");
  return {names.begin(), names.end()};
}

std::unique_ptr<RowTable> ClassFolders::table(const std::string& split) const {
  std::map<std::string, std::vector<FolderText>> by_class;
  for (const FolderText& text : texts_) {
    if (text.split == split) by_class[text.label].push_back(text);
  }
  if (by_class.contains("neg") && by_class.contains("pos")) by_class.erase("unsup");
  FolderRows rows{.source = source_, .texts = {}, .label_names = {}};
  for (auto& [label, members] : by_class) {
    rows.label_names.push_back(label);
    sort_class(members);
    std::ranges::move(members, std::back_inserter(rows.texts));
  }
  return std::make_unique<FolderTable>(std::move(rows), archive_);
}

}  // namespace trainer::data
