#include "support/fake_server/fake_runs.hpp"

#include <algorithm>
#include <set>

namespace test_support {

namespace v1 = tracker::v1;

namespace {

template <class T>
void append(std::string& bytes, T value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

v1::ExportHistoryResponse batch_of(const std::vector<FakeRuns::Row>& rows,
                                   const std::set<std::string>& wanted) {
  std::set<std::string> keys;
  v1::ExportHistoryResponse batch;
  for (const auto& row : rows) {
    append(*batch.mutable_steps(), row.step);
    append(*batch.mutable_times_us(), row.time_us);
    for (const auto& [key, value] : row.values) {
      if (wanted.empty() || wanted.count(key) > 0) keys.insert(key);
    }
  }
  for (const auto& key : keys) {
    batch.add_keys(key);
    auto& column = *batch.add_columns();
    column.mutable_present()->resize((rows.size() + 7) / 8);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto value = rows[i].values.find(key);
      if (value == rows[i].values.end()) continue;
      (*column.mutable_present())[i / 8] |= static_cast<char>(1 << (i % 8));
      append(*column.mutable_values(), value->second);
    }
  }
  return batch;
}

}  // namespace

grpc::Status FakeRuns::ListProjects(grpc::ServerContext*, const v1::ListProjectsRequest*,
                                    v1::ListProjectsResponse* response) {
  *response->mutable_projects() = {projects.begin(), projects.end()};
  return grpc::Status::OK;
}

grpc::Status FakeRuns::ListRuns(grpc::ServerContext*, const v1::ListRunsRequest* request,
                                v1::ListRunsResponse* response) {
  listed = *request;
  std::vector<v1::Run> found;
  for (const auto& run : runs) {
    if (run.project() == request->project()) found.push_back(run);
  }
  if (found.empty())
    return grpc::Status(grpc::NOT_FOUND, "no project '" + request->project() + "'");
  const std::size_t begin = request->page_token().empty() ? 0 : std::stoul(request->page_token());
  const std::size_t end =
      std::min(found.size(), begin + std::min<std::size_t>(page_size, request->page_size()));
  *response->mutable_runs() = {found.begin() + static_cast<std::ptrdiff_t>(begin),
                               found.begin() + static_cast<std::ptrdiff_t>(end)};
  if (end < found.size()) response->set_next_page_token(std::to_string(end));
  return grpc::Status::OK;
}

grpc::Status FakeRuns::GroupRuns(grpc::ServerContext*, const v1::GroupRunsRequest* request,
                                 v1::GroupRunsResponse* response) {
  grouped = *request;
  *response = groups;
  return grpc::Status::OK;
}

grpc::Status FakeRuns::GetRun(grpc::ServerContext*, const v1::GetRunRequest* request,
                              v1::Run* response) {
  for (const auto& run : runs) {
    if (run.id() != request->run() && run.project() + "/" + run.name() != request->run()) continue;
    *response = run;
    return grpc::Status::OK;
  }
  return grpc::Status(grpc::NOT_FOUND, "no run '" + request->run() + "'");
}

grpc::Status FakeRuns::ExportHistory(grpc::ServerContext*, const v1::ExportHistoryRequest* request,
                                     grpc::ServerWriter<v1::ExportHistoryResponse>* writer) {
  const auto found = history.find(request->run());
  if (found == history.end())
    return grpc::Status(grpc::NOT_FOUND, "no run '" + request->run() + "'");
  const std::set<std::string> wanted(request->keys().begin(), request->keys().end());
  const auto& rows = found->second;
  for (std::size_t i = 0; i < rows.size(); i += batch_rows) {
    const auto end = std::min(rows.size(), i + batch_rows);
    writer->Write(batch_of({rows.begin() + static_cast<std::ptrdiff_t>(i),
                            rows.begin() + static_cast<std::ptrdiff_t>(end)},
                           wanted));
  }
  return grpc::Status::OK;
}

}  // namespace test_support
