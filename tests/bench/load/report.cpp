#include "report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace tracker::bench {
namespace {

constexpr double kShares[] = {0.1, 0.5, 1.0};

double at_share(std::vector<float> values, double share) {
  if (values.empty()) return 0;
  const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return static_cast<double>(values[static_cast<std::size_t>(at)]);
}

}  // namespace

Report::Report(const FleetShape& shape, const Usage& usage, const Charts& charts, const Tabs* tabs,
               double seconds)
    : shape_(shape),
      usage_(usage),
      charts_(charts),
      tabs_(tabs),
      planned_(seconds),
      cpu_began_(usage.cpu()),
      cpu_before_(cpu_began_) {}

void Report::second(const FleetCounts& counts, double elapsed) {
  const CpuSeconds now = usage_.cpu(), spent = now - cpu_before_;
  const double time = elapsed - elapsed_before_;
  const auto frames = static_cast<double>(counts.frames - frames_before_);
  const std::vector<float> acks(counts.ack_ms.begin() + static_cast<std::ptrdiff_t>(acks_before_),
                                counts.ack_ms.end());
  const auto charts = charts_.times();
  const double rss = usage_.server_rss_mb();
  fmt::print(
      "{:>4.0f} s {:>9.0f} points/s {:>7.0f} frames/s, ack p50 {:>6.1f} p99 {:>6.1f} ms, last "
      "chart "
      "{:>6.1f} ms, cores client {:.2f} server {:.2f} postgres {:.2f}, rss {:.0f} MB\n",
      elapsed, frames * static_cast<double>(shape_.rows * shape_.keys) / time, frames / time,
      at_share(acks, 0.5), at_share(acks, 0.99), charts.empty() ? 0.0 : charts.back(),
      spent.client / time, spent.server / time, spent.postgres / time, rss);
  std::fflush(stdout);
  for (std::size_t i = 0; i < std::size(kShares); ++i)
    if (elapsed >= kShares[i] * planned_ && rss_mb_[i] == 0) rss_mb_[i] = rss;
  cpu_before_ = now;
  frames_before_ = counts.frames;
  acks_before_ = counts.ack_ms.size();
  elapsed_before_ = elapsed;
}

void Report::end(const Fleet& fleet) {
  const CpuSeconds spent = usage_.cpu() - cpu_began_;
  const FleetCounts& counts = fleet.counts();
  const auto frames = static_cast<double>(counts.frames);
  const double points = frames * static_cast<double>(shape_.rows * shape_.keys);
  const double seconds = fleet.seconds();
  if (rss_mb_[2] == 0) rss_mb_[2] = usage_.server_rss_mb();
  fmt::print("load: {} runs, {} idle streams, {} connections, {} rows × {} keys a frame, {}\n",
             shape_.runs, shape_.idle, shape_.channels, shape_.rows, shape_.keys,
             shape_.sending == Sending::kEach ? "a message a frame" : "batches");
  fmt::print(
      "acknowledged: {:.0f} frames, {:.0f} points in {:.1f} s: {:.0f} frames/s, {:.0f} points/s\n",
      frames, points, seconds, frames / seconds, points / seconds);
  fmt::print("ack, from when a frame was due: p50 {:.1f} p99 {:.1f} max {:.1f} ms\n",
             at_share(counts.ack_ms, 0.5), at_share(counts.ack_ms, 0.99),
             at_share(counts.ack_ms, 1));
  const auto charts = charts_.times();
  fmt::print("charts: {} answered, {} failed, p50 {:.1f} p99 {:.1f} ms\n", charts.size(),
             charts_.failures(), at_share(charts, 0.5), at_share(charts, 0.99));
  const auto micros = [](double s, double n) { return n > 0 ? s * 1e6 / n : 0; };
  fmt::print(
      "CPU seconds: client {:.1f} server {:.1f} postgres {:.1f}, {:.2f} cores\n"
      "CPU a frame: client {:.1f} server {:.1f} postgres {:.1f} all {:.1f} µs; a point: {:.3f} µs, "
      "server and postgres {:.3f} µs\n",
      spent.client, spent.server, spent.postgres, spent.sum() / seconds,
      micros(spent.client, frames), micros(spent.server, frames), micros(spent.postgres, frames),
      micros(spent.sum(), frames), micros(spent.sum(), points),
      micros(spent.server + spent.postgres, points));
  fmt::print("server's RSS after 10 / 50 / 100 %: {:.0f} / {:.0f} / {:.0f} MB\n", rss_mb_[0],
             rss_mb_[1], rss_mb_[2]);
  if (tabs_ == nullptr) return;
  fmt::print("tabs: {} messages, {:.1f} MB, {} resyncs, {} lost\n", tabs_->messages(),
             static_cast<double>(tabs_->bytes()) / 1e6, tabs_->resyncs(), tabs_->lost());
}

}  // namespace tracker::bench
