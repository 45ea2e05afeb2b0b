#pragma once

#include <optional>

#include "base/fd.hpp"

namespace tracker::capture {

using base::Fd;

// A descriptor (1 or 2) whose output arrives at `reader`.
struct Redirect {
  int target = -1;
  Fd original;  // where the output went before
  Fd reader;    // pipe, or master of a pseudo-terminal
  bool terminal = false;

  // Nothing if the descriptor is not open or no pipe can be had.
  static std::optional<Redirect> begin(int target);
  // The descriptor refers to what it did before. Async-signal-safe.
  void put_back() const noexcept;
  // Gives the pseudo-terminal the real one's width and height.
  void copy_window_size() const noexcept;
};

}  // namespace tracker::capture
