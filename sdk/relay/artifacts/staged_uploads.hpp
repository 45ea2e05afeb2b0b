#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "relay/backoff.hpp"
#include "relay/discovery.hpp"

namespace tracker::relay {

// Does what a writer asked for with artifacts (spool/staged.hpp), one request after the other,
// while the relay delivers the log: uploads, with the run as their maker, and notes of use. It
// begins when the server knows the run, and goes on after the writer's death. Its thread lives
// until it is destroyed; the other calls are the relay's.
//
// Refused for good, with the reason as the result, is
// - what the server, a reference or the files answer with kInvalidArgument, kNotFound,
//   kAlreadyExists or kFailedPrecondition;
// - a request that is damaged on the disk.
// A use of something that is not there waits as long as a request before it does, which may be the
// one that makes it. All else passes, or may be remedied: no connection, no room, want of a right,
// a server that is too old or has a defect, a file or a reference that cannot be read just now.
// Such a request is tried again with growing pauses, up to a minute, and does not hold up the
// others, so that these may get their versions before it. Only a server that does not answer, or
// does not know our key, ends a round.
//
// Nothing ends the thread, and no file is removed before a version holds it.
class StagedUploads {
 public:
  using Log = std::function<void(const std::string&)>;

  // `log` is called by the thread of this object and throws nothing.
  StagedUploads(std::filesystem::path writer_directory, std::string run_id, std::string project,
                Log log);
  ~StagedUploads();
  StagedUploads(const StagedUploads&) = delete;
  StagedUploads& operator=(const StagedUploads&) = delete;

  // The server at which the run is known now.
  void online(const Server& server);
  // True when nothing is to be done any more; as long as it is false, the relay should stay. Looks
  // at the disk.
  bool idle() const;
  // Why something is not done yet: the failure of the oldest request that failed; empty if none
  // did, and while one is tried for the first time. A line for people.
  std::string trouble() const;

 private:
  using Clock = std::chrono::steady_clock;
  // A request that was tried and is not done.
  struct Trial {
    Backoff backoff;
    Clock::time_point next{};
    std::string failure{};  // empty while it is tried for the first time
  };

  void run(const std::stop_token& stop);
  void work_off(const Server& server, const std::stop_token& stop);
  bool begin(const std::filesystem::path& folder);
  bool attempt(const Server& server, const std::filesystem::path& folder,
               const std::stop_token& stop);
  bool is_behind_another(const std::filesystem::path& folder) const;
  void refuse(const std::filesystem::path& folder, const std::string& why);
  void forget(const std::filesystem::path& folder);
  void try_later(const std::filesystem::path& folder, const std::string& why);

  const std::filesystem::path directory_;
  const std::string run_id_, project_;
  const Log log_;
  mutable std::mutex mutex_;  // guards the two below
  std::optional<Server> server_;
  std::map<std::filesystem::path, Trial> trials_;  // by the request's folder
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace tracker::relay
