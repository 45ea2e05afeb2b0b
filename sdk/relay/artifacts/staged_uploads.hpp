#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "relay/discovery.hpp"

namespace tracker::relay {

// Does what a writer asked for with artifacts (spool/staged.hpp), one request after the other,
// while the relay delivers the log: uploads, with the run as their maker, and notes of use. It
// begins when the server knows the run, and goes on after the writer's death. Its thread lives
// until it is destroyed; the other calls are the relay's.
class StagedUploads {
 public:
  using Log = std::function<void(const std::string&)>;

  // `log` is called by the thread of this object.
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
  // Why the last attempt failed, if it did; a line for people.
  std::string trouble() const;

 private:
  void run(const std::stop_token& stop);
  void work_off(const Server& server, const std::stop_token& stop);
  void note(const std::string& trouble);

  const std::filesystem::path directory_;
  const std::string run_id_, project_;
  const Log log_;
  mutable std::mutex mutex_;  // guards the two below
  std::optional<Server> server_;
  std::string trouble_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace tracker::relay
