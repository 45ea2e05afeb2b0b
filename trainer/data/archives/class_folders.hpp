#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/tables/row_source.hpp"

// Texts in folders named by their class: [ROOT/][SPLIT/]CLASS/NAME.txt, in an archive or on disk.
namespace trainer::data {

// Folder names that are splits: "train", "test", "validation", "valid", "val", "dev".
bool is_split_name(std::string_view name);

// One text, without its content.
struct FolderText {
  std::string path;   // in the archive or below the directory
  std::string split;  // "" when no folder above the class is a split
  std::string label;
  std::string name;         // file name
  std::uint64_t order = 0;  // among all members of the archive, to find it again
};

// The texts of an archive (tar, compressed or not; zip) or a directory: names are read once, then
// the texts of a split as often as needed. Nothing is unpacked to disk. Throws
// Error(kInvalidInput): a member whose path leaves its folder, a text that is a link, a text of
// more than kMaxRecordBytes, an archive that is damaged or decompresses as no text does.
class ClassFolders {
 public:
  static ClassFolders of_archive(const std::filesystem::path& archive);
  static ClassFolders of_directory(const std::filesystem::path& directory);

  // Splits that have texts, by name; one "" when the classes lie in no split.
  std::vector<std::string> splits() const;
  // The rows of a split: classes in order of their names, within a class the hub's order for IMDB
  // (see docs/data.md), else by name. IMDB's unrated "unsup" is left out beside "neg" and "pos".
  std::unique_ptr<RowTable> table(const std::string& split) const;

 private:
  ClassFolders(std::filesystem::path source, bool archive, std::vector<FolderText> texts);

  std::filesystem::path source_;
  bool archive_;
  std::vector<FolderText> texts_;
};

// The order of rows within a class: that of the hub's IMDB for files named ID_RATING.txt with ids 0
// … n-1, else by name.
void sort_class(std::vector<FolderText>& texts);

}  // namespace trainer::data
