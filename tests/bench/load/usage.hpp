#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>

// What processes have used, from /proc.
namespace tracker::bench {

struct CpuSeconds {
  double client = 0, server = 0, postgres = 0;
  double sum() const noexcept { return client + server + postgres; }
};
CpuSeconds operator-(const CpuSeconds& a, const CpuSeconds& b) noexcept;

class Usage {
 public:
  // `data_directory`: the server's, with its PostgreSQL.
  Usage(pid_t server, const std::filesystem::path& data_directory);

  // This process, the server, and the postmaster with its children, those that ended included.
  CpuSeconds cpu() const;
  double server_rss_mb() const;

 private:
  pid_t server_, postmaster_ = 0;
};

}  // namespace tracker::bench
