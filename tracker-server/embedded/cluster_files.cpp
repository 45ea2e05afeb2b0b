#include "embedded/cluster_files.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <vector>

#include <tracker/error.hpp>

#include "base/atomic_file.hpp"
#include "embedded/cluster_processes.hpp"

namespace tracker::embedded {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSocketPrefix = "tracker-pg-";

template <class Int>
std::optional<Int> parse(const std::string& text) {
  Int value{};
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::string> read_lines(const fs::path& file) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line) && lines.size() < 16;) lines.push_back(line);
  return lines;
}

std::optional<UserId> user_named(const char* name) {
  const passwd* entry = ::getpwnam(name);
  if (entry == nullptr) return std::nullopt;
  return UserId{entry->pw_uid, entry->pw_gid};
}

std::string random_text(std::size_t bytes) {
  std::vector<unsigned char> raw(bytes);
  if (::getrandom(raw.data(), raw.size(), 0) != static_cast<ssize_t>(raw.size())) {
    throw Error(ErrorCode::kInternal,
                "the system gives no random bytes: see that getrandom(2) works here");
  }
  std::string text;
  for (const auto byte : raw) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace

std::optional<PostmasterFile> read_postmaster_file(const fs::path& cluster) {
  // Lines: pid, data directory, start time, port, socket directory, listen address, shared memory,
  // status.
  const auto lines = read_lines(cluster / "postmaster.pid");
  if (lines.size() < 5) return std::nullopt;
  const auto pid = parse<pid_t>(lines[0]);
  const auto port = parse<int>(lines[3]);
  if (!pid || !port || *pid <= 1) return std::nullopt;
  return PostmasterFile{*pid, *port, lines[4]};
}

std::optional<Process> find_postmaster(const fs::path& cluster, const PostmasterFile& file) {
  // First held, then looked at: the number cannot change hands in between.
  auto process = Process::attach(file.pid);
  if (!process || !is_process_of(cluster, file.pid)) return std::nullopt;
  return process;
}

std::optional<int> cluster_version(const fs::path& cluster) {
  std::error_code ignored;
  if (!fs::exists(cluster, ignored)) return std::nullopt;
  const auto lines = read_lines(cluster / "PG_VERSION");
  const auto version = lines.empty() ? std::nullopt : parse<int>(lines[0]);
  if (!version) {
    throw Error(ErrorCode::kDataLoss,
                fmt::format("{} is not a PostgreSQL cluster (no PG_VERSION): move it away, or give "
                            "another --data-dir",
                            cluster.string()));
  }
  return version;
}

std::optional<UserId> cluster_user(const fs::path& cluster) {
  struct stat status {};
  const bool exists = ::stat(cluster.c_str(), &status) == 0;
  const auto self = ::geteuid();
  if (self != 0) {
    if (!exists || status.st_uid == self) return std::nullopt;
    throw Error(ErrorCode::kPermissionDenied,
                fmt::format("{} belongs to user {}: run tracker-server as that user, or as root",
                            cluster.string(), status.st_uid));
  }
  if (exists && status.st_uid == 0) {
    throw Error(ErrorCode::kPermissionDenied,
                fmt::format("{} belongs to root, and PostgreSQL does not run as root: give it to "
                            "an unprivileged user (chown -R postgres: {})",
                            cluster.string(), cluster.string()));
  }
  if (exists) return UserId{status.st_uid, status.st_gid};
  for (const auto* name : {"postgres", "nobody"}) {
    if (const auto user = user_named(name)) return user;
  }
  throw Error(ErrorCode::kFailedPrecondition,
              "PostgreSQL does not run as root and there is no user `postgres` or `nobody`: run "
              "tracker-server as an ordinary user, or give --database-url");
}

bool can_reach(const UserId& user, const fs::path& directory) {
  std::error_code error;
  auto current = fs::canonical(directory, error);
  if (error) return false;
  for (;;) {
    struct stat status {};
    if (::stat(current.c_str(), &status) != 0) return false;
    const mode_t needed = status.st_uid == user.uid   ? S_IXUSR
                          : status.st_gid == user.gid ? S_IXGRP
                                                      : S_IXOTH;
    if ((status.st_mode & needed) == 0) return false;
    if (current == current.root_path()) return true;
    current = current.parent_path();
  }
}

std::string read_or_make_password(const fs::path& file) {
  const auto lines = read_lines(file);
  if (!lines.empty() && lines[0].size() >= 32) return lines[0];
  const auto password = random_text(24);
  base::write_file_atomically(file, password + "\n", 0600);
  return password;
}

fs::path make_socket_directory(const std::optional<UserId>& user) {
  auto pattern = fmt::format("/tmp/{}XXXXXX", kSocketPrefix);
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw Error(
        ErrorCode::kUnavailable,
        fmt::format(
            "cannot make a directory for PostgreSQL's socket in /tmp: {}: make room there, and "
            "see that this user may write there",
            std::strerror(errno)));
  }
  if (user && ::chown(pattern.c_str(), user->uid, user->gid) != 0) {
    throw Error(ErrorCode::kPermissionDenied,
                fmt::format("cannot give {} to user {}: {}: run tracker-server as an ordinary "
                            "user, or give --database-url",
                            pattern, user->uid, std::strerror(errno)));
  }
  return pattern;
}

void remove_socket_directory(const fs::path& directory) {
  if (directory.parent_path() != "/tmp" ||
      directory.filename().string().rfind(kSocketPrefix, 0) != 0) {
    return;
  }
  // Only what PostgreSQL puts there; a directory somebody else filled stays.
  std::error_code ignored;
  std::vector<fs::path> sockets;
  for (const auto& entry : fs::directory_iterator(directory, ignored)) {
    if (entry.path().filename().string().rfind(".s.PGSQL.", 0) == 0)
      sockets.push_back(entry.path());
  }
  for (const auto& socket : sockets) fs::remove(socket, ignored);
  fs::remove(directory, ignored);
}

}  // namespace tracker::embedded
