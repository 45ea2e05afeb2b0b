#include "rpc/call_record.hpp"

#include <spdlog/spdlog.h>

#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>

#include "core/log_text.hpp"

namespace tracker::rpc {
namespace {

constexpr const char* kNames[] = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

// Calls are few, and each asks the database: a mutex is no cost here.
class Calls {
 public:
  void ended(const char* call, grpc::StatusCode code, std::chrono::steady_clock::duration time) {
    const std::lock_guard lock(mutex_);
    ++codes_[{call, code}];
    auto& histogram = times_[call];
    if (!histogram) histogram = std::make_unique<metrics::TimeHistogram>();
    histogram->observe(time);
  }
  void write(metrics::Writer& out) const {
    using Type = metrics::Writer::Type;
    const std::lock_guard lock(mutex_);
    out.family("tracker_rpc_calls_total", "Calls of gRPC answered, without ingest streams.",
               Type::kCounter);
    for (const auto& [key, count] : codes_)
      out.sample({{"call", key.first}, {"code", name_of(key.second)}}, count);
    out.family("tracker_rpc_call_seconds", "Time of such a call.", Type::kHistogram);
    for (const auto& [call, histogram] : times_) out.sample({{"call", call}}, *histogram);
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::string_view, grpc::StatusCode>, std::uint64_t> codes_;
  std::map<std::string_view, std::unique_ptr<metrics::TimeHistogram>> times_;
};

Calls& calls() {
  static Calls instance;
  return instance;
}

bool reads_only(std::string_view call) {
  for (const std::string_view verb : {"List", "Get", "Export", "Find", "Download"})
    if (call.starts_with(verb)) return true;
  return false;
}

bool servers_fault(grpc::StatusCode code) {
  return code == grpc::StatusCode::INTERNAL || code == grpc::StatusCode::DATA_LOSS ||
         code == grpc::StatusCode::UNAVAILABLE || code == grpc::StatusCode::UNKNOWN;
}

std::string id_of(const grpc::CallbackServerContext& context) {
  const auto found = context.client_metadata().find("x-request-id");
  return found == context.client_metadata().end()
             ? core::make_request_id()
             : core::request_id({found->second.data(), found->second.size()});
}

}  // namespace

const char* name_of(grpc::StatusCode code) noexcept {
  const auto i = static_cast<std::size_t>(code);
  return i < std::size(kNames) ? kNames[i] : "UNKNOWN";
}

CallRecord::CallRecord(grpc::CallbackServerContext& context, const char* call, core::AccessLog log)
    : call_(call), log_(log), id_(id_of(context)), client_(context.peer()) {
  context.AddTrailingMetadata("x-request-id", id_);
}

void CallRecord::end(const grpc::Status& status) const {
  const auto time = std::chrono::steady_clock::now() - began_;
  calls().ended(call_, status.error_code(), time);
  const bool fault = servers_fault(status.error_code());
  if (log_ == core::AccessLog::kOff && !fault) return;
  const bool quiet = log_ == core::AccessLog::kWrites && reads_only(call_);
  const auto level = fault   ? spdlog::level::warn
                     : quiet ? spdlog::level::debug
                             : spdlog::level::info;
  spdlog::log(level, "event=rpc_call id={} call={} status={} ms={:.1f} client={}", id_, call_,
              name_of(status.error_code()), std::chrono::duration<double, std::milli>(time).count(),
              core::quoted(client_));
}

StreamMeters& streams() noexcept {
  static StreamMeters instance;
  return instance;
}

void write_metrics(metrics::Writer& out) {
  out.gauge("tracker_ingest_streams", "Ingest streams open.", streams().open);
  out.counter("tracker_ingest_streams_total", "Ingest streams begun.", streams().begun);
  calls().write(out);
}

}  // namespace tracker::rpc
