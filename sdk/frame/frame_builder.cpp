#include "frame/frame_builder.hpp"

#include <algorithm>
#include <utility>

#include <tracker/error.hpp>

#include "spool/segment.hpp"
#include "spool/writer.hpp"

namespace tracker::spool {
namespace {

// What a group and a record count for at least, so that FrameLimits' numbers of them follow from
// its bytes.
constexpr std::size_t kGroupBytes = 512;
constexpr std::size_t kRecordBytes = 128;

}  // namespace

FrameBuilder::FrameBuilder(const std::filesystem::path& writer_directory, Offset from) {
  const std::vector<Offset> bases = list_segments(writer_directory);
  const auto after = std::upper_bound(bases.begin(), bases.end(), from);
  const Offset base = after == bases.begin() ? from : *std::prev(after);
  Reader reader(writer_directory, base);
  // Everything before `from` has been read before: a hole there was passed over then, too.
  reader.writer_is_dead();
  Offset at = base;
  while (at < from) {
    auto next = reader.next();
    if (const auto* corrupt = std::get_if<Corrupt>(&next)) {
      throw Error(ErrorCode::kDataLoss,
                  "the log is damaged before the offset the server stands at: " + corrupt->reason);
    }
    const auto* entry = std::get_if<Entry>(&next);
    if (entry == nullptr || entry->at >= from) return;
    if (std::holds_alternative<Key>(entry->record)) add(*entry);
    at = entry->next;
  }
  if (at > from) {
    throw Error(ErrorCode::kDataLoss, "offset " + std::to_string(to_bytes(from)) +
                                          " is inside a record of " + writer_directory.string() +
                                          ": the server's log is another one");
  }
}

FrameBuilder::Group& FrameBuilder::group_for(const Signature& signature) {
  if (const auto found = groups_.find(signature); found != groups_.end()) return found->second;
  RowGroup group;
  group.system = signature.system;
  Group made{frame_.groups.size(), {}, {}};
  // By name: spellings that differ only in bytes that are not UTF-8 are numbers of one name.
  std::map<std::string_view, std::size_t> column_of;
  for (const std::uint32_t key : signature.keys) {
    if (key >= dictionary_.size() || dictionary_[key].empty()) {
      throw Error(ErrorCode::kDataLoss,
                  "the log has a row with key " + std::to_string(key) + ", which it never named");
    }
    const auto [at, is_new] = column_of.emplace(dictionary_[key], group.keys.size());
    if (is_new) group.keys.push_back(dictionary_[key]);
    made.columns.push_back(at->second);
  }
  bytes_ += kGroupBytes;
  for (const std::string& key : group.keys) bytes_ += key.size() + 16;
  keys_used_ += group.keys.size();
  frame_.groups.push_back(std::move(group));
  return groups_.emplace(signature, std::move(made)).first->second;
}

void FrameBuilder::add_row(std::int64_t time_us, const std::vector<KeyValue>& values,
                           Signature& signature, const std::int64_t* step) {
  signature.keys.clear();
  for (const KeyValue& value : values) signature.keys.push_back(value.key);
  Group& group = group_for(signature);
  RowGroup& out = frame_.groups[group.index];
  if (step != nullptr) out.steps.push_back(*step);
  out.times_us.push_back(time_us);
  out.order.push_back(static_cast<std::uint32_t>(rows_++));
  const std::size_t start = group.row_major.size();
  group.row_major.resize(start + out.keys.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    group.row_major[start + group.columns[i]] = values[i].value;
  bytes_ += 32 + 8 * out.keys.size();
}

void FrameBuilder::add(const Entry& entry) {
  if (const auto* row = std::get_if<Row>(&entry.record)) {
    scratch_.system = false;
    add_row(row->time_us, row->values, scratch_, &row->step);
  } else if (const auto* system = std::get_if<System>(&entry.record)) {
    scratch_.system = true;
    add_row(system->time_us, system->values, scratch_, nullptr);
  } else if (const auto* key = std::get_if<Key>(&entry.record)) {
    if (key->id >= Writer::kMaxKeys)
      throw Error(ErrorCode::kDataLoss, "the log has a key with an impossible number");
    if (key->id >= dictionary_.size()) dictionary_.resize(key->id + 1);
    dictionary_[key->id] = key->name;
  } else {
    frame_.records.push_back(entry.record);
    bytes_ += std::max<std::size_t>(kRecordBytes, to_bytes(entry.next) - to_bytes(entry.at));
  }
}

Frame FrameBuilder::take() {
  for (auto& [signature, group] : groups_) {
    RowGroup& out = frame_.groups[group.index];
    const std::size_t rows = out.rows(), keys = out.keys.size();
    out.values.resize(rows * keys);
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t k = 0; k < keys; ++k)
        out.values[k * rows + r] = group.row_major[r * keys + k];
    }
  }
  groups_.clear();
  bytes_ = rows_ = keys_used_ = 0;
  return std::exchange(frame_, {});
}

}  // namespace tracker::spool
