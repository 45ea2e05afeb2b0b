#include "hub/snapshot.hpp"

#include <set>

#include "hub/cache_scan.hpp"
#include "hub/local_folder.hpp"
#include "hub_fixture.hpp"

namespace trainer::hub {
namespace {

using test_support::HubServer;
using test_support::read_file;
using test_support::write_file;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kSnapshotConfig = R"({"model_type": "bert"})";
const std::string kSnapshotWeights = noise(300'000);
const std::string kPull(40, 'd');

std::map<std::string, std::string> files(const std::string& repo = "models/org/tiny/") {
  return {{repo + "config.json", kSnapshotConfig},
          {repo + "model.safetensors", kSnapshotWeights},
          {repo + "onnx/model.onnx", "onnx"},
          {repo + "onnx/deep/a b.txt", "text"}};
}

class SnapshotTest : public HubFixture {
 protected:
  static SnapshotPlan fetch_all(const Hub& hub, const SnapshotRequest& request) {
    SnapshotPlan plan = plan_snapshot(hub, request, Keep::kYes);
    fetch_snapshot(hub, request, plan);
    return plan;
  }
  static std::vector<std::string> files_below(const std::filesystem::path& folder) {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (!entry.is_directory()) {
        found.push_back(entry.path().lexically_relative(folder).string());
      }
    }
    std::sort(found.begin(), found.end());
    return found;
  }
};

TEST_F(SnapshotTest, everything_is_fetched_and_its_listing_kept) {
  const HubServer server(files(), {{"page", 1}});
  const Hub hub(settings_for(server));
  const SnapshotPlan plan = fetch_all(hub, {.repo = {.id = kId}});
  EXPECT_THAT(files_below(plan.folder), ElementsAre("config.json", "model.safetensors",
                                                    "onnx/deep/a b.txt", "onnx/model.onnx"));
  EXPECT_EQ(read_file(plan.folder / "model.safetensors"), kSnapshotWeights);
  EXPECT_EQ(server.count("GET", "/tree/"), 4) << "a page for each file";
  const auto kept =
      nlohmann::json::parse(read_file(repo_folder() / "trees" / (plan.commit + ".json")));
  EXPECT_EQ(kept["format_version"], 1);
  EXPECT_EQ(kept["files"]["model.safetensors"]["lfs_size"], kSnapshotWeights.size());
  EXPECT_EQ(kept["files"]["model.safetensors"]["xet_hash"].get<std::string>().size(), 64U);
  EXPECT_EQ(read_file(repo_folder() / "refs" / "main"), plan.commit);
}

TEST_F(SnapshotTest, a_commit_that_is_there_needs_no_request) {
  HubServer server(files());
  const Hub hub(settings_for(server));
  const std::string commit = fetch_all(hub, {.repo = {.id = kId}}).commit;
  const auto before = server.requests().size();
  fetch_all(hub, {.repo = {.id = kId, .revision = commit}});
  EXPECT_EQ(server.requests().size(), before);
  HubSettings offline = settings_for(server);
  offline.offline = true;
  EXPECT_EQ(fetch_all(Hub(offline), {.repo = {.id = kId}}).commit, commit);
  server.stop();
  EXPECT_EQ(fetch_all(hub, {.repo = {.id = kId}}).commit, commit) << "the cache serves";
}

TEST_F(SnapshotTest, offline_a_file_that_is_missing_is_named) {
  const HubServer server(files());
  HubSettings settings = settings_for(server);
  fetch_all(Hub(settings), {.repo = {.id = kId}, .include = {"*.json"}});
  settings.offline = true;
  EXPECT_THAT(message([&] { fetch_all(Hub(settings), {.repo = {.id = kId}}); }),
              HasSubstr("is not in the cache"));
  EXPECT_THAT(message([&] { fetch_all(Hub(settings), {.repo = {.id = "org/other"}}); }),
              HasSubstr("'org/other' at revision 'main' is not in the cache"));
}

TEST_F(SnapshotTest, patterns_choose) {
  const HubServer server(files());
  const Hub hub(settings_for(server));
  const SnapshotPlan plan =
      fetch_all(hub, {.repo = {.id = kId}, .include = {"onnx/", "*.json"}, .exclude = {"*.txt"}});
  EXPECT_THAT(files_below(plan.folder), ElementsAre("config.json", "onnx/model.onnx"));
  EXPECT_THAT(message([&] { fetch_all(hub, {.repo = {.id = kId}, .include = {"*.gguf"}}); }),
              HasSubstr("none of the 4 files of 'org/tiny' fits"));
}

TEST_F(SnapshotTest, pull_requests_tags_and_data_sets_are_revisions_like_any) {
  auto all = files();
  all.merge(files("datasets/org/tiny/"));
  all["elsewhere/config.json"] = "{}";
  const HubServer server(all, {{"refs", {{"refs/pr/1", kPull}, {"v1.0", kPull}}},
                               {"folders", {{kPull, "elsewhere"}}}});
  const Hub hub(settings_for(server));
  for (const char* revision : {"refs/pr/1", "v1.0"}) {
    const SnapshotPlan plan = fetch_all(hub, {.repo = {.id = kId, .revision = revision}});
    EXPECT_EQ(plan.commit, kPull);
    EXPECT_THAT(files_below(plan.folder), ElementsAre("config.json"));
    EXPECT_EQ(read_file(repo_folder() / "refs" / revision), kPull);
  }
  EXPECT_EQ(server.count("GET", "/api/models/org/tiny/revision/refs%2Fpr%2F1"), 1);
  const SnapshotPlan data =
      fetch_all(hub, {.repo = {.id = kId, .type = RepoType::kDataset}, .include = {"*.json"}});
  EXPECT_EQ(data.folder, cache() / "datasets--org--tiny" / "snapshots" / data.commit);
}

TEST_F(SnapshotTest, an_id_without_an_organisation_is_one) {
  const HubServer server(files("models/gpt2/"));
  EXPECT_EQ(fetch_all(Hub(settings_for(server)), {.repo = {.id = "gpt2"}}).files.size(), 4U);
}

TEST_F(SnapshotTest, a_mirror_without_listings_is_read_by_its_description) {
  const HubServer server(files(), {{"plain", true}});
  const std::string commit =
      plan_snapshot(Hub(settings_for(server)), {.repo = {.id = kId}}, Keep::kNo).commit;
  const Hub hub(settings_for(server));
  const SnapshotPlan plan = fetch_all(hub, {.repo = {.id = kId, .revision = commit}});
  EXPECT_EQ(plan.files.size(), 4U);
  EXPECT_EQ(plan.files[0].file.size, std::nullopt);
  EXPECT_EQ(read_file(plan.folder / "model.safetensors"), kSnapshotWeights);
}

TEST_F(SnapshotTest, a_dry_run_leaves_no_trace) {
  const HubServer server(files());
  const SnapshotPlan plan =
      plan_snapshot(Hub(settings_for(server)), {.repo = {.id = kId}}, Keep::kNo);
  EXPECT_EQ(plan.files.size(), 4U);
  EXPECT_FALSE(std::filesystem::exists(cache()));
  EXPECT_EQ(server.count("HEAD", ""), 0);
}

TEST_F(SnapshotTest, connections_are_used_again) {
  std::map<std::string, std::string> many;
  for (int i = 0; i < 40; ++i) {
    many["models/org/tiny/" + std::to_string(i) + ".txt"] = std::to_string(i);
  }
  const HubServer server(many);
  fetch_all(Hub(settings_for(server)), {.repo = {.id = kId}, .threads = 4});
  std::set<int> clients;
  for (const auto& request : server.requests()) {
    clients.insert(request["client"].get<int>());
  }
  EXPECT_GE(server.requests().size(), 160U);
  EXPECT_LE(clients.size(), 8U) << "one for each thread, and some that were lost";
}

TEST_F(SnapshotTest, answers_compressed_without_a_length_are_taken) {
  const std::string text(50'000, 'x');
  const HubServer server({{"models/org/tiny/vocab.json", text}}, {{"gzip", {".json"}}});
  const auto path = Hub(settings_for(server)).require({.id = kId}, "vocab.json");
  EXPECT_EQ(read_file(path), text);
}

TEST_F(SnapshotTest, a_folder_of_the_users_gets_plain_files) {
  const HubServer server(files());
  const Hub hub(settings_for(server));
  const SnapshotRequest request{.repo = {.id = kId}};
  const auto folder = cache().parent_path() / "local";
  const SnapshotPlan plan = plan_snapshot(hub, request, Keep::kNo);
  fetch_to_folder(hub, request, plan, folder);
  EXPECT_EQ(read_file(folder / "model.safetensors"), kSnapshotWeights);
  EXPECT_FALSE(std::filesystem::is_symlink(folder / "model.safetensors"));
  EXPECT_EQ(read_file(folder / "onnx" / "deep" / "a b.txt"), "text");
  EXPECT_EQ(read_file(folder / ".cache/huggingface/.gitignore"), "*");
  EXPECT_FALSE(std::filesystem::exists(cache())) << "the cache is not needed";
  const auto before = server.requests().size();
  fetch_to_folder(hub, request, plan, folder);
  EXPECT_EQ(server.requests().size(), before) << "what is noted is not asked for";

  std::filesystem::remove_all(folder / ".cache");
  write_file(folder / "config.json", "mine");
  fetch_to_folder(hub, request, plan, folder);
  EXPECT_EQ(read_file(folder / "config.json"), kSnapshotConfig);
  EXPECT_EQ(server.count("GET", "/cdn/"), 1) << "the checksum says that it is the file";
}

TEST_F(SnapshotTest, a_folder_of_the_users_is_filled_from_the_cache) {
  const HubServer server(files());
  const Hub hub(settings_for(server));
  const SnapshotRequest request{.repo = {.id = kId}};
  const SnapshotPlan plan = fetch_all(hub, request);
  const auto folder = cache().parent_path() / "local";
  fetch_to_folder(hub, request, plan, folder);
  EXPECT_EQ(server.count("GET", "/cdn/"), 1);
  EXPECT_EQ(read_file(folder / "model.safetensors"), kSnapshotWeights);
}

TEST_F(SnapshotTest, a_repo_with_files_among_the_notes_is_refused) {
  auto all = files();
  all["models/org/tiny/.cache/huggingface/download/config.json.metadata"] = "x";
  const HubServer server(all);
  const Hub hub(settings_for(server));
  const SnapshotRequest request{.repo = {.id = kId}};
  EXPECT_THAT(message(
                  [&] {
                    fetch_to_folder(hub, request, plan_snapshot(hub, request, Keep::kNo),
                                    cache().parent_path() / "local");
                  },
                  ErrorCode::kInvalidInput),
              HasSubstr("--exclude"));
}

}  // namespace
}  // namespace trainer::hub
