#include "http/live_feed.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace tracker::http {
namespace {

using storage::TailFrame;

// A client's message is at most 4 KB.
constexpr std::size_t kCursorWriters = 60;
constexpr char kCursorVersion = '1', kNext = '.', kOffset = '-';
constexpr std::size_t kWriterDigits = 36;
// Who is further behind is served from the database.
constexpr std::int64_t kKeepUs = 60'000'000;

std::uint64_t offset_in(const LogPosition& position, core::WriterId writer) {
  const auto found = position.find(writer);
  return found == position.end() ? 0 : found->second;
}

}  // namespace

std::string cursor_text(const LogPosition& position) {
  if (position.size() > kCursorWriters) return {};
  std::string text(1, kCursorVersion);
  for (const auto& [writer, offset] : position) {
    text += kNext + writer.text() + kOffset;
    text += std::to_string(offset);
  }
  return text;
}

std::optional<LogPosition> parse_cursor(std::string_view text) {
  if (text.empty() || text.front() != kCursorVersion) return std::nullopt;
  text.remove_prefix(1);
  LogPosition position;
  while (!text.empty()) {
    const auto entry = text.substr(0, text.find(kNext, 1));
    text.remove_prefix(entry.size());
    if (entry.size() < kWriterDigits + 3 || entry.front() != kNext ||
        entry[kWriterDigits + 1] != kOffset)
      return std::nullopt;
    const auto writer = core::WriterId::parse(entry.substr(1, kWriterDigits));
    std::uint64_t offset = 0;
    const auto* end = entry.data() + entry.size();
    const auto number = std::from_chars(entry.data() + kWriterDigits + 2, end, offset);
    const bool read = number.ec == std::errc() && number.ptr == end;
    if (!writer || !read || !position.emplace(*writer, offset).second) return std::nullopt;
  }
  if (position.size() > kCursorWriters) return std::nullopt;
  return position;
}

void LiveFeed::want(const LogPosition& from) {
  if (open_ && covers(from)) return;
  if (!wanted_) {
    wanted_ = from;
    return;
  }
  LogPosition lower;  // of both, where one that is absent is 0
  for (const auto& [writer, offset] : *wanted_)
    lower[writer] = std::min(offset, offset_in(from, writer));
  wanted_ = std::move(lower);
}

storage::TailRequest LiveFeed::request(core::RunId run) {
  const auto wanted = std::exchange(wanted_, std::nullopt);
  if (!open_) return {run, wanted};
  if (!wanted) return {run, end_};
  LogPosition from;
  for (const auto& [writer, end] : end_) from[writer] = std::min(end, offset_in(*wanted, writer));
  return {run, from};
}

bool LiveFeed::publish(const TailFrame& frame, std::int64_t now_us) {
  if (!open_) {
    held_weight_ += weight_of(*frame.frame);
    if (held_weight_ <= weight_limit_) held_.push_back(frame);
    return true;
  }
  const auto end = offset_in(end_, frame.writer);
  if (frame.to <= end) return true;  // was read already
  if (frame.from != end) return false;
  append(frame, now_us);
  trim(now_us);
  return true;
}

bool LiveFeed::apply(const storage::FrameTail& tail, std::int64_t now_us) {
  std::vector<TailFrame> above = std::exchange(held_, {});
  for (const auto& [writer, place] : tail.writers) settle(writer, place, above);
  open_ = true;
  for (const auto& frame : tail.frames) append_if_next(frame, now_us);
  for (const auto& frame : above) append_if_next(frame, now_us);
  trim(now_us);
  return std::all_of(tail.writers.begin(), tail.writers.end(), [&](const auto& item) {
    return offset_in(end_, item.first) >= item.second.end;
  });
}

// Where the writer's frames begin and end before those that were read are put in. `above`: frames
// that may follow them.
void LiveFeed::settle(core::WriterId writer, const storage::WriterTail& place,
                      std::vector<TailFrame>& above) {
  auto& begin = begin_[writer];
  auto& end = end_[writer];
  if (!open_) {
    const auto held = std::find_if(above.begin(), above.end(),
                                   [&](const TailFrame& frame) { return frame.writer == writer; });
    // Committed after somebody asked for what is new, even if before it was read.
    opened_at_[writer] = held == above.end() ? place.end : std::min(held->from, place.end);
    begin = end = std::min(opened_at_[writer], place.begin);
  } else if (place.begin < begin) {
    take_out(writer, &above);
    begin = end = place.begin;
  } else if (place.begin > end) {  // frames between are gone
    take_out(writer, nullptr);
    begin = end = place.begin;
  }
}

void LiveFeed::take_out(core::WriterId writer, std::vector<TailFrame>* into) {
  std::erase_if(entries_, [&](Entry& entry) {
    if (entry.frame.writer != writer) return false;
    weight_ -= entry.weight;
    if (into != nullptr) into->push_back(std::move(entry.frame));
    return true;
  });
}

void LiveFeed::append_if_next(const TailFrame& frame, std::int64_t now_us) {
  if (frame.from == offset_in(end_, frame.writer)) append(frame, now_us);
}

void LiveFeed::append(const TailFrame& frame, std::int64_t now_us) {
  const auto weight = weight_of(*frame.frame);
  end_[frame.writer] = frame.to;
  entries_.push_back({frame, weight, now_us});
  weight_ += weight;
}

void LiveFeed::trim(std::int64_t now_us) {
  while (!entries_.empty() &&
         (weight_ > weight_limit_ || now_us - entries_.front().came_us > kKeepUs)) {
    const auto& oldest = entries_.front();
    begin_[oldest.frame.writer] = oldest.frame.to;
    weight_ -= oldest.weight;
    entries_.pop_front();
  }
}

bool LiveFeed::covers(const LogPosition& at) const {
  return std::all_of(begin_.begin(), begin_.end(),
                     [&](const auto& item) { return offset_in(at, item.first) >= item.second; });
}

bool LiveFeed::ends_before(const LogPosition& at) const {
  return std::any_of(at.begin(), at.end(),
                     [&](const auto& item) { return item.second > offset_in(end_, item.first); });
}

std::vector<SharedFrame> LiveFeed::since(const LogPosition& at) const {
  std::vector<SharedFrame> frames;
  for (const auto& entry : entries_)
    if (entry.frame.to > offset_in(at, entry.frame.writer)) frames.push_back(entry.frame.frame);
  return frames;
}

std::optional<std::int64_t> LiveFeed::news_since(const LogPosition& at) const {
  for (const auto& entry : entries_)
    if (entry.frame.to > offset_in(at, entry.frame.writer)) return entry.came_us;
  return std::nullopt;
}

}  // namespace tracker::http
