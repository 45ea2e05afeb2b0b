#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// The records of a spool, as values. Their bytes: docs/spool-format.md. All times are microseconds
// since the epoch, UTC.
namespace tracker::spool {

// Position in a writer's log: bytes from its beginning. It is the sequence number of the whole
// system.
enum class Offset : std::uint64_t {};
constexpr std::uint64_t to_bytes(Offset offset) noexcept {
  return static_cast<std::uint64_t>(offset);
}

enum class RecordKind : std::uint8_t {
  kRunStart = 1,
  kKey = 2,
  kRow = 3,
  kConfig = 4,
  kSummary = 5,
  kMetricDefinition = 6,
  kConsole = 7,
  kSystem = 8,
  kTags = 9,
  kNotes = 10,
  kFinish = 11,
  kGap = 12,
  kMedia = 13,
  kAlert = 14,
  kBranch = 15,
};
// Every server keeps the kinds up to here; the others it names in Welcome.
inline constexpr RecordKind kLastCommonKind = RecordKind::kGap;

// What texts of a run may have at most, in bytes. The SDK writes no longer ones, and a server need
// take none.
inline constexpr std::size_t kMaxProjectBytes = 200;
inline constexpr std::size_t kMaxNameBytes = 512;  // also of groups and job types
inline constexpr std::size_t kMaxTagBytes = 512;
inline constexpr std::size_t kMaxTags = 1000;
inline constexpr std::size_t kMaxNotesBytes = 64u << 10;
inline constexpr std::size_t kMaxReasonBytes = 64u << 10;  // why a run ended
inline constexpr std::size_t kMaxKeyBytes = 512;           // of a metric, and of a pattern of them
inline constexpr std::size_t kMaxMediaBytes = 1'000'000;   // content of one picture, table, …
inline constexpr std::size_t kMaxMediaTypeBytes = 32;
inline constexpr std::size_t kMaxContentTypeBytes = 128;
inline constexpr std::size_t kMaxDescriptionBytes = 16u << 10;
inline constexpr std::size_t kMaxAlertTextBytes = 16u << 10;  // its title: kMaxNameBytes

// First record of a writer's log. All writers of a run write one; later ones change nothing that is
// set.
struct RunStart {
  std::string run_id, writer_id;  // UUIDs
  std::string project, name, group, job_type, notes;
  std::vector<std::string> tags;
  std::int64_t started_us = 0;
  std::string environment_json;  // host, user, program, arguments, git, hardware: an object
  // Writer this one was forked from; empty for a process that started the run itself. Such a
  // writer's Finish says nothing about the run, which goes on in its parent.
  std::string parent_writer_id;
};

// Gives a key a number within this writer's log; rows refer to it. Precedes its first use.
struct Key {
  std::uint32_t id = 0;
  std::string name;
};

struct KeyValue {
  std::uint32_t key = 0;
  double value = 0;
};

// One call of log(). Rows of equal step merge in the reader's eye: later values win.
struct Row {
  std::int64_t step = 0;
  std::int64_t time_us = 0;
  std::vector<KeyValue> values;
};

// A sample of the machine: no step, the time is the x axis.
struct System {
  std::int64_t time_us = 0;
  std::vector<KeyValue> values;
};

// A JSON object merged into the run's config (nested objects merge key by key).
struct Config {
  std::int64_t time_us = 0;
  std::string json;
};
struct Summary {
  std::int64_t time_us = 0;
  std::string json;
};

struct MetricDefinition {
  std::string key;  // may hold globs
  std::string
      json;  // {"step_metric":…,"summary":"last|min|max|mean|best|none","goal":"none|minimize|maximize","hidden":…}
};

enum class ConsoleStream : std::uint8_t { kStdout = 1, kStderr = 2 };

// One line of output. Lines are numbered from 0 per stream; a `\r` progress line is written again
// under its number and the later text wins. The text has no line end; ANSI sequences are kept.
struct Console {
  ConsoleStream stream = ConsoleStream::kStdout;
  std::uint64_t line = 0;
  std::int64_t time_us = 0;
  std::string text;
};

struct Tags {
  std::vector<std::string> tags;  // replaces the run's tags
};
struct Notes {
  std::string text;  // replaces the run's notes
};

enum class EndState : std::uint8_t { kFinished = 1, kFailed = 2, kCrashed = 3, kStopped = 4 };

// The writer ended. Written by the SDK, or by the relay for a process that died.
struct Finish {
  EndState state = EndState::kFinished;
  std::int64_t time_us = 0;
  std::optional<std::int32_t> exit_code, signal;
  std::string reason;  // for people
};

// Something is missing here: records that were dropped (no room on the disk, beyond a limit), or
// damage that was cut off, with 0 for how many records nobody can tell.
struct Gap {
  std::int64_t from_us = 0, to_us = 0;
  std::uint64_t dropped_records = 0;
  std::string reason;
};

// Something to look at, at a step: a histogram, a table, a text, a picture.
struct Media {
  std::string key;
  std::string
      type;  // "histogram", "table", "text", "image", "audio", "video", "plot"; others may come
  std::int64_t step = 0;
  std::int64_t time_us = 0;
  std::string content_type;      // of `content`, as in HTTP
  std::string description_json;  // an object: caption, width, …
  std::string content;           // bytes of any value
};

enum class AlertLevel : std::uint8_t { kInfo = 1, kWarning = 2, kError = 3 };

// Asks the server to tell people, unless it did so for this run and title within `quiet_s`.
struct Alert {
  std::int64_t time_us = 0;
  AlertLevel level = AlertLevel::kInfo;
  std::uint32_t quiet_s = 0;
  std::string title, text;
};

enum class BranchKind : std::uint8_t {
  kFork = 1,    // this run begins as `run_id` was up to and with `step`
  kRewind = 2,  // of this run, what was logged before at steps above `step` counts no more
};
struct Branch {
  BranchKind kind = BranchKind::kFork;
  std::string run_id;
  std::int64_t step = 0;
  std::int64_t time_us = 0;
};

// A record of a kind that this program does not know, as it is.
struct Unknown {
  RecordKind kind{};
  std::string payload;
};

using Record = std::variant<RunStart, Key, Row, Config, Summary, MetricDefinition, Console, System,
                            Tags, Notes, Finish, Gap, Media, Alert, Branch, Unknown>;

RecordKind kind_of(const Record& record) noexcept;

// Appends the payload bytes of a record (without its header) to `out`. Texts are made such
// (utf8.hpp: to_text).
void encode_payload(const Record& record, std::string& out);

// The inverse. Throws Error(kDataLoss) naming the kind and what is wrong: a length beyond the
// payload, trailing bytes, text that is not UTF-8, a kind that cannot be (0, 255).
Record decode_payload(RecordKind kind, std::string_view payload);

}  // namespace tracker::spool
