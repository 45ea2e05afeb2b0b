#include <csignal>

#include "integration/campaign/faults.hpp"
#include "spool/control.hpp"

// Processes that die, and loggers that fork.
namespace campaign {
namespace {

bool is_online(const Logger& logger) {
  const auto page = logger.spool() / "control";
  return !logger.run_id().empty() && std::filesystem::exists(page) &&
         tracker::spool::Control(logger.spool()).relay() == tracker::spool::RelayState::kOnline;
}

After nothing(Round& round) {
  round.start_some(4);
  return After::kNothing;
}

After trainer_kill(Round& round) {
  round.start_some(4);
  round.strike(3, [&] { round.any().process().kill(SIGKILL); });
  return After::kNothing;
}

After trainer_exit(Round& round) {
  LoggerSpec spec = round.some_spec();
  spec.end = LoggerSpec::End::kAbandon;
  round.start(spec);
  round.start_some(2);
  return After::kNothing;
}

After relay_kill(Round& round) {
  round.start_some();
  round.strike(4, [&] {
    for (const pid_t relay : round.relays())
      if (round.coin()) ::kill(relay, SIGKILL);
    if (round.coin()) round.sync();  // meanwhile the trainer lives
  });
  return After::kSync;
}

// The program starts another one at its end, if the one before had met the server.
After relay_kill_alone(Round& round) {
  round.start_some();
  for (const auto& logger : round.loggers())
    await([&] { return is_online(*logger) || !logger->process().running(); },
          std::chrono::seconds(10));
  bool met = true;
  for (const auto& logger : round.loggers()) met = met && is_online(*logger);
  for (const pid_t relay : round.relays())
    if (round.coin()) ::kill(relay, SIGKILL);
  return met ? After::kNothing : After::kSync;
}

After trainer_and_relay_kill(Round& round) {
  round.start_some();
  round.strike(3, [&] {
    round.any().process().kill(SIGKILL);
    for (const pid_t relay : round.relays()) ::kill(relay, SIGKILL);
  });
  return After::kSync;
}

After server_kill(Round& round) {
  round.start_some();
  round.strike(3, [&] {
    round.world().kill_server();
    round.linger(round.some_ms(1, 200));
    round.world().start_server();
    round.linger(round.some_ms(1, 300));
  });
  return After::kNothing;
}

After server_stop(Round& round) {
  round.start_some();
  round.strike(2, [&] {
    round.world().stop_server();
    round.world().start_server();
    round.linger(round.some_ms(1, 200));
  });
  return After::kNothing;
}

After server_and_trainer_kill(Round& round) {
  round.start_some();
  round.strike(2, [&] {
    round.any().process().kill(SIGKILL);
    round.world().kill_server();
    if (round.coin()) round.go_on();
    round.world().start_server();
  });
  return After::kNothing;
}

After fork_and_finish(Round& round) {
  for (int i = 0; i < 2; ++i) {
    LoggerSpec spec = round.some_spec();
    spec.fork_at = 1 + round.below(spec.plan.rows - 1);
    round.start(spec);
  }
  return After::kNothing;
}

After fork_and_kill(Round& round) {
  for (int i = 0; i < 2; ++i) {
    LoggerSpec spec = round.some_spec();
    spec.fork_at = 1 + round.below(spec.plan.rows / 2);
    round.start(spec);
  }
  round.strike(3, [&] {
    Logger& logger = round.any();
    const pid_t child = logger.ledger().head().pid[1];
    if (round.coin() && child > 0 && logger.ledger().head().phase[1] < Phase::kFinished &&
        logger.process().running())
      ::kill(child, SIGKILL);
    else
      logger.process().kill(SIGKILL);
  });
  // A child outlives its parent: it logs on, and its end is waited for.
  for (const auto& logger : round.loggers()) {
    const pid_t child = logger->ledger().head().pid[1];
    await([&] { return child <= 0 || ::kill(child, 0) != 0 || !logger->process().running(); },
          std::chrono::seconds(20));
  }
  return After::kNothing;
}

After ranks(Round& round) {
  for (int i = 0; i < 2; ++i) {
    LoggerSpec spec = round.some_spec();
    spec.ranks = 2 + round.below(kWriters - 1);
    round.start(spec);
  }
  return After::kNothing;
}

After ranks_and_kill(Round& round) {
  ranks(round);
  round.strike(2, [&] {
    Logger& logger = round.any();
    logger.rank(round.below(logger.spec().ranks)).kill(SIGKILL);
    if (round.coin()) round.world().grpc_proxy().cut(test_support::Cut::kReset);
  });
  return After::kNothing;
}

constexpr Kind kProcessFaults[] = {
    {"nothing", "no fault at all", nothing},
    {"trainer_kill", "kill -9 of loggers", trainer_kill},
    {"trainer_exit", "loggers exit without ending their runs", trainer_exit},
    {"relay_kill", "kill -9 of relays, then sync", relay_kill},
    {"relay_kill_alone", "kill -9 of relays, and nobody's help", relay_kill_alone},
    {"trainer_and_relay_kill", "kill -9 of both, then sync", trainer_and_relay_kill},
    {"server_kill", "kill -9 of the server, again and again", server_kill},
    {"server_stop", "SIGTERM to the server", server_stop},
    {"server_and_trainer_kill", "kill -9 of the server and a logger", server_and_trainer_kill},
    {"fork", "loggers fork, and both log", fork_and_finish},
    {"ranks", "several processes write one run", ranks},
    {"ranks_kill", "and some of them are killed", ranks_and_kill},
    {"fork_kill", "loggers fork, and one of them is killed", fork_and_kill},
};

}  // namespace

std::span<const Kind> process_faults() { return kProcessFaults; }

}  // namespace campaign
