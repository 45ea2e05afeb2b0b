#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "tracker/v1/artifacts.grpc.pb.h"

// Calls of ArtifactsService (docs/artifacts.md, proto/tracker/v1/artifacts.proto).
namespace tracker::relay {

// The context of one call, which a stop token ends. The call must be over before it is destroyed.
class Call {
 public:
  explicit Call(const std::stop_token& stop) : cancel_(stop, [this] { context_.TryCancel(); }) {}
  grpc::ClientContext& context() noexcept { return context_; }

 private:
  grpc::ClientContext context_;
  std::stop_callback<std::function<void()>> cancel_;
};

// Any thread. Calls block; every failure is thrown as Error with a line for people, as
// relay/channel.hpp has it.
class ArtifactsClient {
 public:
  using Stub = v1::ArtifactsService::Stub;

  // `url` is the address as the user knows it, for messages.
  ArtifactsClient(std::string url, const std::shared_ptr<grpc::Channel>& channel);

  // A call with one answer, within a minute.
  template <class Request, class Response>
  Response call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                const Request& request, const std::stop_token& stop = {}) const {
    Call call(stop);
    set_deadline(call.context());
    Response response;
    check((stub_.get()->*method)(&call.context(), request, &response));
    return response;
  }

  Stub& stub() const noexcept { return *stub_; }
  // Throws the Error of a status that is not OK.
  void check(const grpc::Status& status) const;

 private:
  static void set_deadline(grpc::ClientContext& context);

  std::string url_;
  std::unique_ptr<Stub> stub_;
};

}  // namespace tracker::relay
