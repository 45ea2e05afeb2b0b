#include "src/run_options.hpp"

#include <cctype>
#include <charconv>
#include <cstdlib>

#include <tracker/error.hpp>
#include <tracker/server.hpp>

#include "base/clock.hpp"
#include "base/utf8.hpp"
#include "base/uuid.hpp"
#include "capture/environment.hpp"
#include "src/names.hpp"
#include "src/resume.hpp"

namespace tracker {
namespace {

std::string from_environment(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? std::string() : text;
}

// A UUID in text form, in the one spelling that servers and directories know.
// `what` is where it comes from.
std::string checked_run_id(std::string id, const char* what) {
  bool good = id.size() == 36;
  for (std::size_t i = 0; good && i < id.size(); ++i) {
    const auto c = static_cast<unsigned char>(id[i]);
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    good = dash ? c == '-' : std::isxdigit(c) != 0;
    id[i] = static_cast<char>(std::tolower(c));
  }
  if (good) return id;
  throw Error(ErrorCode::kInvalidArgument,
              "'" + base::to_text(id) + "' cannot be the id of a run (" + what +
                  "): give a UUID such as 123e4567-e89b-42d3-a456-426614174000");
}

std::string run_id_for(const RunSettings& settings, const std::filesystem::path& root) {
  std::string id = settings.id.empty() ? from_environment("TRACKER_RUN_ID") : settings.id;
  if (id.empty() && settings.resume == Resume::kAuto)
    id = unfinished_run(root, settings.project).value_or("");
  if (!id.empty()) return checked_run_id(std::move(id), "$TRACKER_RUN_ID or RunSettings::id");
  if (settings.resume == Resume::kMust || settings.rewind_to)
    throw Error(ErrorCode::kInvalidArgument,
                "a run that is to be resumed or rewound needs its id: set RunSettings::id");
  return base::make_uuid();
}

const char* resume_text(Resume resume) {
  switch (resume) {
    case Resume::kNone:
      return "";
    case Resume::kAllow:
    case Resume::kAuto:
      return "allow";
    case Resume::kMust:
      return "must";
    case Resume::kNever:
      break;
  }
  return "never";
}

// Which of the writers of a run that was given its id; launchers say it in $RANK.
std::optional<int> rank_for(const RunSettings& settings) {
  if (settings.rank) return settings.rank;
  if (settings.id.empty() && from_environment("TRACKER_RUN_ID").empty()) return std::nullopt;
  const std::string text = from_environment("RANK");
  int rank = 0;
  const auto end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, rank);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != end || rank < 0)
    return std::nullopt;
  return rank;
}

std::string server_for(const RunSettings& settings) {
  if (settings.offline) return {};
  return settings.server.empty() ? default_server().url : settings.server;
}

void check_branch(RunSettings& settings, const std::string& run_id) {
  if (settings.fork_from && settings.rewind_to)
    throw Error(ErrorCode::kInvalidArgument, "a run is either forked or rewound, not both");
  if (!settings.fork_from) return;
  settings.fork_from->run = checked_run_id(settings.fork_from->run, "RunSettings::fork_from");
  if (settings.fork_from->run == run_id)
    throw Error(ErrorCode::kInvalidArgument,
                "a run cannot be forked from itself: RunSettings::rewind_to goes back in it");
}

}  // namespace

std::string bounded_text(std::string_view bytes, std::size_t most, const char* what) {
  std::string text = base::to_text(bytes);
  if (text.size() > most) {
    throw Error(ErrorCode::kInvalidArgument,
                std::string(what) + " of " + std::to_string(text.size()) +
                    " bytes is too long: it may have " + std::to_string(most));
  }
  return text;
}

std::vector<std::string> bounded_tags(const std::vector<std::string>& tags) {
  if (tags.size() > spool::kMaxTags) {
    throw Error(ErrorCode::kInvalidArgument, std::to_string(tags.size()) +
                                                 " tags are too many: a run may have " +
                                                 std::to_string(spool::kMaxTags));
  }
  std::vector<std::string> out;
  for (const std::string& tag : tags)
    out.push_back(bounded_text(tag, spool::kMaxTagBytes, "a tag"));
  return out;
}

WriterSession::Options options_for(const RunSettings& settings) {
  if (settings.project.empty()) {
    throw Error(ErrorCode::kInvalidArgument, "a run needs a project: set RunSettings::project");
  }
  WriterSession::Options out;
  spool::RunStart& start = out.start;
  start.project = bounded_text(settings.project, spool::kMaxProjectBytes, "a project's name");
  out.root = spool::tracker_directory(settings.directory);
  start.run_id = run_id_for(settings, out.root);
  start.name = settings.name.empty()
                   ? make_run_name(start.run_id)
                   : bounded_text(settings.name, spool::kMaxNameBytes, "a run's name");
  start.group = bounded_text(settings.group, spool::kMaxNameBytes, "a group's name");
  start.job_type = bounded_text(settings.job_type, spool::kMaxNameBytes, "a job type");
  start.notes = bounded_text(settings.notes, spool::kMaxNotesBytes, "a run's notes");
  start.tags = bounded_tags(settings.tags);
  out.settings = settings;
  check_branch(out.settings, start.run_id);
  out.settings.rank = rank_for(settings);
  start.writer_id = base::make_uuid();
  start.started_us = base::now_us();
  start.environment_json = capture::environment_json(
      settings.capture_git ? capture::GitCapture::kOn : capture::GitCapture::kOff);
  if (const int rank = out.settings.rank.value_or(0); rank > 0)
    start.environment_json =
        "{\"ranks\":{\"" + std::to_string(rank) + "\":" + start.environment_json + "}}";
  out.info = {start.run_id,
              start.writer_id,
              start.project,
              start.name,
              server_for(settings),
              start.started_us,
              resume_text(settings.resume)};
  return out;
}

}  // namespace tracker
