#pragma once

#include "metrics/meters.hpp"
#include "metrics/writer.hpp"

// What storage counts (docs/server.md, "Metrics").
namespace tracker::storage {

struct PoolMeters {
  metrics::Gauge open, idle;
  metrics::Counter timeouts;
  metrics::TimeHistogram waits;  // of those that had to wait
};

struct Meters {
  metrics::Gauge most_connections;
  PoolMeters sql, pg;
};

// The process's.
Meters& meters() noexcept;
void write_metrics(metrics::Writer& out);

}  // namespace tracker::storage
