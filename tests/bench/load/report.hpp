#pragma once

#include <cstdint>
#include <vector>

#include "charts.hpp"
#include "fleet.hpp"
#include "tabs.hpp"
#include "usage.hpp"

// Prints what a load does: a line a second, and a summary.
namespace tracker::bench {

class Report {
 public:
  // All must outlive it; `tabs` may be null. The load begins now.
  Report(const FleetShape& shape, const Usage& usage, const Charts& charts, const Tabs* tabs,
         double seconds);

  void second(const FleetCounts& counts, double elapsed);
  void end(const Fleet& fleet);

 private:
  const FleetShape& shape_;
  const Usage& usage_;
  const Charts& charts_;
  const Tabs* tabs_;
  const double planned_;
  const CpuSeconds cpu_began_;
  CpuSeconds cpu_before_;
  std::uint64_t frames_before_ = 0;
  std::size_t acks_before_ = 0;
  double elapsed_before_ = 0;
  double rss_mb_[3] = {0, 0, 0};  // after 10 %, 50 % and 100 % of the time
};

}  // namespace tracker::bench
