#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "spool/record.hpp"

namespace tracker::spool {

// Appends a record, as a rule Finish(kCrashed), to the log of a process that is dead. The caller
// holds the log's RelayLock and has seen writer_alive() say no. If the log ends with a Finish of
// its own, nothing is written.
//
// A log that is damaged at its end (power loss) is cut where it can no longer be read: the bytes
// are kept in *.damaged files, which are on the disk before anything is cut, and a Gap record says
// so. Holes of killed threads need no repair.
//
// The offset behind the record, or nothing if the run was ended already. Throws Error: kNotFound
// (no log), kResourceExhausted (no room), kFailedPrecondition (newer format), kUnavailable (cannot
// be written).
std::optional<Offset> append_after_death(const std::filesystem::path& writer_directory,
                                         const Record& record);

}  // namespace tracker::spool
