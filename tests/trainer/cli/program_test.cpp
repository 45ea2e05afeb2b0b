#include "cli/program.hpp"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/arguments.hpp"
#include "trainer/models/tiny_model.hpp"

namespace trainer::cli {
namespace {

struct Answer {
  int code = 0;
  std::string error;
};

Answer call(std::vector<std::string> arguments) {
  std::vector<const char*> argv = {"trainer"};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  testing::internal::CaptureStderr();
  const int code = run(static_cast<int>(argv.size()), argv.data());
  return {code, testing::internal::GetCapturedStderr()};
}

void expect_one_line(const Answer& answer) {
  EXPECT_EQ(std::count(answer.error.begin(), answer.error.end(), '\n'), 1) << answer.error;
}

TEST(Program, UnknownFlagIsAUsageError) {
  const Answer answer = call({"--model", "x", "--learning-rat", "1"});
  EXPECT_EQ(answer.code, 2);
  expect_one_line(answer);
  EXPECT_NE(answer.error.find("--learning-rat"), std::string::npos) << answer.error;
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
        {"predict", "--model", "x"},
        {"--model", "x", "--warmup-steps", "3", "--warmup-ratio", "0.1"}}) {
    const Answer answer = call(bad);
    EXPECT_EQ(answer.code, 2) << bad.back();
    expect_one_line(answer);
  }
}

TEST(Program, PartsThatAreNotBuiltSaySo) {
  for (const std::vector<std::string>& bad :
       {std::vector<std::string>{"--model", "x", "--device", "cuda:0"},
        {"--model", "x", "--log-model", "end"}}) {
    const Answer answer = call(bad);
    EXPECT_EQ(answer.code, 1);
    expect_one_line(answer);
    EXPECT_NE(answer.error.find("this build"), std::string::npos) << answer.error;
  }
}

TEST(Program, UnsupportedModelIsRefusedByItsConfigAlone) {
  const test::TemporaryFolder folder;
  test::write_text(folder.path() / "config.json", R"({"model_type": "mamba"})");
  const Answer answer =
      call({"predict", "--model", folder.path().string(), "--input", "-", "--output", "-"});
  EXPECT_EQ(answer.code, 1);
  expect_one_line(answer);
  EXPECT_NE(answer.error.find("supported: bert"), std::string::npos) << answer.error;
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
  const test::TemporaryFolder folder;
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
  const test::TemporaryFolder folder;
  const std::string file = (folder.path() / "run.yaml").string();
  test::write_text(file, "model: x\nlearning_speed: 3\n");
  EXPECT_THROW(parse({"--config", file}), CLI::ParseError);
  test::write_text(file, "model: [unclosed\n");
  EXPECT_THROW(parse({"--config", file}), CLI::ParseError);
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
