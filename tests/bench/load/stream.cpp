#include "stream.hpp"

#include <algorithm>
#include <stdexcept>

#include "frame/frame.hpp"

namespace tracker::bench {

LoadStream::LoadStream(const std::shared_ptr<grpc::Channel>& channel, grpc::CompletionQueue& queue,
                       const std::vector<std::string>& payloads, Sending sending)
    : payloads_(payloads), sending_(sending), stub_(v1::IngestService::NewStub(channel)) {
  v1::Hello& hello = *request_.mutable_hello();
  hello.set_protocol_version(1);
  hello.set_frame_version(spool::kFrameVersion);
  hello.set_run_id(run_.text());
  hello.set_writer_id(core::WriterId::random().text());
  hello.set_project("load");
  call_ = stub_->AsyncStream(&context_, &queue, &start_);
}

void LoadStream::due(Steady::time_point now) {
  waiting_.push_back(now);
  write_on();
}

void LoadStream::on(Event event, bool ok, Acked& acked) {
  switch (event) {
    case Event::kStart:
      if (!ok) throw std::runtime_error("a stream did not begin");
      writing_ = true;
      call_->Write(request_, &write_);
      call_->Read(&response_, &read_);
      return;
    case Event::kWrite:
      writing_ = false;
      if (ok && open_) write_on();
      return;
    case Event::kRead:
      return on_read(ok, acked);
    case Event::kFinish:
      ended_ = true;
      if (!closing_) throw std::runtime_error("the stream broke: " + status_.error_message());
      return;
  }
}

void LoadStream::on_read(bool ok, Acked& acked) {
  if (!ok) {
    call_->Finish(&status_, &finish_);
    return;
  }
  if (response_.has_welcome()) {
    open_ = true;
    sent_ = acked_ = response_.welcome().acked_offset();
    window_ = response_.welcome().window_bytes();
    batch_ = sending_ == Sending::kEach
                 ? 1
                 : std::max(1U, std::min(1'000U, response_.welcome().max_batch_frames()));
  } else if (response_.has_ack()) {
    acked_ = response_.ack().offset();
    while (!on_the_way_.empty() && on_the_way_.front().end <= acked_) {
      acked.due.push_back(on_the_way_.front().due);
      on_the_way_.pop_front();
    }
    write_on();
  } else {
    throw std::runtime_error("refused or rewound: " + response_.ShortDebugString());
  }
  call_->Read(&response_, &read_);
}

bool LoadStream::has_room() const {
  const bool held = sending_ == Sending::kBatch && !on_the_way_.empty();
  return !held && sent_ - acked_ < window_;
}

void LoadStream::write_on() {
  if (!open_ || writing_ || waiting_.empty() || !has_room()) return;
  writing_ = true;
  if (batch_ == 1) {
    put(*request_.mutable_frame());
  } else {
    v1::FrameBatch& batch = *request_.mutable_batch();
    batch.Clear();
    const auto count = std::min<std::size_t>(batch_, waiting_.size());
    for (std::size_t i = 0; i < count; ++i) put(*batch.add_frames());
  }
  call_->Write(request_, &write_);
}

// As if the log were as long as its frames.
void LoadStream::put(v1::Frame& frame) {
  const std::string& payload = payloads_[next_frame_++ % payloads_.size()];
  frame.set_from(sent_);
  sent_ += payload.size();
  frame.set_to(sent_);
  frame.set_payload(payload);
  on_the_way_.push_back({sent_, waiting_.front()});
  waiting_.pop_front();
}

void LoadStream::close() {
  closing_ = true;
  context_.TryCancel();
}

}  // namespace tracker::bench
