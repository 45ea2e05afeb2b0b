#include "cli/admin_client.hpp"

#include <chrono>

#include <tracker/error.hpp>

#include "relay/channel.hpp"

namespace tracker::cli {

AdminClient::AdminClient(const std::string& url) {
  relay::Server server;
  try {
    server = relay::discover(url);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kUnavailable) throw;
    throw Error(error.code(), std::string(error.what()) +
                                  ": start tracker-server, or give its address with --server");
  }
  url_ = server.url;
  stub_ = v1::AdminService::NewStub(relay::open_channel(server));
}

void AdminClient::set_deadline(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
}

void AdminClient::fail(const grpc::Status& status) const { throw relay::to_error(status, url_); }

}  // namespace tracker::cli
