#include "relay/frame_source.hpp"

#include <utility>

#include "base/clock.hpp"
#include "frame/frame.hpp"

namespace tracker::relay {
namespace {

// Half of what a server takes (spool::FrameLimits).
constexpr std::size_t kMaxKeys = 50'000;

}  // namespace

FrameSource::FrameSource(const std::filesystem::path& writer_directory, spool::Offset from,
                         const Limits& limits)
    : limits_(limits),
      reader_(writer_directory, from),
      builder_(writer_directory, from),
      from_(from),
      to_(from) {}

std::optional<CutFrame> FrameSource::next(Clock::time_point now) {
  const auto full = [&] {
    return builder_.bytes() >= limits_.raw_bytes || builder_.keys() >= kMaxKeys;
  };
  while (!full() && read_on()) {
    if (!waiting_) since_ = now;
    waiting_ = waiting_ || !builder_.empty();
  }
  if (builder_.empty()) return std::nullopt;
  const bool last = finish_ || damage_ || all_read();
  if (!full() && !last && now - since_ < limits_.age) return std::nullopt;
  return cut();
}

void FrameSource::writer_is_dead() {
  if (dead_) return;
  dead_ = true;
  at_end_ = false;
  reader_.writer_is_dead();
}

// Takes one entry. False when there is none, now or ever.
bool FrameSource::read_on() {
  if (finish_ || damage_) return false;
  auto next = reader_.next();
  at_end_ = std::holds_alternative<spool::Wait>(next);
  if (at_end_) return false;
  if (auto* corrupt = std::get_if<spool::Corrupt>(&next)) {
    damage_ = std::move(*corrupt);
    // What was read is delivered; the server may stand before the damage, not in it.
    damage_->at = to_;
    return false;
  }
  const auto& entry = std::get<spool::Entry>(next);
  add(entry);
  to_ = entry.next;
  if (std::holds_alternative<spool::Finish>(entry.record)) finish_ = entry.next;
  return true;
}

void FrameSource::add(const spool::Entry& entry) {
  const auto kind = spool::kind_of(entry.record);
  if (kind <= spool::kLastCommonKind || limits_.kinds.contains(kind)) return builder_.add(entry);
  if (std::exchange(told_, true)) return;
  const std::int64_t now = base::now_us();
  builder_.add({entry.at, entry.next,
                spool::Gap{now, now, 0,
                           "the server is older than this program and does not keep all it logs "
                           "(media, alerts, branches): update the server"}});
}

CutFrame FrameSource::cut() {
  CutFrame frame{from_, to_, spool::encode_frame(builder_.take())};
  from_ = to_;
  waiting_ = false;
  return frame;
}

}  // namespace tracker::relay
