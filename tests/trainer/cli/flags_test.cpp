#include "cli/flags.hpp"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "api/train_options.hpp"
#include "cli/arguments.hpp"

namespace trainer::cli {
namespace {

TEST(Flags, ValuesAreToldWithTheirTypesAndAbsentOnesAsNull) {
  TrainArguments a;
  a.data.label_columns = {"toxic", "rude"};
  a.max_steps = 20;
  const nlohmann::ordered_json json = api::to_json(a);
  EXPECT_EQ(json["learning_rate"], 5e-5);
  EXPECT_EQ(json["max_steps"], 20);
  EXPECT_EQ(json["label_column"], "toxic,rude");
  EXPECT_EQ(json["no_shuffle"], false);
  EXPECT_TRUE(json.at("max_length").is_null());
}

TEST(Flags, DefaultsThatFollowAnotherFlagAreFilledIn) {
  TrainArguments a;
  a.batch_size = 16;
  a.logging_steps = 7;
  const nlohmann::ordered_json json = api::to_json(a);
  EXPECT_EQ(json["eval_batch_size"], 16);
  EXPECT_EQ(json["eval_steps"], 7);
}

// The library tells options without knowing of flags.
TEST(Flags, WhatIsToldOfOptionsIsEveryFlagInOrder) {
  TrainArguments a;
  a.eval_batch_size = 3;
  a.eval_steps = 5;
  a.lora_target_modules = {"query", "value"};
  EXPECT_EQ(api::to_json(a).dump(), values_of(training_flags(a)).dump());
}

TEST(Flags, WhereItRunsIsNotTold) {
  const nlohmann::ordered_json json = api::to_json(TrainArguments{});
  for (const char* key : {"project", "run_name", "group", "tags", "notes", "token_cache"})
    EXPECT_FALSE(json.contains(key)) << key;
}

TEST(Flags, AFlagRefusesAnEarlierOneThatItExcludes) {
  CLI::App app;
  double ratio = 0;
  std::optional<double> steps;
  define_flags(app, {{"", "--ratio", "", &ratio}, {"", "--steps", "", &steps, {}, "--ratio"}});
  std::vector<std::string> reversed = {"1", "--steps", "0.5", "--ratio"};
  EXPECT_THROW(app.parse(reversed), CLI::ExcludesError);
}

}  // namespace
}  // namespace trainer::cli
