#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "auth/watch.hpp"
#include "ingest/ingest.hpp"
#include "ingest/stream_state.hpp"
#include "storage/streams.hpp"

// One stream: the rules (StreamState), and its way to the registrar and the group committer.
namespace tracker::ingest {

// The stream's other end. Calls come from any thread, at any time until the session is dropped:
// they must not block, and not call the session back on the same stack. What comes after refuse()
// or close() is to be ignored.
class SessionOutput {
 public:
  virtual ~SessionOutput() = default;
  virtual void welcome(const Welcome& welcome) = 0;
  virtual void ack(std::uint64_t offset) = 0;
  virtual void rewind(std::uint64_t acked) = 0;
  // The stream ends after it.
  virtual void refuse(const Refusal& refusal) = 0;
  // There is room again: take the next message. Only after Session::frame(s) or hello returned
  // kPause.
  virtual void resume() = 0;
  // The stream ends, the client may come again: the server stops, or the database is away.
  virtual void close(const std::string& reason) = 0;
};

enum class Reading {
  kGoOn,   // take the next message
  kPause,  // wait for SessionOutput::resume
  kEnd,    // take no more: a refusal, or an end of the stream, is on its way
};

// Where a session's work goes. Implemented by the service; a test gives its own.
class SessionSink {
 public:
  virtual ~SessionSink() = default;
  virtual void enqueue_hello(std::shared_ptr<Session> session, const Identity& identity) = 0;
  // False when the queue is full now: the frame is in it, but the session pauses until unblock() is
  // called.
  virtual bool enqueue_frame(std::shared_ptr<Session> session, storage::FramePart part,
                             std::uint64_t generation) = 0;
};

// As the client sent it.
struct ReceivedFrame {
  std::uint64_t from = 0, to = 0;
  std::string payload;
};

// Who opened the stream, as its edge knows it.
struct Caller {
  auth::Claim claim;
  auth::Origin from;
};

// hello(), frame(s) and gone() are called by the stream, one at a time; the rest by ingest threads.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(SessionSink& sink, std::shared_ptr<SessionOutput> output, const IngestOptions& options,
          Caller caller = {});

  Reading hello(const Hello& hello);
  // Those of one message, in order.
  Reading frames(std::span<ReceivedFrame> received);
  Reading frame(std::uint64_t from, std::uint64_t to, std::string payload);
  // The stream ended, whoever ended it. What was accepted is still committed.
  void gone();

  void registered(const storage::RegisteredWriter& writer);
  void committed(std::uint64_t acked, std::uint64_t bytes);
  void rewound(std::uint64_t acked, std::uint64_t bytes);
  // Frames were thrown away without a trial: their generation had passed.
  void discarded(std::uint64_t bytes);
  void refused(Refusal refusal);
  void close(const std::string& reason);
  // The queue has room again.
  void unblock();
  // Its rights are looked at as long as it lives.
  void hold(std::unique_ptr<auth::Watch::Entry> watched);

  const Caller& caller() const noexcept { return caller_; }

  // Valid from registered() on.
  const Identity& identity() const noexcept { return identity_; }
  std::int64_t stream_id() const noexcept { return stream_id_; }
  std::uint64_t epoch() const;
  std::uint64_t generation() const;
  bool open() const;
  // Does its client still wait for Welcome? One that has gone must not take the place of the one
  // that came after it.
  bool waits() const;

 private:
  bool take(ReceivedFrame& received);
  bool accept(ReceivedFrame& received, std::uint64_t generation);
  Reading reading_locked();
  bool take_resume_locked();
  void set_blocked(bool blocked);

  SessionSink& sink_;
  const std::shared_ptr<SessionOutput> output_;
  const IngestOptions& options_;
  const Caller caller_;

  mutable std::mutex mutex_;  // guards what follows; output_ is called without it
  StreamState state_;
  Identity identity_;
  std::int64_t stream_id_ = 0;
  bool paused_ = false;   // the stream waits for resume()
  bool blocked_ = false;  // the queue was full
  bool gone_ = false;
  std::unique_ptr<auth::Watch::Entry> watched_;
};

}  // namespace tracker::ingest
