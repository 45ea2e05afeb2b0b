#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>

#include <tracker/error.hpp>

#include "relay/channel.hpp"
#include "relay/trust.hpp"
#include "rpc/server.hpp"
#include "support/certificates/certificates.hpp"
#include "support/fake_server/fake_ingest.hpp"
#include "support/temp_directory.hpp"

// The server's connection settings against those of the client that users have:
// relay::open_channel.
namespace tracker::rpc {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::system_clock;

class LifetimeTest : public testing::Test {
 protected:
  void serve(ServerOptions options) {
    options.port = 0;
    server_ = std::make_unique<Server>(options, std::vector<grpc::Service*>{&ingest_});
    server_->start();
  }
  relay::Server target() const {
    relay::Server server;
    server.target = "127.0.0.1:" + std::to_string(server_->port());
    server.loopback = true;
    return server;
  }
  // Hello is answered, so the connection is one that works.
  struct Stream {
    explicit Stream(const std::shared_ptr<grpc::Channel>& channel)
        : stub(v1::IngestService::NewStub(channel)) {
      context.set_deadline(Clock::now() + 1min);
      call = stub->Stream(&context);
    }
    bool welcome() {
      v1::StreamRequest request;
      request.mutable_hello()->set_protocol_version(1);
      v1::StreamResponse response;
      return call->Write(request) && call->Read(&response) && response.has_welcome();
    }
    ~Stream() {
      context.TryCancel();
      call->Finish();
    }
    std::unique_ptr<v1::IngestService::Stub> stub;
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReaderWriter<v1::StreamRequest, v1::StreamResponse>> call;
  };

  test_support::FakeIngest ingest_;
  std::unique_ptr<Server> server_;
};

// A second here is twenty there. gRPC sends at most one ping a second, and three that come too
// often are answered with GOAWAY: eight seconds would show it.
TEST_F(LifetimeTest, AnIdleStreamMayPingAsOftenAsTheServerAndIsNotSentAway) {
  ServerOptions options;
  options.keepalive = 2s;
  serve(options);
  const auto channel = relay::open_channel(target(), {.keepalive = 1s, .keepalive_timeout = 1s});
  Stream stream(channel);
  ASSERT_TRUE(stream.welcome());
  EXPECT_FALSE(channel->WaitForStateChange(GRPC_CHANNEL_READY, Clock::now() + 8s));
}

// That the test above could fail: here the client pings more often than it may.
TEST_F(LifetimeTest, AClientThatPingsTooOftenIsSentAway) {
  ServerOptions options;
  options.keepalive = 40s;
  serve(options);
  const auto channel = relay::open_channel(target(), {.keepalive = 1s, .keepalive_timeout = 1s});
  Stream stream(channel);
  ASSERT_TRUE(stream.welcome());
  EXPECT_TRUE(channel->WaitForStateChange(GRPC_CHANNEL_READY, Clock::now() + 40s));
}

TEST_F(LifetimeTest, AConnectionOfAgeIsToldToGoAndItsStreamGoesOnForTheGrace) {
  ServerOptions options;
  options.connection_age = 200ms;
  serve(options);
  const auto channel = relay::open_channel(target());
  Stream stream(channel);
  ASSERT_TRUE(stream.welcome());
  EXPECT_TRUE(channel->WaitForStateChange(GRPC_CHANNEL_READY, Clock::now() + 30s));
  v1::StreamRequest refused_frame;
  EXPECT_TRUE(stream.call->Write(refused_frame)) << "the stream was cut";
}

class TlsRpcTest : public LifetimeTest {
 protected:
  TlsRpcTest() {
    authority_.write(root_ / "ca.pem");
    authority_.issue({files_.certificate, files_.key});
    ServerOptions options;
    options.tls = files_;
    options.tls_reload = 1s;
    serve(options);
  }
  ~TlsRpcTest() override { ::unsetenv(relay::kCaFileVariable); }
  std::shared_ptr<grpc::Channel> channel(const char* ca) const {
    relay::set_ca_file((root_ / ca).string());
    auto server = target();
    server.tls = true;
    return relay::open_channel(server);
  }

  test::TempDirectory root_;
  test_support::Authority authority_{"first"};
  core::TlsFiles files_{root_ / "cert.pem", root_ / "key.pem"};
};

TEST_F(TlsRpcTest, WhoBelievesTheAuthorityIsServedAndNobodyElse) {
  EXPECT_TRUE(Stream(channel("ca.pem")).welcome());
  test_support::Authority other("other");
  other.write(root_ / "other.pem");
  EXPECT_FALSE(Stream(channel("other.pem")).welcome());
  EXPECT_FALSE(Stream(relay::open_channel(target())).welcome()) << "without TLS";
  EXPECT_THROW(channel("absent.pem"), Error);
}

TEST_F(TlsRpcTest, ANewCertificateIsTakenWhileItServes) {
  ASSERT_TRUE(Stream(channel("ca.pem")).welcome());
  test_support::Authority next("next");
  next.write(root_ / "next.pem");
  next.issue({root_ / "n.cert", root_ / "n.key"});
  std::filesystem::rename(root_ / "n.key", files_.key);
  std::filesystem::rename(root_ / "n.cert", files_.certificate);
  bool welcome = false;
  for (const auto until = Clock::now() + 60s; !welcome && Clock::now() < until;)
    welcome = Stream(channel("next.pem")).welcome();
  EXPECT_TRUE(welcome);
}

}  // namespace
}  // namespace tracker::rpc
