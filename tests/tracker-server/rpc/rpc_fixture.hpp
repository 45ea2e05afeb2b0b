#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <functional>
#include <memory>
#include <pqxx/transaction>
#include <string>
#include <thread>

#include "../storage/store_fixture.hpp"
#include "auth/gate.hpp"
#include "core/clock.hpp"
#include "rpc/server.hpp"
#include "support/sanitizers.hpp"

namespace tracker::rpc {

// A migrated database that everybody may use, and a real gRPC server of this process with a client
// of it.
class RpcTest : public storage::StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    gate = std::make_unique<auth::Gate>(*database, system_clock, auth::Anonymous::kAlways);
  }

  void serve(grpc::Service& service) {
    ServerOptions options;
    options.port = 0;
    server = std::make_unique<Server>(options, std::vector{&service});
    server->start();
    channel = grpc::CreateChannel("127.0.0.1:" + std::to_string(server->port()),
                                  grpc::InsecureChannelCredentials());
  }

  // Nothing here takes long; a call that would hang fails instead.
  static void limit(grpc::ClientContext& context) {
    context.set_deadline(std::chrono::system_clock::now() +
                         std::chrono::minutes(test::kSanitized ? 4 : 1));
  }

  // The first column of the first row.
  std::string ask(const std::string& sql) {
    const auto connection = database->sql();
    pqxx::work transaction(*connection);
    const auto rows = transaction.exec(sql);
    return rows.empty() ? "" : rows[0][0].c_str();
  }

  static bool eventually(const std::function<bool()>& condition) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (std::chrono::steady_clock::now() < until) {
      if (condition()) return true;
      std::this_thread::yield();
    }
    return false;
  }

  core::SystemClock system_clock;
  std::unique_ptr<auth::Gate> gate;
  std::unique_ptr<Server> server;
  std::shared_ptr<grpc::Channel> channel;
};

}  // namespace tracker::rpc
