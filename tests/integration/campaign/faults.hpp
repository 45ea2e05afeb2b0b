#pragma once

#include <span>

#include "integration/campaign/round.hpp"

// The kinds of faults. A kind starts its loggers and does its harm; then the loggers are awaited,
// the world is healed, and what its `After` says happens before the check.
namespace campaign {

enum class After {
  kNothing,
  kSync,     // relays were killed or sent away: `tracker sync` delivers what they left
  kSyncAll,  // the server has lost what it had acknowledged of runs whose relays have gone
};

struct Kind {
  enum class Pace { kQuick, kSlow };  // slow ones come once in four laps
  const char* name;
  const char* what;
  After (*play)(Round&);
  Pace pace = Pace::kQuick;
};

// How a connection ends, either way.
inline test_support::Cut some_cut(Round& round) {
  return round.coin() ? test_support::Cut::kClose : test_support::Cut::kReset;
}

std::span<const Kind> process_faults();   // faults_processes.cpp
std::span<const Kind> network_faults();   // faults_network.cpp
std::span<const Kind> database_faults();  // faults_database.cpp
std::span<const Kind> spool_faults();     // faults_spool.cpp
std::span<const Kind> protocol_faults();  // faults_protocol.cpp
std::span<const Kind> machine_faults();   // faults_machine.cpp

}  // namespace campaign
