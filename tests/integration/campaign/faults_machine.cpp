#include <cerrno>
#include <csignal>

#include "integration/campaign/faults.hpp"

// What a machine may do to all that runs on it: its wall clock is set, its disk fails for a while.
namespace campaign {
namespace {

using test_support::FaultShim;

constexpr std::int64_t kSecondUs = 1'000'000, kDayUs = 86'400 * kSecondUs;

// By less than a second, or by hours, or by years; to both sides.
std::int64_t some_step(Round& round) {
  const std::int64_t most[] = {kSecondUs, kDayUs, 20 * 365 * kDayUs};
  const auto by =
      static_cast<std::int64_t>(round.below(static_cast<std::uint64_t>(most[round.below(3)])));
  return round.coin() ? by : -by;
}

// The other clocks stay: machines differ as well.
After clock_is_set(Round& round, FaultShim World::Shims::*whose) {
  World::Shims* shims = round.world().shims();
  if (shims == nullptr) return After::kNothing;
  round.start_some();
  round.strike(4, [&] { (shims->*whose)->clock_us = some_step(round); });
  round.finish_loggers();  // under the last one
  return After::kNothing;
}
After clock_of_loggers(Round& round) { return clock_is_set(round, &World::Shims::loggers); }
After clock_of_server(Round& round) { return clock_is_set(round, &World::Shims::server); }
After clock_of_database(Round& round) { return clock_is_set(round, &World::Shims::postgres); }

// Reading, writing, or both fail for a while.
void disk_fails(Round& round, FaultShim& disk) {
  const std::uint64_t what = round.below(3);
  if (what != 0) disk->write_error = EIO;
  if (what != 1) disk->read_error = EIO;
  round.linger(round.some_ms(50, 600));
  disk->write_error = disk->read_error = 0;
}

After disk_of_loggers(Round& round) {
  World::Shims* shims = round.world().shims();
  if (shims == nullptr) return After::kNothing;
  round.start_some(4);
  round.strike(3, [&] {
    if (round.coin()) round.any().process().kill(SIGKILL);
    disk_fails(round, shims->loggers);
  });
  return After::kSync;
}

After disk_of_database(Round& round) {
  World::Shims* shims = round.world().shims();
  if (shims == nullptr) return After::kNothing;
  round.start_some();
  round.strike(3, [&] { disk_fails(round, shims->postgres); });
  return After::kNothing;
}

constexpr Kind kMachineFaults[] = {
    {"clock_of_loggers", "the wall clock of loggers and relays is set", clock_of_loggers},
    {"clock_of_server", "the wall clock of the server is set", clock_of_server},
    {"clock_of_database", "the wall clock of PostgreSQL is set", clock_of_database},
    {"disk_of_loggers", "input/output errors under the logs", disk_of_loggers},
    {"disk_of_database", "input/output errors under PostgreSQL", disk_of_database},
};

}  // namespace

std::span<const Kind> machine_faults() { return kMachineFaults; }

}  // namespace campaign
