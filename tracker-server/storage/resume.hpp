#pragma once

#include <cstdint>
#include <string>

#include <tracker/error.hpp>

#include "core/ids.hpp"
#include "core/resume.hpp"
#include "storage/database.hpp"

// Whether a run that a new writer names may, must or must not be there already, and where it
// stands: docs/ingest-protocol.md, "Resume".
namespace tracker::storage {

// The run is there and must not be, or the other way round.
class ResumeError : public Error {
 public:
  ResumeError(const std::string& message, std::string remedy)
      : Error(ErrorCode::kFailedPrecondition, message), remedy_(std::move(remedy)) {}
  const std::string& remedy() const noexcept { return remedy_; }

 private:
  std::string remedy_;
};

// Inside the registration's transaction, before anything is made. A writer that is known is taken
// as it is. Throws ResumeError, PgError.
void check_resume(PgConnection& connection, core::RunId run, core::WriterId writer,
                  core::Resume resume);

// Once it is known who made the run: of several that come at once one did. Throws ResumeError.
void check_existed(core::RunId run, core::Resume resume, bool exists);

// As of the last commit. Throws Error(kUnavailable).
std::int64_t next_step_of(Database& database, core::RunId run);

}  // namespace tracker::storage
