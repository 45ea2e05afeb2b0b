// What a training run hands to its relay: read from the spool of a run that is offline.
#include "api/run_artifacts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "api/kept_version.hpp"
#include "spool/staged.hpp"
#include "support/temp_directory.hpp"

namespace trainer::api {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::UnorderedElementsAre;
using tracker::spool::ArtifactRequest;

class RunArtifactsTest : public testing::Test {
 protected:
  RunArtifactsTest() {
    tracker::RunSettings settings;
    settings.project = "p";
    settings.directory = folder_.path() / "spool";
    settings.offline = true;
    settings.capture_console = settings.capture_git = false;
    settings.system_interval = std::chrono::milliseconds(0);
    run_ = std::make_shared<tracker::Run>(tracker::Run::start(std::move(settings)));
    state_.global_step = 4;
    state_.log_history = {{.step = 2, .values = {{"eval/loss", 0.7}, {"eval/f1", 0.1}}},
                          {.step = 4, .values = {{"train/loss", 0.4}}},
                          {.step = 4, .values = {{"eval/loss", 0.5}}}};
  }

  fs::path out(const std::string& path) const { return folder_.path() / "out" / path; }
  void write(const std::string& path, const std::string& bytes) const {
    fs::create_directories(out(path).parent_path());
    std::ofstream(out(path), std::ios::binary) << bytes;
  }
  std::unique_ptr<RunArtifacts> artifacts(const ModelLogSettings& settings) {
    ModelLogSettings wanted = settings;
    wanted.name = "model-fox";
    wanted.directory = out("");
    wanted.about = {{"base_model", "bert"}};
    return std::make_unique<RunArtifacts>(
        run_, wanted, [this](const std::string& line) { said_.push_back(line); });
  }
  std::vector<ArtifactRequest> requests() const {
    std::vector<ArtifactRequest> all;
    for (const fs::path& folder : tracker::spool::pending_requests(run_->directory()))
      all.push_back(tracker::spool::read_request(folder));
    return all;
  }
  static std::vector<std::string> files_of(const ArtifactRequest& request) {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(request.source))
      names.push_back(entry.path().lexically_relative(request.source).string());
    return names;
  }

  tracker::test::TempDirectory folder_;
  std::shared_ptr<tracker::Run> run_;
  train::TrainerState state_;
  std::vector<std::string> said_;
};

TEST_F(RunArtifactsTest, ACheckpointIsAVersionWithTheMetricsOfItsStepThoughItIsRemoved) {
  const std::string weights(2 << 20, 'w');
  write("checkpoint-4/model.safetensors", weights);
  write("checkpoint-4/config.json", "{}");
  const auto artifacts = this->artifacts({.at_end = true, .checkpoints = true});
  state_.best_global_step = 4;
  artifacts->saved(state_, out("checkpoint-4"));
  fs::remove_all(out("checkpoint-4"));
  artifacts->end(Errands::End::kDone);

  ASSERT_EQ(requests().size(), 1U);
  const ArtifactRequest request = requests()[0];
  EXPECT_EQ(request.kind, ArtifactRequest::Kind::kPut);
  EXPECT_EQ(request.name, "model-fox");
  EXPECT_EQ(request.type, "model");
  EXPECT_THAT(request.aliases, ElementsAre("checkpoint-4", "best"));
  EXPECT_EQ(nlohmann::json::parse(request.metadata_json),
            nlohmann::json({{"base_model", "bert"}, {"eval/loss", 0.5}, {"train/global_step", 4}}));
  EXPECT_THAT(files_of(request), UnorderedElementsAre("model.safetensors", "config.json"));
  std::ifstream kept(request.source / "model.safetensors", std::ios::binary);
  EXPECT_TRUE(std::string(std::istreambuf_iterator<char>(kept), {}) == weights);
  EXPECT_FALSE(fs::exists(out(".log-model")));
}

TEST_F(RunArtifactsTest, ACheckpointThatIsNotTheBestIsNotCalledSo) {
  write("checkpoint-4/config.json", "{}");
  const auto artifacts = this->artifacts({.at_end = true, .checkpoints = true});
  state_.best_global_step = 2;
  artifacts->saved(state_, out("checkpoint-4"));
  artifacts->end(Errands::End::kDone);
  EXPECT_THAT(requests().at(0).aliases, ElementsAre("checkpoint-4"));
}

TEST_F(RunArtifactsTest, TheFinalModelIsItsFilesAndTheirArchiveAndNothingElse) {
  for (const char* file : {"config.json", "model.safetensors", "out.tar.gz", "metrics.jsonl",
                           "checkpoint-4/model.safetensors"})
    write(file, file);
  const auto artifacts = this->artifacts({.at_end = true});
  artifacts->saved(state_, out("checkpoint-4"));
  const SavedModel saved{.files = {out("config.json"), out("model.safetensors")},
                         .archive = out("out.tar.gz")};
  artifacts->log_final(
      {.saved = saved, .state = state_, .evaluation = {{"accuracy", 0.9}}, .best = true});
  artifacts->end(Errands::End::kDone);
  ASSERT_EQ(requests().size(), 1U) << "no checkpoint";
  const ArtifactRequest request = requests()[0];
  EXPECT_THAT(request.aliases, ElementsAre("final_model", "best"));
  EXPECT_THAT(files_of(request),
              UnorderedElementsAre("config.json", "model.safetensors", "out.tar.gz"));
  const auto metadata = nlohmann::json::parse(request.metadata_json);
  EXPECT_EQ(metadata.at("eval/accuracy"), 0.9);
  EXPECT_EQ(metadata.at("final_model"), true);
  EXPECT_EQ(artifacts->report(), "") << "no server has it";
  EXPECT_THAT(said_,
              ElementsAre(testing::HasSubstr("1 of 1 models will be versions of model-fox")));
}

