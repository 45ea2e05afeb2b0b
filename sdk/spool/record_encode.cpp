#include "base/bytes.hpp"
#include "spool/record.hpp"

namespace tracker::spool {
namespace {

// All texts of all records pass here, so that none is written that no reader takes.
void put_text(std::string& out, const std::string& text) {
  if (base::is_text(text)) [[likely]]
    base::put_string(out, text);
  else
    base::put_string(out, base::to_text(text));
}

void put_texts(std::string& out, const std::vector<std::string>& texts) {
  base::put_varint(out, texts.size());
  for (const std::string& text : texts) put_text(out, text);
}

void put_values(std::string& out, const std::vector<KeyValue>& values) {
  for (const KeyValue& v : values) base::put(out, v.value);
  for (const KeyValue& v : values) base::put(out, v.key);
}

void put_optional(std::string& out, const std::optional<std::int32_t>& value) {
  base::put(out, static_cast<std::uint8_t>(value.has_value()));
  if (value) base::put(out, *value);
}

struct Encoder {
  std::string& out;

  void operator()(const RunStart& r) const {
    for (const std::string* s :
         {&r.run_id, &r.writer_id, &r.project, &r.name, &r.group, &r.job_type, &r.notes}) {
      put_text(out, *s);
    }
    put_texts(out, r.tags);
    base::put(out, r.started_us);
    put_text(out, r.environment_json);
    put_text(out, r.parent_writer_id);
  }
  void operator()(const Key& r) const {
    base::put(out, r.id);
    put_text(out, r.name);
  }
  void operator()(const Row& r) const {
    base::put(out, r.step);
    base::put(out, r.time_us);
    put_values(out, r.values);
  }
  void operator()(const System& r) const {
    base::put(out, r.time_us);
    put_values(out, r.values);
  }
  void operator()(const Config& r) const {
    base::put(out, r.time_us);
    put_text(out, r.json);
  }
  void operator()(const Summary& r) const {
    base::put(out, r.time_us);
    put_text(out, r.json);
  }
  void operator()(const MetricDefinition& r) const {
    put_text(out, r.key);
    put_text(out, r.json);
  }
  void operator()(const Console& r) const {
    base::put(out, r.stream);
    base::put(out, r.line);
    base::put(out, r.time_us);
    put_text(out, r.text);
  }
  void operator()(const Tags& r) const { put_texts(out, r.tags); }
  void operator()(const Notes& r) const { put_text(out, r.text); }
  void operator()(const Finish& r) const {
    base::put(out, r.state);
    base::put(out, r.time_us);
    put_optional(out, r.exit_code);
    put_optional(out, r.signal);
    put_text(out, r.reason);
  }
  void operator()(const Gap& r) const {
    base::put(out, r.from_us);
    base::put(out, r.to_us);
    base::put(out, r.dropped_records);
    put_text(out, r.reason);
  }
  void operator()(const Media& r) const {
    put_text(out, r.key);
    put_text(out, r.type);
    base::put(out, r.step);
    base::put(out, r.time_us);
    put_text(out, r.content_type);
    put_text(out, r.description_json);
    base::put_string(out, r.content);
  }
  void operator()(const Alert& r) const {
    base::put(out, r.time_us);
    base::put(out, r.level);
    base::put(out, r.quiet_s);
    put_text(out, r.title);
    put_text(out, r.text);
  }
  void operator()(const Branch& r) const {
    base::put(out, r.kind);
    put_text(out, r.run_id);
    base::put(out, r.step);
    base::put(out, r.time_us);
  }
  void operator()(const Unknown& r) const { out += r.payload; }
};

struct Kinds {
  RecordKind operator()(const RunStart&) const { return RecordKind::kRunStart; }
  RecordKind operator()(const Key&) const { return RecordKind::kKey; }
  RecordKind operator()(const Row&) const { return RecordKind::kRow; }
  RecordKind operator()(const Config&) const { return RecordKind::kConfig; }
  RecordKind operator()(const Summary&) const { return RecordKind::kSummary; }
  RecordKind operator()(const MetricDefinition&) const { return RecordKind::kMetricDefinition; }
  RecordKind operator()(const Console&) const { return RecordKind::kConsole; }
  RecordKind operator()(const System&) const { return RecordKind::kSystem; }
  RecordKind operator()(const Tags&) const { return RecordKind::kTags; }
  RecordKind operator()(const Notes&) const { return RecordKind::kNotes; }
  RecordKind operator()(const Finish&) const { return RecordKind::kFinish; }
  RecordKind operator()(const Gap&) const { return RecordKind::kGap; }
  RecordKind operator()(const Media&) const { return RecordKind::kMedia; }
  RecordKind operator()(const Alert&) const { return RecordKind::kAlert; }
  RecordKind operator()(const Branch&) const { return RecordKind::kBranch; }
  RecordKind operator()(const Unknown& r) const { return r.kind; }
};

}  // namespace

RecordKind kind_of(const Record& record) noexcept { return std::visit(Kinds{}, record); }

void encode_payload(const Record& record, std::string& out) { std::visit(Encoder{out}, record); }

}  // namespace tracker::spool
