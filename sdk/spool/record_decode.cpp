#include "base/bytes.hpp"
#include "spool/record.hpp"

namespace tracker::spool {
namespace {

std::vector<std::string> take_strings(base::ByteReader& in) {
  std::vector<std::string> strings(in.take_count(sizeof(std::uint32_t)));
  for (std::string& s : strings) s = in.take_string();
  return strings;
}

std::optional<std::int32_t> take_optional(base::ByteReader& in) {
  const auto present = in.take<std::uint8_t>();
  if (present > 1) in.fail("has a presence byte that is neither 0 nor 1");
  if (present == 0) return std::nullopt;
  return in.take<std::int32_t>();
}

// All that is left: values, then key numbers.
std::vector<KeyValue> take_values(base::ByteReader& in) {
  constexpr std::size_t kEach = sizeof(double) + sizeof(std::uint32_t);
  if (in.left() % kEach != 0) in.fail("does not hold a whole number of values");
  std::vector<KeyValue> values(in.left() / kEach);
  for (KeyValue& v : values) v.value = in.take<double>();
  for (KeyValue& v : values) v.key = in.take<std::uint32_t>();
  return values;
}

RunStart take_run_start(base::ByteReader& in) {
  RunStart r;
  for (std::string* s :
       {&r.run_id, &r.writer_id, &r.project, &r.name, &r.group, &r.job_type, &r.notes}) {
    *s = in.take_string();
  }
  r.tags = take_strings(in);
  r.started_us = in.take<std::int64_t>();
  r.environment_json = in.take_string();
  r.parent_writer_id = in.take_string();
  return r;
}

Console take_console(base::ByteReader& in) {
  Console r;
  r.stream = in.take<ConsoleStream>();
  if (r.stream != ConsoleStream::kStdout && r.stream != ConsoleStream::kStderr)
    in.fail("has an unknown stream");
  r.line = in.take<std::uint64_t>();
  r.time_us = in.take<std::int64_t>();
  r.text = in.take_string();
  return r;
}

Finish take_finish(base::ByteReader& in) {
  Finish r;
  r.state = in.take<EndState>();
  if (r.state < EndState::kFinished || r.state > EndState::kStopped)
    in.fail("has an unknown state");
  r.time_us = in.take<std::int64_t>();
  r.exit_code = take_optional(in);
  r.signal = take_optional(in);
  r.reason = in.take_string();
  return r;
}

Media take_media(base::ByteReader& in) {
  Media r;
  r.key = in.take_string();
  r.type = in.take_string();
  r.step = in.take<std::int64_t>();
  r.time_us = in.take<std::int64_t>();
  r.content_type = in.take_string();
  r.description_json = in.take_string();
  r.content = in.take_bytes(in.take<std::uint32_t>());
  return r;
}

Alert take_alert(base::ByteReader& in) {
  Alert r;
  r.time_us = in.take<std::int64_t>();
  r.level = in.take<AlertLevel>();
  if (r.level < AlertLevel::kInfo || r.level > AlertLevel::kError) in.fail("has an unknown level");
  r.quiet_s = in.take<std::uint32_t>();
  r.title = in.take_string();
  r.text = in.take_string();
  return r;
}

Branch take_branch(base::ByteReader& in) {
  Branch r;
  r.kind = in.take<BranchKind>();
  if (r.kind != BranchKind::kFork && r.kind != BranchKind::kRewind)
    in.fail("is of a kind of branch that is unknown");
  r.run_id = in.take_string();
  r.step = in.take<std::int64_t>();
  r.time_us = in.take<std::int64_t>();
  return r;
}

template <class T>
T take_json(base::ByteReader& in) {
  T r;
  r.time_us = in.take<std::int64_t>();
  r.json = in.take_string();
  return r;
}

// Members are read in the order of initialisation, which braces guarantee.
Record take_record(RecordKind kind, base::ByteReader& in) {
  switch (kind) {
    case RecordKind::kRunStart:
      return take_run_start(in);
    case RecordKind::kKey:
      return Key{in.take<std::uint32_t>(), in.take_string()};
    case RecordKind::kRow:
      return Row{in.take<std::int64_t>(), in.take<std::int64_t>(), take_values(in)};
    case RecordKind::kConfig:
      return take_json<Config>(in);
    case RecordKind::kSummary:
      return take_json<Summary>(in);
    case RecordKind::kMetricDefinition:
      return MetricDefinition{in.take_string(), in.take_string()};
    case RecordKind::kConsole:
      return take_console(in);
    case RecordKind::kSystem:
      return System{in.take<std::int64_t>(), take_values(in)};
    case RecordKind::kTags:
      return Tags{take_strings(in)};
    case RecordKind::kNotes:
      return Notes{in.take_string()};
    case RecordKind::kFinish:
      return take_finish(in);
    case RecordKind::kGap:
      return Gap{in.take<std::int64_t>(), in.take<std::int64_t>(), in.take<std::uint64_t>(),
                 in.take_string()};
    case RecordKind::kMedia:
      return take_media(in);
    case RecordKind::kAlert:
      return take_alert(in);
    case RecordKind::kBranch:
      return take_branch(in);
  }
  return Unknown{kind, std::string(in.take_bytes(in.left()))};
}

// What an error calls the record.
std::string_view name_of(RecordKind kind) noexcept {
  static constexpr std::string_view kNames[] = {
      "record",        "run start record", "key record",    "row record",
      "config record", "summary record",   "metric record", "console record",
      "system record", "tags record",      "notes record",  "finish record",
      "gap record",    "media record",     "alert record",  "branch record"};
  const auto i = static_cast<std::size_t>(kind);
  return i < std::size(kNames) ? kNames[i] : kNames[0];
}

}  // namespace

Record decode_payload(RecordKind kind, std::string_view payload) {
  base::ByteReader in(name_of(kind), payload);
  if (kind == RecordKind{0} || kind == RecordKind{255})
    in.fail("is of kind " + std::to_string(static_cast<int>(kind)) + ", which no record has");
  Record record = take_record(kind, in);
  in.expect_end();
  return record;
}

}  // namespace tracker::spool
