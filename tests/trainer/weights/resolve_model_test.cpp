#include "weights/resolve_model.hpp"

#include "trainer/hub/hub_fixture.hpp"
#include "trainer/weights/model_repos.hpp"
#include "weights/tensor_files.hpp"

namespace trainer::weights {
namespace {

using test_support::HubServer;
using test_support::read_file;
using test_support::TempDirectory;
using test_support::write_file;
using testing::AllOf;
using testing::HasSubstr;

using hub::Hub;
using hub::HubSettings;
using hub::kId;
using test::accept;
using test::shard;
using test::sharded_model;
using test::whole_model;

class ResolveModelTest : public hub::HubFixture {};

TEST_F(ResolveModelTest, a_hub_id_becomes_a_snapshot_with_all_that_is_needed) {
  const HubServer server(whole_model());
  const auto directory = resolve_model(Hub(settings_for(server)), kId, "main", accept);
  for (const char* name :
       {"config.json", "vocab.txt", "tokenizer_config.json", "model.safetensors"}) {
    EXPECT_TRUE(std::filesystem::exists(directory / name)) << name;
  }
  EXPECT_EQ(TensorFiles::open_model(directory).tensors().size(), 1U);
}

TEST_F(ResolveModelTest, a_refused_config_stops_before_any_weights) {
  const HubServer server(whole_model());
  const auto refuse = [](const std::filesystem::path& config) {
    EXPECT_EQ(read_file(config), "{}");
    throw Error(ErrorCode::kUnsupported, "model_type 'x'");
  };
  EXPECT_EQ(message([&] { resolve_model(Hub(settings_for(server)), kId, "main", refuse); },
                    ErrorCode::kUnsupported),
            "model_type 'x'");
  EXPECT_EQ(server.count("HEAD", "model.safetensors"), 0);
}

TEST_F(ResolveModelTest, all_files_are_of_one_commit) {
  const HubServer server(whole_model());
  resolve_model(Hub(settings_for(server)), kId, "main", accept);
  EXPECT_EQ(server.count("HEAD", "/resolve/main/"), 1);  // config.json; the rest by its commit
}

TEST_F(ResolveModelTest, shards_are_all_fetched) {
  const HubServer server(sharded_model());
  const auto directory = resolve_model(Hub(settings_for(server)), kId, "main", accept);
  EXPECT_EQ(TensorFiles::open_model(directory).tensors().size(), 2U);
}

TEST_F(ResolveModelTest, an_index_that_names_files_elsewhere_is_refused) {
  auto files = sharded_model();
  files["models/org/tiny/model.safetensors.index.json"] =
      R"({"weight_map": {"a": "../../../evil.safetensors"}})";
  const HubServer server(files);
  EXPECT_THAT(message([&] { resolve_model(Hub(settings_for(server)), kId, "main", accept); },
                      ErrorCode::kInvalidInput),
              HasSubstr("not in a file beside the index"));
}

TEST_F(ResolveModelTest, a_shard_that_the_repo_lacks_is_named) {
  auto files = sharded_model();
  files.erase("models/org/tiny/model-00002-of-00002.safetensors");
  const HubServer server(files);
  EXPECT_THAT(message([&] { resolve_model(Hub(settings_for(server)), kId, "main", accept); }),
              HasSubstr("has no model-00002-of-00002.safetensors"));
}

TEST_F(ResolveModelTest, without_safetensors_pytorch_model_bin_is_fetched) {
  auto files = whole_model();
  files.erase("models/org/tiny/model.safetensors");
  files["models/org/tiny/pytorch_model.bin"] = "pickle";
  const HubServer server(files);
  const auto directory = resolve_model(Hub(settings_for(server)), kId, "main", accept);
  EXPECT_EQ(read_file(directory / "pytorch_model.bin"), "pickle");
}

TEST_F(ResolveModelTest, safetensors_are_fetched_rather_than_pytorch_model_bin) {
  auto files = whole_model();
  files["models/org/tiny/pytorch_model.bin"] = "pickle";
  const HubServer server(files);
  resolve_model(Hub(settings_for(server)), kId, "main", accept);
  EXPECT_EQ(server.count("GET", "pytorch_model.bin"), 0);
}

TEST_F(ResolveModelTest, shards_of_pytorch_model_bin_are_all_fetched) {
  auto files = whole_model();
  files.erase("models/org/tiny/model.safetensors");
  files["models/org/tiny/pytorch_model.bin.index.json"] =
      R"({"weight_map": {"a": "pytorch_model-00001-of-00002.bin", "b": "pytorch_model-00002-of-00002.bin"}})";
  files["models/org/tiny/pytorch_model-00001-of-00002.bin"] = "1";
  files["models/org/tiny/pytorch_model-00002-of-00002.bin"] = "2";
  const HubServer server(files);
  const auto directory = resolve_model(Hub(settings_for(server)), kId, "main", accept);
  EXPECT_EQ(read_file(directory / "pytorch_model-00002-of-00002.bin"), "2");
}

TEST_F(ResolveModelTest, weights_in_another_format_are_named_and_not_fetched) {
  auto files = whole_model();
  files.erase("models/org/tiny/model.safetensors");
  files["models/org/tiny/tf_model.h5"] = "hdf";
  const HubServer server(files);
  EXPECT_THAT(message([&] { resolve_model(Hub(settings_for(server)), kId, "main", accept); },
                      ErrorCode::kUnsupported),
              AllOf(HasSubstr("'org/tiny'"), HasSubstr("only tf_model.h5"),
                    HasSubstr("neither model.safetensors nor pytorch_model.bin")));
  EXPECT_EQ(server.count("GET", "tf_model.h5"), 0);
}

TEST_F(ResolveModelTest, a_second_run_without_network_finds_the_same_directory) {
  HubServer server(whole_model());
  const auto directory = resolve_model(Hub(settings_for(server)), kId, "main", accept);
  server.stop();
  EXPECT_EQ(resolve_model(Hub(settings_for(server)), kId, "main", accept), directory);
  HubSettings offline = settings_for(server);
  offline.offline = true;
  EXPECT_EQ(resolve_model(Hub(offline), kId, "main", accept), directory);
  EXPECT_TRUE(waits_.empty());
}

TEST_F(ResolveModelTest, a_cache_that_lacks_the_weights_says_so_offline) {
  HubServer server(whole_model());
  HubSettings settings = settings_for(server);
  Hub(settings).require({.id = kId}, "config.json");
  settings.offline = true;
  EXPECT_THAT(message([&] { resolve_model(Hub(settings), kId, "main", accept); }),
              AllOf(HasSubstr("model.safetensors"), HasSubstr("not in the cache")));
}

TEST_F(ResolveModelTest, a_tokenizer_needs_no_weights) {
  const HubServer server(whole_model());
  const auto directory = resolve_tokenizer(Hub(settings_for(server)), kId, "main");
  EXPECT_TRUE(std::filesystem::exists(directory / "vocab.txt"));
  EXPECT_EQ(server.count("HEAD", "model.safetensors"), 0);
}

TEST_F(ResolveModelTest, a_directory_passes_through_checked) {
  const TempDirectory folder;
  HubSettings settings;
  settings.endpoint = "http://127.0.0.1:1";
  settings.cache = cache();
  const Hub hub(settings);
  const std::string path = folder.path().string();
  EXPECT_THAT(message([&] { resolve_model(hub, path, "main", accept); }, ErrorCode::kNotFound),
              HasSubstr("has no config.json"));
  write_file(folder.path() / "config.json", "{}");
  write_file(folder.path() / "tf_model.h5", "hdf");
  EXPECT_THAT(message([&] { resolve_model(hub, path, "main", accept); }, ErrorCode::kUnsupported),
              AllOf(HasSubstr(path), HasSubstr("only tf_model.h5")));
  write_file(folder.path() / "model.safetensors", shard("w"));
  EXPECT_EQ(resolve_model(hub, path, "main", accept), folder.path());
  EXPECT_THAT(message([&] { resolve_model(hub, path + "/config.json", "main", accept); },
                      ErrorCode::kInvalidInput),
              HasSubstr("is a file"));
}

TEST_F(ResolveModelTest, what_can_be_neither_directory_nor_id_is_refused_at_once) {
  const Hub hub(HubSettings{.endpoint = "http://127.0.0.1:1", .cache = cache()});
  for (const char* text : {"./no/such", "/no/such", "a/b/c", "~/model", "../x", "my model", ""}) {
    EXPECT_THAT(message([&] { resolve_model(hub, text, "main", accept); }, ErrorCode::kNotFound),
                HasSubstr("neither a directory nor a hub id"))
        << text;
  }
}

}  // namespace
}  // namespace trainer::weights
