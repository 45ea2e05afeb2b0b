#pragma once

#include <atomic>

namespace tracker::capture {

// What must be idle before the process may die: nothing to read in the two descriptors (-1: none),
// `busy` false.
struct Outstanding {
  int readers[2];
  const std::atomic<bool>* busy;
};

// From now on a fatal signal whose handling was the default one first waits, at most 0.2 s, until
// all output is passed on, and then takes its default course. Handlers that the program has are
// left alone, also those it installs later.
void watch_fatal_signals(const Outstanding& outstanding) noexcept;
void unwatch_fatal_signals() noexcept;

}  // namespace tracker::capture
