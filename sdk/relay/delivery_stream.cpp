#include "relay/delivery_stream.hpp"

#include <utility>
#include <variant>

namespace tracker::relay {
namespace {

// A server that is alive answers Hello; one that hangs is given up and tried again.
constexpr std::chrono::seconds kWelcomePatience{20};
// With nothing to send we look less often; a record then waits this long at most.
constexpr std::chrono::milliseconds kIdlePoll{50};

// How long what is in flight may take when the server wants us to go.
constexpr std::chrono::seconds kFarewellPatience{2};

}  // namespace

DeliveryStream::DeliveryStream(const Options& options, WriterEnd& writer_end)
    : options_(options),
      writer_end_(writer_end),
      state_({.directory = options.directory,
              .until_caught_up = options.until_caught_up,
              .limits = options.limits,
              .on_welcome = options.on_welcome,
              .on_acked = options.on_acked,
              .writer_is_dead = [this] { return writer_end_.settled(); }}) {}

StreamEnd DeliveryStream::run(const std::shared_ptr<grpc::Channel>& channel,
                              const std::stop_token& stop) {
  IngestStream stream(channel, options_.hello);
  const auto started = FrameSource::Clock::now();
  while (!stop.stop_requested()) {
    const bool busy = send(stream);
    const auto limit = busy              ? std::chrono::milliseconds(0)
                       : state_.at_end() ? kIdlePoll
                                         : options_.poll;
    const auto handled =
        std::visit([this](const auto& event) { return on_event(event); }, stream.wait(limit));
    if (handled) return *handled;
    if (const auto end = state_.done()) return *end;
    if (const auto end = moved(*channel)) return *end;
    if (!state_.welcomed() && FrameSource::Clock::now() - started > kWelcomePatience) {
      return {StreamEnd::Kind::kLost, "the server does not answer"};
    }
  }
  return {StreamEnd::Kind::kStopped, ""};
}

// A channel whose stream is open is ready until the server's GOAWAY: the stream goes on, but
// belongs to a connection that ends soon. Nothing more is sent on it, so that little has to be sent
// twice.
DeliveryStream::Handled DeliveryStream::moved(grpc::Channel& channel) {
  if (!state_.welcomed()) return std::nullopt;
  const auto now = FrameSource::Clock::now();
  if (!leaving_ && channel.GetState(false) != GRPC_CHANNEL_READY) leaving_ = now;
  if (!leaving_) return std::nullopt;
  if (!state_.all_acked() && now - *leaving_ < kFarewellPatience) return std::nullopt;
  return StreamEnd{StreamEnd::Kind::kMoved, "the server asks to connect again"};
}

// True if there is more to do at once.
bool DeliveryStream::send(IngestStream& stream) {
  // The writer's end is dealt with whether or not a frame can be sent now.
  writer_end_.settled();
  if (leaving_ || !stream.writable()) return false;
  auto frame = state_.next(FrameSource::Clock::now());
  if (!frame) return false;
  stream.write(frame->from, frame->to, std::move(frame->payload));
  return true;
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
