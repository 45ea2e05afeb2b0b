#include "relay/ingest_stream.hpp"

#include <utility>

namespace tracker::relay {

void* IngestStream::as_pointer(Tag tag) noexcept {
  return reinterpret_cast<void*>(static_cast<std::intptr_t>(tag));
}

IngestStream::IngestStream(const std::shared_ptr<grpc::Channel>& channel, const v1::Hello& hello)
    : stub_(v1::IngestService::NewStub(channel)) {
  *request_.mutable_hello() = hello;
  call_ = stub_->AsyncStream(&context_, &queue_, as_pointer(Tag::kStart));
}

IngestStream::~IngestStream() {
  context_.TryCancel();
  queue_.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
  }
}

void IngestStream::write(spool::Offset from, spool::Offset to, std::string payload) {
  v1::Frame& frame = *request_.mutable_frame();
  frame.set_from(spool::to_bytes(from));
  frame.set_to(spool::to_bytes(to));
  frame.set_payload(std::move(payload));
  writing_ = true;
  call_->Write(request_, as_pointer(Tag::kWrite));
}

IngestStream::Event IngestStream::wait(std::chrono::milliseconds limit) {
  void* tag = nullptr;
  bool ok = false;
  const auto deadline = std::chrono::system_clock::now() + limit;
  if (queue_.AsyncNext(&tag, &ok, deadline) != grpc::CompletionQueue::GOT_EVENT) return Idle{};
  return on_event(static_cast<Tag>(reinterpret_cast<std::intptr_t>(tag)), ok);
}

IngestStream::Event IngestStream::on_event(Tag tag, bool ok) {
  switch (tag) {
    case Tag::kStart:
      if (!ok) {
        finish();
        return Idle{};
      }
      open_ = true;
      writing_ = true;
      call_->Write(request_, as_pointer(Tag::kWrite));
      read();
      return Idle{};
    case Tag::kWrite:
      // A failed write is followed by a failed read, which ends the stream.
      writing_ = false;
      return Idle{};
    case Tag::kRead:
      if (!ok) {
        finish();
        return Idle{};
      }
      return on_read();
    case Tag::kFinish:
      open_ = false;
      return Closed{status_};
  }
  return Idle{};
}

IngestStream::Event IngestStream::on_read() {
  Event event = Idle{};
  switch (response_.message_case()) {
    case v1::StreamResponse::kWelcome:
      event = std::move(*response_.mutable_welcome());
      break;
    case v1::StreamResponse::kAck:
      event = response_.ack();
      break;
    case v1::StreamResponse::kRewind:
      event = response_.rewind();
      break;
    case v1::StreamResponse::kRefusal:
      event = std::move(*response_.mutable_refusal());
      break;
    case v1::StreamResponse::MESSAGE_NOT_SET:
      break;  // something newer that we may ignore
  }
  read();
  return event;
}

void IngestStream::read() { call_->Read(&response_, as_pointer(Tag::kRead)); }

void IngestStream::finish() {
  if (std::exchange(finishing_, true)) return;
  call_->Finish(&status_, as_pointer(Tag::kFinish));
}

}  // namespace tracker::relay
