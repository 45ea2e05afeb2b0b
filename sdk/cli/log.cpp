#include <cstdio>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include <tracker/error.hpp>
#include <tracker/run.hpp>

#include "cli/line_input.hpp"
#include "cli/log_input.hpp"
#include "cli/output.hpp"
#include "cli/program.hpp"
#include "cli/settings.hpp"
#include "cli/text.hpp"

namespace tracker::cli {
namespace {

struct LogOptions {
  std::string project, name, group, job_type, notes, id, fork;
  Resume resume = Resume::kNone;
  std::optional<std::int64_t> rewind;
  std::vector<std::string> tags, config, media;
  bool echo = false, offline = false, no_system_metrics = false;
};

RunSettings settings_of(const LogOptions& options, const std::string& server) {
  RunSettings settings;
  settings.project = options.project;
  settings.name = options.name;
  settings.id = options.id;
  settings.resume = options.resume;
  settings.rewind_to = options.rewind;
  if (!options.fork.empty()) settings.fork_from = parse_run_step(options.fork);
  settings.group = options.group;
  settings.job_type = options.job_type;
  settings.notes = options.notes;
  settings.tags = options.tags;
  for (const auto& assignment : options.config) {
    auto [key, value] = parse_assignment(assignment);
    settings.config.insert_or_assign(std::move(key), std::move(value));
  }
  settings.server = server;
  settings.offline = options.offline;
  if (options.no_system_metrics) settings.system_interval = {};
  settings.capture_console = false;  // its stdout is an answer to the caller, not the run's output
  return settings;
}

// Read before the run begins: a file that is not there is no run.
std::vector<std::pair<std::string, Media>> media_of(const std::vector<std::string>& assignments) {
  std::vector<std::pair<std::string, Media>> out;
  for (const std::string& text : assignments) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      throw Error(ErrorCode::kInvalidArgument, "'" + text + "' is not KEY=FILE");
    out.emplace_back(text.substr(0, equals), media_file(text.substr(equals + 1)));
  }
  return out;
}

// Logs line after line. Throws Error that names the line; the number of the step to come is kept in
// between.
void log_lines(Run& run, LineInput& input, Speaker* echo) {
  std::int64_t next_step = run.next_step();
  std::uint64_t line_number = 0;
  std::vector<Scalar> scalars;
  try {
    for (;;) {
      ++line_number;
      const auto line = input.next();
      if (!line) return;
      if (line->find_first_not_of(" \t\r") == std::string::npos) continue;
      const LogRow row = parse_log_row(*line);
      const std::int64_t step = row.step.value_or(next_step);
      scalars.clear();
      for (const auto& [key, value] : row.values) scalars.push_back({key, value});
      run.log(scalars, step);
      for (const auto& [key, values] : row.histograms) run.log_media(key, histogram(values), step);
      next_step = step == std::numeric_limits<std::int64_t>::max() ? step : step + 1;
      if (echo != nullptr) echo->say(std::to_string(step));
    }
  } catch (const Error& error) {
    throw Error(error.code(), "line " + std::to_string(line_number) + ": " + error.what());
  }
}

void tell_delivery(const Run& run, bool delivered) {
  if (run.dropped_rows() > 0) {
    std::fprintf(stderr, "tracker: %llu rows or values were not written: see above\n",
                 static_cast<unsigned long long>(run.dropped_rows()));
  }
  if (delivered) return;
  const std::string why = run.delivery_message();
  std::fprintf(
      stderr, "tracker: not delivered yet: %s\n",
      why.empty() ? "`tracker sync` delivers it once a server answers" : printable(why).c_str());
}

int log_run(const std::string& server, const LogOptions& options) {
  LineInput input;
  const auto media = media_of(options.media);
  Run run = Run::start(settings_of(options, server_url(server)));
  Speaker out;
  out.say(run.id());
  try {
    log_lines(run, input, options.echo ? &out : nullptr);
    for (const auto& [key, one] : media) run.log_media(key, one);
  } catch (const Error& error) {
    tell_delivery(run, run.finish(RunState::kFailed, error.what()));
    throw;
  }
  const bool delivered =
      input.interrupted() ? run.finish(RunState::kStopped, "interrupted") : run.finish();
  tell_delivery(run, delivered || options.offline);
  return input.interrupted() || run.dropped_rows() > 0 ? kFailed : kDone;
}

void add_names(CLI::App& command, LogOptions& options) {
  command.add_option("--project", options.project, "name of the project; made if it is not there")
      ->required()
      ->type_name("P");
  command.add_option("--name", options.name, "name of the run (else one is made up)")
      ->type_name("N");
  command.add_option("--group", options.group, "runs of one experiment")->type_name("G");
  command.add_option("--job-type", options.job_type, "train, eval, …")->type_name("J");
  command.add_option("--notes", options.notes, "free text")->type_name("TEXT");
  command.add_option("--id", options.id, "the run's id, a UUID (else a new one)")->type_name("ID");
  command.add_option("--tags", options.tags, "a,b or a b")->delimiter(',')->type_name("TAG");
}

void add_history(CLI::App& command, LogOptions& options) {
  static const std::map<std::string, Resume> kModes = {{"allow", Resume::kAllow},
                                                       {"must", Resume::kMust},
                                                       {"never", Resume::kNever},
                                                       {"auto", Resume::kAuto}};
  command
      .add_option("--resume", options.resume,
                  "go on with a run: allow (if it is there), must, never (it must not be there), "
                  "auto (the last one of this machine that did not finish)")
      ->transform(CLI::CheckedTransformer(kModes))
      ->type_name("MODE");
  command.add_option("--fork", options.fork, "begin as that run was, up to and with the step")
      ->type_name("ID@STEP");
  command
      .add_option("--rewind", options.rewind,
                  "of the run with --id, take back what was logged above this step")
      ->type_name("STEP");
}

void add_content(CLI::App& command, LogOptions& options) {
  command.add_option("--config", options.config, "hyperparameters: k=v k=v")
      ->check([](const std::string& text) {
        try {
          parse_assignment(text);
          return std::string();
        } catch (const Error& error) {
          return std::string(error.what());
        }
      })
      ->type_name("K=V");
  command
      .add_option("--media", options.media,
                  "a picture, sound, film or text to be logged behind the rows: key=file")
      ->expected(1)
      ->take_all()
      ->type_name("K=FILE");
  command.add_flag("--echo", options.echo, "print a row's step once it is logged");
  command.add_flag("--offline", options.offline,
                   "write the spool only; `tracker sync` delivers it");
  command.add_flag("--no-system-metrics", options.no_system_metrics,
                   "log the rows alone: no CPU, memory, disk, network and GPU figures");
}

}  // namespace

void add_log(Program& program) {
  auto* command = program.app.add_subcommand(
      "log",
      "Log a run: each JSON line on standard input becomes a row. Prints the run's id first.");
  const auto options = std::make_shared<LogOptions>();
  add_names(*command, *options);
  add_history(*command, *options);
  add_content(*command, *options);
  command->callback([&program, options] {
    program.action = [&program, options] { return log_run(program.server, *options); };
  });
}

}  // namespace tracker::cli
