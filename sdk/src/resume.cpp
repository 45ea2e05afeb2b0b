#include "src/resume.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <thread>

#include <tracker/error.hpp>

#include "base/atomic_file.hpp"
#include "base/clock.hpp"
#include "base/crc32c.hpp"
#include "spool/reader.hpp"
#include "spool/segment.hpp"
#include "src/step_counter.hpp"

namespace tracker {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;

std::int64_t behind(std::int64_t step) { return step == kLastStep ? step : step + 1; }

// The note of Resume::kAuto: one file a project.
fs::path note_of(const fs::path& root, std::string_view project) {
  char name[32];
  std::snprintf(name, sizeof name, "%08x.json", base::crc32c(0, project));
  return root / "unfinished" / name;
}

// The step behind those of a log, for a run that stood at `next` before it. What cannot be read
// counts for nothing.
std::int64_t next_step_of(const fs::path& writer, std::int64_t next) {
  try {
    const auto bases = spool::list_segments(writer);
    if (bases.empty()) return next;
    spool::Reader reader(writer, bases.front());
    for (auto found = reader.next(); const auto* entry = std::get_if<spool::Entry>(&found);
         found = reader.next())
      if (const auto* row = std::get_if<spool::Row>(&entry->record))
        next = std::max(next, behind(row->step));
      else if (const auto* branch = std::get_if<spool::Branch>(&entry->record))
        next = behind(branch->step);
  } catch (const Error&) {
    return next;
  }
  return next;
}

}  // namespace

std::optional<spool::Branch> branch_of(const WriterSession::Options& options) {
  const RunSettings& settings = options.settings;
  if (settings.fork_from)
    return spool::Branch{spool::BranchKind::kFork, settings.fork_from->run,
                         settings.fork_from->step, base::now_us()};
  if (settings.rewind_to)
    return spool::Branch{spool::BranchKind::kRewind, options.info.run_id, *settings.rewind_to,
                         base::now_us()};
  return std::nullopt;
}

std::optional<std::string> unfinished_run(const fs::path& root, std::string_view project) {
  std::ifstream in(note_of(root, project), std::ios::binary);
  const auto note = nlohmann::json::parse(in, nullptr, false);
  if (!note.is_object() || note.value("project", nlohmann::json()) != project) return std::nullopt;
  const auto run = note.find("run_id");
  if (run == note.end() || !run->is_string()) return std::nullopt;
  return run->get<std::string>();
}

ResumeMemory::ResumeMemory(const WriterSession::Options& options) : options_(options) {}

std::int64_t ResumeMemory::first_step(WriterSession& session) const {
  const RunSettings& settings = options_.settings;
  const auto branch = branch_of(options_);
  const std::int64_t asked = settings.resume == Resume::kNone ? 0 : ask_server(session);
  return branch ? behind(branch->step) : asked;
}

std::int64_t ResumeMemory::ask_server(WriterSession& session) const {
  using spool::RelayState;
  if (options_.settings.offline) return without_server(session, "the run was started offline");
  const auto deadline = Clock::now() + options_.settings.resume_patience;
  const auto offline_deadline = Clock::now() + std::chrono::seconds(2);
  const spool::Control& control = session.control();
  for (auto pause = std::chrono::milliseconds(1);;
       pause = std::min(pause * 2, decltype(pause)(20))) {
    if (const auto resumed = control.resumed()) return resumed->next_step;
    const RelayState relay = control.relay();
    if (relay == RelayState::kRefused)
      give_up(session, ErrorCode::kFailedPrecondition, control.relay_message());
    // A server that is online and says nothing of it is older than the question.
    const auto now = Clock::now();
    const bool silent = relay == RelayState::kOnline && now > offline_deadline;
    const bool needed =
        options_.settings.resume == Resume::kMust || options_.settings.resume == Resume::kNever;
    const bool away = relay == RelayState::kOffline && !needed && now > offline_deadline;
    if (now > deadline || silent || away) return without_server(session, control.relay_message());
    std::this_thread::sleep_for(pause);
  }
}

// By the spools of this machine.
std::int64_t ResumeMemory::without_server(WriterSession& session, const std::string& why) const {
  const std::int64_t next = local_step();
  const bool here = next >= 0;
  switch (options_.settings.resume) {
    case Resume::kMust:
    case Resume::kNever:
      if (!options_.settings.offline)
        give_up(session, ErrorCode::kUnavailable,
                "no server could tell whether the run is there: " + why);
      if (here != (options_.settings.resume == Resume::kMust))
        give_up(session, ErrorCode::kFailedPrecondition,
                here ? "run " + options_.info.run_id + " is on this machine already"
                     : "there is no run " + options_.info.run_id +
                           " on this machine, and the run was started offline");
      break;
    default:
      break;
  }
  return std::max<std::int64_t>(next, 0);
}

// Negative if no other writer of the run has a spool here.
std::int64_t ResumeMemory::local_step() const {
  std::int64_t next = -1;
  for (const fs::path& writer : spool::list_writers(options_.root / "runs" / options_.info.run_id))
    if (writer.filename() != options_.info.writer_id)
      next = next_step_of(writer, std::max<std::int64_t>(next, 0));
  return next;
}

void ResumeMemory::give_up(WriterSession& session, ErrorCode code, const std::string& why) const {
  const fs::path directory = session.directory();
  session.finish({spool::EndState::kStopped, base::now_us(), {}, {}, "not started: " + why},
                 std::chrono::milliseconds(0));
  std::error_code none;
  fs::remove_all(directory, none);
  fs::remove(directory.parent_path(), none);  // the run's, if this was its only writer
  throw Error(code, why);
}

void ResumeMemory::begin() const noexcept {
  if (options_.settings.resume != Resume::kAuto) return;
  try {
    const fs::path note = note_of(options_.root, options_.info.project);
    fs::create_directories(note.parent_path());
    const nlohmann::json json = {{"project", options_.info.project},
                                 {"run_id", options_.info.run_id}};
    base::write_file_atomically(note, json.dump() + "\n", 0600);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tracker: the run will not be resumed by itself: %s\n", error.what());
  }
}

void ResumeMemory::end() const noexcept {
  if (options_.settings.resume != Resume::kAuto) return;
  std::error_code none;
  fs::remove(note_of(options_.root, options_.info.project), none);
}

}  // namespace tracker
