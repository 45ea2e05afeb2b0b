#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// The client's side of the bench: frames made beforehand, sent over gRPC as a relay does,
// acknowledgements timed.
namespace tracker::bench {

struct LoadShape {
  std::size_t streams = 4;  // runs, a writer each
  std::size_t keys = 10;
  std::size_t rows = 10;  // of a frame: keys × rows points
  std::uint64_t window = 1u << 20;
  double frames_per_second = 0;  // of all streams together; 0: as many as are acknowledged
};

struct LoadResult {
  double seconds = 0;
  std::uint64_t points = 0, frames = 0, payload_bytes = 0;
  std::vector<double> ack_ms;  // of each frame: from sending to the acknowledgement that covers it
};

// Noisy losses as a trainer logs them: float32 values, steps that rise, times with a jitter.
std::vector<std::string> make_payloads(const LoadShape& shape, std::size_t count);

// Sends until `duration` is over and everything is acknowledged. Throws std::runtime_error when a
// stream is refused.
LoadResult run_load(const std::string& address, const LoadShape& shape,
                    std::chrono::seconds duration);

double percentile(std::vector<double> values, double share);

}  // namespace tracker::bench
