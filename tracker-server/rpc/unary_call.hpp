#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <string>
#include <utility>

#include "rpc/admission.hpp"
#include "rpc/call_record.hpp"
#include "rpc/methods.hpp"
#include "rpc/status.hpp"
#include "rpc/workers.hpp"

namespace tracker::rpc {

// Who asks, whether they may, and after `work(guard)` whether it looked at the project. What is not
// allowed is thrown.
template <class Work>
void judged(auth::Gate& gate, const auth::Claim& claim, const auth::Origin& from,
            const Method& method, const Work& work) {
  auth::Guard guard = gate.open(claim, method.needs, from);
  work(guard);
  if (!guard.satisfied())
    throw Error(ErrorCode::kInternal, std::string(method.name) + " did not look at the project");
}

// Answers a unary call by `work(guard)` on the pool; what it throws becomes the status. Request and
// response, which `work` may use, live until then. A full pool is RESOURCE_EXHAUSTED.
template <class Work>
grpc::ServerUnaryReactor* answer_on(Workers& pool, auth::Gate& gate,
                                    grpc::CallbackServerContext& context, const Method& method,
                                    const CallRecord& record, Work work) {
  auto* reactor = context.DefaultReactor();
  const auto finish = [record, reactor](const grpc::Status& status) {
    record.end(status);
    reactor->Finish(status);
  };
  const bool taken = pool.post([record, finish, &gate, &method, claim = claim_of(context),
                                from = origin_of(context, record.id()), work = std::move(work)] {
    auto status = grpc::Status::OK;
    try {
      judged(gate, claim, from, method, work);
    } catch (...) {
      status = current_status(record.call(), record.id());
    }
    finish(status);
  });
  if (!taken) finish({grpc::StatusCode::RESOURCE_EXHAUSTED, "too many calls wait: try again"});
  return reactor;
}

}  // namespace tracker::rpc
