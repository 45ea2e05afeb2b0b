#include "weights/model_outline.hpp"

#include <cstring>

#include "trainer/hub/hub_fixture.hpp"
#include "trainer/weights/model_repos.hpp"

namespace trainer::weights {
namespace {

using hub::Hub;
using hub::kId;
using test::accept;
using test::sharded_model;
using test::whole_model;
using test_support::HubServer;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kWhole = "models/org/tiny/model.safetensors";

// A safetensors file of one table of 16 MB, which begins with a header of `length` bytes.
std::string with_header_of(std::uint64_t length) {
  std::string header = R"({"w":{"dtype":"U8","shape":[16000000],"data_offsets":[0,16000000]}})";
  header.resize(length, ' ');
  std::string file(8, '\0');
  std::memcpy(file.data(), &length, 8);
  return file + header + std::string(16'000'000, '\1');
}

class ModelOutlineTest : public hub::HubFixture {
 protected:
  ModelOutline outline(const HubServer& server) {
    return outline_model(Hub(settings_for(server)), kId, "main", accept);
  }
};

TEST_F(ModelOutlineTest, each_shards_header_is_read_and_its_index_fetched) {
  const HubServer server(sharded_model());
  const ModelOutline found = outline(server);
  EXPECT_FALSE(found.here);
  ASSERT_TRUE(found.tensors);
  EXPECT_EQ(found.tensors->tensors().size(), 2U);
  EXPECT_EQ(found.tensors->tensors().at("b").shape, std::vector<std::int64_t>{1});
  EXPECT_TRUE(found.tensors->tensors().at("b").data.empty());
  EXPECT_THAT(found.files,
              ElementsAre("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"));
  EXPECT_FALSE(std::filesystem::exists(found.directory / found.files[0]));
}

TEST_F(ModelOutlineTest, of_shards_those_in_the_cache_are_read_there) {
  const HubServer server(sharded_model());
  const Hub hub(settings_for(server));
  hub.require({.id = kId}, "model-00001-of-00002.safetensors");
  const ModelOutline found = outline(server);
  EXPECT_FALSE(found.here);
  EXPECT_EQ(found.tensors->tensors().size(), 2U);
  EXPECT_EQ(server.count("GET", "model-00001"), 1);  // that of require()
  hub.require({.id = kId}, "model-00002-of-00002.safetensors");
  EXPECT_TRUE(outline(server).here);
}

TEST_F(ModelOutlineTest, a_long_header_takes_two_requests) {
  auto files = whole_model();
  files[kWhole] = with_header_of(300'000);
  const HubServer server(files);
  const ModelOutline found = outline(server);
  EXPECT_EQ(found.tensors->tensors().at("w").shape, std::vector<std::int64_t>{16'000'000});
  EXPECT_EQ(server.bytes_served("/cdn/"), 300'008U);
  EXPECT_EQ(found.bytes, 16'300'008U);
}

TEST_F(ModelOutlineTest, a_header_of_hostile_length_costs_its_first_bytes) {
  for (const std::uint64_t length : {~0UL, kMaxHeaderBytes + 1, std::uint64_t{16'400'000}}) {
    auto files = whole_model();
    files[kWhole] = with_header_of(300'000);
    std::memcpy(files[kWhole].data(), &length, 8);
    const HubServer server(files);
    EXPECT_THAT(message([&] { outline(server); }, ErrorCode::kInvalidInput),
                HasSubstr("not a safetensors file, or cut short"));
    EXPECT_EQ(server.bytes_served("/cdn/"), 65'536U);
    std::filesystem::remove_all(cache());
  }
}

TEST_F(ModelOutlineTest, of_pytorch_model_bin_nothing_but_the_size_is_asked) {
  auto files = whole_model();
  files.erase(kWhole);
  files["models/org/tiny/pytorch_model.bin"] = "pickle";
  const HubServer server(files);
  const ModelOutline found = outline(server);
  EXPECT_FALSE(found.tensors);
  EXPECT_EQ(found.bytes, 6U);
  EXPECT_EQ(server.count("GET", "pytorch_model.bin"), 0);
}

TEST_F(ModelOutlineTest, a_shard_that_the_repo_lacks_and_weights_that_are_not_there_are_named) {
  auto files = sharded_model();
  files.erase("models/org/tiny/model-00002-of-00002.safetensors");
  const HubServer lacking(files);
  EXPECT_THAT(message([&] { outline(lacking); }), HasSubstr("has no model-00002-of-00002"));
  std::filesystem::remove_all(cache());
  files = whole_model();
  files.erase(kWhole);
  const HubServer empty(files);
  EXPECT_THAT(message([&] { outline(empty); }, ErrorCode::kUnsupported),
              HasSubstr("neither model.safetensors nor pytorch_model.bin"));
}

TEST_F(ModelOutlineTest, what_is_cached_serves_when_nobody_answers) {
  HubServer server(whole_model());
  const Hub hub(settings_for(server));
  EXPECT_FALSE(outline(server).here);
  hub.require({.id = kId}, "model.safetensors");
  server.stop();
  EXPECT_TRUE(outline(server).here);
}

}  // namespace
}  // namespace trainer::weights
