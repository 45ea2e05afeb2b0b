// Hub::look() and Hub::read(): files that are not fetched.
#include "hub/hub.hpp"
#include "hub_fixture.hpp"

namespace trainer::hub {
namespace {

using test_support::HubServer;
using testing::HasSubstr;

const std::string kRangeWeights = noise(300'000);

std::map<std::string, std::string> repo_of_weights() {
  return {{"models/org/tiny/config.json", "{}"},
          {"models/org/tiny/model.safetensors", kRangeWeights}};
}

class HubRangeTest : public HubFixture {};

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The repo at its commit, which the first file told.
Repo pinned_repo(const Hub& hub) {
  const auto config = hub.require({.id = kId}, "config.json");
  return {.id = kId, .revision = config.parent_path().filename().string()};
}

TEST_F(HubRangeTest, a_piece_of_a_file_costs_no_more_than_itself) {
  const HubServer server(repo_of_weights());
  const Hub hub(settings_for(server));
  const Repo pinned = pinned_repo(hub);
  const auto listed = hub.look(pinned, "model.safetensors");
  ASSERT_TRUE(listed);
  EXPECT_EQ(listed->size, kRangeWeights.size());
  EXPECT_EQ(hub.look(pinned, "vocab.txt"), std::nullopt);
  const std::uint64_t before = server.bytes_served();
  EXPECT_EQ(text_of(hub.read(pinned, "model.safetensors", {.begin = 1000, .size = 500})),
            kRangeWeights.substr(1000, 500));
  EXPECT_EQ(server.bytes_served() - before, 500U);
  EXPECT_TRUE(hub.read(pinned, "model.safetensors", {.begin = 7, .size = 0}).empty());
  EXPECT_EQ(hub.cached(pinned, "model.safetensors"), std::nullopt);
}

TEST_F(HubRangeTest, a_piece_goes_on_after_a_cut_and_comes_without_ranges_too) {
  const HubServer server(repo_of_weights(), {{"faults",
                                              {{{"match", "GET /cdn"}, {"cut_after", 100}},
                                               {{"match", "GET /cdn"}, {"no_range", true}}}}});
  const Hub hub(settings_for(server));
  EXPECT_EQ(text_of(hub.read(pinned_repo(hub), "model.safetensors", {.begin = 1000, .size = 500})),
            kRangeWeights.substr(1000, 500));
  EXPECT_EQ(waits_.size(), 1U);
}

TEST_F(HubRangeTest, a_piece_that_does_not_come_is_an_error) {
  const HubServer server(repo_of_weights());
  const Hub hub(settings_for(server));
  const Repo pinned = pinned_repo(hub);
  const ByteRange behind{.begin = kRangeWeights.size() - 10, .size = 20};
  EXPECT_THAT(message([&] { hub.read(pinned, "model.safetensors", behind); }), HasSubstr("416"));
  EXPECT_THAT(message([&] { hub.read(pinned, "none.bin", {.begin = 0, .size = 1}); }),
              HasSubstr("no such file"));
}

}  // namespace
}  // namespace trainer::hub
