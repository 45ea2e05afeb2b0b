#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <csignal>
#include <exception>
#include <iostream>
#include <thread>

#include <tracker/error.hpp>

#include "relay/relay.hpp"
#include "relay/trust.hpp"
#include "spool/layout.hpp"

// tracker-relay: delivers one writer's log, beside the process that writes it and beyond its death.
// Started by the SDK. Exit codes: 0 delivered, or nothing to do; 1 not (all) delivered; 2 usage.
namespace {

using tracker::relay::Outcome;

// Signals are taken by one thread that turns SIGTERM into a stop request; Ctrl-C and a closed
// terminal are meant for the trainer, whose death we outlive. Must run before any other thread
// starts.
std::jthread take_signals(std::stop_source& stop) {
  for (const int ignored : {SIGINT, SIGHUP, SIGPIPE}) std::signal(ignored, SIG_IGN);
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  sigaddset(&term, SIGUSR2);  // ends this thread
  pthread_sigmask(SIG_SETMASK, &term, nullptr);
  return std::jthread([&stop, term] {
    int signal = 0;
    sigwait(&term, &signal);
    if (signal == SIGTERM) stop.request_stop();
  });
}

int relay(const tracker::relay::RelayOptions& given) {
  const auto lock = tracker::spool::RelayLock::try_acquire(given.spool);
  if (!lock) return 0;  // another relay delivers this log
  std::stop_source stop;
  std::jthread signals = take_signals(stop);
  auto logger = spdlog::basic_logger_mt("relay", (given.spool / "relay.log").string());
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%f%z %l pid=%P %v");
  logger->flush_on(spdlog::level::info);
  auto options = given;
  options.log = [&](const std::string& line) { logger->info(line); };
  int code = 1;
  try {
    const auto report = tracker::relay::deliver(options, stop.get_token());
    logger->info("end acked={} {}", tracker::spool::to_bytes(report.acked), report.message);
    code = report.outcome == Outcome::kDelivered || report.outcome == Outcome::kSuperseded ? 0 : 1;
  } catch (const std::exception& error) {
    logger->error("{}", error.what());
  }
  pthread_kill(signals.native_handle(), SIGUSR2);
  return code;
}

// As the command line gives it; times in milliseconds.
struct Given {
  std::string spool;
  std::int64_t longest_wait, keepalive;
};

void add_options(CLI::App& app, tracker::relay::RelayOptions& options, Given& given) {
  app.add_option("--spool", given.spool, "directory of the writer")->required()->type_name("DIR");
  app.add_option("--server", options.server, "address of the server")->required()->type_name("URL");
  app.add_option("--parent", options.parent, "process that writes the log")->type_name("PID");
  app.add_option_function<std::string>(
         "--ca-file", tracker::relay::set_ca_file,
         "authorities to believe instead of the system's, for an https address (else "
         "$TRACKER_CA_FILE)")
      ->type_name("FILE");
  app.add_option("--longest-wait", given.longest_wait, "between attempts to reach the server")
      ->envname("TRACKER_RELAY_LONGEST_WAIT_MS")
      ->check(CLI::Range(100, 3'600'000))
      ->type_name("MS");
  app.add_option("--keepalive", given.keepalive,
                 "a silent server is asked for a sign of life so often")
      ->envname("TRACKER_RELAY_KEEPALIVE_MS")
      ->check(CLI::Range(5'000, 3'600'000))
      ->type_name("MS");
  app.set_version_flag("--version", TRACKER_VERSION);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Delivers the log of one run's writer to tracker-server. The SDK starts it.",
               "tracker-relay");
  tracker::relay::RelayOptions options;
  Given given{"", options.backoff.longest.count(), options.keepalive.count()};
  add_options(app, options, given);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wanted) {
    return app.exit(wanted);
  } catch (const CLI::ParseError& error) {
    std::cerr << "tracker-relay: " << error.what() << " (see `tracker-relay --help`)\n";
    return 2;
  }
  options.spool = given.spool;
  options.backoff.longest = std::chrono::milliseconds(given.longest_wait);
  options.backoff.base = std::min(options.backoff.base, options.backoff.longest);
  options.keepalive = std::chrono::milliseconds(given.keepalive);
  // A session of our own: no terminal signal reaches us, and the shell does not wait for us. It
  // fails, harmlessly, for a process that leads one already.
  setsid();
  try {
    return relay(options);
  } catch (const std::exception& error) {
    std::cerr << "tracker-relay: " << error.what() << "\n";
    return 1;
  }
}
