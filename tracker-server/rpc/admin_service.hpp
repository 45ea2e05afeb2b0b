#pragma once

#include <grpcpp/impl/codegen/service_type.h>

#include <functional>
#include <memory>

#include "auth/gate.hpp"
#include "core/clock.hpp"
#include "core/ids.hpp"
#include "core/request_id.hpp"
#include "storage/database.hpp"

// Deleting, bringing back, and how long projects keep their data, through gRPC. Messages:
// proto/tracker/v1/admin.proto. Calls block on the database and run on two threads of their own.
namespace tracker::rpc {

struct AdminServiceOptions {
  core::AccessLog access_log = core::AccessLog::kWrites;
  // Told of a run that was deleted or brought back, on the service's threads; must not block and
  // must not throw. Null: nobody listens.
  std::function<void(core::RunId)> run_changed = {};
};

class AdminService {
 public:
  // References must outlive it.
  AdminService(storage::Database& database, auth::Gate& gate, const core::Clock& clock,
               AdminServiceOptions options = {});
  ~AdminService();  // after the gRPC server has shut down: waits for calls that run
  AdminService(const AdminService&) = delete;
  AdminService& operator=(const AdminService&) = delete;

  // To be registered with the server.
  grpc::Service& service();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tracker::rpc
