#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "spool/control.hpp"
#include "spool/layout.hpp"
#include "spool/reader.hpp"
#include "spool/staged.hpp"

// What is in a writer's directory, told without changing anything in it: no file is made, locked or
// written, and neither its writer nor its relay takes notice. Nothing is guessed: what cannot be
// read is said to be so, with its offset and the reason.
namespace tracker::spool {

struct SegmentState {
  Offset base{};
  std::uint64_t capacity = 0;    // 0 if the header cannot be read
  std::uint64_t file_bytes = 0;  // may be less than the header says; what is missing is zeros
  std::int64_t made_us = 0;
  std::string damage;  // why the header cannot be read; empty: it can
};

// A part of the log that cannot be read. Reading goes on at the next segment, if there is one.
struct DamagedPart {
  Offset at{};
  std::string reason;
};

// Begun and never published, in the log of a writer that has ended: [at, next).
struct Hole {
  Offset at{}, next{};
};

// The record at which reading ends, begun by a living writer and not published yet.
struct Begun {
  Offset at{};
  RecordKind kind{};
  std::uint64_t bytes = 0;  // of its payload
};

struct KindCount {
  std::uint64_t records = 0, bytes = 0;  // in the log, heads included
};

struct SpoolState {
  std::optional<WriterInfo> info;  // from run.json, else from the log
  std::string info_problem;        // why run.json was of no use; empty: it was
  bool writer_alive = false;       // or it cannot be told
  std::optional<ControlState> control;
  std::vector<SegmentState> segments;
  std::vector<std::string> set_aside;  // names of *.damaged copies, and of *.tmp segments

  Offset begin{}, end{};  // what was read; earlier segments were acknowledged and removed
  std::map<RecordKind, KindCount> kinds;
  std::vector<std::string> keys;  // by number
  std::uint64_t values = 0;       // in rows and system samples
  std::vector<Gap> gaps;
  std::vector<Hole> holes;
  std::vector<DamagedPart> damage;
  std::optional<Begun> begun;
  std::optional<Finish> finish;          // the last one
  std::vector<StagedRequest> artifacts;  // what the writer asked its relay to do, oldest first
};

// Called with each record, and the names of the keys so far by number.
using OnRecord = std::function<void(const Entry&, const std::vector<std::string>& keys)>;

// Reads the whole log. Throws Error(kNotFound) if the directory holds no log and no run.json,
// kFailedPrecondition if the log is of a newer format.
SpoolState inspect(const std::filesystem::path& writer_directory, const OnRecord& on_record = {});

// The same of what lies behind the acknowledged offset only (from the segment that holds it).
SpoolState inspect_unacknowledged(const std::filesystem::path& writer_directory);

}  // namespace tracker::spool
