#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "core/clock.hpp"
#include "ingest/session.hpp"
#include "storage/database.hpp"
#include "storage/streams.hpp"

// The group committer: one thread that gathers accepted frames of all streams and commits them
// together. While the database is away it tries again; a group that fails for another reason is
// split, so that a stream whose data cannot be stored is refused alone.
namespace tracker::ingest {

struct CommitterOptions {
  std::chrono::milliseconds group_delay{20};
  std::size_t group_bytes = 4u << 20;
  std::size_t queue_bytes = 64u << 20;
};

class Committer {
 public:
  using Publish = std::function<void(Committed)>;

  // `publish` is called on the committer's thread after each commit.
  Committer(storage::Database& database, const core::Clock& clock, CommitterOptions options,
            Publish publish);
  ~Committer();  // stop()

  void start();
  // Commits what is queued (or gives up when the database is away), then ends the thread.
  void stop();

  // As SessionSink::enqueue_frame.
  bool enqueue(std::shared_ptr<Session> session, storage::FramePart part, std::uint64_t generation);

 private:
  struct Queued {
    std::shared_ptr<Session> session;
    storage::FramePart part;
    std::uint64_t generation = 0;
    std::chrono::steady_clock::time_point since{};
  };
  // The frames of one session in a group.
  struct Member {
    std::shared_ptr<Session> session;
    std::uint64_t bytes = 0;
    std::chrono::steady_clock::time_point since{};  // when the first of them came
  };
  struct Group {
    std::vector<storage::Chain> chains;
    std::vector<Member> members;  // of the chain with the same index
  };

  void work();
  std::vector<Queued> gather();
  std::chrono::milliseconds delay() const;
  Group chain(std::vector<Queued> queued);
  void leave_superseded(Group& group);
  void commit(Group group);

  void after_doubt(Group& group);
  void settle(Group& group, std::span<const storage::ChainResult> results);
  void single_out(Group& group, const std::exception& error);
  void abandon(Group& group, const std::string& reason);
  storage::PgConnection* connect();
  bool pause(std::chrono::milliseconds time);

  storage::Database& database_;
  const core::Clock& clock_;
  const CommitterOptions options_;
  const Publish publish_;
  std::optional<storage::Database::PgLease> connection_;  // the committer's thread only
  std::size_t streams_ = 0;                               // likewise: of the last group

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<Queued> queue_;
  std::size_t queued_bytes_ = 0;
  std::vector<std::weak_ptr<Session>> blocked_;
  bool stopping_ = false;
  std::jthread thread_;
};

}  // namespace tracker::ingest
