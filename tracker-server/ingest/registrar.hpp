#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/clock.hpp"
#include "ingest/admission.hpp"
#include "ingest/session.hpp"
#include "storage/database.hpp"

// Answers Hellos: a few threads, since each needs the database and gRPC's threads must not wait for
// it. The queue holds one entry a stream.
namespace tracker::ingest {

class Registrar {
 public:
  using Registered =
      std::function<void(const std::shared_ptr<Session>&, const storage::RegisteredWriter&)>;

  // `registered` is called on a registrar thread, after the client was welcomed.
  Registrar(storage::Database& database, const core::Clock& clock, Admission admission,
            Registered registered);
  ~Registrar();  // stop()

  void start(std::size_t threads);
  void stop();  // Hellos still queued are closed
  void enqueue(std::shared_ptr<Session> session);

 private:
  void work();
  void answer(const std::shared_ptr<Session>& session);

  storage::Database& database_;
  const core::Clock& clock_;
  const Admission admission_;
  Registered registered_;
  std::mutex mutex_;  // guards queue_ and stopping_
  std::condition_variable changed_;
  std::deque<std::shared_ptr<Session>> queue_;
  bool stopping_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace tracker::ingest