TEST_F(RunArtifactsTest, WhatIsUsedIsRecordedWhetherModelsAreLoggedOrNot) {
  write("rows.csv", "text,label\n");
  const auto artifacts = this->artifacts({});
  artifacts->use_model("tracker://p/model:v1");
  artifacts->use_data({{.source = out("rows.csv").string(), .files = {out("rows.csv")}}},
                      fs::file_time_type::max());
  artifacts->saved(state_, out("checkpoint-4"));
  artifacts->end(Errands::End::kDone);
  ASSERT_EQ(requests().size(), 2U);
  EXPECT_EQ(requests()[0].kind, ArtifactRequest::Kind::kUse);
  EXPECT_EQ(requests()[0].name, "tracker://p/model:v1");
  EXPECT_EQ(requests()[1].kind, ArtifactRequest::Kind::kPutAndUse);
  EXPECT_EQ(requests()[1].name, "rows.csv");
  EXPECT_EQ(requests()[1].known_references.at(0).size, 11U);
}

// By the training thread: lines are told from no other.
TEST_F(RunArtifactsTest, DataThatCannotBeReadIsToldInTheReport) {
  const auto artifacts = this->artifacts({});
  artifacts->use_data({{.source = "gone.csv", .files = {out("gone.csv")}}},
                      fs::file_time_type::max());
  artifacts->end(Errands::End::kDone);
  EXPECT_TRUE(said_.empty());
  artifacts->report();
  EXPECT_THAT(said_, ElementsAre(testing::HasSubstr("gone.csv is not recorded: ")));
}

// As a process leaves it that is killed before its relay has the files.
class KilledRunArtifactsTest : public RunArtifactsTest {
 protected:
  void keep(const std::string& number, const std::string& alias) const {
    write(".log-model/" + number + "/config.json", alias);
    tracker::ArtifactSettings version;
    version.name = "model-killed";
    version.type = "model";
    version.aliases = {alias};
    version.metadata = {{"eval/loss", 0.25}};
    version.path = out(".log-model/" + number);
    write_kept(version);
  }
};

TEST_F(KilledRunArtifactsTest, WhatWasKeptIsHandedOverWhenTrainingGoesOn) {
  keep("9", "checkpoint-2");
  keep("10", "checkpoint-3");
  write("checkpoint-4/config.json", "{}");
  const auto artifacts = this->artifacts({.checkpoints = true});
  artifacts->began(state_);
  artifacts->saved(state_, out("checkpoint-4"));
  artifacts->end(Errands::End::kDone);
  ASSERT_EQ(requests().size(), 3U);
  const ArtifactRequest first = requests()[0];
  EXPECT_EQ(first.name, "model-killed");
  EXPECT_EQ(first.type, "model");
  EXPECT_THAT(first.aliases, ElementsAre("checkpoint-2"));
  EXPECT_EQ(nlohmann::json::parse(first.metadata_json), nlohmann::json({{"eval/loss", 0.25}}));
  EXPECT_THAT(files_of(first), ElementsAre("config.json"));
  EXPECT_THAT(requests()[1].aliases, ElementsAre("checkpoint-3"));
  EXPECT_EQ(requests()[2].name, "model-fox");
  EXPECT_FALSE(fs::exists(out(".log-model")));
}

TEST_F(KilledRunArtifactsTest, WhatIsNotWholeIsRemoved) {
  keep("0", "checkpoint-1");
  write(".log-model/0/config.json", "cut");
  keep("1", "checkpoint-2");
  write(".log-model/1/more.json", "not told of");
  write(".log-model/2/config.json", "killed before it was noted");
  write(".log-model/3.json", "{}");
  write(".log-model/.0123.tmp", "");
  const auto artifacts = this->artifacts({.checkpoints = true});
  artifacts->began(state_);
  artifacts->end(Errands::End::kDone);
  EXPECT_TRUE(requests().empty());
  EXPECT_FALSE(fs::exists(out(".log-model")));
}

TEST_F(KilledRunArtifactsTest, ATrainingThatBeginsAnewTakesNothingOver) {
  keep("0", "checkpoint-1");
  const auto artifacts = this->artifacts({.checkpoints = true});
  state_.global_step = 0;
  artifacts->began(state_);
  artifacts->end(Errands::End::kDone);
  EXPECT_TRUE(requests().empty());
  EXPECT_FALSE(fs::exists(out(".log-model")));
}

TEST_F(RunArtifactsTest, ACheckpointThatCannotBeReadIsToldAndCostsNothing) {
  const auto artifacts = this->artifacts({.checkpoints = true});
  artifacts->saved(state_, out("checkpoint-4"));
  artifacts->end(Errands::End::kDone);
  EXPECT_TRUE(requests().empty());
  EXPECT_THAT(said_, ElementsAre(testing::HasSubstr("checkpoint-4 is not logged")));
}

TEST(Errands, AreDoneInOrderBeforeTheEnd) {
  std::vector<int> done;
  Errands errands;
  for (int i = 0; i < 100; ++i) errands.post([&, i](const auto&) { done.push_back(i); });
  errands.end(Errands::End::kDone);
  EXPECT_EQ(done.size(), 100U);
  EXPECT_TRUE(std::ranges::is_sorted(done));
  errands.post([&](const auto&) { done.push_back(0); });
  EXPECT_EQ(done.size(), 100U);
}

}  // namespace
}  // namespace trainer::api
