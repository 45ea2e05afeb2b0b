#pragma once

#include <grpcpp/support/server_callback.h>

#include <condition_variable>
#include <mutex>
#include <utility>

namespace tracker::rpc {

// Hands messages from the thread that makes them to gRPC, one at a time: that thread waits until a
// message is on its way. Deletes itself when gRPC is done; the maker's last touch is finish(),
// which comes before that.
template <class Message>
class StreamWriter final : public grpc::ServerWriteReactor<Message> {
 public:
  // On the maker's thread. False if the client is gone.
  bool write(Message message) {
    std::unique_lock lock(mutex_);
    if (gone_) return false;
    message_ = std::move(message);
    writing_ = true;
    this->StartWrite(&message_);
    changed_.wait(lock, [this] { return !writing_; });
    return !gone_;
  }
  void finish(const grpc::Status& status) { this->Finish(status); }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    gone_ = gone_ || !ok;
    changed_.notify_one();
  }
  void OnCancel() override {
    const std::lock_guard lock(mutex_);
    gone_ = true;  // a write that is under way ends with OnWriteDone(false)
  }
  void OnDone() override { delete this; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  Message message_;
  bool writing_ = false, gone_ = false;
};

}  // namespace tracker::rpc
