#pragma once

#include <filesystem>
#include <string>
#include <vector>

// Small files that go with a model's weights.
namespace trainer::models {

// A file in memory: what is exported at the end of a training of hours must not depend on a folder
// that may be gone by then (a checkpoint that was pruned, a cache that was cleaned).
struct StoredFile {
  std::string name;  // without folder
  std::string text;
};

// Throws what config::read_whole_file() throws.
std::vector<StoredFile> read_files(const std::vector<std::filesystem::path>& files);

// Writes a small file whole or not at all. Throws Error(kIo).
void write_file(const std::filesystem::path& file, const std::string& text);

}  // namespace trainer::models
