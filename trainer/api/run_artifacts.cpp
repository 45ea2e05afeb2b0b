#include "api/run_artifacts.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "api/kept_version.hpp"

namespace trainer::api {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kMostWaiting = 16;
constexpr const char* kFolder = ".log-model";
constexpr const char* kFinal = "final_model";
constexpr std::chrono::seconds kPatience{30};
// Smaller files are copied: people edit them where they lie.
constexpr std::uintmax_t kLeastLinked = 1U << 20U;

void keep_file(const fs::path& file, const fs::path& to) {
  std::error_code failed;
  if (fs::file_size(file) >= kLeastLinked) {
    fs::create_hard_link(file, to, failed);
    if (!failed) return;
  }
  fs::copy_file(file, to);
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_regular_file()) files.push_back(entry.path());
  return files;
}

// Those of the evaluation of this very step.
void add_evaluation(tracker::Dict& metadata, const train::TrainerState& state) {
  for (const train::Row& row : state.log_history) {
    if (row.step != state.global_step) continue;
    for (const auto& [key, value] : row.values)
      if (key.starts_with("eval/")) metadata[key] = value;
  }
}

}  // namespace

void Errands::post(Errand errand) {
  std::unique_lock lock(mutex_);
  if (closed_) return;
  if (!thread_.joinable())
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  changed_.wait(lock, [this] { return waiting_.size() < kMostWaiting; });
  waiting_.push_back(std::move(errand));
  changed_.notify_all();
}

void Errands::end(End how) {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
  if (how == End::kAsked) thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Errands::run(const std::stop_token& stop) {
  if (priority_ == Priority::kLowest)
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 19);
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const Errand errand = std::move(waiting_.front());
    waiting_.pop_front();
    changed_.notify_all();
    lock.unlock();
    errand(stop);
  }
}

RunArtifacts::RunArtifacts(std::shared_ptr<tracker::Run> run, ModelLogSettings settings,
                           train::Say say)
    : run_(std::move(run)), settings_(std::move(settings)), say_(std::move(say)) {}

void RunArtifacts::began(const train::TrainerState& state) {
  const fs::path folder = settings_.directory / kFolder;
  if (state.global_step == 0 || !settings_.checkpoints) {
    std::error_code ignored;
    fs::remove_all(folder, ignored);  // another training's
    return;
  }
  for (KeptVersion& left : read_kept(folder)) {
    folders_ = left.number + 1;
    say_(fmt::format("{}, which a killed process kept, is handed over",
                     left.version.aliases.front()));
    post(std::move(left.version));
  }
}

void RunArtifacts::keep(std::string what, Use use, tracker::ArtifactTicket ticket) {
  if (!ticket.error().empty()) return;  // was said
  const std::lock_guard lock(mutex_);
  handed_.push_back({.what = std::move(what), .use = use, .ticket = std::move(ticket)});
}

void RunArtifacts::use_model(const std::string& name) {
  keep(name, Use::kUsed, run_->use_artifact(name));
}

void RunArtifacts::use_data(std::vector<UsedData> data, fs::file_time_type opened) {
  for (UsedData& each : data) {
    checksums_.post([this, opened, used = std::move(each)](const std::stop_token& stop) {
      try {
        keep(used.source, Use::kUsed, run_->use_artifact(dataset_artifact(used, opened, stop)));
      } catch (const std::exception& error) {
        const std::lock_guard lock(mutex_);
        unrecorded_.push_back(fmt::format("{} is not recorded: {}", used.source, error.what()));
      }
    });
  }
}

tracker::ArtifactSettings RunArtifacts::version_of(const train::TrainerState& state) const {
  tracker::ArtifactSettings out;
  out.name = settings_.name;
  out.type = "model";
  out.metadata = settings_.about;
  out.metadata["train/global_step"] = state.global_step;
  out.files = tracker::ArtifactFiles::kLinked;
  return out;
}

void RunArtifacts::saved(const train::TrainerState& state, const fs::path& checkpoint) {
  if (!settings_.checkpoints) return;
  tracker::ArtifactSettings version = version_of(state);
  add_evaluation(version.metadata, state);
  version.aliases = {checkpoint.filename().string()};
  if (state.best_global_step == state.global_step) version.aliases.emplace_back("best");
  hand_over([&checkpoint] { return files_in(checkpoint); }, std::move(version));
}

void RunArtifacts::log_final(const FinalModel& model) {
  if (!settings_.at_end) return;
  tracker::ArtifactSettings version = version_of(model.state);
  for (const auto& [name, value] : model.evaluation) version.metadata["eval/" + name] = value;
  version.metadata["final_model"] = true;
  version.aliases = {kFinal};
  if (model.best) version.aliases.emplace_back("best");
  hand_over(
      [&saved = model.saved] {
        std::vector<fs::path> files = saved.files;
        files.push_back(saved.archive);
        return files;
      },
      std::move(version));
}

// The files are kept in a folder until they are handed over: a checkpoint may be removed by then.
void RunArtifacts::hand_over(const std::function<std::vector<fs::path>()>& files,
                             tracker::ArtifactSettings settings) {
  settings.path = settings_.directory / kFolder / std::to_string(folders_++);
  try {
    fs::create_directories(settings.path);
    for (const fs::path& file : files()) keep_file(file, settings.path / file.filename());
    write_kept(settings);
  } catch (const std::exception& error) {
    remove_kept(settings.path);
    say_(fmt::format("{} is not logged: {}", settings.aliases.front(), error.what()));
    return;
  }
  post(std::move(settings));
}

void RunArtifacts::post(tracker::ArtifactSettings kept) {
  models_.post([this, version = std::move(kept)](const std::stop_token&) {
    const tracker::ArtifactTicket ticket = run_->log_artifact(version);
    remove_kept(version.path);
    keep(version.aliases.front(), Use::kMade, ticket);
  });
}

void RunArtifacts::end(Errands::End how) {
  models_.end(Errands::End::kDone);
  checksums_.end(how);
}

// A run's finish() waits for its log; what it handed over may take longer.
void RunArtifacts::wait_for_server() const {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + kPatience;
  for (const Handed& each : handed_) {
    if (run_->delivery() != tracker::Delivery::kOnline) return;
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    each.ticket.wait(std::max(left, std::chrono::milliseconds(0)));
  }
}

std::string RunArtifacts::report() {
  wait_for_server();
  for (const std::string& line : unrecorded_) say_(line);
  std::string final_version;
  std::size_t models = 0, pending = 0;
  for (const auto& [what, use, ticket] : handed_) {
    const std::string version = ticket.version();
    if (const std::string why = ticket.error(); !why.empty())
      say_(fmt::format("{} is not {}: {}", what, use == Use::kMade ? "logged" : "recorded", why));
    if (use == Use::kUsed) continue;
    ++models;
    if (!version.empty()) say_(fmt::format("{} is logged as {}", what, version));
    if (version.empty() && ticket.error().empty()) ++pending;
    if (what == kFinal) final_version = version;
  }
  if (pending > 0)
    say_(fmt::format("{} of {} models will be versions of {} when a server has taken them", pending,
                     models, settings_.name));
  return final_version;
}

}  // namespace trainer::api
