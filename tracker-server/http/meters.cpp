#include "http/meters.hpp"

#include <algorithm>

namespace tracker::http {
namespace {

const char* method_name(Method method) {
  switch (method) {
    case Method::kGet:
    case Method::kHead:
      return "GET";
    case Method::kPost:
      return "POST";
    case Method::kPut:
      return "PUT";
    case Method::kPatch:
      return "PATCH";
    default:
      return "other";
  }
}

}  // namespace

Meters& meters() noexcept {
  static Meters instance;
  return instance;
}

RequestMeters::RequestMeters(const Router& router)
    : first_(router.routes().data()), routes_(router.routes().size()) {
  const auto add = [this](const char* method, const std::string& route) {
    entries_.push_back(std::make_unique<Entry>());
    entries_.back()->method = method;
    entries_.back()->route = route;
  };
  for (const auto& route : router.routes()) add(method_name(route.method), route.pattern);
  add("GET", "dashboard");
  add("any", "none");
}

void RequestMeters::count(const Answered& answered) noexcept {
  const auto place = answered.route != nullptr ? static_cast<std::size_t>(answered.route - first_)
                                               : routes_ + (answered.page ? 0 : 1);
  auto& entry = *entries_[place];
  const auto at = std::lower_bound(kStatuses.begin(), kStatuses.end(), answered.status);
  const bool known = at != kStatuses.end() && *at == answered.status;
  entry.statuses[known ? static_cast<std::size_t>(at - kStatuses.begin()) : kStatuses.size()].add();
  entry.time.observe(answered.time);
}

// Of routes that nobody asked for yet there is nothing: there are many, with many buckets each.
void RequestMeters::write(metrics::Writer& out) const {
  using Type = metrics::Writer::Type;
  std::vector<const Entry*> used;
  out.family("tracker_http_requests_total", "Requests answered.", Type::kCounter);
  for (const auto& entry : entries_) {
    bool any = false;
    for (std::size_t i = 0; i < entry->statuses.size(); ++i) {
      const auto count = entry->statuses[i].value();
      if (count == 0) continue;
      any = true;
      const auto status = i < kStatuses.size() ? std::to_string(kStatuses[i]) : "other";
      out.sample({{"method", entry->method}, {"route", entry->route}, {"status", status}}, count);
    }
    if (any) used.push_back(entry.get());
  }
  out.family("tracker_http_request_seconds",
             "From a request's header to the end of its answer's writing.", Type::kHistogram);
  for (const auto* entry : used)
    out.sample({{"method", entry->method}, {"route", entry->route}}, entry->time);
}

void write_metrics(metrics::Writer& out, const RequestMeters& requests) {
  const auto& all = meters();
  requests.write(out);
  out.gauge("tracker_http_connections", "Connections open, those of tabs included.",
            all.connections);
  out.gauge("tracker_http_waiting_requests", "Requests that run on a worker or wait for one.",
            all.waiting);
  out.gauge("tracker_live_tabs", "Live WebSockets open.", all.live_tabs);
  out.counter("tracker_live_messages_total", "Messages given to tabs.", all.live_messages);
  out.counter("tracker_live_resyncs_total", "Tabs told to read a series again.", all.live_resyncs);
  out.counter("tracker_live_hang_ups_total", "Tabs disconnected because they did not read.",
              all.live_hang_ups);
  out.histogram("tracker_live_lag_seconds",
                "From a commit to its message to a tab; per message the oldest commit.",
                all.live_lag);
  const auto not_after = all.certificate_not_after_s.value();
  if (not_after != 0)
    out.gauge("tracker_tls_certificate_expiry_seconds",
              "When the certificate in use expires, since the epoch.",
              static_cast<double>(not_after));
}

}  // namespace tracker::http
