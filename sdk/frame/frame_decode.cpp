#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <unordered_set>
#include <utility>
#include <variant>

#include <tracker/error.hpp>

#include "base/bytes.hpp"
#include "frame/frame.hpp"
#include "frame/frame_columns.hpp"

namespace tracker::spool {
namespace {

// A context for each frame would cost as much as a small frame.
ZSTD_DCtx* context() {
  thread_local const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> kept(ZSTD_createDCtx(),
                                                                                  ZSTD_freeDCtx);
  if (!kept) throw std::bad_alloc();
  return kept.get();
}

std::string decompress(std::string_view payload, const FrameLimits& limits) {
  const auto fail = [](const std::string& what) {
    throw Error(ErrorCode::kDataLoss, "frame " + what);
  };
  if (payload.empty()) fail("is empty");
  if (static_cast<std::uint8_t>(payload[0]) != kFrameVersion) {
    fail("has version " + std::to_string(static_cast<std::uint8_t>(payload[0])) +
         ", this program knows " + std::to_string(kFrameVersion));
  }
  if (payload.size() > limits.compressed_bytes)
    fail("is larger than " + std::to_string(limits.compressed_bytes) + " bytes");
  payload.remove_prefix(1);
  const unsigned long long size = ZSTD_getFrameContentSize(payload.data(), payload.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN)
    fail("is not zstd with a content size");
  if (size > limits.decompressed_bytes) {
    fail("unpacks to more than " + std::to_string(limits.decompressed_bytes) + " bytes");
  }
  if (ZSTD_findFrameCompressedSize(payload.data(), payload.size()) != payload.size())
    fail("is not one whole zstd frame");
  std::string content(size, '\0');
  const std::size_t n = ZSTD_decompressDCtx(context(), content.data(), content.size(),
                                            payload.data(), payload.size());
  if (ZSTD_isError(n) || n != size) fail("does not unpack");
  return content;
}

template <class T>
void take_shuffled(base::ByteReader& in, double* values, std::size_t rows) {
  const std::string_view bytes = in.take_bytes(rows * sizeof(T));
  for (std::size_t row = 0; row < rows; ++row) {
    char one[sizeof(T)];
    for (std::size_t byte = 0; byte < sizeof(T); ++byte) one[byte] = bytes[byte * rows + row];
    T value;
    std::memcpy(&value, one, sizeof(T));
    values[row] = static_cast<double>(value);
  }
}

void take_column(base::ByteReader& in, double* values, std::size_t rows) {
  switch (in.take<ColumnEncoding>()) {
    case ColumnEncoding::kFloat64:
      return take_shuffled<double>(in, values, rows);
    case ColumnEncoding::kFloat32:
      return take_shuffled<float>(in, values, rows);
    case ColumnEncoding::kConstant:
      std::fill_n(values, rows, in.take<double>());
      return;
  }
  in.fail("has a column of an unknown encoding");
}

std::vector<std::int64_t> take_deltas(base::ByteReader& in, std::size_t rows) {
  std::vector<std::int64_t> numbers(rows);
  std::uint64_t before = 0;
  for (std::int64_t& number : numbers) {
    before += static_cast<std::uint64_t>(base::unzigzag(in.take_varint()));
    number = static_cast<std::int64_t>(before);
  }
  return numbers;
}

std::vector<std::uint32_t> take_order(base::ByteReader& in, std::size_t rows) {
  std::vector<std::uint32_t> order(rows);
  std::uint64_t position = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    const std::uint64_t step = in.take_varint();
    if (i > 0 && step == 0) in.fail("has two rows of one position");
    if (step > UINT32_MAX - position) in.fail("has a row position beyond its rows");
    position += step;
    order[i] = static_cast<std::uint32_t>(position);
  }
  return order;
}

// Texts that a server puts into columns and indices as they are (record.hpp).
struct TextLimits {
  const base::ByteReader& in;

  void text(const std::string& value, std::size_t limit, const char* what) const {
    if (value.size() > limit)
      in.fail(std::string("has a ") + what + " of more than " + std::to_string(limit) + " bytes");
  }
  void tags(const std::vector<std::string>& tags) const {
    if (tags.size() > kMaxTags) in.fail("has more than " + std::to_string(kMaxTags) + " tags");
    for (const std::string& tag : tags) text(tag, kMaxTagBytes, "tag");
  }

