#pragma once

#include <grpcpp/support/status.h>

#include <memory>
#include <string>

#include "cli/connection.hpp"
#include "tracker/v1/admin.grpc.pb.h"

namespace tracker::cli {

// Deleting, bringing back and keeping, as the commands ask for it. One thread.
class AdminClient {
 public:
  explicit AdminClient(Connection server);

  // One call: `method` is a member of the stub, as &v1::AdminService::Stub::DeleteRun. Blocks;
  // throws Error with a line for people.
  template <class Request, class Response>
  Response call(grpc::Status (v1::AdminService::Stub::*method)(grpc::ClientContext*, const Request&,
                                                               Response*),
                const Request& request) {
    grpc::ClientContext context;
    set_deadline(context);
    Response response;
    const grpc::Status status = (stub_.get()->*method)(&context, request, &response);
    if (!status.ok()) fail(status);
    return response;
  }

 private:
  [[noreturn]] void fail(const grpc::Status& status) const;

  std::string url_;
  std::unique_ptr<v1::AdminService::Stub> stub_;
};

}  // namespace tracker::cli
