#include <csignal>

#include "integration/campaign/faults.hpp"

// What may happen to PostgreSQL, and between the server and it.
namespace campaign {
namespace {

using test_support::FaultProxy;
using test_support::Trap;
using test_support::Way;
using Mode = test_support::WayRules::Mode;

After postgres_ends(Round& round, int signal) {
  round.start_some();
  round.strike(2, [&] {
    round.world().postgres().stop(signal);
    if (round.coin()) round.go_on();
    round.world().postgres().start();
  });
  return After::kNothing;
}
After postgres_kill(Round& round) { return postgres_ends(round, SIGKILL); }
After postgres_immediate(Round& round) { return postgres_ends(round, SIGQUIT); }

After backend_kill(Round& round) {
  round.start_some();
  round.strike(2, [&] {
    const auto backends = round.world().backends();
    if (!backends.empty()) ::kill(backends[round.below(backends.size())], SIGKILL);
    round.linger(round.some_ms(100, 400));
  });
  return After::kNothing;
}

After backend_terminate(Round& round) {
  round.start_some();
  round.strike(5, [&] {
    const auto backends = round.world().backends();
    if (!backends.empty()) ::kill(backends[round.below(backends.size())], SIGTERM);
  });
  return After::kNothing;
}

After everything_kill(Round& round) {
  round.start_some(4);
  round.strike(1, [&] {
    round.any().process().kill(SIGKILL);
    round.world().kill_server();
    round.world().postgres().stop(SIGKILL);
    for (const pid_t relay : round.relays())
      if (round.coin()) ::kill(relay, SIGKILL);
    round.world().postgres().start();
    round.world().start_server();
  });
  return After::kSync;
}

After db_cut(Round& round) {
  round.start_some();
  round.strike(5, [&] {
    FaultProxy& proxy = round.world().database_proxy();
    if (round.coin())
      proxy.cut(some_cut(round));
    else
      proxy.cut_after(round.coin() ? Way::kUp : Way::kDown, round.below(4000), some_cut(round));
  });
  return After::kNothing;
}

// COMMIT arrives and its reply is lost, or it is lost itself; or the same of any other statement,
// whose end is a Sync message.
After lost_reply(Round& round, Trap::Lose lose) {
  round.start_some();
  round.strike(6, [&] {
    const std::string text = round.coin() ? "COMMIT" : std::string("S\0\0\0\4", 5);
    round.world().database_proxy().set_trap(
        {.text = text, .skip = static_cast<int>(round.below(3)), .lose = lose});
  });
  return After::kNothing;
}
After commit_reply_lost(Round& round) { return lost_reply(round, Trap::Lose::kReply); }
After commit_lost(Round& round) { return lost_reply(round, Trap::Lose::kRequest); }

After db_stall(Round& round) {
  round.start_some();
  round.strike(2, [&] {
    const Way way = round.coin() ? Way::kUp : Way::kDown;
    round.world().database_proxy().set(way, {.mode = Mode::kStall});
    round.linger(round.some_ms(50, 700));
    round.world().database_proxy().set(way, {});
  });
  return After::kNothing;
}

After db_slow(Round& round) {
  const auto delay = round.some_ms(1, 25);
  round.world().database_proxy().set(Way::kUp, {.delay = delay});
  round.world().database_proxy().set(Way::kDown, {.delay = delay});
  round.start_some();
  round.strike(2, [&] {
    if (round.coin()) round.world().database_proxy().cut(some_cut(round));
  });
  round.finish_loggers();
  return After::kNothing;
}

// The connections there are hang for ever: the server has to give them up by itself.
After db_half_open(Round& round) {
  round.start_some();
  round.strike(1, [&] { round.world().database_proxy().abandon(); });
  round.finish_loggers();
  const bool recovered = await(
      [&] {
        return round.world()
            .query(
                "SELECT 1 FROM run r JOIN project p ON p.id = r.project_id "
                "WHERE p.name = '" +
                round.project() + "' AND r.state = 1")
            .empty();
      },
      std::chrono::seconds(90));
  if (!recovered) {
    ++round.findings().stuck;
    round.findings().note("the server hangs on dead connections to its database");
  }
  return After::kNothing;
}

After older_database(Round& round) {
  round.start_some(2);
  round.go_on();
  round.world().keep_database();
  round.start_some(3);
  round.go_on();
  if (round.coin()) round.go_on();
  if (round.coin()) round.finish_loggers();
  round.world().restore_database();
  return After::kSyncAll;
}

After database_disk_full(Round& round) {
  if (!round.world().can_fill_disks()) return After::kNothing;
  // The spools lie on the same file system: theirs is full as well, which they count.
  round.start_some();
  round.go_on();
  round.world().fill_disk();
  round.linger(round.some_ms(200, 1200));
  round.world().free_disk();
  return After::kNothing;
}

constexpr Kind kDatabaseFaults[] = {
    {"postgres_kill", "kill -9 of the postmaster", postgres_kill},
    {"postgres_immediate", "pg_ctl stop -m immediate", postgres_immediate},
    {"backend_kill", "kill -9 of a backend", backend_kill},
    {"backend_terminate", "backends ended one by one", backend_terminate},
    {"everything_kill", "kill -9 of a logger, relays, server and PostgreSQL", everything_kill},
    {"db_cut", "the server's connections cut, also within a message", db_cut},
    {"db_commit_reply_lost", "a commit's reply is lost", commit_reply_lost},
    {"db_commit_lost", "a commit is lost", commit_lost},
    {"db_stall", "one direction waits", db_stall},
    {"db_slow", "every message is late", db_slow},
    {"db_half_open", "connections that nobody ends", db_half_open, Kind::Pace::kSlow},
    {"older_database", "an older database is put in place", older_database},
    {"disk_full_database", "no room under PostgreSQL", database_disk_full},
};

}  // namespace

std::span<const Kind> database_faults() { return kDatabaseFaults; }

}  // namespace campaign
