#pragma once

#include <cstdint>
#include <string>

// A download that is killed (SIGKILL) at random moments, over and over. A round: an empty cache;
// two processes of `trainer download` for one model, of which the one or the other, or both, are
// killed after a time that the seed draws from nothing to a little more than a whole download
// takes, up to four times; at times the broken cache is listed or removed in between. Then one more
// download, which must succeed. Whatever the cache then holds must be right to the byte.
namespace trainer::hub {

struct KillRounds {
  int rounds = 10;
  std::uint64_t seed = 1;
  std::string tool;  // a program with `download` and `cache`
};

struct KillReport {
  int rounds = 0;
  int kills = 0;         // processes that were killed before they had ended
  int resumed = 0;       // requests that went on where another process had been
  int from_start = 0;    // requests for large files from their first byte
  int wrong = 0;         // rounds with a failure, a wrong or a missing file
  std::string failures;  // a line for each, with the round's seed
};
KillReport run_kill_rounds(const KillRounds& options);

}  // namespace trainer::hub
