#pragma once

#include <grpcpp/impl/codegen/service_type.h>

#include <memory>

#include "storage/database.hpp"

// Reading projects, runs and histories through gRPC: what the `tracker` command line uses.
// Messages: proto/tracker/v1/runs.proto. Every call blocks on the database, so it runs on a small
// pool of threads and never on one of gRPC's.
namespace tracker::rpc {

class RunsService {
 public:
  // `database` must outlive it.
  explicit RunsService(storage::Database& database);
  ~RunsService();  // after the gRPC server has shut down: waits for calls that run
  RunsService(const RunsService&) = delete;
  RunsService& operator=(const RunsService&) = delete;

  // To be registered with the server.
  grpc::Service& service();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tracker::rpc
