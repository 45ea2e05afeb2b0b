#pragma once

#include <cstddef>

// What load_bench puts on a server.
namespace tracker::bench {

// How a run's frames go into messages.
enum class Sending {
  kEach,   // a message a frame, as soon as it is due
  kBatch,  // what is due in one message, as soon as the message before is acknowledged
};

struct FleetShape {
  std::size_t runs = 50;             // that stream frames, a writer each
  std::size_t idle = 0;              // that are connected and say nothing
  std::size_t rows = 10, keys = 10;  // of a frame
  double frames_per_second = 0;      // of all runs together
  std::size_t channels = 4;          // connections that the streams share
  Sending sending = Sending::kEach;
};

}  // namespace tracker::bench
