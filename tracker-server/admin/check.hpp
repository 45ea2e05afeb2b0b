#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "core/ids.hpp"
#include "storage/verify.hpp"

// `tracker admin check`: all runs of a database, several at a time, each as of one moment.
namespace tracker::admin {

struct CheckOptions {
  std::string dsn;
  std::optional<core::RunId> run;  // one run, and not the rest of the database
  std::size_t threads = 2;
};

struct CheckProgress {
  std::size_t runs_done = 0, runs = 0;
  std::uint64_t bytes = 0;
};

struct CheckResult {
  std::size_t runs = 0;
  storage::Verified verified;
  bool stopped = false;  // `stop` was asked for: not all was looked at
};

// Calls of `finding` and `progress` come one at a time, from any of the threads. Throws Error when
// the database cannot be read, kNotFound for an unknown run.
CheckResult check(const CheckOptions& options,
                  const std::function<void(const storage::Finding&)>& finding,
                  const std::function<void(const CheckProgress&)>& progress, std::stop_token stop);

}  // namespace tracker::admin
