#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "core/series.hpp"
#include "storage/verify.hpp"

// What the parts of verify_run share.
namespace tracker::storage {

inline constexpr const char* kRemedyRestore =
    "restore the run from a backup; do not delete it, a deleted run is never taken again";

class Report {
 public:
  Report(Verified& verified, std::string run) : verified_(verified), run_(std::move(run)) {}

  void add(std::string kind, std::string where, std::string what,
           std::string remedy = kRemedyRestore) {
    verified_.findings.push_back(
        {std::move(kind), run_, std::move(where), std::move(what), std::move(remedy)});
  }
  Verified& counts() noexcept { return verified_; }

 private:
  Verified& verified_;
  std::string run_;
};

// Bit for bit, except that all NaN are one.
inline bool same(double a, double b) noexcept {
  return (std::isnan(a) && std::isnan(b)) || std::memcmp(&a, &b, sizeof a) == 0;
}
inline bool same(const core::Bucket& a, const core::Bucket& b) noexcept {
  return a.step_first == b.step_first && a.step_last == b.step_last &&
         a.time_first_us == b.time_first_us && a.time_last_us == b.time_last_us &&
         same(a.min, b.min) && same(a.max, b.max) && same(a.sum, b.sum) && same(a.first, b.first) &&
         same(a.last, b.last) && a.nonfinite == b.nonfinite;
}

}  // namespace tracker::storage
