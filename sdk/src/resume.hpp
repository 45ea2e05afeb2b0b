#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <tracker/error.hpp>

#include "src/writer_session.hpp"

// Where a new writer stands in a run that may be there already: RunSettings::resume, fork_from and
// rewind_to. Rules: docs/run-semantics.md.
namespace tracker {

// The record that makes the run a branch, if the settings say so.
std::optional<spool::Branch> branch_of(const WriterSession::Options& options);

// The run of the project that was started last with Resume::kAuto in this directory and did not
// finish. Nothing if there is none, or what says so cannot be read.
std::optional<std::string> unfinished_run(const std::filesystem::path& root,
                                          std::string_view project);

// What this machine remembers of the run before the new writer is made.
class ResumeMemory {
 public:
  explicit ResumeMemory(const WriterSession::Options& options);

  // The step of the writer's first row. Waits for the server where the settings ask it. Throws
  // Error: kFailedPrecondition when the run must or must not be there, kUnavailable when nobody can
  // tell; the spool of `session` is removed then, so that it is not delivered later.
  std::int64_t first_step(WriterSession& session) const;

  // Resume::kAuto: the run is the one to go on with until end(). A note that cannot be written
  // costs that.
  void begin() const noexcept;
  void end() const noexcept;

 private:
  std::int64_t local_step() const;
  [[noreturn]] void give_up(WriterSession& session, ErrorCode code, const std::string& why) const;
  std::int64_t ask_server(WriterSession& session) const;
  std::int64_t without_server(WriterSession& session, const std::string& why) const;

  const WriterSession::Options& options_;
};

}  // namespace tracker
