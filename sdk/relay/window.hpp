#pragma once

#include <cstdint>
#include <deque>

#include "spool/record.hpp"

namespace tracker::relay {

// What is on its way: frames sent and not acknowledged, and how much may be. A plain value over
// offsets; no I/O.
class Window {
 public:
  Window() = default;
  // Everything before `acked` is committed; at most `bytes` of payload may be unacknowledged.
  Window(spool::Offset acked, std::uint64_t bytes) : acked_(acked), sent_(acked), limit_(bytes) {}

  // A frame larger than the whole window may travel alone, or it never would.
  bool has_room_for(std::size_t payload) const noexcept {
    return in_flight_.empty() || bytes_in_flight_ + payload <= limit_;
  }
  bool has_room() const noexcept { return in_flight_.empty() || bytes_in_flight_ < limit_; }

  void sent(spool::Offset to, std::size_t payload) {
    in_flight_.push_back({to, payload});
    bytes_in_flight_ += payload;
    sent_ = to;
  }

  // Cumulative. False if the server claims more than was sent, or less than it had: it is not to be
  // believed.
  bool ack(spool::Offset offset) {
    if (offset < acked_ || offset > sent_) return false;
    acked_ = offset;
    while (!in_flight_.empty() && in_flight_.front().to <= offset) {
      bytes_in_flight_ -= in_flight_.front().payload;
      in_flight_.pop_front();
    }
    return true;
  }

  bool empty() const noexcept { return in_flight_.empty(); }
  spool::Offset acked() const noexcept { return acked_; }
  std::uint64_t limit() const noexcept { return limit_; }

 private:
  struct InFlight {
    spool::Offset to;
    std::size_t payload;
  };

  spool::Offset acked_{}, sent_{};
  std::uint64_t limit_ = 0, bytes_in_flight_ = 0;
  std::deque<InFlight> in_flight_;
};

}  // namespace tracker::relay
