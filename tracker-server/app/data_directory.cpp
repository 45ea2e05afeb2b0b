#include "app/data_directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>

#include <tracker/error.hpp>

#include "base/atomic_file.hpp"

namespace tracker::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLock = "server.lock";
constexpr std::string_view kVersion = "VERSION";
constexpr std::string_view kAnnouncement = "server.json";

std::string first_line(const fs::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

}  // namespace

DataDirectory::DataDirectory(fs::path path)
    : path_(fs::absolute(std::move(path)).lexically_normal()) {
  make();
  lock();
  check_version();
  std::error_code ignored;
  fs::remove(path_ / kAnnouncement, ignored);  // of a server that was killed
}

DataDirectory::~DataDirectory() { withdraw(); }

void DataDirectory::make() {
  std::error_code error;
  if (fs::is_directory(path_, error)) return;
  fs::create_directories(path_.parent_path(), error);
  // The user PostgreSQL runs as may pass through, and see nothing.
  if (!error && ::mkdir(path_.c_str(), 0711) != 0) error.assign(errno, std::generic_category());
  if (error) {
    throw Error(ErrorCode::kUnavailable,
                fmt::format("cannot make the data directory {}: {}: give another --data-dir",
                            path_.string(), error.message()));
  }
}

void DataDirectory::lock() {
  const auto file = path_ / kLock;
  lock_ = base::Fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!lock_) {
    throw Error(
        ErrorCode::kUnavailable,
        fmt::format(
            "cannot write in the data directory {}: {}: give it to this user, or give another "
            "--data-dir",
            path_.string(), std::strerror(errno)));
  }
  if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) {
    throw Error(
        ErrorCode::kAlreadyExists,
        fmt::format(
            "another tracker-server (pid {}) works on {}: stop it, or give another --data-dir",
            first_line(file), path_.string()));
  }
  const auto pid = fmt::format("{}\n", ::getpid());
  if (::ftruncate(lock_.get(), 0) != 0 ||
      ::pwrite(lock_.get(), pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    throw Error(ErrorCode::kUnavailable, fmt::format("cannot write {}: {}: make room on that disk",
                                                     file.string(), std::strerror(errno)));
  }
}

void DataDirectory::check_version() const {
  const auto file = path_ / kVersion;
  std::error_code error;
  if (!fs::exists(file, error)) {
    for (const auto& entry : fs::directory_iterator(path_)) {
      const auto name = entry.path().filename();
      if (name == kLock || name == "lost+found" || name.string().starts_with("VERSION.")) continue;
      throw Error(ErrorCode::kFailedPrecondition,
                  fmt::format("{} holds files ({}) and is not a data directory of tracker-server "
                              "(no VERSION): give an "
                              "empty or a new --data-dir",
                              path_.string(), name.string()));
    }
    base::write_file_atomically(file, fmt::format("{}\n", kDataVersion), 0644);
    return;
  }
  const auto text = first_line(file);
  int version = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), version);
  if (parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() &&
      version == kDataVersion)
    return;
  throw Error(ErrorCode::kFailedPrecondition,
              fmt::format("{} says version `{}`, and this tracker-server knows version {}: use the "
                          "tracker-server that "
                          "wrote it, or give another --data-dir",
                          file.string(), text.substr(0, 40), kDataVersion));
}

void DataDirectory::announce(const std::string& http_url, const std::string& grpc_target) {
  const nlohmann::json content = {{"http", http_url}, {"grpc", grpc_target}, {"pid", ::getpid()}};
  base::write_file_atomically(path_ / kAnnouncement, content.dump() + "\n", 0644);
  announced_ = true;
}

void DataDirectory::withdraw() noexcept {
  if (!announced_) return;
  std::error_code ignored;
  fs::remove(path_ / kAnnouncement, ignored);
  announced_ = false;
}

}  // namespace tracker::app
