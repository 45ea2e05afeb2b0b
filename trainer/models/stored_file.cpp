#include "models/stored_file.hpp"

#include <fstream>
#include <iterator>
#include <span>

#include "config/error.hpp"
#include "hub/disk.hpp"

namespace trainer::models {

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in.is_open() || in.bad()) {
    throw Error(ErrorCode::kIo, file.string() + ": cannot be read");
  }
  return text;
}

std::vector<StoredFile> read_files(const std::vector<std::filesystem::path>& files) {
  std::vector<StoredFile> out;
  for (const std::filesystem::path& file : files) {
    out.push_back({.name = file.filename().string(), .text = read_file(file)});
  }
  return out;
}

void write_file(const std::filesystem::path& file, const std::string& text) {
  hub::AtomicFile out(file);
  out.write(std::as_bytes(std::span(text)));
  out.commit();
}

}  // namespace trainer::models