  void operator()(const RunStart& r) const {
    text(r.project, kMaxProjectBytes, "project name");
    text(r.name, kMaxNameBytes, "run name");
    text(r.group, kMaxNameBytes, "group name");
    text(r.job_type, kMaxNameBytes, "job type");
    text(r.notes, kMaxNotesBytes, "note");
    tags(r.tags);
  }
  void operator()(const MetricDefinition& r) const { text(r.key, kMaxKeyBytes, "metric pattern"); }
  void operator()(const Tags& r) const { tags(r.tags); }
  void operator()(const Notes& r) const { text(r.text, kMaxNotesBytes, "note"); }
  void operator()(const Finish& r) const { text(r.reason, kMaxReasonBytes, "reason of an end"); }
  void operator()(const Media& r) const {
    text(r.key, kMaxKeyBytes, "key of media");
    text(r.type, kMaxMediaTypeBytes, "type of media");
    text(r.content_type, kMaxContentTypeBytes, "content type");
    text(r.description_json, kMaxDescriptionBytes, "description of media");
    text(r.content, kMaxMediaBytes, "content of media");
    if (r.key.empty() || r.type.empty()) in.fail("has media without a key or a type");
  }
  void operator()(const Alert& r) const {
    text(r.title, kMaxNameBytes, "title of an alert");
    text(r.text, kMaxAlertTextBytes, "text of an alert");
  }
  void operator()(const Branch& r) const { text(r.run_id, kMaxNameBytes, "run of a branch"); }
  void operator()(const Unknown& r) const {
    in.fail("has a record of kind " + std::to_string(static_cast<int>(r.kind)) +
            ", which this program does not know");
  }
  template <class Other>
  void operator()(const Other&) const {}
};

class Decoder {
 public:
  Decoder(std::string_view content, const FrameLimits& limits)
      : in_("frame", content), limits_(limits), cells_left_(limits.decompressed_bytes / 4) {}

  Frame decode() {
    take_keys();
    Frame frame;
    const std::size_t groups = in_.take_count(5);
    if (groups > limits_.groups)
      in_.fail("has more than " + std::to_string(limits_.groups) + " row groups");
    for (std::size_t i = 0; i < groups; ++i) frame.groups.push_back(take_group());
    check_order(frame);
    take_records(frame);
    in_.expect_end();
    return frame;
  }

 private:
  void take_keys() {
    const std::size_t count = in_.take_count(2);
    if (count > limits_.keys) in_.fail("has more than " + std::to_string(limits_.keys) + " keys");
    std::unordered_set<std::string_view> seen;
    keys_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t size = in_.take_varint();
      if (size > kMaxKeyBytes)
        in_.fail("has a key of more than " + std::to_string(kMaxKeyBytes) + " bytes");
      keys_.push_back(in_.take_text(size));
      if (keys_.back().empty()) in_.fail("has a key without a name");
      if (!seen.insert(keys_.back()).second) in_.fail("has a key twice");
    }
    used_in_.assign(count, 0);
  }

  RowGroup take_group() {
    RowGroup group;
    const auto flags = in_.take<std::uint8_t>();
    if (flags > 1) in_.fail("has a row group with unknown flags");
    group.system = flags == 1;
    const std::size_t keys = in_.take_count(1);
    ++group_number_;
    group.keys.reserve(std::min(keys, keys_.size()));
    for (std::size_t k = 0; k < keys; ++k) {
      const std::uint64_t index = in_.take_varint();
      if (index >= keys_.size()) in_.fail("has a row with a key it does not name");
      if (std::exchange(used_in_[index], group_number_) == group_number_)
        in_.fail("has a key twice in a row");
      group.keys.push_back(keys_[index]);
    }
    const std::size_t rows = in_.take_count(group.system ? 2 : 3);
    if (rows == 0) in_.fail("has a row group without rows");
    // Constant columns take no room in the content: cells are counted apart.
    if (keys > 0 && rows > cells_left_ / keys) in_.fail("has more values than a frame may have");
    cells_left_ -= rows * keys;
    rows_ += rows;
    if (!group.system) group.steps = take_deltas(in_, rows);
    group.times_us = take_deltas(in_, rows);
    group.order = take_order(in_, rows);
    group.values.resize(rows * keys);
    for (std::size_t k = 0; k < keys; ++k) take_column(in_, group.values.data() + k * rows, rows);
    return group;
  }

  void check_order(const Frame& frame) const {
    std::vector<bool> taken(rows_);
    for (const RowGroup& group : frame.groups) {
      for (const std::uint32_t position : group.order) {
        if (position >= rows_) in_.fail("has a row position beyond its rows");
        if (taken[position]) in_.fail("has two rows of one position");
        taken[position] = true;
      }
    }
  }

  void take_records(Frame& frame) {
    const std::size_t count = in_.take_count(2);
    if (count > limits_.records)
      in_.fail("has more than " + std::to_string(limits_.records) + " records");
    for (std::size_t i = 0; i < count; ++i) {
      const auto kind = in_.take<RecordKind>();
      if (kind == RecordKind::kKey || kind == RecordKind::kRow || kind == RecordKind::kSystem) {
        in_.fail("has a row among its other records");
      }
      frame.records.push_back(decode_payload(kind, in_.take_bytes(in_.take_varint())));
      std::visit(TextLimits{in_}, frame.records.back());
    }
  }

  base::ByteReader in_;
  const FrameLimits& limits_;
  std::size_t cells_left_;  // values that may still come
  std::size_t rows_ = 0;
  std::vector<std::string> keys_;
  std::size_t group_number_ = 0;
  std::vector<std::size_t> used_in_;  // number of the group that last named the key
};

}  // namespace

Frame decode_frame(std::string_view payload, const FrameLimits& limits) {
  const std::string content = decompress(payload, limits);
  return Decoder(content, limits).decode();
}

}  // namespace tracker::spool
