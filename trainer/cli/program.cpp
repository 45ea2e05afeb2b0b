#include "cli/program.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <memory>
#include <new>
#include <string>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/token_arguments.hpp"
#include "config/error.hpp"
#include "config/printable.hpp"
#include "nn/runtime.hpp"

namespace trainer::cli {
namespace {

constexpr int kFailed = 1;
constexpr int kUsage = 2;

constexpr std::size_t kLongestMessage = 4096;

// One line without control characters, whatever a library or a file's name put into it.
std::string one_line(const std::string& text) {
  return config::printable(text.substr(0, text.find('\n')), kLongestMessage);
}

int fail(const std::string& message, int code) {
  fmt::print(stderr, "trainer: {}\n", one_line(message));
  return code;
}

// The command that the line names, with its place: "trainer cache rm".
struct ChosenCommand {
  const CLI::App* app;
  std::string name;
};
ChosenCommand chosen_command(const CLI::App& app) {
  ChosenCommand chosen{.app = &app, .name = app.get_name()};
  while (!chosen.app->get_subcommands().empty()) {
    chosen.app = chosen.app->get_subcommands().front();
    chosen.name += " " + chosen.app->get_name();
  }
  return chosen;
}

int dispatch(const Arguments& arguments) {
  switch (arguments.command) {
    case Command::kTrain:
      return run_train(arguments.train);
    case Command::kTokenize:
      return run_tokenize(tokenize_options(arguments.tokenize));
    case Command::kPredict:
      return run_predict(arguments.predict);
    case Command::kEvaluate:
      return run_evaluate(arguments.evaluate);
    case Command::kGradcheck:
      return run_gradcheck(arguments.gradcheck);
    case Command::kModels:
      return run_models(arguments.models);
    case Command::kInspect:
      return run_inspect(arguments.inspect);
    case Command::kExport:
      return run_export(arguments.exported);
    case Command::kHub:
      return run_hub_command(arguments.hub_command, arguments.hub);
  }
  return kFailed;
}

}  // namespace

int run(int argc, const char* const* argv) {
  nn::keep_memory();
  // Standard output belongs to results.
  spdlog::set_default_logger(std::make_shared<spdlog::logger>(
      "trainer", std::make_shared<spdlog::sinks::stderr_color_sink_mt>()));
  CLI::App app("Fine-tunes a text classifier of the Hugging Face hub and logs to the tracker.",
               "trainer");
  Arguments arguments;
  define(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    fmt::print("{}", chosen_command(app).app->help());
    return 0;
  } catch (const CLI::ParseError& error) {
    return fail(fmt::format("{} (see {} --help)", one_line(error.what()), chosen_command(app).name),
                kUsage);
  }
  if (arguments.print_config) {
    fmt::print("{}", app.config_to_str(true));
    return 0;
  }
  try {
    return dispatch(arguments);
  } catch (const Error& error) {
    return fail(error.what(), error.code() == ErrorCode::kUsage ? kUsage : kFailed);
  } catch (const std::bad_alloc&) {
    return fail(
        "not enough memory; lower --max-length, or --batch-size (which a resumed run keeps)",
        kFailed);
  } catch (const std::exception& error) {
    return fail(error.what(), kFailed);
  }
}

}  // namespace trainer::cli
