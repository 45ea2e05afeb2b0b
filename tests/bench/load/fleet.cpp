#include "fleet.hpp"

#include <algorithm>
#include <stdexcept>

namespace tracker::bench {
namespace {

using std::chrono::duration;
using std::chrono::milliseconds;

constexpr std::size_t kConnectAtOnce = 200;
constexpr milliseconds kTick{1};
constexpr double kPatience = 60;

double since(Steady::time_point start) { return duration<double>(Steady::now() - start).count(); }

}  // namespace

Fleet::Fleet(const std::string& address, const FleetShape& shape, std::vector<std::string> payloads)
    : shape_(shape), payloads_(std::move(payloads)) {
  for (std::size_t i = 0; i < shape.channels; ++i) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a connection of its own
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    channels_.push_back(
        grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
  }
}

Fleet::~Fleet() {
  if (ended_ < streams_.size()) {
    try {
      close();
    } catch (const std::exception&) {
      // An error is on its way already.
    }
  }
  queue_.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
  }
}

void Fleet::connect() {
  const std::size_t all = shape_.runs + shape_.idle;
  while (opened_ < all) {
    while (streams_.size() < all && streams_.size() < opened_ + kConnectAtOnce)
      streams_.push_back(std::make_unique<LoadStream>(channels_[streams_.size() % channels_.size()],
                                                      queue_, payloads_, shape_.sending));
    if (!handle_one(Steady::now() + std::chrono::seconds(60)))
      throw std::runtime_error("the server does not welcome streams");
  }
}

// False when nothing happened until the deadline.
bool Fleet::handle_one(Steady::time_point deadline) {
  void* raw = nullptr;
  bool ok = false;
  const auto wait = std::max(deadline - Steady::now(), Steady::duration::zero());
  const auto status = queue_.AsyncNext(&raw, &ok, std::chrono::system_clock::now() + wait);
  if (status != grpc::CompletionQueue::GOT_EVENT) return false;
  auto& tag = *static_cast<LoadStream::Tag*>(raw);
  const bool was_open = tag.stream->open(), was_ended = tag.stream->ended();
  LoadStream::Acked acked;
  tag.stream->on(tag.event, ok, acked);
  opened_ += tag.stream->open() && !was_open ? 1 : 0;
  ended_ += tag.stream->ended() && !was_ended ? 1 : 0;
  if (acked.due.empty()) return true;
  const auto now = Steady::now();
  for (const auto due : acked.due)
    counts_.ack_ms.push_back(duration<float, std::milli>(now - due).count());
  counts_.frames += acked.due.size();
  return true;
}

// Frames are due at equal distances, and the runs take turns.
void Fleet::send_due(double elapsed) {
  const auto due = static_cast<std::uint64_t>(elapsed * shape_.frames_per_second);
  const auto now = Steady::now();
  for (; issued_ < due; ++issued_) streams_[issued_ % shape_.runs]->due(now);
}

bool Fleet::all_acked() const {
  return std::all_of(streams_.begin(), streams_.end(),
                     [](const auto& stream) { return stream->all_acked(); });
}

void Fleet::run(double seconds, const EachSecond& each_second) {
  const auto start = Steady::now();
  double next_report = 1;
  bool late = false;
  for (auto tick = start;;) {
    if (Steady::now() >= tick) {
      tick = Steady::now() + kTick;
      const double elapsed = since(start);
      send_due(std::min(elapsed, seconds));
      late = elapsed >= seconds;
      if (elapsed >= next_report) {
        each_second(counts_, elapsed);
        next_report += 1;
      }
      if (late && all_acked()) break;
      if (elapsed > seconds + kPatience)
        throw std::runtime_error("frames were not acknowledged within a minute");
    }
    handle_one(tick);
  }
  seconds_ = since(start);
}

void Fleet::close() {
  for (const auto& stream : streams_) stream->close();
  while (ended_ < streams_.size())
    if (!handle_one(Steady::now() + std::chrono::seconds(10))) return;
}

std::vector<core::RunId> Fleet::runs() const {
  std::vector<core::RunId> out;
  for (std::size_t i = 0; i < shape_.runs; ++i) out.push_back(streams_[i]->run());
  return out;
}

std::vector<std::uint64_t> Fleet::frames() const {
  std::vector<std::uint64_t> out;
  for (std::size_t i = 0; i < shape_.runs; ++i) out.push_back(streams_[i]->frames());
  return out;
}

std::uint64_t Fleet::payload_bytes() const {
  std::uint64_t sum = 0;
  for (const auto& stream : streams_) sum += stream->bytes();
  return sum;
}

}  // namespace tracker::bench
