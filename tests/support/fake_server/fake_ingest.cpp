#include "support/fake_server/fake_ingest.hpp"

#include <algorithm>
#include <thread>
#include <variant>

namespace test_support {

namespace v1 = tracker::v1;
namespace spool = tracker::spool;

std::optional<spool::Finish> FakeIngest::Seen::finish() const {
  for (const auto& record : records) {
    if (const auto* finish = std::get_if<spool::Finish>(&record)) return *finish;
  }
  return std::nullopt;
}

void FakeIngest::script(std::deque<Move> moves) {
  const std::lock_guard lock(mutex_);
  moves_ = std::move(moves);
}

void FakeIngest::refuse(const v1::Refusal& refusal) {
  const std::lock_guard lock(mutex_);
  refusal_ = refusal;
  refuse_once_ = false;
}

void FakeIngest::refuse_once(const v1::Refusal& refusal) {
  const std::lock_guard lock(mutex_);
  refusal_ = refusal;
  refuse_once_ = true;
}

void FakeIngest::hold_acks() {
  const std::lock_guard lock(mutex_);
  holding_ = true;
}

void FakeIngest::release_acks() {
  const std::lock_guard lock(mutex_);
  holding_ = false;
  changed_.notify_all();
}

FakeIngest::Seen FakeIngest::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

bool FakeIngest::wait_until(const std::function<bool(const Seen&)>& condition) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::minutes(1), [&] { return condition(seen_); });
}

grpc::Status FakeIngest::Stream(grpc::ServerContext* context, Wire* stream) {
  v1::StreamRequest request;
  if (!stream->Read(&request) || !request.has_hello())
    return grpc::Status(grpc::INVALID_ARGUMENT, "no Hello");
  v1::StreamResponse response;
  std::uint64_t expected = 0;
  {
    const std::lock_guard lock(mutex_);
    ++seen_.hellos;
    seen_.run_id = request.hello().run_id();
    seen_.writer_id = request.hello().writer_id();
    seen_.project = request.hello().project();
    seen_.resume = request.hello().resume();
    unacknowledged_ = 0;
    expected = seen_.acked;
    if (refusal_) {
      *response.mutable_refusal() = *refusal_;
      if (refuse_once_) refusal_.reset();
    } else {
      auto& welcome = *response.mutable_welcome();
      welcome.set_acked_offset(expected);
      welcome.set_epoch(static_cast<std::uint64_t>(seen_.hellos));
      welcome.set_window_bytes(window_bytes);
      welcome.set_max_frame_bytes(max_frame_bytes);
      welcome.set_max_frame_decompressed_bytes(32 << 20);
      for (const std::uint32_t kind : record_kinds) welcome.add_record_kinds(kind);
      if (resumed) *welcome.mutable_resumed() = *resumed;
    }
    changed_.notify_all();
  }
  send(stream, response);
  if (response.has_refusal()) return grpc::Status::OK;
  // Held acks are sent by a thread of the stream's own, so that frames are read meanwhile.
  std::jthread acker([&](const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    bool held = false;
    while (!stop.stop_requested()) {
      held = held || holding_;
      if (held && !holding_) {
        held = false;
        v1::StreamResponse ack;
        ack.mutable_ack()->set_offset(seen_.acked);
        unacknowledged_ = 0;
        lock.unlock();
        send(stream, ack);
        lock.lock();
      }
      changed_.wait_for(lock, std::chrono::milliseconds(20));
    }
  });
  grpc::Status status = grpc::Status::OK;
  while (status.ok() && !context->IsCancelled() && stream->Read(&request)) {
    if (!request.has_frame()) return grpc::Status(grpc::INVALID_ARGUMENT, "no Frame");
    status = take_frame(request.frame(), stream, expected);
  }
  return status;
}

void FakeIngest::send(Wire* stream, const v1::StreamResponse& response) {
  const std::lock_guard lock(write_mutex_);
  stream->Write(response);
}

grpc::Status FakeIngest::take_frame(const v1::Frame& frame, Wire* stream, std::uint64_t& expected) {
  v1::StreamResponse response;
  {
    const std::lock_guard lock(mutex_);
    Move move = Move::kAck;
    if (frame.from() != expected || frame.from() != seen_.acked || frame.to() <= frame.from()) {
      move = Move::kRewind;
    } else if (!moves_.empty()) {
      move = moves_.front();
      moves_.pop_front();
    }
    if (move == Move::kCut) return grpc::Status(grpc::UNAVAILABLE, "cut");
    if (move == Move::kRewind) {
      response.mutable_rewind()->set_acked_offset(seen_.acked);
      expected = seen_.acked;
      unacknowledged_ = 0;
    } else {
      commit(frame);
      expected = seen_.acked;
      changed_.notify_all();
      if (move == Move::kCommitCut) return grpc::Status(grpc::UNAVAILABLE, "cut after commit");
      if (move == Move::kNoAck || holding_) return grpc::Status::OK;
      unacknowledged_ = 0;
      response.mutable_ack()->set_offset(seen_.acked);
    }
  }
  send(stream, response);
  return grpc::Status::OK;
}

void FakeIngest::commit(const v1::Frame& frame) {
  unacknowledged_ += frame.payload().size();
  seen_.most_unacknowledged = std::max(seen_.most_unacknowledged, unacknowledged_);
  seen_.largest_payload = std::max(seen_.largest_payload, frame.payload().size());
  seen_.acked = frame.to();
  const spool::Frame decoded = spool::decode_frame(frame.payload());
  struct At {
    const spool::RowGroup* group;
    std::size_t row;
  };
  std::map<std::uint32_t, At> in_order;
  for (const auto& group : decoded.groups) {
    for (std::size_t row = 0; row < group.rows(); ++row) in_order[group.order[row]] = {&group, row};
  }
  for (const auto& [order, at] : in_order) {
    if (at.group->system) continue;
    seen_.steps.push_back(at.group->steps[at.row]);
    for (std::size_t k = 0; k < at.group->keys.size(); ++k) {
      seen_.values[at.group->keys[k]].push_back(at.group->values[k * at.group->rows() + at.row]);
    }
  }
  seen_.records.insert(seen_.records.end(), decoded.records.begin(), decoded.records.end());
}

}  // namespace test_support
