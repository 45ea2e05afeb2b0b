#include "cli/runs_client.hpp"

#include <algorithm>
#include <utility>

#include <tracker/error.hpp>

#include "relay/channel.hpp"

namespace tracker::cli {
namespace {

constexpr std::uint32_t kPageSize = 500;

}  // namespace

RunsClient::RunsClient(Connection server)
    : url_(std::move(server.url)), stub_(v1::RunsService::NewStub(server.channel)) {}

std::vector<v1::Project> RunsClient::projects() {
  grpc::ClientContext context;
  set_deadline(context);
  v1::ListProjectsResponse response;
  const auto status = stub_->ListProjects(&context, v1::ListProjectsRequest(), &response);
  if (!status.ok()) throw relay::to_error(status, url_);
  return {std::make_move_iterator(response.mutable_projects()->begin()),
          std::make_move_iterator(response.mutable_projects()->end())};
}

RunsClient::RunAnswer RunsClient::runs(const RunQuery& query) {
  RunAnswer answer;
  v1::ListRunsRequest request;
  request.set_project(query.project);
  request.set_filter(query.filter);
  request.set_order_by(query.order_by);
  for (;;) {
    const auto left = query.limit == 0 ? kPageSize : query.limit - answer.runs.size();
    request.set_page_size(static_cast<std::uint32_t>(std::min<std::size_t>(left, kPageSize)));
    grpc::ClientContext context;
    set_deadline(context);
    v1::ListRunsResponse response;
    const auto status = stub_->ListRuns(&context, request, &response);
    if (!status.ok()) throw relay::to_error(status, url_);
    for (auto& run : *response.mutable_runs()) answer.runs.push_back(std::move(run));
    const bool enough = query.limit != 0 && answer.runs.size() >= query.limit;
    if (enough || response.next_page_token().empty()) {
      answer.unknown_fields = {response.unknown_fields().begin(), response.unknown_fields().end()};
      return answer;
    }
    request.set_page_token(response.next_page_token());
  }
}

v1::GroupRunsResponse RunsClient::groups(const v1::GroupRunsRequest& request) {
  grpc::ClientContext context;
  set_deadline(context);
  v1::GroupRunsResponse response;
  const auto status = stub_->GroupRuns(&context, request, &response);
  if (!status.ok()) throw relay::to_error(status, url_);
  return response;
}

v1::Run RunsClient::run(const std::string& id_or_name) {
  grpc::ClientContext context;
  set_deadline(context);
  v1::GetRunRequest request;
  request.set_run(id_or_name);
  v1::Run run;
  const auto status = stub_->GetRun(&context, request, &run);
  if (!status.ok()) throw relay::to_error(status, url_);
  return run;
}

void RunsClient::history(const std::string& run, const std::vector<std::string>& keys,
                         const std::function<void(const HistoryBatch&)>& take) {
  // No deadline: a long history takes its time, and keepalive notices a server that is gone. The
  // context is made before the reader so that an exception of `take` cancels the stream.
  grpc::ClientContext context;
  v1::ExportHistoryRequest request;
  request.set_run(run);
  *request.mutable_keys() = {keys.begin(), keys.end()};
  const auto stream = stub_->ExportHistory(&context, request);
  v1::ExportHistoryResponse response;
  try {
    while (stream->Read(&response)) take(decode_history(response));
  } catch (...) {
    context.TryCancel();
    while (stream->Read(&response)) {
    }
    stream->Finish();
    throw;
  }
  const auto status = stream->Finish();
  if (!status.ok()) throw relay::to_error(status, url_);
}

}  // namespace tracker::cli
