// `trainer inspect` of a model that a hub has.
#include <nlohmann/json.hpp>

#include "models/export.hpp"
#include "trainer/cli/called_program.hpp"
#include "trainer/hub/hub_fixture.hpp"
#include "trainer/models/tiny_model.hpp"

namespace trainer::cli {
namespace {

using test::Answer;
using test::call;
using test_support::HubServer;
using test_support::read_file;
using testing::AllOf;
using testing::HasSubstr;

const std::string kModel = "models/org/tiny/";

// config.json and weights of 2 MB, nearly all of it one table.
std::map<std::string, std::string> repo_of(const std::string& weights) {
  const tracker::test::TempDirectory folder;
  std::string config = test::tiny_bert_config();
  config.replace(config.find("\"vocab_size\": 30"), 16, "\"vocab_size\": 30000");
  models::export_model(test::tiny_classifier(folder.path(), nn::Compute::kFloat32, config), {},
                       folder.path() / "model");
  return {{kModel + "config.json", read_file(folder.path() / "model/config.json")},
          {kModel + weights, read_file(folder.path() / "model/model.safetensors")}};
}

class InspectServerTest : public hub::HubFixture {
 protected:
  static Answer inspect(const HubServer& server, const std::filesystem::path& cache,
                        std::vector<std::string> more = {}) {
    setenv("HF_ENDPOINT", server.endpoint().c_str(), 1);
    setenv("HF_HUB_CACHE", cache.c_str(), 1);
    std::vector<std::string> words = {"inspect", hub::kId, "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return call(words);
  }
  ~InspectServerTest() override {
    unsetenv("HF_ENDPOINT");
    unsetenv("HF_HUB_CACHE");
  }
};

TEST_F(InspectServerTest, the_header_alone_is_fetched_and_says_what_the_whole_file_says) {
  auto files = repo_of("model.safetensors");
  const std::size_t size = files.at(kModel + "model.safetensors").size();
  ASSERT_GT(size, 1'900'000U);
  const HubServer server(files);
  const Answer answer = inspect(server, cache());
  ASSERT_EQ(answer.code, 0) << answer.error;
  EXPECT_LT(server.bytes_served(), 80'000U);
  EXPECT_EQ(server.bytes_served("/cdn/"), 65'536U);
  auto json = nlohmann::json::parse(answer.output);
  EXPECT_EQ(json["weights"]["downloaded"], false);
  EXPECT_EQ(json["weights"]["files"], (std::vector<std::string>{"model.safetensors"}));

  const Answer fetched = inspect(server, cache(), {"--download"});
  ASSERT_EQ(fetched.code, 0) << fetched.error;
  EXPECT_GT(server.bytes_served(), size);
  auto whole = nlohmann::json::parse(fetched.output);
  EXPECT_EQ(whole["weights"]["downloaded"], true);
  json["weights"].erase("files");
  json["weights"]["downloaded"] = true;
  EXPECT_EQ(json, whole);
}

TEST_F(InspectServerTest, weights_in_the_cache_are_read_there) {
  const HubServer server(repo_of("model.safetensors"));
  ASSERT_EQ(inspect(server, cache(), {"--download"}).code, 0);
  const std::uint64_t before = server.bytes_served("/cdn/");
  const Answer answer = inspect(server, cache());
  ASSERT_EQ(answer.code, 0) << answer.error;
  EXPECT_EQ(server.bytes_served("/cdn/"), before);
  EXPECT_EQ(nlohmann::json::parse(answer.output)["weights"]["downloaded"], true);
}

TEST_F(InspectServerTest, of_pytorch_model_bin_only_its_size_is_told) {
  auto files = repo_of("pytorch_model.bin");
  const std::size_t size = files.at(kModel + "pytorch_model.bin").size();
  const HubServer server(files);
  const Answer answer = inspect(server, cache());
  ASSERT_EQ(answer.code, 0) << answer.error;
  EXPECT_EQ(server.bytes_served("/cdn/"), 0U);
  const auto json = nlohmann::json::parse(answer.output);
  EXPECT_EQ(json["weights"]["bytes"], size);
  EXPECT_TRUE(json["weights"]["tensors"].is_null());
  EXPECT_TRUE(json["load_report"].is_null());
  EXPECT_GT(json["parameters"]["total"], 480'000);
  EXPECT_THAT(call({"inspect", hub::kId}).output,
              AllOf(HasSubstr("pytorch_model.bin, "), HasSubstr("known when it is (--download)")));
}

TEST_F(InspectServerTest, weights_that_are_no_safetensors_are_refused_by_their_first_bytes) {
  auto files = repo_of("model.safetensors");
  files[kModel + "model.safetensors"] = std::string(100'000, '\xff');
  const HubServer server(files);
  const Answer answer = inspect(server, cache());
  EXPECT_EQ(answer.code, 1);
  EXPECT_EQ(answer.output, "");
  EXPECT_THAT(answer.error, HasSubstr("not a safetensors file"));
  EXPECT_LT(server.bytes_served(), 80'000U);
}

}  // namespace
}  // namespace trainer::cli
