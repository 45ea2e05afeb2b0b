#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <utility>

#include "rpc/call_record.hpp"
#include "rpc/status.hpp"
#include "rpc/workers.hpp"

namespace tracker::rpc {

// Answers a unary call by `work()` on the pool; what it throws becomes the status. Request and
// response, which `work` may use, live until then. A full pool is RESOURCE_EXHAUSTED.
template <class Work>
grpc::ServerUnaryReactor* answer_on(Workers& pool, grpc::CallbackServerContext& context,
                                    const CallRecord& record, Work work) {
  auto* reactor = context.DefaultReactor();
  const auto finish = [record, reactor](const grpc::Status& status) {
    record.end(status);
    reactor->Finish(status);
  };
  const bool taken = pool.post([record, finish, work = std::move(work)] {
    auto status = grpc::Status::OK;
    try {
      work();
    } catch (...) {
      status = current_status(record.call(), record.id());
    }
    finish(status);
  });
  if (!taken) finish({grpc::StatusCode::RESOURCE_EXHAUSTED, "too many calls wait: try again"});
  return reactor;
}

}  // namespace tracker::rpc
