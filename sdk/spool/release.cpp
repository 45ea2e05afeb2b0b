#include "spool/release.hpp"

#include <system_error>
#include <vector>

#include <tracker/error.hpp>

#include "spool/control.hpp"
#include "spool/layout.hpp"
#include "spool/segment.hpp"
#include "spool/staged.hpp"

namespace tracker::spool {
namespace fs = std::filesystem;
namespace {

bool older_than(const fs::path& path, std::chrono::seconds age) {
  std::error_code error;
  const auto written = fs::last_write_time(path, error);
  return !error && fs::file_time_type::clock::now() - written > age;
}

}  // namespace

bool is_delivered(const fs::path& writer_directory) {
  return fs::exists(writer_directory / "control") &&
         Control(writer_directory).relay() == RelayState::kDone &&
         pending_requests(writer_directory).empty();
}

int release_before(const fs::path& writer_directory, Offset acked, const Retention& retention) {
  const std::vector<Offset> bases = list_segments(writer_directory);
  int released = 0;
  for (std::size_t i = 0; i + 1 < bases.size() && bases[i + 1] <= acked; ++i) {
    const fs::path path = segment_path(writer_directory, bases[i]);
    const bool far_behind = to_bytes(acked) - to_bytes(bases[i + 1]) >= retention.bytes;
    if (!far_behind && !older_than(path, retention.age)) break;
    std::error_code error;
    if (!fs::remove(path, error)) break;  // in order, so that what is left is one piece
    ++released;
  }
  return released;
}

int remove_delivered(const fs::path& tracker_directory, std::chrono::seconds age) {
  int removed = 0;
  for (const fs::path& directory : list_writers(tracker_directory)) {
    try {
      if (!older_than(directory / "control", age) || !is_delivered(directory)) continue;
      const auto lock = RelayLock::try_acquire(directory);
      if (!lock || writer_alive(directory) || keeps_refused_copies(directory)) continue;
      std::error_code error;
      if (fs::remove_all(directory, error) > 0 && !error) ++removed;
      fs::remove(directory.parent_path(),
                 error);  // the run's directory, when this was its last writer
    } catch (const Error&) {
      continue;  // not ours to judge
    }
  }
  return removed;
}

}  // namespace tracker::spool
