#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <limits>
#include <thread>
#include <vector>

#include "metrics/registry.hpp"

namespace tracker::metrics {
namespace {

using namespace std::chrono_literals;

TEST(Histogram, AValueOnABoundBelongsToIt) {
  Histogram sizes({1, 10, 100}, 1);
  for (const std::uint64_t value : {0u, 1u, 2u, 10u, 11u, 100u, 101u}) sizes.observe(value);
  EXPECT_EQ(sizes.bucket(0), 2u);
  EXPECT_EQ(sizes.bucket(1), 2u);
  EXPECT_EQ(sizes.bucket(2), 2u);
  EXPECT_EQ(sizes.bucket(3), 1u);
  EXPECT_EQ(sizes.sum(), 225u);
}

TEST(Histogram, TimesAreMicrosecondsAndNeverNegative) {
  TimeHistogram times;
  times.observe(1500us);
  times.observe(-5s);
  EXPECT_EQ(times.sum(), 1'500u);
  EXPECT_EQ(times.bucket(0), 1u);
}

TEST(Meters, ManyThreadsLoseNothing) {
  Counter counter;
  Gauge gauge;
  Histogram histogram({5}, 1);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (std::uint64_t i = 0; i < 10'000; ++i) {
          counter.add();
          gauge.add(i % 2 == 0 ? 1 : -1);
          histogram.observe(i % 10);
        }
      });
    }
  }
  EXPECT_EQ(counter.value(), 40'000u);
  EXPECT_EQ(gauge.value(), 0);
  EXPECT_EQ(histogram.bucket(0), 24'000u);
  EXPECT_EQ(histogram.bucket(1), 16'000u);
}

TEST(Writer, TextIsThatOfTheFormat) {
  Counter counter;
  counter.add(3);
  Histogram histogram({250'000, 1'000'000}, 1e6);
  histogram.observe(std::uint64_t{100'000});
  histogram.observe(std::uint64_t{2'000'000});
  Writer out;
  out.counter("a_total", "Things.", counter);
  out.gauge("b", "Level.", -1.5);
  out.family("c_total", "By kind.", Writer::Type::kCounter);
  out.sample({{"kind", "x"}, {"where", "a \"b\"\\\nc"}}, std::numeric_limits<std::uint64_t>::max());
  out.histogram("d_seconds", "Times.", histogram);
  EXPECT_EQ(out.text(),
            "# HELP a_total Things.\n# TYPE a_total counter\na_total 3\n"
            "# HELP b Level.\n# TYPE b gauge\nb -1.5\n"
            "# HELP c_total By kind.\n# TYPE c_total counter\n"
            "c_total{kind=\"x\",where=\"a \\\"b\\\"\\\\\\nc\"} 18446744073709551615\n"
            "# HELP d_seconds Times.\n# TYPE d_seconds histogram\n"
            "d_seconds_bucket{le=\"0.25\"} 1\nd_seconds_bucket{le=\"1\"} 1\n"
            "d_seconds_bucket{le=\"+Inf\"} 2\nd_seconds_sum 2.1\nd_seconds_count 2\n");
}

TEST(Writer, NumbersThatAreNoneHaveTheFormatsNames) {
  Writer out;
  out.family("a", "A.", Writer::Type::kGauge);
  out.sample({}, NAN);
  out.sample({}, INFINITY);
  out.sample({}, -INFINITY);
  EXPECT_TRUE(out.text().ends_with("a NaN\na +Inf\na -Inf\n")) << out.text();
}

double value_of(const std::string& text, const std::string& name) {
  const auto at = text.find('\n' + name + ' ');
  return at == std::string::npos ? NAN : std::stod(text.substr(at + name.size() + 2));
}

TEST(Registry, TablesFollowEachOtherAndTheProcessIsThisOne) {
  Registry registry;
  registry.add([](Writer& out) { write_build(out, "1.2.3"); });
  registry.add(write_process);
  const auto text = registry.text();
  EXPECT_NE(text.find("tracker_build_info{version=\"1.2.3\",compiler=\""), std::string::npos);
  EXPECT_GT(value_of(text, "process_resident_memory_bytes"), 1e6);
  EXPECT_GE(value_of(text, "process_cpu_seconds_total"), 0);
  EXPECT_GE(value_of(text, "process_open_fds"), 3);
  EXPECT_GE(value_of(text, "process_max_fds"), value_of(text, "process_open_fds"));
  EXPECT_NEAR(value_of(text, "process_start_time_seconds"), static_cast<double>(::time(nullptr)),
              600);
}

}  // namespace
}  // namespace tracker::metrics
