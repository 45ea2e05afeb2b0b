#include "relay/delivery_state.hpp"

#include <algorithm>

#include <tracker/error.hpp>

namespace tracker::relay {
namespace {

std::string with_remedy(const v1::Refusal& refusal) {
  return refusal.message() + (refusal.remedy().empty() ? "" : ": " + refusal.remedy());
}

}  // namespace

std::optional<CutFrame> DeliveryState::next(FrameSource::Clock::time_point now) {
  if (!source_) return std::nullopt;
  if (options_.writer_is_dead()) source_->writer_is_dead();
  if (!held_ && window_.has_room()) held_ = source_->next(now);
  if (!held_ || !window_.has_room_for(held_->payload.size())) return std::nullopt;
  if (held_->payload.size() > max_payload_) {
    throw Error(ErrorCode::kResourceExhausted, "a frame of " +
                                                   std::to_string(held_->payload.size()) +
                                                   " bytes is larger than the server takes");
  }
  window_.sent(held_->to, held_->payload.size());
  furthest_ = std::max(furthest_, held_->to);
  std::optional<CutFrame> frame = std::move(held_);
  held_.reset();
  return frame;
}

DeliveryState::Handled DeliveryState::done() const {
  if (!source_ || held_) return std::nullopt;
  if (const auto finish = source_->finish(); finish && window_.acked() >= *finish) {
    return StreamEnd{StreamEnd::Kind::kDelivered, ""};
  }
  if (const auto& damage = source_->damage(); damage && window_.acked() >= damage->at) {
    return StreamEnd{StreamEnd::Kind::kDamaged,
                     "the log is damaged at byte " + std::to_string(spool::to_bytes(damage->at)) +
                         " (" + damage->reason + "); what lies before it was delivered"};
  }
  if (source_->at_end() && window_.empty()) {
    // The writer is dead and its end could not be recorded: this is all there will ever be.
    if (source_->all_read()) return StreamEnd{StreamEnd::Kind::kDelivered, ""};
    if (options_.until_caught_up && !options_.writer_is_dead())
      return StreamEnd{StreamEnd::Kind::kCaughtUp, ""};
  }
  return std::nullopt;
}

void DeliveryState::start_from(spool::Offset offset) {
  held_.reset();
  window_ = Window(offset, window_.limit());
  source_ = std::make_unique<FrameSource>(options_.directory, offset, limits_);
  if (options_.writer_is_dead()) source_->writer_is_dead();
  options_.on_acked(offset);
}

DeliveryState::Handled DeliveryState::on(const v1::Welcome& welcome) {
  window_ = Window(spool::Offset{welcome.acked_offset()},
                   std::max<std::uint64_t>(1, welcome.window_bytes()));
  max_payload_ = welcome.max_frame_bytes();
  limits_ = options_.limits;
  // Columns can be a little larger than the log they come from; half is on the safe side.
  limits_.raw_bytes =
      std::min<std::size_t>(limits_.raw_bytes, welcome.max_frame_decompressed_bytes() / 2);
  for (const std::uint32_t kind : welcome.record_kinds())
    if (kind < 255) limits_.kinds.insert(spool::RecordKind{static_cast<std::uint8_t>(kind)});
  start_from(spool::Offset{welcome.acked_offset()});
  options_.on_welcome(welcome);
  return std::nullopt;
}

DeliveryState::Handled DeliveryState::on(const v1::Ack& ack) {
  const spool::Offset offset{ack.offset()};
  if (!window_.ack(offset)) {
    // Of a frame sent between two rewinds that crossed it: the server stands further on than we.
    if (offset > window_.acked() && offset <= furthest_) {
      start_from(offset);
      return std::nullopt;
    }
    return StreamEnd{StreamEnd::Kind::kLost, "the server acknowledged what was not sent"};
  }
  options_.on_acked(window_.acked());
  return std::nullopt;
}

DeliveryState::Handled DeliveryState::on(const v1::Rewind& rewind) {
  start_from(spool::Offset{rewind.acked_offset()});
  return std::nullopt;
}

DeliveryState::Handled DeliveryState::on(const v1::Refusal& refusal) {
  if (refusal.reason() == v1::Refusal::SUPERSEDED)
    return StreamEnd{StreamEnd::Kind::kSuperseded, ""};
  return StreamEnd{StreamEnd::Kind::kRefused, with_remedy(refusal)};
}

}  // namespace tracker::relay
