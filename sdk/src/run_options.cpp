#include "src/run_options.hpp"

#include <tracker/error.hpp>
#include <tracker/server.hpp>

#include "base/clock.hpp"
#include "base/utf8.hpp"
#include "base/uuid.hpp"
#include "capture/environment.hpp"
#include "src/names.hpp"

namespace tracker {
namespace {

std::string server_for(const RunSettings& settings) {
  if (settings.offline) return {};
  return settings.server.empty() ? default_server().url : settings.server;
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
  start.name = settings.name.empty()
                   ? make_run_name()
                   : bounded_text(settings.name, spool::kMaxNameBytes, "a run's name");
  start.group = bounded_text(settings.group, spool::kMaxNameBytes, "a group's name");
  start.job_type = bounded_text(settings.job_type, spool::kMaxNameBytes, "a job type");
  start.notes = bounded_text(settings.notes, spool::kMaxNotesBytes, "a run's notes");
  start.tags = bounded_tags(settings.tags);
  out.root = spool::tracker_directory(settings.directory);
  out.settings = settings;
  start.run_id = base::make_uuid();
  start.writer_id = base::make_uuid();
  start.started_us = base::now_us();
  start.environment_json = capture::environment_json(
      settings.capture_git ? capture::GitCapture::kOn : capture::GitCapture::kOff);
  out.info = {start.run_id, start.writer_id,      start.project,
              start.name,   server_for(settings), start.started_us};
  return out;
}

}  // namespace tracker
