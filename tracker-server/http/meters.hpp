#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "http/router.hpp"
#include "metrics/meters.hpp"
#include "metrics/writer.hpp"

// What the HTTP edge counts (docs/server.md, "Metrics").
namespace tracker::http {

struct Meters {
  metrics::Gauge connections;
  metrics::Gauge waiting;  // requests given to a worker
  metrics::Gauge live_tabs;
  metrics::Counter live_messages, live_resyncs, live_hang_ups;
  metrics::TimeHistogram live_lag;
  metrics::Gauge certificate_not_after_s;  // 0: no TLS
};
// The process's.
Meters& meters() noexcept;

// Requests by route. One per listener, made from its router; any thread.
class RequestMeters {
 public:
  explicit RequestMeters(const Router& router);

  // `route` null: a file of the dashboard (`page`), or what met no route at all.
  struct Answered {
    const Route* route = nullptr;
    bool page = false;
    int status = 0;
    std::chrono::steady_clock::duration time{};
  };
  void count(const Answered& answered) noexcept;
  void write(metrics::Writer& out) const;

 private:
  static constexpr std::array kStatuses{101, 200, 201, 204, 206, 304, 400, 401, 403, 404,
                                        405, 409, 412, 413, 428, 429, 500, 501, 503};
  struct Entry {
    std::string method, route;
    std::array<metrics::Counter, kStatuses.size() + 1> statuses;  // the last: any other
    metrics::TimeHistogram time;
  };

  const Route* first_;
  std::size_t routes_;
  std::vector<std::unique_ptr<Entry>> entries_;  // of the routes, then pages, then none
};

void write_metrics(metrics::Writer& out, const RequestMeters& requests);

}  // namespace tracker::http
