#include <cstdlib>

#include "hub_fixture.hpp"
#include "support/certificates/certificates.hpp"

namespace trainer::hub {
namespace {

using test_support::HubProxy;
using test_support::HubServer;
using test_support::read_file;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string kServed = "{}";

// Proxies and certificates, and what is told of a bad network. Variables are those of this process:
// set for one test each.
class HubNetworkTest : public HubFixture {
 protected:
  HubNetworkTest() {
    for (const char* name : kNames) {
      unsetenv(name);
    }
  }
  ~HubNetworkTest() override {
    for (const char* name : kNames) {
      unsetenv(name);
    }
  }
  static std::map<std::string, std::string> files() {
    return {{"models/org/tiny/config.json", kServed},
            {"models/org/tiny/model.safetensors", noise(100'000)}};
  }
  // With a name that only a proxy knows, so that nothing can go past it.
  HubSettings named(const HubServer& server, const std::string& scheme = "http") {
    HubSettings settings = settings_for(server);
    settings.endpoint = scheme + "://hub.test:" + std::to_string(server.port());
    return settings;
  }
  std::filesystem::path below(const char* name) const { return cache().parent_path() / name; }
  // Authority, certificate and key as files; what a server needs to know of them.
  nlohmann::json certified() {
    test_support::Authority authority("Test Authority");
    authority.write(below("ca.pem"));
    authority.issue({.certificate = below("cert.pem"), .key = below("key.pem")});
    return {{"tls", {below("cert.pem").string(), below("key.pem").string()}}};
  }

  static constexpr const char* kNames[] = {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY",
                                           "all_proxy",  "ALL_PROXY",  "no_proxy",    "NO_PROXY"};
};

TEST_F(HubNetworkTest, a_proxy_is_used_whichever_way_it_is_named) {
  const HubServer server(files());
  for (const char* name : {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}) {
    const HubProxy proxy;
    setenv(name, proxy.address().c_str(), 1);
    HubSettings settings = named(server);
    settings.cache = cache() / name;
    EXPECT_EQ(read_file(Hub(settings).require({.id = kId}, "config.json")), kServed) << name;
    EXPECT_GT(proxy.requests().size(), 0U) << name;
    unsetenv(name);
  }
}

TEST_F(HubNetworkTest, hosts_of_no_proxy_are_asked_directly) {
  const HubServer server(files());
  const HubProxy proxy;
  setenv("http_proxy", proxy.address().c_str(), 1);
  setenv("no_proxy", "example.com,127.0.0.1,localhost", 1);
  EXPECT_EQ(read_file(Hub(settings_for(server)).require({.id = kId}, "config.json")), kServed);
  EXPECT_EQ(proxy.requests().size(), 0U);
}

TEST_F(HubNetworkTest, capitals_of_http_proxy_obey_no_proxy_too) {
  const HubServer server(files());
  const HubProxy proxy;
  setenv("HTTP_PROXY", proxy.address().c_str(), 1);
  setenv("NO_PROXY", "127.0.0.1", 1);
  EXPECT_EQ(read_file(Hub(settings_for(server)).require({.id = kId}, "config.json")), kServed);
  EXPECT_EQ(proxy.requests().size(), 0U);
}

TEST_F(HubNetworkTest, a_proxy_that_wants_a_user_gets_it_or_is_named) {
  const HubServer server(files());
  const HubProxy proxy("me:secret");
  setenv("http_proxy", proxy.address().c_str(), 1);
  EXPECT_THAT(message([&] { Hub(named(server)).require({.id = kId}, "config.json"); }),
              AllOf(HasSubstr("wants a user (407)"), HasSubstr("https_proxy")));
  setenv("http_proxy", proxy.address_for("me:wrong").c_str(), 1);
  EXPECT_THAT(message([&] { Hub(named(server)).require({.id = kId}, "config.json"); }),
              AllOf(HasSubstr("407"), Not(HasSubstr("wrong"))));
  setenv("http_proxy", proxy.address_for("me:secret").c_str(), 1);
  EXPECT_EQ(read_file(Hub(named(server)).require({.id = kId}, "config.json")), kServed);
  EXPECT_TRUE(waits_.empty());
}

TEST_F(HubNetworkTest, a_proxy_that_is_down_is_named) {
  const HubServer server(files());
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  EXPECT_THAT(message([&] { Hub(named(server)).require({.id = kId}, "config.json"); }),
              AllOf(HasSubstr("127.0.0.1 port 1"), HasSubstr("https_proxy")));
}

TEST_F(HubNetworkTest, certificates_of_an_authority_of_ours_are_trusted_when_named) {
  const HubServer server(files(), certified());
  HubSettings settings = settings_for(server);
  EXPECT_THAT(message([&] { Hub(settings).require({.id = kId}, "config.json"); }),
              AllOf(HasSubstr("certificate"), HasSubstr("SSL_CERT_FILE")));
  EXPECT_TRUE(waits_.empty()) << "the next attempt would end the same";
  settings.ca_bundle = below("ca.pem").string();
  EXPECT_EQ(read_file(Hub(settings).require({.id = kId}, "config.json")), kServed);
  EXPECT_EQ(read_file(Hub(settings).require({.id = kId}, "model.safetensors")), noise(100'000));
}

TEST_F(HubNetworkTest, certificates_of_others_or_of_yesterday_are_refused) {
  test_support::Authority authority("Test Authority");
  authority.write(below("ca.pem"));
  authority.issue(
      {.certificate = below("cert.pem"), .key = below("key.pem"), .life = std::chrono::hours(-1)});
  const HubServer server(files(),
                         {{"tls", {below("cert.pem").string(), below("key.pem").string()}}});
  HubSettings settings = settings_for(server);
  settings.ca_bundle = below("ca.pem").string();
  EXPECT_THAT(message([&] { Hub(settings).require({.id = kId}, "config.json"); }),
              HasSubstr("certificate"));
}

TEST_F(HubNetworkTest, a_file_of_certificates_that_is_not_there_is_named) {
  const HubServer server(files(), certified());
  HubSettings settings = settings_for(server);
  settings.ca_bundle = "/no/such/ca.pem";
  EXPECT_THAT(message([&] { Hub(settings).require({.id = kId}, "config.json"); }),
              HasSubstr("certificate"));
}

TEST_F(HubNetworkTest, encryption_goes_through_a_proxy_end_to_end) {
  const HubServer server(files(), certified());
  const HubProxy proxy("me:secret");
  HubSettings settings = settings_for(server);
  settings.ca_bundle = below("ca.pem").string();
  settings.token = "good";
  setenv("https_proxy", proxy.address().c_str(), 1);
  EXPECT_THAT(message([&] { Hub(settings).require({.id = kId}, "config.json"); }),
              AllOf(HasSubstr("407"), HasSubstr("USER:PASSWORD")));
  EXPECT_TRUE(waits_.empty());
  setenv("HTTPS_PROXY", proxy.address_for("me:secret").c_str(), 1);
  setenv("https_proxy", proxy.address_for("me:secret").c_str(), 1);
  EXPECT_EQ(read_file(Hub(settings).require({.id = kId}, "config.json")), kServed);
  EXPECT_EQ(read_file(repo_folder() / "refs" / "main").find("ffff"), std::string::npos)
      << "a header of the proxy's counts for nothing";
  for (const auto& request : proxy.requests()) {
    EXPECT_EQ(request["method"], "CONNECT");
  }
}

// A library does not print: who wants its lines registers a logger.
TEST_F(HubNetworkTest, nothing_is_printed_of_a_wait_and_of_a_copy_that_has_to_serve) {
  HubServer server(files(), {{"faults", {{{"match", "HEAD "}, {"status", 503}}}}});
  const Hub hub(settings_for(server));
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  hub.require({.id = kId}, "config.json");
  server.stop();
  hub.require({.id = kId}, "config.json");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(waits_.size(), 1U);
}

}  // namespace
}  // namespace trainer::hub
