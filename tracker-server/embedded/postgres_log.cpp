#include "embedded/postgres_log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include <tracker/error.hpp>

namespace tracker::embedded {
namespace {

namespace fs = std::filesystem;
constexpr std::uintmax_t kRotateAt = 16u << 20;

}  // namespace

Fd open_log(const fs::path& file) {
  Fd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640));
  if (!fd) {
    throw Error(ErrorCode::kUnavailable,
                fmt::format("cannot write {}: {}: see that it belongs to this user", file.string(),
                            std::strerror(errno)));
  }
  return fd;
}

void rotate_log(const fs::path& file) {
  std::error_code ignored;
  if (log_size(file) > kRotateAt) fs::rename(file, file.string() + ".1", ignored);
}

std::uintmax_t log_size(const fs::path& file) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  return error ? 0 : size;
}

std::string reason_in_log(const fs::path& file, std::uintmax_t from) {
  std::ifstream in(file);
  in.seekg(static_cast<std::streamoff>(from));
  std::string last, failure;
  for (std::string line; std::getline(in, line);) {
    if (line.empty()) continue;
    for (const std::string_view mark : {"FATAL:", "PANIC:", "error:", "ERROR:"}) {
      const auto at = line.find(mark);
      if (at != std::string::npos) failure = line.substr(at);
    }
    last = line;
  }
  if (!failure.empty()) return failure;
  return last.empty() ? "it said nothing" : last;
}

Fd secret_file(const std::string& text) {
  Fd fd(::memfd_create("secret", MFD_CLOEXEC));
  const auto line = text + "\n";
  if (!fd || ::write(fd.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    throw Error(ErrorCode::kUnavailable, "cannot hold a file in memory", std::strerror(errno));
  }
  return fd;
}

}  // namespace tracker::embedded
