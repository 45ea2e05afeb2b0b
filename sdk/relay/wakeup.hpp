#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <stop_token>

#include "base/fd.hpp"

namespace tracker::relay {

// A wait that ends early when somebody asks for this log's delivery (opens relay.lock), when the
// writer dies, or when we are to stop. One thread.
class Wakeup {
 public:
  Wakeup(const std::filesystem::path& writer_directory, const std::stop_token& stop);

  // True if somebody asked. `died` is a descriptor that is readable once the writer is dead, or -1.
  bool wait(std::chrono::milliseconds limit, int died);

 private:
  bool asked();

  base::Fd stop_event_, lock_opened_;
  struct Signal {
    int event;
    void operator()() const noexcept;
  };
  std::optional<std::stop_callback<Signal>> on_stop_;
};

}  // namespace tracker::relay
