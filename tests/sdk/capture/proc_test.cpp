#include "capture/proc.hpp"

#include <gtest/gtest.h>

#include "capture/system_sampler.hpp"

namespace tracker::capture {
namespace {

TEST(Proc, CpuCountsAllButIdleAndWaiting) {
  const auto times = parse_cpu("cpu  10 1 5 100 20 2 3 4 50 0\ncpu0 1 1 1 1\n");
  ASSERT_TRUE(times);
  EXPECT_EQ(times->total, 145u);
  EXPECT_EQ(times->busy, 25u);
  EXPECT_FALSE(parse_cpu(""));
  EXPECT_FALSE(parse_cpu("intr 1 2 3 4 5 6"));
}

TEST(Proc, MemoryIsInBytes) {
  const auto memory =
      parse_memory("MemTotal:       1000 kB\nMemFree: 5 kB\nMemAvailable:    250 kB\n");
  ASSERT_TRUE(memory);
  EXPECT_EQ(memory->total_bytes, 1'024'000u);
  EXPECT_EQ(memory->available_bytes, 256'000u);
  EXPECT_FALSE(parse_memory("nothing"));
}

TEST(Proc, NetworkIsAllInterfacesButLoopback) {
  const Bytes bytes = parse_network(
      "Inter-|   Receive  |  Transmit\n face |bytes packets errs drop fifo frame compressed "
      "multicast|bytes packets\n"
      "    lo: 999 1 0 0 0 0 0 0 999 1 0 0 0 0 0 0\n"
      "  eth0:100 1 0 0 0 0 0 0 20 1 0 0 0 0 0 0\n"
      " wlan0: 5 1 0 0 0 0 0 0 7 1 0 0 0 0 0 0\n");
  EXPECT_EQ(bytes.in, 105u);
  EXPECT_EQ(bytes.out, 27u);
}

TEST(Proc, DisksCountOnceNotByPartitionOrLayer) {
  const Bytes bytes = parse_disks(
      "   8       0 sda 1 0 10 0 1 0 20 0 0 0 0\n   8       1 sda1 1 0 10 0 1 0 20 0 0 0 0\n"
      " 259       0 nvme0n1 1 0 1 0 1 0 2 0 0 0 0\n 259       1 nvme0n1p1 1 0 1 0 1 0 2 0 0 0 0\n"
      " 253       0 dm-0 1 0 10 0 1 0 20 0 0 0 0\n   7       0 loop0 1 0 10 0 1 0 20 0 0 0 0\n");
  EXPECT_EQ(bytes.in, 11u * 512);
  EXPECT_EQ(bytes.out, 22u * 512);
}

TEST(Proc, ResidentIsTheSecondNumber) {
  EXPECT_EQ(parse_resident("100 7 3 1 0 5 0\n", 4096), 7u * 4096);
  EXPECT_FALSE(parse_resident("", 4096));
}

TEST(SystemSampler, RatesComeWithTheSecondSample) {
  SystemSampler sampler("/");
  const auto has = [](const std::vector<Metric>& metrics, std::string_view key) {
    for (const Metric& metric : metrics) {
      if (metric.key == key) return true;
    }
    return false;
  };
  const auto first = sampler.sample();
  EXPECT_TRUE(has(first, "system/memory_percent"));
  EXPECT_TRUE(has(first, "system/process_rss_bytes"));
  EXPECT_TRUE(has(first, "system/disk_percent"));
  EXPECT_FALSE(has(first, "system/process_cpu_percent"));
  EXPECT_TRUE(has(sampler.sample(), "system/process_cpu_percent"));
}

}  // namespace
}  // namespace tracker::capture
