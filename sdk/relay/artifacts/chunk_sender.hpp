#pragma once

#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "artifact/manifest.hpp"
#include "relay/artifacts/bounded_queue.hpp"
#include "relay/artifacts/upload.hpp"

namespace tracker::relay {

// Sends chunks of one upload through several streams: gathers them into batches, asks for each
// batch which of it the server lacks, and sends that. add() from any thread; finish() once, after
// the last one. Holds at most streams + 4 batches of 8 MiB.
class ChunkSender {
 public:
  // References must outlive it. `stop` ends the sending, and a thread that gives up requests it, so
  // that whoever reads the files stops as well; finish() throws the reason.
  ChunkSender(const ArtifactsClient& client, std::string upload, const UploadOptions& options,
              std::stop_source stop);
  ~ChunkSender();

  // Takes a copy of the bytes; waits while too much is on its way. A chunk that was given before is
  // passed over. False when sending has stopped: what stopped it, finish() throws.
  bool add(const artifact::ChunkRef& chunk, std::string_view bytes);
  // Returns when all is durable at the server; throws Error if it never will be.
  void finish();

 private:
  struct Batch {
    std::vector<artifact::Sha256> digests;
    std::vector<std::string> bytes;
    std::size_t size = 0;
  };
  void run();
  void send(const Batch& batch);
  std::vector<std::size_t> missing(const Batch& batch);
  void send_missing(const Batch& batch, const std::vector<std::size_t>& which);

  const ArtifactsClient& client_;
  const std::string upload_;
  const UploadOptions& options_;
  std::stop_source stop_;

  std::mutex mutex_;  // guards the three below
  Batch gathering_;
  std::set<artifact::Sha256> given_;
  std::exception_ptr failure_;

  BoundedQueue<Batch> queue_{4};
  std::vector<std::jthread> threads_;
};

}  // namespace tracker::relay
