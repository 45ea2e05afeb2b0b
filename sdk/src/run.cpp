#include <algorithm>
#include <atomic>
#include <cstdio>
#include <exception>
#include <limits>
#include <mutex>

#include <tracker/error.hpp>
#include <tracker/run.hpp>

#include "base/clock.hpp"
#include "base/uuid.hpp"
#include "src/artifacts.hpp"
#include "src/fork.hpp"
#include "src/json.hpp"
#include "src/records.hpp"
#include "src/resume.hpp"
#include "src/run_options.hpp"
#include "src/step_counter.hpp"
#include "src/writer_session.hpp"

namespace tracker {
class Run::Impl : public ForkListener {
 public:
  explicit Impl(const RunSettings& settings)
      : options_(options_for(settings)), exceptions_(std::uncaught_exceptions()) {
    const ResumeMemory memory(options_);
    auto session = std::make_unique<WriterSession>(options_);
    if (const auto branch = branch_of(options_)) session->append(*branch);
    steps_.go_on_with(memory.first_step(*session));
    memory.begin();
    if (!settings.config.empty())
      session->append(spool::Config{base::now_us(), to_json(settings.config)});
    session->capture();
    listen();
    session_.store(session.release(), std::memory_order_release);
  }
  ~Impl() override {
    unlisten();
    delete session_.load();
  }

  void log(std::span<const Scalar> scalars, std::optional<std::int64_t> step) noexcept {
    WriterSession* session = live_session();
    if (session == nullptr) return;
    session->log(scalars, steps_.take(step));
  }

  // `make` gives the record; what it throws costs the record, not the program: `too_long` says why
  // when it is the caller's doing.
  template <class Make>
  void append_made(const char* too_long, Make&& make) noexcept {
    const char* why = nullptr;
    try {
      return append(make());
    } catch (const Error&) {
      why = too_long;
    } catch (const std::exception&) {
      why = spool::kNoMemory;
    }
    if (WriterSession* session = live_session()) session->count_drop(why);
  }

  // Where the relay of this process looks for what is asked of it.
  std::filesystem::path staging_directory() {
    if (const WriterSession* session = live_session()) return session->directory();
    throw Error(ErrorCode::kFailedPrecondition, "the run has ended");
  }

  void log_media(std::string_view key, const Media& media,
                 std::optional<std::int64_t> step) noexcept {
    append_made("media beyond a limit: a key of 512 bytes, a content of 1,000,000",
                [&] { return media_record(key, media, step.value_or(steps_.last())); });
  }

  bool finish(RunState state, std::string_view reason, std::chrono::milliseconds timeout) noexcept {
    const std::lock_guard lock(mutex_);
    if (finished_.exchange(true)) return delivered_;
    if (state == RunState::kFinished) ResumeMemory(options_).end();
    WriterSession* session = session_.load(std::memory_order_acquire);
    if (session == nullptr) return false;  // a forked process that logged nothing
    try {
      spool::Finish finish{end_state(state), base::now_us(), std::nullopt, std::nullopt,
                           std::string(reason.substr(0, spool::kMaxReasonBytes))};
      delivered_ = session->finish(finish, timeout);
    } catch (const std::exception&) {
      delivered_ = false;
    }
    return delivered_;
  }

  std::int64_t next_step() const noexcept { return steps_.next(); }
  const WriterSession::Options& options() const noexcept { return options_; }
  // What a forked process that cannot write a log of its own has dropped.
  std::uint64_t lost_in_child() const noexcept {
    return lost_in_child_.load(std::memory_order_relaxed);
  }
  const WriterSession* session() const noexcept { return session_.load(std::memory_order_acquire); }
  bool unwinding() const noexcept { return std::uncaught_exceptions() > exceptions_; }

  // The threads of the parent's session are not in this process and its log is not ours: it is left
  // where it is.
  void forked() noexcept override {
    session_.store(nullptr, std::memory_order_relaxed);
    new (&mutex_) std::mutex;
    failed_in_child_ = false;
    lost_in_child_.store(0, std::memory_order_relaxed);
  }

 private:
  void append(const spool::Record& record) {
    if (WriterSession* session = live_session()) session->append(record);
  }

  // Null once the run is finished, and in a forked process that cannot write.
  WriterSession* live_session() noexcept {
    if (finished_.load(std::memory_order_relaxed)) return nullptr;
    WriterSession* session = session_.load(std::memory_order_acquire);
    return session != nullptr ? session : session_after_fork();
  }

