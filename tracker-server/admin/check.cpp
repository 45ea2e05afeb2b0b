#include "admin/check.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include <tracker/error.hpp>

#include "storage/artifacts/verify.hpp"

namespace tracker::admin {
namespace {

class Checker {
 public:
  Checker(const CheckOptions& options, const std::function<void(const storage::Finding&)>& finding,
          const std::function<void(const CheckProgress&)>& progress, std::stop_token stop)
      : options_(options), finding_(finding), progress_(progress), stop_(std::move(stop)) {}

  CheckResult work() {
    storage::PgConnection connection(options_.dsn, 0);
    runs_ = storage::all_runs(connection);
    if (options_.run) {
      if (std::find(runs_.begin(), runs_.end(), *options_.run) == runs_.end())
        throw Error(ErrorCode::kNotFound, "no run " + options_.run->text());
      runs_ = {*options_.run};
    } else {
      add(storage::verify_whole(connection), 0);
      add(storage::verify_artifacts(connection), 0);
    }
    {
      std::vector<std::jthread> threads;
      const std::size_t count = std::clamp<std::size_t>(options_.threads, 1, 64);
      for (std::size_t i = 0; i < std::min(count, runs_.size()); ++i)
        threads.emplace_back([this] { take_runs(); });
    }
    if (failure_) std::rethrow_exception(failure_);
    result_.stopped = stop_.stop_requested();
    return std::move(result_);
  }

 private:
  void take_runs() {
    try {
      storage::PgConnection connection(options_.dsn, 0);
      for (std::size_t i; !stop_.stop_requested() && (i = next_++) < runs_.size();)
        add(storage::verify_run(connection, runs_[i]), 1);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      next_ = runs_.size();
    }
  }

  void add(storage::Verified verified, std::size_t runs) {
    const std::lock_guard lock(mutex_);
    storage::Verified& all = result_.verified;
    all.points += verified.points;
    all.chunks += verified.chunks;
    all.frames += verified.frames;
    all.bytes += verified.bytes;
    result_.runs += runs;
    for (storage::Finding& finding : verified.findings) {
      finding_(finding);
      all.findings.push_back(std::move(finding));
    }
    progress_({result_.runs, runs_.size(), all.bytes});
  }

  const CheckOptions& options_;
  const std::function<void(const storage::Finding&)>& finding_;
  const std::function<void(const CheckProgress&)>& progress_;
  std::stop_token stop_;
  std::vector<core::RunId> runs_;
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;  // guards result_ and failure_, and the calls of the caller's functions
  CheckResult result_;
  std::exception_ptr failure_;
};

}  // namespace

CheckResult check(const CheckOptions& options,
                  const std::function<void(const storage::Finding&)>& finding,
                  const std::function<void(const CheckProgress&)>& progress, std::stop_token stop) {
  return Checker(options, finding, progress, std::move(stop)).work();
}

}  // namespace tracker::admin
