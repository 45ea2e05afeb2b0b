#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.hpp"

// Where spools lie and who works on them:
//   <tracker directory>/runs/<run id>/<writer id>/{<base>.seg, run.json, control, writer.lock,
//   relay.lock}
namespace tracker::spool {

// `configured`, else $TRACKER_DIR, else ~/.local/share/tracker; absolute. Throws Error if there is
// no home either.
std::filesystem::path tracker_directory(const std::filesystem::path& configured = {});
std::filesystem::path writer_directory(const std::filesystem::path& tracker_directory,
                                       const std::string& run_id, const std::string& writer_id);

// What is known about a writer without reading its log: the file run.json.
struct WriterInfo {
  std::string run_id, writer_id, project, name;
  std::string server;  // address the relay delivers to; empty for an offline run
  std::int64_t created_us = 0;
  std::string resume{};  // "", "allow", "must" or "never": what its first Hello asks
};
// Appears whole or not at all, and is durable on return with the directories that lead to it.
// Throws Error.
void write_info(const std::filesystem::path& writer_directory, const WriterInfo& info);
// From the log's first record where the file is gone or damaged; then no server is known. Throws
// Error: kNotFound, or kDataLoss if the file is not what it should be.
WriterInfo read_info(const std::filesystem::path& writer_directory);
// From run.json alone. Throws Error as above.
WriterInfo read_info_file(const std::filesystem::path& writer_directory);

// All writer directories (they have a run.json or a log) under a tracker directory, oldest first.
// Missing directory: none. Also
// accepts a run's or a writer's own directory.
std::vector<std::filesystem::path> list_writers(const std::filesystem::path& directory);

// True while the process that writes this log lives. Told by a lock that dies with it, so a reused
// pid does not deceive. True, too, where it cannot be told. False for the calling process's own
// writers: ask no such question there.
bool writer_alive(const std::filesystem::path& writer_directory);

// The right to deliver a log, and to append to it after its writer's death. One process at a time
// has it; it goes with the object or the process.
class RelayLock {
 public:
  // Nothing if another process (or object) holds it. Throws Error if the file cannot be opened.
  static std::optional<RelayLock> try_acquire(const std::filesystem::path& writer_directory);
  // Is it held by anyone?
  static bool is_held(const std::filesystem::path& writer_directory);

 private:
  explicit RelayLock(base::Fd fd) : fd_(std::move(fd)) {}
  base::Fd fd_;
};

// Takes the lock that writer_alive() looks at; it is held until the process ends or the returned
// file is closed. Closing any other descriptor of the file in this process would drop it. Throws
// Error.
base::Fd lock_as_writer(const std::filesystem::path& writer_directory);

}  // namespace tracker::spool
