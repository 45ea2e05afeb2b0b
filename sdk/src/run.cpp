#include <atomic>
#include <cstdlib>
#include <exception>
#include <mutex>

#include <tracker/error.hpp>
#include <tracker/run.hpp>

#include "capture/environment.hpp"
#include "spool/utf8.hpp"
#include "src/fork.hpp"
#include "src/json.hpp"
#include "src/names.hpp"
#include "src/session.hpp"

namespace tracker {
namespace {

constexpr const char* kDefaultServer = "http://127.0.0.1:8080";

std::string server_for(const RunSettings& settings) {
  if (settings.offline) return {};
  if (!settings.server.empty()) return settings.server;
  const char* set = std::getenv("TRACKER_URL");
  return set != nullptr && *set != '\0' ? set : kDefaultServer;
}

Session::Options options_for(const RunSettings& settings) {
  using spool::to_utf8;
  if (settings.project.empty()) {
    throw Error(ErrorCode::kInvalidArgument, "a run needs a project: set RunSettings::project");
  }
  Session::Options out;
  out.root = spool::tracker_directory(settings.directory);
  out.settings = settings;
  spool::RunStart& start = out.start;
  start.run_id = spool::make_uuid();
  start.writer_id = spool::make_uuid();
  start.project = to_utf8(settings.project);
  start.name = settings.name.empty() ? make_run_name() : to_utf8(settings.name);
  start.group = to_utf8(settings.group);
  start.job_type = to_utf8(settings.job_type);
  start.notes = to_utf8(settings.notes);
  for (const std::string& tag : settings.tags) start.tags.push_back(to_utf8(tag));
  start.started_us = spool::now_us();
  start.environment_json = capture::environment_json(
      settings.capture_git ? capture::GitCapture::kOn : capture::GitCapture::kOff);
  out.info = {start.run_id, start.writer_id,      start.project,
              start.name,   server_for(settings), start.started_us};
  return out;
}

spool::EndState end_state(RunState state) {
  switch (state) {
    case RunState::kFinished:
      return spool::EndState::kFinished;
    case RunState::kFailed:
      return spool::EndState::kFailed;
    case RunState::kStopped:
      break;
  }
  return spool::EndState::kStopped;
}

}  // namespace

class Run::Impl : public ForkListener {
 public:
  explicit Impl(const RunSettings& settings)
      : options_(options_for(settings)), exceptions_(std::uncaught_exceptions()) {
    auto session = std::make_unique<Session>(options_);
    if (!settings.config.empty())
      session->append(spool::Config{spool::now_us(), to_json(settings.config)});
    session->capture();
    listen();
    session_.store(session.release(), std::memory_order_release);
  }
  ~Impl() override {
    unlisten();
    delete session_.load();
  }

  void log(std::span<const Scalar> scalars, std::optional<std::int64_t> step) noexcept {
    if (finished_.load(std::memory_order_relaxed)) return;
    Session* session = session_.load(std::memory_order_acquire);
    if (session == nullptr && (session = session_after_fork()) == nullptr) return;
    std::int64_t at;
    if (step) {
      at = *step;
      next_step_.store(at + 1, std::memory_order_relaxed);
    } else {
      at = next_step_.fetch_add(1, std::memory_order_relaxed);
    }
    session->log(scalars, at);
  }

  // `make` gives the record; what it throws (no memory) costs the record, not the program.
  template <class Make>
  void append_made(Make&& make) noexcept {
    try {
      append(make());
    } catch (const std::exception&) {
      return;
    }
  }

  bool finish(RunState state, std::string_view reason, std::chrono::milliseconds timeout) noexcept {
    const std::lock_guard lock(mutex_);
    if (finished_.exchange(true)) return delivered_;
    Session* session = session_.load(std::memory_order_acquire);
    if (session == nullptr) return false;  // a forked process that logged nothing
    try {
      spool::Finish finish{end_state(state), spool::now_us(), std::nullopt, std::nullopt,
                           spool::to_utf8(reason)};
      delivered_ = session->finish(finish, timeout);
    } catch (const std::exception&) {
      delivered_ = false;
    }
    return delivered_;
  }

  const Session::Options& options() const noexcept { return options_; }
  const Session* session() const noexcept { return session_.load(std::memory_order_acquire); }
  bool unwinding() const noexcept { return std::uncaught_exceptions() > exceptions_; }

  // The threads of the parent's session are not in this process and its log is not ours: it is left
  // where it is.
  void forked() noexcept override {
    session_.store(nullptr, std::memory_order_relaxed);
    new (&mutex_) std::mutex;
  }

