#include "cli/flags.hpp"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/arguments.hpp"
#include "cli/train_options.hpp"

namespace trainer::cli {
namespace {

TEST(Flags, ValuesAreToldWithTheirTypesAndAbsentOnesAsNull) {
  TrainArguments a;
  a.data.label_columns = {"toxic", "rude"};
  a.max_steps = 20;
  const nlohmann::ordered_json json = flags_as_json(a);
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
  const nlohmann::ordered_json json = flags_as_json(a);
  EXPECT_EQ(json["eval_batch_size"], 16);
  EXPECT_EQ(json["eval_steps"], 7);
}

TEST(Flags, WhereItRunsIsNotTold) {
  const nlohmann::ordered_json json = flags_as_json({});
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
