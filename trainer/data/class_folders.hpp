#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "data/raw_table.hpp"

// Texts in folders named by their class: [ROOT/][SPLIT/]CLASS/NAME.txt, in an archive or on disk.
// Splits are "train" and "test" ("validation", "valid", "val" and "dev" stand in for a missing
// "test").
namespace trainer::data {

// One text of a class folder.
struct FolderText {
  std::string split;  // "" when no folder above the class is a split
  std::string label;
  std::string name;  // file name
  std::string text;
};

// Names under which a split may be found, the best first.
std::vector<std::string_view> split_names(Split split);
bool is_split_name(std::string_view name);

// Reads the texts of one split, or of the whole source when it has no splits.
RawTable read_archive_folders(const std::filesystem::path& archive, Split split);
RawTable read_directory_folders(const std::filesystem::path& directory, Split split);

// Whether both splits are there. Reads names only (of a compressed archive all of it, until both
// were seen).
bool archive_has_splits(const std::filesystem::path& archive);

// The order of rows within a class: that of the hub's IMDB for files named ID_RATING.txt with ids 0
// … n-1 (see docs/data.md), else by name.
void sort_class(std::vector<FolderText>& texts);

// Puts the texts of the wanted split into rows, classes in order of their names. `source` is for
// messages.
RawTable arrange_folders(std::vector<FolderText> texts, Split split, const std::string& source);

}  // namespace trainer::data
