#pragma once

#include <array>
#include <cstddef>
#include <exception>

#include <tracker/error.hpp>

#include "metrics/meters.hpp"
#include "metrics/writer.hpp"

// What artifacts count (docs/server.md, "Metrics").
namespace tracker::artifacts {

// What can fail.
enum class Work { kUpload, kCommit, kDownload, kGarbage };
inline constexpr std::size_t kWorks = 4;

struct Meters {
  metrics::Gauge upload_streams;
  metrics::Counter received_chunks, received_bytes;  // whole, also if storing them fails
  metrics::Counter stored_chunks, stored_bytes;      // those of them that were new, once durable
  metrics::Counter versions, version_bytes, deduplicated_bytes;  // of commits
  metrics::Counter read_chunks, read_bytes;
  metrics::Counter garbage_rounds, garbage_versions, garbage_chunks, garbage_bytes;
  metrics::TimeHistogram garbage_time;  // of a round
  std::array<metrics::Counter, kWorks> failures;
};

// The process's.
Meters& meters() noexcept;
void write_metrics(metrics::Writer& out);

// Counts it unless it is the caller's own fault: what they sent, or what is not there.
void count_failure(Work work, ErrorCode code) noexcept;

// What `body` gives; what it throws is counted.
template <class Body>
auto counted(Work work, Body body) {
  try {
    return body();
  } catch (const Error& error) {
    count_failure(work, error.code());
    throw;
  } catch (const std::exception&) {
    count_failure(work, ErrorCode::kInternal);
    throw;
  }
}

// An upload stream for as long as it lives.
class OpenUploadStream {
 public:
  OpenUploadStream() noexcept { meters().upload_streams.add(1); }
  ~OpenUploadStream() { meters().upload_streams.add(-1); }
  OpenUploadStream(const OpenUploadStream&) = delete;
  OpenUploadStream& operator=(const OpenUploadStream&) = delete;
};

}  // namespace tracker::artifacts
