#include "cli/program.hpp"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "cli/arguments.hpp"
#include "support/directories.hpp"
#include "trainer/cli/called_program.hpp"
#include "trainer/models/tiny_model.hpp"

namespace trainer::cli {
namespace {

using test::Answer;
using test::call;

void expect_one_line(const Answer& answer) {
  EXPECT_EQ(std::count(answer.error.begin(), answer.error.end(), '\n'), 1) << answer.error;
}

TEST(Program, UnknownFlagIsAUsageError) {
  const Answer answer = call({"--model", "x", "--learning-rat", "1"});
  EXPECT_EQ(answer.code, 2);
  expect_one_line(answer);
  EXPECT_NE(answer.error.find("--learning-rat"), std::string::npos) << answer.error;
}

TEST(Program, UsageErrorOfASubcommandNamesItsHelp) {
  for (const auto& [words, help] :
       {std::pair<std::vector<std::string>, std::string>{{"predict", "--model"}, "trainer predict"},
        {{"cache", "rm"}, "trainer cache rm"},
        {{"evaluate", "--batch-size", "0"}, "trainer evaluate"},
        {{"--batch-size", "0"}, "trainer"}}) {
    const Answer answer = call(words);
    EXPECT_EQ(answer.code, 2);
    EXPECT_NE(answer.error.find("(see " + help + " --help)"), std::string::npos) << answer.error;
  }
}

TEST(Program, ModelIsRequired) {
  const Answer answer = call({"--report-to", "none"});
  EXPECT_EQ(answer.code, 2);
  expect_one_line(answer);
}

TEST(Program, ValueOutsideItsChoicesIsAUsageError) {
  for (const std::vector<std::string>& bad :
       {std::vector<std::string>{"--model", "x", "--dtype", "int3"},
        {"--model", "x", "--batch-size", "0"},
        {"--model", "x", "--dropout", "1"},
        {"--model", "x", "--lr-scheduler-type", "sawtooth"},
        {"--model", "x", "--device", "tpu"},
        {"--model", "x", "--max-steps", "-4"},
        {"--model", "x", "--optim", "adam"},
        {"--model", "x", "--optim-args", "momentum=1"},
        {"--model", "x", "--lr-scheduler-kwargs", "power=2"},
        {"--model", "x", "--label-smoothing-factor", "1"},
        {"--model", "x", "--class-weights", "1,heavy"},
        {"--model", "x", "--layerwise-lr-decay", "2"},
        {"--model", "x", "--freeze-layers", "-1"},
        {"--model", "x", "--logging-strategy", "best"},
        {"--model", "x", "--logging-steps", "2.5"},
        {"--model", "x", "--save-steps", "0"},
        {"--model", "x", "--metric-for-best-model", "bleu"},
        {"--model", "x", "--greater-is-better", "perhaps"},
        {"--model", "x", "--early-stopping-patience", "0"},
        {"predict", "--model", "x"},
        {"--model", "x", "--warmup-steps", "3", "--warmup-ratio", "0.1"}}) {
    const Answer answer = call(bad);
    EXPECT_EQ(answer.code, 2) << bad.back();
    expect_one_line(answer);
    // The flag is named.
    const std::string flag = bad[0] == "predict" ? "--input" : bad[bad.size() - 2];
    EXPECT_NE(answer.error.find(flag), std::string::npos) << answer.error;
  }
}

TEST(Program, NumbersWithoutEndAreUsageErrors) {
  for (const char* flag : {"--num-train-epochs", "--learning-rate", "--save-steps"}) {
    for (const char* value : {"inf", "nan", "1e300"}) {
      const Answer answer = call({"--model", "/nowhere", flag, value});
      EXPECT_EQ(answer.code, 2) << flag << " " << value;
      EXPECT_NE(answer.error.find("at most 1e15"), std::string::npos) << answer.error;
    }
  }
}

TEST(Program, FlagsThatDoNotGoTogetherAreRefusedBeforeAnythingIsRead) {
  for (const char* flag : {"--load-best-model-at-end", "--eval-on-start"}) {
    const Answer answer = call({"--model", "x", "--eval-strategy", "no", flag});
    EXPECT_EQ(answer.code, 2);
    EXPECT_NE(answer.error.find(flag), std::string::npos) << answer.error;
  }
  const Answer answer =
      call({"--model", "x", "--eval-strategy", "steps", "--load-best-model-at-end"});
  EXPECT_NE(answer.error.find("to be the same"), std::string::npos) << answer.error;
}

TEST(Program, PartsThatAreNotBuiltSaySo) {
  const Answer answer = call({"--model", "x", "--device", "cuda:0"});
  EXPECT_EQ(answer.code, 1);
  expect_one_line(answer);
  EXPECT_NE(answer.error.find("this build"), std::string::npos) << answer.error;
}

TEST(Program, LoggingModelsNeedsTheTrackerAndAName) {
  const auto expect = [](std::vector<std::string> more, const std::string& part) {
    more.insert(more.begin(), {"--model", "x"});
    const Answer answer = call(more);
    EXPECT_EQ(answer.code, 2) << answer.error;
    expect_one_line(answer);
    EXPECT_NE(answer.error.find(part), std::string::npos) << answer.error;
  };
  expect({"--log-model", "end", "--report-to", "none"}, "--report-to none");
  expect({"--log-model", "always"}, "--log-model");
  expect({"--model-name", "m"}, "--model-name goes with --log-model");
  expect({"--log-model", "end", "--model-name", "a b"}, "'a b'");
}

TEST(Program, AModelOfTheTrackerNeedsItsProject) {
  for (std::vector<std::string> command :
       {std::vector<std::string>{"--report-to", "none", "--model"},
        {"inspect"},
        {"export", "--output", "/nowhere", "--model"},
        {"tokenize", "--input", "-", "--output", "-", "--model"},
        {"predict", "--input", "-", "--output", "-", "--model"}}) {
    command.emplace_back("tracker://bert:best");
    const Answer answer = call(command);
    EXPECT_EQ(answer.code, 2) << answer.error;
    expect_one_line(answer);
    EXPECT_NE(answer.error.find("tracker://PROJECT/bert:best"), std::string::npos) << answer.error;
  }
}

TEST(Program, UnsupportedModelIsRefusedByItsConfigAlone) {
  const tracker::test::TempDirectory folder;
  test::write_text(folder.path() / "config.json", R"({"model_type": "mamba"})");
  const Answer answer =
      call({"predict", "--model", folder.path().string(), "--input", "-", "--output", "-"});
  EXPECT_EQ(answer.code, 1);
  expect_one_line(answer);
  EXPECT_NE(answer.error.find("supported: albert, bart, bert"), std::string::npos) << answer.error;
}

Arguments parse(const std::vector<std::string>& arguments) {
  CLI::App app;
  Arguments out;
  define(app, out);
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  app.parse(reversed);
  return out;
}

TEST(Arguments, ConfigFileIsReadAndTheCommandLineWins) {
  const tracker::test::TempDirectory folder;
  const std::string file = (folder.path() / "run.yaml").string();
  test::write_text(
      file,
      "model: from-file\nlearning_rate: 1e-3\nbatch-size: 4\ntags: [a, b]\nno_shuffle: true\n");
  const Arguments a = parse({"--config", file, "--batch-size", "16"});
  EXPECT_EQ(a.train.model, "from-file");
  EXPECT_EQ(a.train.learning_rate, 1e-3);
  EXPECT_EQ(a.train.batch_size, 16);
  EXPECT_EQ(a.train.tags, "a,b");
  EXPECT_TRUE(a.train.no_shuffle);
}

TEST(Arguments, ConfigFileWithAnUnknownKeyIsRefused) {
  const tracker::test::TempDirectory folder;
  const std::string file = (folder.path() / "run.yaml").string();
  test::write_text(file, "model: x\nlearning_speed: 3\n");
  EXPECT_THROW(parse({"--config", file}), CLI::ParseError);
  test::write_text(file, "model: [unclosed\n");
  EXPECT_THROW(parse({"--config", file}), CLI::ParseError);
}

// What --print-config writes for a command line.
std::string printed(const std::vector<std::string>& arguments) {
  CLI::App app;
  Arguments out;
  define(app, out);
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  app.parse(reversed);
  return app.config_to_str(true);
}

TEST(Arguments, PrintedConfigIsReadBackToTheSameValues) {
  const tracker::test::TempDirectory folder;
  const std::string file = (folder.path() / "run.yaml").string();
  const std::vector<std::string> flags = {"--model",
                                          "a b: {c}",
                                          "--learning-rate",
                                          "1.25e-05",
                                          "--no-shuffle",
                                          "--max-steps",
                                          "7",
                                          "--lr-scheduler-type",
                                          "cosine_with_min_lr",
                                          "--lr-scheduler-kwargs",
                                          R"({"min_lr": 1e-6})",
                                          "--class-weights",
                                          "1,2.5",
                                          "--greater-is-better",
                                          "false",
                                          "--notes",
                                          "it's \"quoted\": yes",
                                          "--tags",
                                          "null",
                                          "--logging-steps",
                                          "0.1",
                                          "--warmup-steps",
                                          "3"};
  const std::string first = printed(flags);
  test::write_text(file, first);
  EXPECT_EQ(printed({"--config", file}), first);
  const TrainArguments a = parse({"--config", file}).train;
  EXPECT_EQ(a.model, "a b: {c}");
  EXPECT_EQ(a.learning_rate, 1.25e-05);
  EXPECT_TRUE(a.no_shuffle);
  EXPECT_FALSE(a.load_best_model_at_end);
  EXPECT_EQ(a.lr_scheduler_kwargs, R"({"min_lr": 1e-6})");
  EXPECT_EQ(a.greater_is_better, std::optional(false));
  EXPECT_EQ(a.notes, "it's \"quoted\": yes");
  EXPECT_EQ(a.tags, "null");
  EXPECT_EQ(a.warmup_steps, 3);  // and not the ratio, which it excludes
  EXPECT_FALSE(a.dropout);
  EXPECT_NE(first.find("# Optimizer\n"), std::string::npos) << first;
}

TEST(Arguments, EveryFlagIsInTheHelpUnderAGroup) {
  CLI::App app;
  Arguments out;
  define(app, out);
  const std::string help = app.help();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;  // not built: refused by name, and not offered
    EXPECT_NE(help.find(option->get_name()), std::string::npos) << option->get_name();
    if (option->get_name() != "--help") {
      EXPECT_NE(option->get_group(), "Options") << option->get_name();
      EXPECT_NE(option->get_group(), "OPTIONS") << option->get_name();
    }
    EXPECT_FALSE(option->get_description().empty()) << option->get_name();
  }
  for (const CLI::App* sub : app.get_subcommands({}))
    EXPECT_FALSE(sub->get_description().empty()) << sub->get_name();
}

TEST(Arguments, EveryFlagIsInThePages) {
  std::ostringstream pages;
  for (const auto& page : std::filesystem::directory_iterator(TRACKER_SOURCE_DIR "/docs"))
    if (page.path().extension() == ".md") pages << std::ifstream(page.path()).rdbuf();
  CLI::App app;
  Arguments out;
  define(app, out);
  std::vector<const CLI::App*> commands = {&app};
  for (const CLI::App* sub : app.get_subcommands({})) commands.push_back(sub);
  for (const CLI::App* command : commands)
    for (const CLI::Option* option : command->get_options())
      for (const std::string& flag : option->get_lnames())
        EXPECT_NE(pages.str().find("--" + flag), std::string::npos)
            << command->get_name() << " --" << flag;
}

TEST(Arguments, DefaultsAreThoseOfTheTrainer) {
  const TrainArguments a = parse({"--model", "m"}).train;
  EXPECT_EQ(a.num_train_epochs, 3);
  EXPECT_EQ(a.batch_size, 8);
  EXPECT_EQ(a.learning_rate, 5e-5);
  EXPECT_EQ(a.seed, 42U);
  EXPECT_EQ(a.lr_scheduler_type, "linear");
}

}  // namespace
}  // namespace trainer::cli
