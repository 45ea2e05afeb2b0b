#include "relay/delivery_stream.hpp"

#include <algorithm>

#include <tracker/error.hpp>

namespace tracker::relay {
namespace {

// A server that is alive answers Hello; one that hangs is given up and tried again.
constexpr std::chrono::seconds kWelcomePatience{20};
// With nothing to send we look less often; a record then waits this long at most.
constexpr std::chrono::milliseconds kIdlePoll{50};

// How long what is in flight may take when the server wants us to go.
constexpr std::chrono::seconds kFarewellPatience{2};

std::string with_remedy(const v1::Refusal& refusal) {
  return refusal.message() + (refusal.remedy().empty() ? "" : ": " + refusal.remedy());
}

}  // namespace

StreamEnd DeliveryStream::run(const std::shared_ptr<grpc::Channel>& channel,
                              const std::stop_token& stop) {
  IngestStream stream(channel, options_.hello);
  const auto started = FrameSource::Clock::now();
  while (!stop.stop_requested()) {
    const bool busy = send(stream);
    const auto limit = busy                           ? std::chrono::milliseconds(0)
                       : source_ && source_->at_end() ? kIdlePoll
                                                      : options_.poll;
    const auto handled =
        std::visit([this](const auto& event) { return on_event(event); }, stream.wait(limit));
    if (handled) return *handled;
    if (const auto end = done()) return *end;
    if (const auto end = moved(*channel)) return *end;
    if (!source_ && FrameSource::Clock::now() - started > kWelcomePatience) {
      return {StreamEnd::Kind::kLost, "the server does not answer"};
    }
  }
  return {StreamEnd::Kind::kStopped, ""};
}

// A channel whose stream is open is ready until the server's GOAWAY: the stream goes on, but
// belongs to a connection that ends soon. Nothing more is sent on it, so that little has to be sent
// twice.
DeliveryStream::Handled DeliveryStream::moved(grpc::Channel& channel) {
  if (!source_) return std::nullopt;
  const auto now = FrameSource::Clock::now();
  if (!leaving_ && channel.GetState(false) != GRPC_CHANNEL_READY) leaving_ = now;
  if (!leaving_) return std::nullopt;
  if (!window_.empty() && now - *leaving_ < kFarewellPatience) return std::nullopt;
  return StreamEnd{StreamEnd::Kind::kMoved, "the server asks to connect again"};
}

// True if there is more to do at once.
bool DeliveryStream::send(IngestStream& stream) {
  if (writer_end_.settled() && source_) source_->writer_is_dead();
  if (!source_ || leaving_ || !stream.writable()) return false;
  if (!held_ && window_.has_room()) held_ = source_->next(FrameSource::Clock::now());
  if (!held_ || !window_.has_room_for(held_->payload.size())) return false;
  if (held_->payload.size() > max_payload_) {
    throw Error(ErrorCode::kResourceExhausted, "a frame of " +
                                                   std::to_string(held_->payload.size()) +
                                                   " bytes is larger than the server takes");
  }
  window_.sent(held_->to, held_->payload.size());
  furthest_ = std::max(furthest_, held_->to);
  stream.write(held_->from, held_->to, std::move(held_->payload));
  held_.reset();
  return true;
}

DeliveryStream::Handled DeliveryStream::done() {
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
    if (options_.until_caught_up && !writer_end_.settled())
      return StreamEnd{StreamEnd::Kind::kCaughtUp, ""};
  }
  return std::nullopt;
}

void DeliveryStream::start_from(spool::Offset offset) {
  held_.reset();
  window_ = Window(offset, window_.limit());
  source_ = std::make_unique<FrameSource>(options_.directory, offset, limits_);
  if (writer_end_.settled()) source_->writer_is_dead();
  options_.on_acked(offset);
}

DeliveryStream::Handled DeliveryStream::on_event(const v1::Welcome& welcome) {
  window_ = Window(spool::Offset{welcome.acked_offset()},
                   std::max<std::uint64_t>(1, welcome.window_bytes()));
  max_payload_ = welcome.max_frame_bytes();
  limits_ = options_.limits;
  // Columns can be a little larger than the log they come from; half is on the safe side.
  limits_.raw_bytes =
      std::min<std::size_t>(limits_.raw_bytes, welcome.max_frame_decompressed_bytes() / 2);
  start_from(spool::Offset{welcome.acked_offset()});
  options_.on_welcome();
  return std::nullopt;
}

DeliveryStream::Handled DeliveryStream::on_event(const v1::Ack& ack) {
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

DeliveryStream::Handled DeliveryStream::on_event(const v1::Rewind& rewind) {
  start_from(spool::Offset{rewind.acked_offset()});
  return std::nullopt;
}

DeliveryStream::Handled DeliveryStream::on_event(const v1::Refusal& refusal) {
  if (refusal.reason() == v1::Refusal::SUPERSEDED)
    return StreamEnd{StreamEnd::Kind::kSuperseded, ""};
  return StreamEnd{StreamEnd::Kind::kRefused, with_remedy(refusal)};
}

DeliveryStream::Handled DeliveryStream::on_event(const IngestStream::Closed& closed) {
  switch (closed.status.error_code()) {
    case grpc::StatusCode::UNAUTHENTICATED:
    case grpc::StatusCode::PERMISSION_DENIED:
      return StreamEnd{StreamEnd::Kind::kRefused, closed.status.error_message()};
    default:
      return StreamEnd{StreamEnd::Kind::kLost, closed.status.ok() ? "the server closed the stream"
                                                                  : closed.status.error_message()};
  }
}

}  // namespace tracker::relay
