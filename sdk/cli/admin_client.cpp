#include "cli/admin_client.hpp"

#include <utility>

#include "relay/channel.hpp"

namespace tracker::cli {

AdminClient::AdminClient(Connection server)
    : url_(std::move(server.url)), stub_(v1::AdminService::NewStub(server.channel)) {}

void AdminClient::fail(const grpc::Status& status) const { throw relay::to_error(status, url_); }

}  // namespace tracker::cli
