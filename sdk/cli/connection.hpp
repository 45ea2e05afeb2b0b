#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <memory>
#include <string>

namespace tracker::cli {

// The server that a command speaks to.
struct Connection {
  std::string url;  // as the user knows it
  std::shared_ptr<grpc::Channel> channel;
};

// Finds the server behind the address (settings.hpp: server_url). Throws Error when nothing answers
// there.
Connection connect(const std::string& url);

// What a call may take: a minute.
void set_deadline(grpc::ClientContext& context);

}  // namespace tracker::cli
