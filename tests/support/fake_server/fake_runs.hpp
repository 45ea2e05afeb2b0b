#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tracker/v1/runs.grpc.pb.h"

namespace test_support {

// A server's runs, in memory. Fill it before the server starts.
class FakeRuns final : public tracker::v1::RunsService::Service {
 public:
  struct Row {
    std::int64_t step = 0, time_us = 0;
    std::map<std::string, double> values;
  };

  std::vector<tracker::v1::Project> projects;
  std::vector<tracker::v1::Run> runs;               // newest first
  std::map<std::string, std::vector<Row>> history;  // by run id
  std::size_t page_size = 2;                        // so that a few runs are several pages
  tracker::v1::ListRunsRequest listed;              // the last one
  tracker::v1::GroupRunsRequest grouped;            // likewise
  tracker::v1::GroupRunsResponse groups;            // what is answered to it
  std::size_t batch_rows = 2;                       // each batch names only the keys that it has

  grpc::Status ListProjects(grpc::ServerContext*, const tracker::v1::ListProjectsRequest*,
                            tracker::v1::ListProjectsResponse* response) override;
  grpc::Status ListRuns(grpc::ServerContext*, const tracker::v1::ListRunsRequest* request,
                        tracker::v1::ListRunsResponse* response) override;
  grpc::Status GroupRuns(grpc::ServerContext*, const tracker::v1::GroupRunsRequest* request,
                         tracker::v1::GroupRunsResponse* response) override;
  grpc::Status GetRun(grpc::ServerContext*, const tracker::v1::GetRunRequest* request,
                      tracker::v1::Run* response) override;
  grpc::Status ExportHistory(
      grpc::ServerContext*, const tracker::v1::ExportHistoryRequest* request,
      grpc::ServerWriter<tracker::v1::ExportHistoryResponse>* writer) override;
};

}  // namespace test_support
