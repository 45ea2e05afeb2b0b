#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

#include "embedded/process.hpp"

// What lies on disk of a private PostgreSQL cluster, and who may reach it.
namespace tracker::embedded {

// postmaster.pid, as far as we use it.
struct PostmasterFile {
  pid_t pid = 0;
  int port = 0;
  std::filesystem::path socket_directory;
};

// Absent if there is none or it is being written.
std::optional<PostmasterFile> read_postmaster_file(const std::filesystem::path& cluster);

// The postmaster that lives on this cluster, told by its program and its working directory, which
// is the cluster's: a number that another process took over after a reboot is not mistaken for it.
// Throws Error(kUnavailable).
std::optional<Process> find_postmaster(const std::filesystem::path& cluster,
                                       const PostmasterFile& file);

// The cluster's major version from its PG_VERSION. Absent if there is no cluster. Throws
// Error(kDataLoss).
std::optional<int> cluster_version(const std::filesystem::path& cluster);

// Who PostgreSQL runs as: absent (we ourselves) for an ordinary user; as root the owner of an
// existing cluster, else `postgres`, else `nobody`. Throws Error(kPermissionDenied) when the
// cluster belongs to another user than us, or to root.
std::optional<UserId> cluster_user(const std::filesystem::path& cluster);

// May this user walk down to `directory`? By mode bits; a wrong "no" costs nothing.
bool can_reach(const UserId& user, const std::filesystem::path& directory);

// The password of the cluster's user, made on first use. 0600, ours. Throws
// Error(kUnavailable).
std::string read_or_make_password(const std::filesystem::path& file);

// A fresh directory for the Unix socket: short (socket paths end at 107 bytes), 0700, owned by the
// user.
std::filesystem::path make_socket_directory(const std::optional<UserId>& user);
// Removes a directory made by make_socket_directory, of this server or a former one. Others are
// left alone.
void remove_socket_directory(const std::filesystem::path& directory);

}  // namespace tracker::embedded
