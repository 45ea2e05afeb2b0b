#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/connection.hpp"
#include "cli/history.hpp"
#include "tracker/v1/runs.grpc.pb.h"

namespace tracker::cli {

// The server's projects and runs, as the commands ask for them. Calls block; every failure is
// thrown as Error with a line for people. One thread.
class RunsClient {
 public:
  explicit RunsClient(Connection server);

  std::vector<v1::Project> projects();
  // A project's runs that the filter takes, in order, at most `limit` (0: all):
  // docs/query-language.md.
  struct RunQuery {
    std::string project, filter, order_by;
    std::size_t limit = 0;
  };
  struct RunAnswer {
    std::vector<v1::Run> runs;
    std::vector<std::string> unknown_fields;
  };
  RunAnswer runs(const RunQuery& query);
  v1::GroupRunsResponse groups(const v1::GroupRunsRequest& request);
  // By id, or by "project/name".
  v1::Run run(const std::string& id_or_name);
  // Streams the history; `take` is called for each batch in step order. An empty `keys` means all.
  void history(const std::string& run, const std::vector<std::string>& keys,
               const std::function<void(const HistoryBatch&)>& take);

  const std::string& url() const noexcept { return url_; }

 private:
  std::string url_;
  std::unique_ptr<v1::RunsService::Stub> stub_;
};

}  // namespace tracker::cli
