#include "embedded/running_cluster.hpp"

#include <fmt/format.h>

#include <fstream>

#include <tracker/error.hpp>

#include "embedded/cluster_files.hpp"

namespace tracker::embedded {

std::optional<std::string> running_cluster(const std::filesystem::path& data_directory) {
  const auto cluster = data_directory / "postgres";
  const auto file = read_postmaster_file(cluster);
  if (!file || !find_postmaster(cluster, *file)) return std::nullopt;
  const auto secret = data_directory / "postgres.password";
  std::ifstream in(secret);
  std::string password;
  if (!std::getline(in, password))
    throw Error(ErrorCode::kPermissionDenied,
                fmt::format("cannot read {}: run this as the user of the server", secret.string()));
  return fmt::format("host={} port={} user=tracker dbname=tracker password={} connect_timeout=5",
                     file->socket_directory.string(), file->port, password);
}

}  // namespace tracker::embedded
