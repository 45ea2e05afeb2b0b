#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

// What a logging process of the campaign does, as a function of its seed, and what it has done, in
// a file that both it and the checker map: the file's pages survive SIGKILL, so the checker knows
// to the single call what had returned.
namespace campaign {

inline constexpr std::uint64_t kWriters = 4;  // a process and its forked children, or ranks

// What became of one row.
enum class Row : std::uint8_t {
  kNone = 0,
  kBegun = 1,     // log() was called: it may be there or not
  kReturned = 2,  // log() has returned: it must be there
  kDropped = 3,   // log() has returned and counted it as dropped: it must not be there
};

// How far a writer has come.
enum class Phase : std::uint32_t { kNone, kStarted, kFinishing, kFinished };

struct Plan {
  std::uint64_t seed = 0, rows = 0, keys = 1, console_every = 0;
};

// Rows have steps of their own in each writer, so that none hides another.
constexpr std::int64_t step_of(std::uint64_t writer, std::uint64_t row) {
  return static_cast<std::int64_t>(row * kWriters + writer);
}
std::uint64_t mix(std::uint64_t x);
std::string key_name(std::uint64_t key);
// The keys of a row: the first always, the others by chance.
std::vector<std::uint64_t> keys_of(const Plan& plan, std::uint64_t writer, std::uint64_t row);
double value_of(const Plan& plan, std::uint64_t writer, std::uint64_t row, std::uint64_t key);
std::string console_line(const Plan& plan, std::uint64_t line);

class Ledger {
 public:
  struct Head {
    Plan plan;
    std::atomic<std::uint64_t> begun[kWriters], returned[kWriters];  // rows
    std::atomic<Phase> phase[kWriters];
    std::atomic<std::int32_t> pid[kWriters];
    std::atomic<bool> summary_dropped;  // the last one
    std::atomic<std::uint64_t> lines_begun, lines_written;
    char run_id[64], directory[512];
  };

  static void create(const std::filesystem::path& file, const Plan& plan);
  explicit Ledger(const std::filesystem::path& file);
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  Head& head() const noexcept { return *head_; }
  std::atomic<Row>& row(std::uint64_t writer, std::uint64_t row) const noexcept;

 private:
  Head* head_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace campaign
