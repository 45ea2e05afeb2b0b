#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>

#include "spool/record.hpp"

namespace tracker::spool {

// How long acknowledged segments are kept, for a server whose database is restored to an older
// point.
struct Retention {
  std::uint64_t bytes = 64u << 20;    // of acknowledged log behind them
  std::chrono::seconds age{10 * 60};  // since they were last written
};

// Deletes the segments that are acknowledged as a whole and beyond the retention in bytes or in
// age. The last segment always stays. The number deleted. Any process may call it; failures are
// left for the next call.
int release_before(const std::filesystem::path& writer_directory, Offset acked,
                   const Retention& retention = {});

// True when the log is delivered to the end and no artifact waits: one that was asked for beside
// finish() may come when the relay has left. Throws Error when the directory cannot be read.
bool is_delivered(const std::filesystem::path& writer_directory);

// Removes the directories of writers that are delivered, their logs with the Finish, at least
// `age` ago; one that keeps the files of a refused artifact (spool/staged.hpp) stays. The number
// removed. Called now and then, so that delivered runs do not fill the disk.
int remove_delivered(const std::filesystem::path& tracker_directory,
                     std::chrono::seconds age = std::chrono::minutes(10));

}  // namespace tracker::spool
