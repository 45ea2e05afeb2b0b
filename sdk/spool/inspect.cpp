#include "spool/inspect.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include <tracker/error.hpp>

#include "base/fd.hpp"
#include "spool/segment.hpp"

namespace tracker::spool {
namespace {

namespace fs = std::filesystem;

SegmentState segment_state(const fs::path& directory, Offset base) {
  SegmentState state;
  state.base = base;
  const fs::path path = segment_path(directory, base);
  std::error_code none;
  const auto size = fs::file_size(path, none);
  if (!none) state.file_bytes = size;
  const base::Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  char bytes[kSegmentHeaderBytes];
  const ssize_t n = fd ? ::pread(fd.get(), bytes, sizeof bytes, 0) : -1;
  if (n < 0) {
    state.damage = "cannot read " + path.string() + ": " + std::strerror(errno);
    return state;
  }
  try {
    const auto header = decode_segment_header({bytes, static_cast<std::size_t>(n)}, path);
    state.capacity = header.capacity;
    state.made_us = header.made_us;
    if (header.base != base) state.damage = path.string() + " is not the segment its name says";
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kFailedPrecondition) throw;
    state.damage = error.what();
  }
  return state;
}

std::vector<std::string> set_aside(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(directory, none)) {
    const std::string name = entry.path().filename();
    if (name.find(".seg.") != std::string::npos) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

void read_who(const fs::path& directory, SpoolState& state) {
  try {
    state.info = read_info_file(directory);
    return;
  } catch (const Error& error) {
    state.info_problem = error.what();
  }
  try {
    state.info = read_info(directory);
  } catch (const Error&) {
    state.info.reset();  // the log does not say either
  }
}

// Reads a log part by part: from a segment's beginning to its end or to damage.
class Inspection {
 public:
  Inspection(const fs::path& directory, SpoolState& state, const OnRecord& on_record)
      : directory_(directory), state_(state), on_record_(on_record) {}

  void run(Offset from) {
    state_.begin = state_.end = from;
    for (std::optional<Offset> at = from; at;) at = read_part(*at);
  }

 private:
  // The beginning of the next part; nothing at the end.
  std::optional<Offset> read_part(Offset from) {
    std::uint64_t holes = 0;
    Offset expected = from;
    try {
      Reader reader(directory_, from);
      if (!state_.writer_alive) reader.writer_is_dead();
      for (;;) {
        auto next = reader.next();
        if (const auto* corrupt = std::get_if<Corrupt>(&next)) return damaged(*corrupt);
        if (const auto* wait = std::get_if<Wait>(&next)) {
          state_.end = wait->at;
          if (state_.writer_alive) look_at_what_was_begun(wait->at);
          return std::nullopt;
        }
        const Entry& entry = std::get<Entry>(next);
        if (reader.holes() > holes) state_.holes.push_back({expected, entry.at});
        holes = reader.holes();
        expected = state_.end = entry.next;
        take(entry);
      }
    } catch (const Error& error) {
      if (error.code() == ErrorCode::kFailedPrecondition) throw;
      return damaged({from, error.what()});
    }
  }

  // Segments that were acknowledged and removed while we read are no damage.
  std::optional<Offset> damaged(const Corrupt& corrupt) {
    const auto bases = list_segments(directory_);
    const auto next = std::upper_bound(bases.begin(), bases.end(), corrupt.at);
    const bool released = next == bases.begin() && next != bases.end() && state_.control &&
                          read_control(directory_).value_or(ControlState{}).acked >= *next;
    if (!released) state_.damage.push_back({corrupt.at, corrupt.reason});
    if (state_.end < corrupt.at) state_.end = corrupt.at;
    return next == bases.end() ? std::nullopt : std::optional(*next);
  }

  void take(const Entry& entry) {
    auto& count = state_.kinds[kind_of(entry.record)];
    ++count.records;
    count.bytes += to_bytes(entry.next) - to_bytes(entry.at);
    if (const auto* key = std::get_if<Key>(&entry.record)) {
      // A number is 32 bits that a damaged log may hold anything in; keys are handed out in order.
      if (key->id <= state_.keys.size()) {
        state_.keys.resize(std::max<std::size_t>(state_.keys.size(), key->id + std::size_t{1}));
        state_.keys[key->id] = key->name;
      }
    } else if (const auto* row = std::get_if<Row>(&entry.record)) {
      state_.values += row->values.size();
    } else if (const auto* system = std::get_if<System>(&entry.record)) {
      state_.values += system->values.size();
    } else if (const auto* gap = std::get_if<Gap>(&entry.record)) {
      state_.gaps.push_back(*gap);
    } else if (const auto* finish = std::get_if<Finish>(&entry.record)) {
      state_.finish = *finish;
    }
    if (on_record_) on_record_(entry, state_.keys);
  }

  void look_at_what_was_begun(Offset at) {
    const auto bases = list_segments(directory_);
    const auto after = std::upper_bound(bases.begin(), bases.end(), at);
    if (after == bases.begin()) return;
    const Offset base = *std::prev(after);
    const base::Fd fd(::open(segment_path(directory_, base).c_str(), O_RDONLY | O_CLOEXEC));
    std::uint64_t words[2] = {};
    const auto place = static_cast<off_t>(kSegmentHeaderBytes + to_bytes(at) - to_bytes(base));
    if (!fd || ::pread(fd.get(), words, sizeof words, place) != ssize_t{sizeof words}) return;
    const auto announced = unpack_announcement(words[0], at);
    if (!announced || words[1] != 0 || announced->kind == kPaddingKind) return;
    state_.begun = Begun{at, RecordKind{announced->kind}, announced->length};
  }

  const fs::path& directory_;
  SpoolState& state_;
  const OnRecord& on_record_;
};

SpoolState about(const fs::path& directory) {
  SpoolState state;
  // Asked before the log is read: what is published after that is not called a hole.
  state.writer_alive = writer_alive(directory);
  state.control = read_control(directory);
  read_who(directory, state);
  for (const Offset base : list_segments(directory))
    state.segments.push_back(segment_state(directory, base));
  state.set_aside = set_aside(directory);
  state.artifacts = staged_requests(directory);
  if (state.segments.empty() && !state.info)
    throw Error(ErrorCode::kNotFound, "there is no spool in " + directory.string());
  return state;
}

}  // namespace

SpoolState inspect(const fs::path& writer_directory, const OnRecord& on_record) {
  SpoolState state = about(writer_directory);
  if (!state.segments.empty())
    Inspection(writer_directory, state, on_record).run(state.segments.front().base);
  return state;
}

SpoolState inspect_unacknowledged(const fs::path& writer_directory) {
  SpoolState state = about(writer_directory);
  if (state.segments.empty()) return state;
  const Offset acked = state.control ? state.control->acked : Offset{};
  Offset from = state.segments.front().base;
  for (const SegmentState& segment : state.segments) {
    if (segment.base <= acked) from = segment.base;
  }
  Inspection(writer_directory, state, {}).run(from);
  return state;
}

}  // namespace tracker::spool
