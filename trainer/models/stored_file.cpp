#include "models/stored_file.hpp"

#include <span>

#include "config/whole_file.hpp"
#include "hub/disk.hpp"

namespace trainer::models {

std::vector<StoredFile> read_files(const std::vector<std::filesystem::path>& files) {
  std::vector<StoredFile> out;
  for (const std::filesystem::path& file : files) {
    out.push_back({.name = file.filename().string(), .text = config::read_whole_file(file)});
  }
  return out;
}

void write_file(const std::filesystem::path& file, const std::string& text) {
  hub::AtomicFile out(file);
  out.write(std::as_bytes(std::span(text)));
  out.commit();
}

}  // namespace trainer::models
