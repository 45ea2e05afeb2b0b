#include "hub/download.hpp"

#include "hub_fixture.hpp"

namespace trainer::hub {
namespace {

using nlohmann::json;
using test_support::HubServer;
using test_support::read_file;
using testing::AllOf;
using testing::HasSubstr;

const std::string kDownloaded = noise(1'000'000);

class DownloadTest : public HubFixture {
 protected:
  std::filesystem::path fetch_from(const HubServer& server) {
    return Hub(settings_for(server)).require({.id = kId}, "model.safetensors");
  }
  static std::map<std::string, std::string> files() {
    return {{"models/org/tiny/model.safetensors", kDownloaded}, {"models/org/tiny/empty.txt", ""}};
  }
  static json faults(const json& list) { return {{"faults", list}}; }
  // Files in blobs/ whose name ends as given.
  int blobs_ending(const std::string& end) const {
    int found = 0;
    for (const auto& entry : std::filesystem::directory_iterator(repo_folder() / "blobs")) {
      found += entry.path().string().ends_with(end) ? 1 : 0;
    }
    return found;
  }
  std::vector<std::string> ranges(const HubServer& server) const {
    std::vector<std::string> found;
    for (const auto& request : server.requests()) {
      if (request["path"].get<std::string>().starts_with("/cdn/")) {
        found.push_back(request["range"]);
      }
    }
    return found;
  }
};

TEST_F(DownloadTest, a_connection_cut_in_mid_body_is_continued) {
  const HubServer server(files(),
                         faults({{{"match", "GET /cdn/"}, {"cut_after", 100'000}, {"times", 2}}}));
  EXPECT_EQ(read_file(fetch_from(server)), kDownloaded);
  EXPECT_EQ(ranges(server), (std::vector<std::string>{"", "bytes=100000-", "bytes=200000-"}));
  EXPECT_EQ(blobs_ending(".incomplete"), 0);
}

TEST_F(DownloadTest, a_server_without_ranges_starts_over) {
  const HubServer server(files(), faults({{{"match", "GET /cdn/"}, {"cut_after", 100'000}},
                                          {{"match", "GET /cdn/"}, {"no_range", true}}}));
  EXPECT_EQ(read_file(fetch_from(server)), kDownloaded);
}

TEST_F(DownloadTest, a_server_that_always_cuts_at_one_place_is_given_up) {
  const HubServer server(
      files(),
      faults(
          {{{"match", "GET /cdn/"}, {"cut_after", 100'000}, {"no_range", true}, {"times", -1}}}));
  EXPECT_THAT(message([&] { fetch_from(server); }),
              AllOf(HasSubstr("broke off at 100000 of 1000000 bytes"), HasSubstr("start again")));
  EXPECT_EQ(waits_.size(), 4U);  // the first of five attempts got further, the others did not
  EXPECT_EQ(blobs_ending(".incomplete"), 1);
}

TEST_F(DownloadTest, what_a_failed_download_left_is_continued_later) {
  const HubServer server(files(), faults({{{"match", "GET /cdn/"}, {"cut_after", 400'000}},
                                          {{"match", "GET /cdn/"}, {"status", 410}}}));
  EXPECT_THAT(message([&] { fetch_from(server); }), HasSubstr("answers 410"));
  EXPECT_EQ(blobs_ending(".incomplete"), 1);
  EXPECT_EQ(read_file(fetch_from(server)), kDownloaded);
  EXPECT_EQ(ranges(server), (std::vector<std::string>{"", "bytes=400000-", "bytes=400000-"}));
}

TEST_F(DownloadTest, busy_and_failing_servers_are_waited_for) {
  const HubServer server(
      files(), faults({{{"match", "HEAD "}, {"status", 503}},
                       {{"match", "HEAD "}, {"status", 429}, {"headers", {{"Retry-After", "9"}}}},
                       {{"match", "GET .*resolve"}, {"status", 502}},
                       {{"match", "GET /cdn/"}, {"status", 500}}}));
  EXPECT_EQ(read_file(fetch_from(server)), kDownloaded);
  EXPECT_EQ(waits_, (std::vector<std::chrono::milliseconds>{
                        std::chrono::seconds(1), std::chrono::seconds(9), std::chrono::seconds(1),
                        std::chrono::seconds(2)}));
}

TEST_F(DownloadTest, the_end_of_a_rate_limit_is_waited_for) {
  const HubServer server(files(), faults({{{"match", "HEAD "},
                                           {"status", 429},
                                           {"headers", {{"RateLimit", "\"api\";r=0;t=55"}}}}}));
  EXPECT_EQ(read_file(fetch_from(server)), kDownloaded);
  EXPECT_EQ(waits_, std::vector<std::chrono::milliseconds>{std::chrono::seconds(55)});
}

TEST_F(DownloadTest, a_server_that_stays_busy_is_given_up_with_its_words) {
  const HubServer server(files(), faults({{{"match", "HEAD "}, {"status", 503}, {"times", -1}}}));
  EXPECT_THAT(message([&] { fetch_from(server); }),
              AllOf(HasSubstr("answers 503"), HasSubstr("try later")));
  EXPECT_EQ(server.count("HEAD", ""), 5);
}

TEST_F(DownloadTest, a_long_rate_limit_is_not_waited_for) {
  const HubServer server(files(), faults({{{"match", "HEAD "},
                                           {"status", 429},
                                           {"headers", {{"Retry-After", "3600"}}},
                                           {"times", -1}}}));
  EXPECT_THAT(message([&] { fetch_from(server); }),
              AllOf(HasSubstr("429"), HasSubstr("retry after 3600")));
  EXPECT_EQ(server.count("HEAD", ""), 1);
}

TEST_F(DownloadTest, altered_content_is_thrown_away) {
  const HubServer server(files(), faults({{{"match", "GET /cdn/"}, {"corrupt", true}}}));
  EXPECT_THAT(message([&] { fetch_from(server); }),
              AllOf(HasSubstr("checksum differs"), HasSubstr("HF_ENDPOINT")));
  EXPECT_EQ(blobs_ending(""), 0);
  EXPECT_EQ(read_file(fetch_from(server)), kDownloaded);
}

TEST_F(DownloadTest, altered_small_files_are_noticed_too) {
  const HubServer server({{"models/org/tiny/config.json", "{}"}},
                         faults({{{"match", "GET .*resolve-cache"}, {"corrupt", true}}}));
  EXPECT_THAT(message([&] { Hub(settings_for(server)).require({.id = kId}, "config.json"); }),
              HasSubstr("checksum differs"));
}

TEST_F(DownloadTest, a_spoilt_leftover_is_fetched_anew) {
  const HubServer server(files());
  const auto path = fetch_from(server);
  const auto blob = std::filesystem::canonical(path);
  std::filesystem::remove(path);
  std::filesystem::remove(blob);
  test_support::write_file(blob.string() + ".incomplete", std::string(5000, 'x'));
  EXPECT_EQ(read_file(fetch_from(server)), kDownloaded);
  EXPECT_EQ(ranges(server), (std::vector<std::string>{"", "bytes=5000-", ""}));
}

TEST_F(DownloadTest, a_leftover_longer_than_the_file_is_fetched_anew) {
  const HubServer server(files());
  const auto path = fetch_from(server);
  const auto blob = std::filesystem::canonical(path);
  std::filesystem::remove(path);
  std::filesystem::remove(blob);
  test_support::write_file(blob.string() + ".incomplete", kDownloaded + "more");
  EXPECT_EQ(read_file(fetch_from(server)), kDownloaded);
}

TEST_F(DownloadTest, a_silent_server_is_not_waited_for_for_ever) {
  const HubServer server(files(), faults({{{"match", "GET /cdn/"}, {"hang_after", 100'000}}}));
  HubSettings settings = settings_for(server);
  settings.download_timeout = std::chrono::milliseconds(200);
  EXPECT_EQ(read_file(Hub(settings).require({.id = kId}, "model.safetensors")), kDownloaded);
  EXPECT_EQ(ranges(server), (std::vector<std::string>{"", "bytes=100000-"}));
}

TEST_F(DownloadTest, an_empty_file_is_a_file) {
  const HubServer server(files());
  const auto path = Hub(settings_for(server)).file({.id = kId}, "empty.txt");
  ASSERT_TRUE(path);
  EXPECT_EQ(std::filesystem::file_size(*path), 0U);
}

TEST_F(DownloadTest, circles_of_redirects_end) {
  const HubServer server(files(),
                         faults({{{"match", "HEAD "}, {"redirect", "/again"}, {"times", -1}}}));
  EXPECT_THAT(message([&] { fetch_from(server); }), HasSubstr("too many redirects"));
  EXPECT_TRUE(waits_.empty()) << "the next attempt would end the same";
}

TEST_F(DownloadTest, redirects_to_files_of_this_machine_are_not_followed) {
  const HubServer server(
      files(), faults({{{"match", "HEAD "}, {"redirect", "file:///etc/passwd"}, {"times", -1}}}));
  EXPECT_THAT(message([&] { fetch_from(server); }), HasSubstr("which is not followed"));
  EXPECT_EQ(server.count("HEAD", ""), 1);
}

}  // namespace
}  // namespace trainer::hub
