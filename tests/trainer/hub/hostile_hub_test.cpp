#include <fmt/format.h>

#include "hub/snapshot.hpp"
#include "hub_fixture.hpp"

namespace trainer::hub {
namespace {

using nlohmann::json;
using test_support::HubServer;
using test_support::read_file;
using testing::AllOf;
using testing::HasSubstr;

// What a server of evil intent may send: one line on this side, and nothing outside the cache.
class HostileHubTest : public HubFixture {
 protected:
  static std::map<std::string, std::string> files() {
    return {{"models/org/tiny/config.json", "{}"}};
  }
  static json always(const std::string& match, json what) {
    what["match"] = match;
    what["times"] = -1;
    return {{"faults", {std::move(what)}}};
  }
  std::string words_of_file(const json& behaviour) {
    const HubServer server(files(), behaviour);
    return message([&] { Hub(settings_for(server)).require({.id = kId}, "config.json"); });
  }
  std::string words_of_listing(const json& behaviour) {
    const HubServer server(files(), behaviour);
    return message(
        [&] { plan_snapshot(Hub(settings_for(server)), {.repo = {.id = kId}}, Keep::kYes); });
  }
  static json raw(const std::string& text, const std::string& repeated = {}, int times = 0) {
    return {{"raw", text}, {"repeat", {repeated, times}}};
  }
};

TEST_F(HostileHubTest, headers_without_end_are_cut_off) {
  EXPECT_THAT(words_of_file(always("HEAD ", raw("HTTP/1.1 200 OK\r\n", "X-A: b\r\n", 1'000'000))),
              HasSubstr("longer than can be meant"));
  EXPECT_THAT(
      words_of_file(always("HEAD ", raw("HTTP/1.1 200 OK\r\nX-A: ", "bbbbbbbbbb", 1'000'000))),
      HasSubstr("cannot be reached"));
}

TEST_F(HostileHubTest, answers_that_are_no_http_are_refused) {
  for (const std::string& text : {std::string("\0\0\0\0", 4), std::string("SSH-2.0-OpenSSH\r\n"),
                                  std::string("HTTP/9.9 200\r\n\r\n"),
                                  std::string("HTTP/1.1 99999 OK\r\n\r\n"), std::string()}) {
    EXPECT_THAT(words_of_file(always("HEAD ", raw(text))), HasSubstr("cannot be reached")) << text;
  }
}

TEST_F(HostileHubTest, descriptions_without_end_are_cut_off) {
  EXPECT_THAT(words_of_listing(always(
                  "GET /api", raw("HTTP/1.1 200 OK\r\n\r\n[", std::string(100'000, ' '), 1000))),
              HasSubstr("longer than can be meant"));
  EXPECT_TRUE(waits_.empty()) << "it would be the same the next time";
}

TEST_F(HostileHubTest, compressed_bombs_are_cut_off) {
  const std::string path = "models/org/tiny/bomb.json";
  const HubServer server({{path, std::string(200U << 20U, ' ')}},
                         {{"gzip", {".json"}}, {"faults", json::array()}});
  const HubServer teller(
      files(),
      {{"faults",
        {{{"match", "HEAD "},
          {"status", 200},
          {"headers",
           {{"X-Repo-Commit", std::string(40, 'a')}, {"ETag", "\"t\""}, {"X-Linked-Size", "10"}}}},
         {{"match", "GET "},
          {"redirect", server.endpoint() + "/org/tiny/resolve/main/bomb.json"}}}}});
  EXPECT_THAT(message([&] { Hub(settings_for(teller)).require({.id = kId}, "config.json"); }),
              HasSubstr("sends more than the 10 bytes it named"));
}

// What comes with a redirect or a refusal is no file, and is not kept; it is not read for ever
// either.
TEST_F(HostileHubTest, bodies_that_are_no_file_and_have_no_end_are_cut_off) {
  for (const char* head : {"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n\r\n",
                           "HTTP/1.1 503 Service Unavailable\r\n\r\n"}) {
    json endless = raw(head, std::string(100'000, 'x'), 1000);
    endless["match"] = "GET ";
    endless["times"] = -1;
    const json described = {
        {"match", "HEAD "},
        {"status", 200},
        {"headers", {{"X-Repo-Commit", std::string(40, 'a')}, {"ETag", "\"t\""}}}};
    EXPECT_THAT(words_of_file({{"faults", {described, endless}}}),
                HasSubstr("longer than can be meant"))
        << head;
  }
  EXPECT_TRUE(waits_.empty()) << "it would be the same the next time";
}

TEST_F(HostileHubTest, more_bytes_than_named_are_refused) {
  const json behaviour = {
      {"refs", {{std::string(40, 'a'), std::string(40, 'a')}}},
      {"faults",
       {{{"match", "HEAD "},
         {"status", 200},
         {"headers",
          {{"X-Repo-Commit", std::string(40, 'a')}, {"ETag", "\"t\""}, {"X-Linked-Size", "1"}}}}}}};
  EXPECT_THAT(words_of_file(behaviour), HasSubstr("more than the 1 bytes it named"));
}

// Content-Length then tells the size, and the file comes: 2 bytes, of a commit and a tag of its own
// each time, so that the cache does not have it.
TEST_F(HostileHubTest, sizes_that_are_none_are_ignored_and_huge_ones_refused) {
  char digit = '0';
  for (const char* size : {"-1", "99999999999999999999999", "1e9", "0x10", "ten", ""}) {
    const std::string commit(40, ++digit);
    const json behaviour = {{"refs", {{commit, commit}}},
                            {"faults",
                             {{{"match", "HEAD "},
                               {"status", 200},
                               {"body", "{}"},
                               {"headers",
                                {{"X-Repo-Commit", commit},
                                 {"ETag", std::string("\"tag") + digit + "\""},
                                 {"X-Linked-Size", size}}}}}}};
    EXPECT_EQ(words_of_file(behaviour), "nothing thrown") << size;
    EXPECT_EQ(read_file(repo_folder() / "snapshots" / commit / "config.json"), "{}") << size;
  }
  const json huge = {{"faults",
                      {{{"match", "HEAD "},
                        {"status", 200},
                        {"headers",
                         {{"X-Repo-Commit", std::string(40, 'a')},
                          {"ETag", "\"t\""},
                          {"X-Linked-Size", "18446744073709551615"}}}}}}};
  const HubServer server(files(), huge);
  EXPECT_THAT(message([&] { Hub(settings_for(server)).require({.id = kId}, "config.json"); },
                      ErrorCode::kIo),
              HasSubstr("no room for config.json"));
}

TEST_F(HostileHubTest, tags_and_commits_never_become_paths) {
  for (const char* tag :
       {"\"../x\"", "\"/etc/x\"", "\"\"", "\".hidden\"", "\"a b\"", "W/\"a/b\""}) {
    const json behaviour = {
        {"faults",
         {{{"match", "HEAD "},
           {"status", 200},
           {"headers", {{"X-Repo-Commit", std::string(40, 'a')}, {"ETag", tag}}}}}}};
    EXPECT_THAT(words_of_file(behaviour), HasSubstr("without a usable ETag")) << tag;
  }
  EXPECT_FALSE(std::filesystem::exists(cache()));
}

TEST_F(HostileHubTest, listings_name_no_files_outside) {
  const std::string commit(40, 'a');
  for (const std::string& path :
       {std::string("../../evil"), std::string("/etc/passwd"), std::string("a/../../b"),
        std::string("a//b"), std::string("."), std::string("C:\\\\x"), std::string(300, 'x'),
        std::string("a\\u000ab")}) {
    const json behaviour = {
        {"faults",
         {{{"match", "/revision/"},
           {"status", 200},
           {"body", R"({"sha": ")" + commit + R"(", "siblings": []})"}},
          {{"match", "/tree/"},
           {"status", 200},
           {"body", R"([{"type": "file", "oid": "b", "size": 1, "path": ")" + path + R"("}])"}}}}};
    EXPECT_THAT(words_of_listing(behaviour), HasSubstr("names a file that no repo can have"))
        << path;
  }
}

TEST_F(HostileHubTest, listings_that_lead_in_circles_end) {
  const std::string commit(40, 'a');
  const json behaviour = {
      {"faults",
       {{{"match", "/revision/"},
         {"status", 200},
         {"body", R"({"sha": ")" + commit + R"(", "siblings": []})"}},
        {{"match", "/tree/"},
         {"status", 200},
         {"times", -1},
         {"headers", {{"Link", "</api/models/org/tiny/tree/x?recursive=true>; rel=\"next\""}}},
         {"body", "[]"}}}}};
  EXPECT_THAT(words_of_listing(behaviour), HasSubstr("has no end"));
}

TEST_F(HostileHubTest, json_that_is_none_or_too_deep_is_refused) {
  for (const std::string& body :
       {std::string("<html>log in</html>"), std::string(100'000, '['),
        std::string("{\"siblings\": [{\"rfilename\": 1}]}"), std::string("null"),
        std::string("\"\\ud800\""), std::string(R"({"sha": "../x", "siblings": []})")}) {
    const json behaviour = {
        {"faults", {{{"match", "/revision/"}, {"status", 200}, {"body", body}}}}};
    EXPECT_THAT(words_of_listing(behaviour), HasSubstr("is HF_ENDPOINT a hub?"))
        << body.substr(0, 40);
  }
}

TEST_F(HostileHubTest, words_of_a_server_stay_on_one_line) {
  const json behaviour = always(
      "HEAD ", {{"status", 418}, {"headers", {{"X-Error-Message", "\x1b[31mred\x07 and more"}}}});
  EXPECT_THAT(words_of_file(behaviour),
              AllOf(HasSubstr("?[31mred? and more"), testing::Not(HasSubstr("\x1b"))));
}

TEST_F(HostileHubTest, a_redirect_to_another_host_gets_no_token) {
  const HubServer thief(files());
  const HubServer server(
      files(),
      always(".*", {{"redirect", thief.endpoint() + "/org/tiny/resolve/main/config.json"}}));
  HubSettings settings = settings_for(server);
  settings.token = "good";
  Hub(settings).require({.id = kId}, "config.json");
  EXPECT_GT(thief.requests().size(), 0U);
  for (const auto& request : thief.requests()) {
    EXPECT_EQ(request["auth"], "");
  }
  for (const auto& request : server.requests()) {
    EXPECT_EQ(request["auth"], "Bearer good");
  }
}

TEST_F(HostileHubTest, names_at_the_limit_of_the_file_system_are_fetched) {
  const std::string name = std::string(250, 'n') + ".json";
  const HubServer server(std::map<std::string, std::string>{{"models/org/tiny/" + name, "long"}});
  EXPECT_EQ(read_file(Hub(settings_for(server)).require({.id = kId}, name)), "long");
  HubSettings copies = settings_for(server);
  copies.symlinks = false;
  copies.cache = cache() / "copies";
  EXPECT_EQ(read_file(Hub(copies).require({.id = kId}, name)), "long");
}

}  // namespace
}  // namespace trainer::hub
