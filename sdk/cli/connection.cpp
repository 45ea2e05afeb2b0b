#include "cli/connection.hpp"

#include <chrono>

#include <tracker/error.hpp>

#include "relay/channel.hpp"

namespace tracker::cli {
namespace {

// Who types a command would rather wait than be told that a busy server is none.
constexpr std::chrono::seconds kDiscoveryPatience{30};

}  // namespace

Connection connect(const std::string& url) {
  try {
    const relay::Server server = relay::discover(url, {.timeout = kDiscoveryPatience, .stop = {}});
    return {server.url, relay::open_channel(server)};
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kUnavailable) throw;
    throw Error(error.code(),
                std::string(error.what()) +
                    ": start tracker-server, or give its address with --server or $TRACKER_URL");
  }
}

void set_deadline(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(1));
}

}  // namespace tracker::cli
