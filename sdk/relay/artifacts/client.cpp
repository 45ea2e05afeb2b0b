#include "relay/artifacts/client.hpp"

#include <chrono>
#include <utility>

#include "relay/channel.hpp"

namespace tracker::relay {

ArtifactsClient::ArtifactsClient(std::string url, const std::shared_ptr<grpc::Channel>& channel)
    : url_(std::move(url)), stub_(v1::ArtifactsService::NewStub(channel)) {}

void ArtifactsClient::check(const grpc::Status& status) const {
  if (!status.ok()) throw to_error(status, url_);
}

void ArtifactsClient::set_deadline(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(1));
}

}  // namespace tracker::relay
