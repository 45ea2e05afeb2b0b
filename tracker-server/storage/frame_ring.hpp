#pragma once

#include <cstdint>

#include "core/time.hpp"
#include "storage/database.hpp"

// The ring of frame partitions. Rule of truncation: docs/storage.md, "The ring".
namespace tracker::storage {

struct RingLimits {
  std::int64_t slot_bytes = 64 << 20;
  std::int64_t slot_age_us = 15 * core::kMinuteUs;
};

struct RingWork {
  bool moved = false;  // inserts go to another slot now
  int truncated = 0;   // slots
};

// One round of maintenance; safe from several servers at once. Takes a connection of its own.
RingWork maintain_frame_ring(Database& database, std::int64_t now_us,
                             const RingLimits& limits = {});

}  // namespace tracker::storage
