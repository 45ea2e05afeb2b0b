#include "hub/hub.hpp"

#include <cstdlib>
#include <future>

#include "hub_fixture.hpp"

namespace trainer::hub {
namespace {

using test_support::HubServer;
using test_support::read_file;
using testing::AllOf;
using testing::HasSubstr;

const std::string kConfig = R"({"model_type": "bert"})";
const std::string kWeights = noise(300'000);

std::map<std::string, std::string> tiny_model() {
  return {{"models/org/tiny/config.json", kConfig},
          {"models/org/tiny/model.safetensors", kWeights},
          {"models/org/tiny/sub/deep/data.txt", "x"},
          {"datasets/org/rows/plain_text/train.txt", "row"}};
}

class HubTest : public HubFixture {};

TEST_F(HubTest, a_file_lands_in_the_layout_of_hugging_face) {
  const HubServer server(tiny_model());
  const Hub hub(settings_for(server));
  const auto path = hub.file({.id = kId}, "config.json");
  ASSERT_TRUE(path);
  EXPECT_EQ(read_file(*path), kConfig);
  const std::string commit = read_file(repo_folder() / "refs" / "main");
  EXPECT_EQ(commit.size(), 40U);
  EXPECT_EQ(*path, repo_folder() / "snapshots" / commit / "config.json");
  const auto target = std::filesystem::read_symlink(*path).string();
  EXPECT_THAT(target, testing::MatchesRegex("\\.\\./\\.\\./blobs/[0-9a-f]{40}"));
  EXPECT_TRUE(std::filesystem::exists(cache() / "CACHEDIR.TAG"));
  const auto deep = hub.require({.id = kId}, "sub/deep/data.txt");
  EXPECT_EQ(read_file(deep), "x");
  EXPECT_TRUE(std::filesystem::is_symlink(deep));
}

TEST_F(HubTest, large_files_come_from_the_other_host_and_the_token_does_not_go_there) {
  const HubServer server(tiny_model());
  HubSettings settings = settings_for(server);
  settings.token = "good";
  EXPECT_EQ(read_file(Hub(settings).require({.id = kId}, "model.safetensors")), kWeights);
  int elsewhere = 0;
  for (const auto& request : server.requests()) {
    const bool cdn = request["host"].get<std::string>().starts_with("localhost");
    elsewhere += cdn ? 1 : 0;
    EXPECT_EQ(request["auth"], cdn ? "" : "Bearer good") << request;
  }
  EXPECT_EQ(elsewhere, 1);
}

TEST_F(HubTest, a_proxy_of_the_environment_is_used) {
  const HubServer server(tiny_model());  // takes absolute addresses, as a proxy does
  HubSettings settings = settings_for(server);
  settings.endpoint = "http://hub.invalid";
  setenv("http_proxy", server.endpoint().c_str(), 1);
  const auto path = Hub(settings).file({.id = kId}, "config.json");
  unsetenv("http_proxy");
  ASSERT_TRUE(path);
  EXPECT_EQ(read_file(*path), kConfig);
}

TEST_F(HubTest, a_cache_that_cannot_be_written_is_named) {
  const HubServer server(tiny_model());
  test_support::write_file(cache(), "a file where a folder should be");
  EXPECT_THAT(
      message([&] { Hub(settings_for(server)).file({.id = kId}, "config.json"); }, ErrorCode::kIo),
      HasSubstr(cache().string()));
}

TEST_F(HubTest, a_second_look_downloads_nothing) {
  const HubServer server(tiny_model());
  const Hub hub(settings_for(server));
  hub.require({.id = kId}, "model.safetensors");
  const int before = server.count("GET", "");
  hub.require({.id = kId}, "model.safetensors");
  EXPECT_EQ(server.count("GET", ""), before);
}

TEST_F(HubTest, a_pinned_commit_needs_no_network_once_cached) {
  HubServer server(tiny_model());
  const Hub hub(settings_for(server));
  hub.require({.id = kId}, "config.json");
  const Repo pinned{.id = kId, .revision = read_file(repo_folder() / "refs" / "main")};
  EXPECT_EQ(hub.file(pinned, "vocab.txt"), std::nullopt);
  server.stop();
  EXPECT_EQ(read_file(hub.require(pinned, "config.json")), kConfig);
  EXPECT_EQ(hub.file(pinned, "vocab.txt"), std::nullopt);
  EXPECT_TRUE(std::filesystem::exists(repo_folder() / ".no_exist" / pinned.revision / "vocab.txt"));
}

TEST_F(HubTest, datasets_have_their_own_place) {
  const HubServer server(tiny_model());
  const Hub hub(settings_for(server));
  const Repo rows{.id = "org/rows", .type = RepoType::kDataset};
  EXPECT_EQ(read_file(hub.require(rows, "plain_text/train.txt")), "row");
  EXPECT_TRUE(std::filesystem::exists(cache() / "datasets--org--rows" / "refs" / "main"));
  EXPECT_EQ(hub.list(rows), (std::vector<std::string>{"plain_text/train.txt"}));
}

TEST_F(HubTest, a_renamed_repo_is_followed) {
  const HubServer server(tiny_model(), {{"renamed", {{"old-name", kId}}}});
  const Hub hub(settings_for(server));
  EXPECT_EQ(read_file(hub.require({.id = "old-name"}, "config.json")), kConfig);
  EXPECT_TRUE(std::filesystem::exists(cache() / "models--old-name" / "refs" / "main"));
}

TEST_F(HubTest, files_are_listed) {
  const HubServer server(tiny_model());
  HubSettings settings = settings_for(server);
  const Hub hub(settings);
  EXPECT_EQ(hub.list({.id = kId}),
            (std::vector<std::string>{"config.json", "model.safetensors", "sub/deep/data.txt"}));
  hub.require({.id = kId}, "sub/deep/data.txt");
  settings.offline = true;
  EXPECT_EQ(Hub(settings).list({.id = kId}), (std::vector<std::string>{"sub/deep/data.txt"}));
}

TEST_F(HubTest, a_missing_file_is_no_error_until_it_is_required) {
  const HubServer server(tiny_model());
  const Hub hub(settings_for(server));
  EXPECT_EQ(hub.file({.id = kId}, "vocab.txt"), std::nullopt);
  EXPECT_THAT(
      message([&] { hub.require({.id = kId}, "vocab.txt"); }),
      AllOf(HasSubstr("'org/tiny'"), HasSubstr("has no vocab.txt"), HasSubstr("/tree/main")));
}

TEST_F(HubTest, missing_repos_and_revisions_are_told_apart) {
  const HubServer server(tiny_model());
  const Hub hub(settings_for(server));
  EXPECT_THAT(message([&] { hub.file({.id = "org/none"}, "config.json"); }),
              HasSubstr("no model 'org/none' on http"));
  EXPECT_THAT(message([&] { hub.file({.id = kId, .revision = "v9"}, "config.json"); }),
              HasSubstr("no revision 'v9'"));
  EXPECT_THAT(message([&] { hub.list({.id = "org/none"}); }), HasSubstr("no model 'org/none'"));
}

TEST_F(HubTest, gated_and_private_repos_say_what_to_do) {
  const HubServer server(tiny_model(), {{"gated", {kId}}});
  HubSettings settings = settings_for(server);
  EXPECT_THAT(message([&] { Hub(settings).file({.id = kId}, "config.json"); }),
              AllOf(HasSubstr("is gated: accept its conditions at http"),
                    HasSubstr("/org/tiny, then set HF_TOKEN")));
  settings.token = "other";
  EXPECT_THAT(message([&] { Hub(settings).file({.id = kId}, "config.json"); }),
              HasSubstr("the token in use has no access"));
  settings.token = "good";
  EXPECT_EQ(read_file(Hub(settings).require({.id = kId}, "config.json")), kConfig);
}

TEST_F(HubTest, disabled_repos_and_wrong_tokens_are_said_to_be_so) {
  const HubServer server(tiny_model(), {{"disabled", {kId}}});
  HubSettings settings = settings_for(server);
  for (const char* token : {"", "good"}) {
    settings.token = token;
    EXPECT_THAT(message([&] { Hub(settings).file({.id = kId}, "config.json"); }),
                HasSubstr("'org/tiny' has been disabled by the hub"));
  }
  settings.token = "bad";
  EXPECT_THAT(message([&] { Hub(settings).file({.id = kId}, "config.json"); }),
              HasSubstr("does not accept the token in use"));
  EXPECT_THAT(message([&] { Hub(settings).list({.id = kId}); }),
              HasSubstr("does not accept the token in use"));
}

TEST_F(HubTest, offline_uses_the_cache_and_asks_nobody) {
  const HubServer server(tiny_model());
  HubSettings settings = settings_for(server);
  Hub(settings).require({.id = kId}, "config.json");
  const auto before = server.requests().size();
  settings.offline = true;
  const Hub offline(settings);
  EXPECT_EQ(read_file(offline.require({.id = kId}, "config.json")), kConfig);
  EXPECT_THAT(message([&] { offline.file({.id = kId}, "model.safetensors"); }),
              AllOf(HasSubstr("model.safetensors"), HasSubstr("not in the cache"),
                    HasSubstr("HF_HUB_OFFLINE")));
  EXPECT_EQ(server.requests().size(), before);
}

TEST_F(HubTest, an_unreachable_hub_is_named_or_the_cache_serves) {
  HubServer server(tiny_model());
  const Hub hub(settings_for(server));
  hub.require({.id = kId}, "config.json");
  EXPECT_TRUE(hub.reachable());
  server.stop();
  EXPECT_EQ(read_file(hub.require({.id = kId}, "config.json")), kConfig);
  EXPECT_FALSE(hub.reachable());
  EXPECT_TRUE(waits_.empty()) << "a cached file is not worth waiting for";
  EXPECT_THAT(message([&] { hub.file({.id = kId}, "model.safetensors"); }),
              AllOf(HasSubstr(server.endpoint()), HasSubstr("cannot be reached"),
                    HasSubstr("HF_ENDPOINT")));
  EXPECT_EQ(waits_.size(), 4U);
}

TEST_F(HubTest, a_moved_branch_brings_the_new_commit) {
  const HubServer server(tiny_model());
  const Hub hub(settings_for(server));
  hub.require({.id = kId}, "config.json");
  const std::string commit = read_file(repo_folder() / "refs" / "main");
  test_support::write_file(repo_folder() / "refs" / "main", std::string(40, '0'));
  EXPECT_EQ(hub.require({.id = kId}, "config.json").parent_path().filename(), commit);
  EXPECT_EQ(read_file(repo_folder() / "refs" / "main"), commit);
}

TEST_F(HubTest, a_server_that_is_no_hub_is_refused_unless_a_commit_is_named) {
  const HubServer server(
      tiny_model(), {{"plain", true}, {"refs", {{std::string(40, 'b'), std::string(40, 'b')}}}});
  const Hub hub(settings_for(server));
  EXPECT_THAT(message([&] { hub.file({.id = kId}, "config.json"); }),
              HasSubstr("without a commit (X-Repo-Commit)"));
  EXPECT_EQ(read_file(hub.require({.id = kId, .revision = std::string(40, 'b')}, "config.json")),
            kConfig);
}

TEST_F(HubTest, hostile_tags_never_become_paths) {
  const HubServer server(
      tiny_model(),
      {{"faults",
        {{{"match", "HEAD .*config.json"},
          {"status", 200},
          {"headers", {{"X-Repo-Commit", std::string(40, 'c')}, {"ETag", "\"../../../evil\""}}}},
         {{"match", "HEAD .*config.json"},
          {"status", 200},
          {"headers", {{"X-Repo-Commit", "../../evil"}, {"ETag", "\"abc\""}}}}}}});
  const Hub hub(settings_for(server));
  EXPECT_THAT(message([&] { hub.file({.id = kId}, "config.json"); }),
              HasSubstr("without a usable ETag"));
  EXPECT_THAT(message([&] { hub.file({.id = kId}, "config.json"); }),
              HasSubstr("without a commit"));
  EXPECT_FALSE(std::filesystem::exists(cache()));
}

TEST_F(HubTest, nonsense_arguments_are_refused_before_any_request) {
  const HubServer server(tiny_model());
  const Hub hub(settings_for(server));
  EXPECT_THAT(message([&] { hub.file({.id = "../x"}, "a"); }, ErrorCode::kUsage),
              HasSubstr("not a hub id"));
  EXPECT_THAT(message([&] { hub.file({.id = kId, .revision = "../x"}, "a"); }, ErrorCode::kUsage),
              HasSubstr("not a revision"));
  EXPECT_THAT(message([&] { hub.file({.id = kId}, "../x"); }, ErrorCode::kInvalidInput),
              HasSubstr("leaves the repo"));
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(HubTest, without_symlinks_the_file_lies_in_the_snapshot) {
  const HubServer server(tiny_model());
  HubSettings settings = settings_for(server);
  settings.symlinks = false;
  const auto path = Hub(settings).require({.id = kId}, "config.json");
  EXPECT_FALSE(std::filesystem::is_symlink(path));
  EXPECT_EQ(read_file(path), kConfig);
}

TEST_F(HubTest, a_second_asker_waits_for_the_first) {
  const HubServer server(tiny_model());
  const Hub* hub = nullptr;
  std::future<std::filesystem::path> second;
  const Progress meanwhile = [&](std::string_view, std::uint64_t done, std::uint64_t) {
    if (done > 0 && !second.valid()) {  // in mid-download
      second = std::async(std::launch::async,
                          [&] { return hub->require({.id = kId}, "model.safetensors"); });
      EXPECT_EQ(second.wait_for(std::chrono::milliseconds(300)), std::future_status::timeout);
    }
  };
  const Hub first(settings_for(server), meanwhile);
  hub = &first;
  const auto path = first.require({.id = kId}, "model.safetensors");
  EXPECT_EQ(second.get(), path);
  EXPECT_EQ(read_file(path), kWeights);
  EXPECT_EQ(server.count("GET", "/cdn/"), 1);
}

TEST_F(HubTest, what_the_first_answer_says_holds_when_the_last_is_silent) {
  const HubServer server({{"models/org/tiny/config.json", "{}\n"}},
                         {{"faults",
                           {{{"match", "HEAD /api/resolve-cache"},
                             {"status", 200},
                             {"headers", {{"ETag", "\"abc\""}}}}}}});
  const auto path = Hub(settings_for(server)).require({.id = kId}, "config.json");
  EXPECT_EQ(std::filesystem::read_symlink(path), "../../blobs/abc");
}

TEST_F(HubTest, progress_is_told_unless_switched_off) {
  const HubServer server(tiny_model());
  std::uint64_t last = 0;
  std::uint64_t all = 0;
  const Progress progress = [&](std::string_view file, std::uint64_t done, std::uint64_t total) {
    EXPECT_EQ(file, "model.safetensors");
    EXPECT_GE(done, last);
    last = done;
    all = total;
  };
  Hub(settings_for(server), progress).require({.id = kId}, "model.safetensors");
  EXPECT_EQ(last, kWeights.size());
  EXPECT_EQ(all, kWeights.size());
  HubSettings quiet = settings_for(server);
  quiet.progress_bars = false;
  quiet.cache = cache() / "other";
  last = 0;
  Hub(quiet, progress).require({.id = kId}, "model.safetensors");
  EXPECT_EQ(last, 0U);
}

}  // namespace
}  // namespace trainer::hub
