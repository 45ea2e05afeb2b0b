#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdio>
#include <stop_token>
#include <string>

#include <tracker/error.hpp>

#include "app/app.hpp"
#include "app/signals.hpp"
#include "core/log_text.hpp"

// tracker-server. Exit codes: 0 stopped as asked, 1 failed, 2 wrong usage.
namespace {

void set_up_log(const std::string& level) {
  auto logger = spdlog::stderr_logger_mt("tracker-server");
  logger->set_pattern("time=%Y-%m-%dT%H:%M:%S.%eZ level=%l %v", spdlog::pattern_time_type::utc);
  logger->set_level(spdlog::level::from_str(level));
  spdlog::set_default_logger(std::move(logger));
}

// PostgreSQL's messages have several lines; an error of ours has one.
void complain(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  std::fprintf(stderr, "tracker-server: %s\n", text.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  const auto command = tracker::app::parse_command_line(argc, argv);
  if (!command.config) {
    std::fputs(command.text.c_str(), command.exit_code == 0 ? stdout : stderr);
    return command.exit_code;
  }
  std::stop_source stop;
  tracker::app::stop_on_signals(stop);
  try {
    set_up_log(command.config->log_level);
    tracker::app::run(*command.config, stop.get_token());
    return 0;
  } catch (const tracker::Error& error) {
    if (stop.stop_requested()) return 0;  // asked to stop before it was up
    if (!error.detail().empty())
      spdlog::debug("event=start_failed detail={}", tracker::core::quoted(error.detail()));
    complain(error.what());
  } catch (const std::exception& error) {
    complain(error.what());
  }
  return 1;
}