  WriterSession* session_after_fork() noexcept {
    const std::lock_guard lock(mutex_);
    WriterSession* session = session_.load(std::memory_order_acquire);
    if (session != nullptr) return session;
    if (failed_in_child_) {
      lost_in_child_.fetch_add(1, std::memory_order_relaxed);
      return nullptr;
    }
    try {
      options_.start.parent_writer_id = options_.start.writer_id;
      options_.start.writer_id = options_.info.writer_id = base::make_uuid();
      options_.info.created_us = base::now_us();
      session = new WriterSession(options_);
      session_.store(session, std::memory_order_release);
    } catch (const std::exception& error) {
      // Once: a child must go on as its parent would.
      failed_in_child_ = true;
      lost_in_child_.fetch_add(1, std::memory_order_relaxed);
      std::fprintf(stderr, "tracker: this forked process logs nothing: %s\n", error.what());
    }
    return session;
  }

  WriterSession::Options options_;
  std::atomic<WriterSession*> session_{nullptr};  // null in a forked process until it logs
  const int exceptions_;
  StepCounter steps_;
  std::atomic<bool> finished_{false};
  std::mutex mutex_;  // guards below, and making and finishing a session
  bool delivered_ = false;
  bool failed_in_child_ = false;  // guarded by mutex_
  std::atomic<std::uint64_t> lost_in_child_{0};
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
  impl_->append_made(nullptr, [&] { return spool::Config{base::now_us(), to_json(values)}; });
}
void Run::summary(const Dict& values) noexcept {
  impl_->append_made(nullptr, [&] { return spool::Summary{base::now_us(), to_json(values)}; });
}
void Run::define_metric(std::string_view key, const MetricDefinition& definition) noexcept {
  impl_->append_made("a definition of metrics by a name of more than 512 bytes: shorten it", [&] {
    bounded_text(definition.step_metric, spool::kMaxKeyBytes, "a step metric");
    return spool::MetricDefinition{bounded_text(key, spool::kMaxKeyBytes, "a pattern"),
                                   to_json(definition)};
  });
}
void Run::set_tags(const std::vector<std::string>& tags) noexcept {
  impl_->append_made("more than 1,000 tags, or one of more than 512 bytes: shorten them",
                     [&] { return spool::Tags{bounded_tags(tags)}; });
}
void Run::set_notes(std::string_view notes) noexcept {
  impl_->append_made("notes of more than 64 KiB: shorten them", [&] {
    return spool::Notes{bounded_text(notes, spool::kMaxNotesBytes, "the notes")};
  });
}

ArtifactTicket Run::log_artifact(const ArtifactSettings& settings) noexcept {
  const Staged staged =
      hand_over([&] { return stage_artifact(impl_->staging_directory(), settings); });
  return {staged.folder, staged.error};
}
ArtifactTicket Run::use_artifact(const ArtifactSettings& settings) noexcept {
  const Staged staged = hand_over(
      [&] { return stage_artifact(impl_->staging_directory(), settings, ArtifactRole::kInput); });
  return {staged.folder, staged.error};
}
ArtifactTicket Run::use_artifact(std::string_view name) noexcept {
  const Staged staged = hand_over([&] { return stage_use(impl_->staging_directory(), name); });
  return {staged.folder, staged.error};
}

void Run::log_media(std::string_view key, const Media& media,
                    std::optional<std::int64_t> step) noexcept {
  impl_->log_media(key, media, step);
}
void Run::alert(std::string_view title, std::string_view text, AlertLevel level,
                std::chrono::seconds quiet) noexcept {
  impl_->append_made("an alert with a title of more than 512 bytes or a text of 16 KiB", [&] {
    const auto quiet_s = std::clamp<std::int64_t>(quiet.count(), 0, UINT32_MAX);
    return spool::Alert{base::now_us(), level_of(level), static_cast<std::uint32_t>(quiet_s),
                        bounded_text(title, spool::kMaxNameBytes, "a title"),
                        bounded_text(text, spool::kMaxAlertTextBytes, "an alert")};
  });
}

bool Run::finish(RunState state, std::string_view reason,
                 std::chrono::milliseconds timeout) noexcept {
  return impl_->finish(state, reason, timeout);
}

std::int64_t Run::next_step() const noexcept { return impl_->next_step(); }
const std::string& Run::id() const noexcept { return impl_->options().info.run_id; }
const std::string& Run::name() const noexcept { return impl_->options().info.name; }
const std::string& Run::project() const noexcept { return impl_->options().info.project; }

std::filesystem::path Run::directory() const noexcept {
  const WriterSession* session = impl_->session();
  return session != nullptr ? session->directory() : std::filesystem::path();
}

std::string Run::url() const noexcept {
  const WriterSession* session = impl_->session();
  return session != nullptr ? session->control().run_url() : std::string();
}

Delivery Run::delivery() const noexcept {
  using spool::RelayState;
  const WriterSession* session = impl_->session();
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
  const WriterSession* session = impl_->session();
  return session != nullptr ? session->control().relay_message() : std::string();
}

std::uint64_t Run::dropped_rows() const noexcept {
  const WriterSession* session = impl_->session();
  return session != nullptr ? session->dropped() : impl_->lost_in_child();
}

}  // namespace tracker
