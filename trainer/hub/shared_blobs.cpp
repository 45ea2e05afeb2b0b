#include "hub/shared_blobs.hpp"

#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

#include "hub/cache_scan.hpp"
#include "hub/disk.hpp"

namespace trainer::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHashDigits = 64;

fs::path with_suffix(const fs::path& content, const char* suffix) {
  return content.parent_path() / (content.filename().string() + suffix);
}

bool is_content(const fs::path& path, const fs::path& store) {
  const std::string name = path.filename().string();
  return name.size() == kHashDigits &&
         name.find_first_not_of("0123456789abcdef") == std::string::npos &&
         path == store / name.substr(0, 2) / name;
}

// Only a store of the form that is known here.
bool is_store(const fs::path& store) {
  std::ifstream marker(store / ".huggingface-shared-blobs", std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(marker), {}) == "1\n";
}

// nullopt: nobody knows.
std::optional<bool> has_links(const fs::path& content, const fs::path& cache) {
  std::ifstream list(with_suffix(content, ".refs"), std::ios::binary);
  if (!list) {
    return std::nullopt;
  }
  for (std::string line; std::getline(list, line);) {
    if (line.empty() || line.front() == '/' || line.find("..") != std::string::npos) {
      continue;
    }
    if (shared_content_of(cache / line, cache) == content) {
      return true;
    }
  }
  return list.bad() ? std::nullopt : std::optional(false);
}

}  // namespace

std::optional<fs::path> shared_content_of(const fs::path& blob, const fs::path& cache) {
  std::error_code error;
  if (!fs::is_symlink(blob, error)) {
    return std::nullopt;
  }
  const fs::path target = content_of(blob);
  return is_content(target, (cache / "blobs").lexically_normal()) ? std::optional(target)
                                                                  : std::nullopt;
}

std::uint64_t sweep_shared_content(const fs::path& content, const fs::path& cache) {
  if (!is_content(content, (cache / "blobs").lexically_normal()) || !is_store(cache / "blobs")) {
    return 0;
  }
  const FileLock lock(with_suffix(content, ".lock"));
  if (has_links(content, cache) != false) {
    return 0;
  }
  std::error_code error;
  const std::uint64_t bytes = fs::file_size(content, error);
  if (error || unlink(content.c_str()) != 0) {
    return 0;
  }
  unlink(with_suffix(content, ".refs").c_str());
  return bytes;
}

}  // namespace trainer::hub