 private:
  void append(const spool::Record& record) {
    if (finished_.load(std::memory_order_relaxed)) return;
    Session* session = session_.load(std::memory_order_acquire);
    if (session == nullptr) session = session_after_fork();
    if (session != nullptr) session->append(record);
  }

  Session* session_after_fork() noexcept {
    const std::lock_guard lock(mutex_);
    Session* session = session_.load(std::memory_order_acquire);
    if (session != nullptr || failed_in_child_) return session;
    try {
      options_.start.parent_writer_id = options_.start.writer_id;
      options_.start.writer_id = options_.info.writer_id = spool::make_uuid();
      options_.info.created_us = spool::now_us();
      session = new Session(options_);
      session_.store(session, std::memory_order_release);
    } catch (const std::exception&) {
      failed_in_child_ =
          true;  // said once by the missing rows; a child must go on as its parent would
    }
    return session;
  }

  Session::Options options_;
  std::atomic<Session*> session_{nullptr};  // null in a forked process until it logs
  const int exceptions_;
  std::atomic<std::int64_t> next_step_{0};
  std::atomic<bool> finished_{false};
  std::mutex mutex_;  // guards below, and making and finishing a session
  bool delivered_ = false;
  bool failed_in_child_ = false;
};

Run::Run(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Run::Run(Run&&) noexcept = default;

Run& Run::operator=(Run&& other) noexcept {
  if (this != &other) {
    if (impl_) finish();
    impl_ = std::move(other.impl_);
  }
  return *this;
}

Run::~Run() {
  if (!impl_) return;
  if (impl_->unwinding())
    finish(RunState::kFailed, "an exception left the scope of the run");
  else
    finish();
}

Run Run::start(RunSettings settings) {
  try {
    return Run(std::make_unique<Impl>(settings));
  } catch (const Error&) {
    throw;
  } catch (const std::exception& e) {
    throw Error(ErrorCode::kUnavailable, std::string("cannot start a run: ") + e.what(), e.what());
  }
}

void Run::log(std::initializer_list<Scalar> scalars, std::optional<std::int64_t> step) noexcept {
  impl_->log({scalars.begin(), scalars.size()}, step);
}
void Run::log(std::span<const Scalar> scalars, std::optional<std::int64_t> step) noexcept {
  impl_->log(scalars, step);
}

void Run::config(const Dict& values) noexcept {
  impl_->append_made([&] { return spool::Config{spool::now_us(), to_json(values)}; });
}
void Run::summary(const Dict& values) noexcept {
  impl_->append_made([&] { return spool::Summary{spool::now_us(), to_json(values)}; });
}
void Run::define_metric(std::string_view key, const MetricDefinition& definition) noexcept {
  impl_->append_made([&] {
    return spool::MetricDefinition{spool::to_utf8(key), to_json(definition)};
  });
}
void Run::set_tags(const std::vector<std::string>& tags) noexcept {
  impl_->append_made([&] {
    spool::Tags record;
    for (const std::string& tag : tags) record.tags.push_back(spool::to_utf8(tag));
    return record;
  });
}
void Run::set_notes(std::string_view notes) noexcept {
  impl_->append_made([&] { return spool::Notes{spool::to_utf8(notes)}; });
}

bool Run::finish(RunState state, std::string_view reason,
                 std::chrono::milliseconds timeout) noexcept {
  return impl_->finish(state, reason, timeout);
}

const std::string& Run::id() const noexcept { return impl_->options().info.run_id; }
const std::string& Run::name() const noexcept { return impl_->options().info.name; }
const std::string& Run::project() const noexcept { return impl_->options().info.project; }

std::filesystem::path Run::directory() const noexcept {
  const Session* session = impl_->session();
  return session != nullptr ? session->directory() : std::filesystem::path();
}

std::string Run::url() const noexcept {
  const Session* session = impl_->session();
  return session != nullptr ? session->control().run_url() : std::string();
}

Delivery Run::delivery() const noexcept {
  using spool::RelayState;
  const Session* session = impl_->session();
  if (session == nullptr) return Delivery::kStarting;
  switch (session->control().relay()) {
    case RelayState::kNone:
    case RelayState::kStarting:
      return Delivery::kStarting;
    case RelayState::kOnline:
    case RelayState::kDone:
      return Delivery::kOnline;
    case RelayState::kOffline:
      return Delivery::kOffline;
    case RelayState::kRefused:
      break;
  }
  return Delivery::kRefused;
}

std::string Run::delivery_message() const noexcept {
  const Session* session = impl_->session();
  return session != nullptr ? session->control().relay_message() : std::string();
}

std::uint64_t Run::dropped_rows() const noexcept {
  const Session* session = impl_->session();
  return session != nullptr ? session->dropped() : 0;
}

}  // namespace tracker
