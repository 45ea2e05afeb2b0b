#include "api/output_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "trainer/api/fine_tune_fixture.hpp"

namespace trainer {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using OutputDirectoryTest = FineTuneTest;

TEST_F(OutputDirectoryTest, ASlashAtTheEndOfTheDirectoryChangesNothing) {
  const FineTuned done = run(options("out/"), {.train = rows(8)});
  EXPECT_EQ(done.directory, folder_.path() / "out");
  EXPECT_EQ(done.archive, folder_.path() / "out" / "out.tar.gz");
}

TEST_F(OutputDirectoryTest, ADirectoryWhoseNameIsNotUtf8IsWrittenTo) {
  FineTuneOptions o = options("caf\xe9/out");
  o.save_strategy = "epoch";
  o.load_best_model_at_end = true;
  const FineTuned done = run(o, {.train = rows(8), .evaluation = rows(8)});
  EXPECT_EQ(done.outcome, train::Outcome::kFinished);
  const auto told = nlohmann::json::parse(contents(done.directory / "training_args.json"));
  EXPECT_THAT(told["output_dir"].get<std::string>(), HasSubstr("caf\uFFFD/out"));
  EXPECT_THAT(lines_, Not(Contains(HasSubstr("not written"))));
}

TEST(OutputDirectoryName, IsNamedByTheLastPartOfItsWholeName) {
  EXPECT_EQ(api::plain_path("a/b//"), "a/b");
  EXPECT_EQ(api::plain_path("."), ".");
  EXPECT_EQ(api::plain_path("/"), "/");
  EXPECT_EQ(api::folder_name("/a/b/"), "b");
  EXPECT_EQ(api::folder_name("/a/b/."), "b");
  EXPECT_EQ(api::folder_name("."), fs::current_path().filename().string());
  EXPECT_EQ(api::folder_name("/a/.."), "model");
}

// The same flags once more, as people type them; another kind of model, whose files would lie
// beside those of the first; an earlier checkpoint, whose successors are another run's.
TEST_F(OutputDirectoryTest, ADirectoryOfAnotherRunIsRefusedAndLeftAlone) {
  FineTuneOptions o = options("out");
  o.save_strategy = "steps";
  o.save_steps = 4;
  o.save_total_limit = 0;
  const FineTuned done = run(o, {.train = rows(32)});
  const std::string before = contents(done.directory / "model.safetensors");
  EXPECT_THAT(refusal(o, {.train = rows(32)}),
              AllOf(HasSubstr("holds checkpoint-8 of another run; give another --output-dir"),
                    HasSubstr("--resume-from-checkpoint " + o.output_dir)));
  o.resume_from_checkpoint = (done.directory / "checkpoint-4").string() + "/";
  EXPECT_THAT(refusal(o, {.train = rows(32)}),
              HasSubstr("holds checkpoint-8, later than the checkpoint-4"));
  fs::remove_all(done.directory / "checkpoint-8");
  EXPECT_EQ(run(o, {.train = rows(32)}).steps, 8);
  fs::remove_all(done.directory / "checkpoint-4");
  fs::remove_all(done.directory / "checkpoint-8");
  o.resume_from_checkpoint.clear();
  o.lora_r = 4;
  EXPECT_THAT(refusal(o, {.train = rows(32)}), HasSubstr("model.safetensors of another model"));
  EXPECT_EQ(contents(done.directory / "model.safetensors"), before);
  EXPECT_FALSE(fs::exists(done.directory / "adapter_config.json"));
}

}  // namespace
}  // namespace trainer
