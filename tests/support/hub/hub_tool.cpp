// `trainer download` and `trainer cache` alone, which build in seconds: for tests that start many
// processes.
#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <memory>

#include "cli/hub_arguments.hpp"
#include "config/error.hpp"

int main(int argc, char** argv) {
  spdlog::set_default_logger(std::make_shared<spdlog::logger>(
      "trainer", std::make_shared<spdlog::sinks::stderr_color_sink_mt>()));
  CLI::App app("hub commands of trainer", "hub_tool");
  app.require_subcommand(1);
  trainer::cli::HubArguments arguments;
  trainer::cli::HubCommand command = trainer::cli::HubCommand::kDownload;
  trainer::cli::define_hub_commands(
      app, arguments, [&command](trainer::cli::HubCommand chosen) { command = chosen; });
  CLI11_PARSE(app, argc, argv);
  try {
    return trainer::cli::run_hub_command(command, arguments);
  } catch (const trainer::Error& error) {
    fmt::print(stderr, "trainer: {}\n", error.what());
    return error.code() == trainer::ErrorCode::kUsage ? 2 : 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "trainer: {}\n", error.what());
    return 1;
  }
}
