#include "rpc/runs_service.hpp"

#include <grpcpp/support/server_callback.h>

#include <chrono>

#include "query/export.hpp"
#include "query/run_search.hpp"
#include "query/runs.hpp"
#include "rpc/call_record.hpp"
#include "rpc/status.hpp"
#include "rpc/stream_writer.hpp"
#include "rpc/unary_call.hpp"
#include "rpc/workers.hpp"
#include "tracker/v1/runs.grpc.pb.h"

namespace tracker::rpc {
namespace {

constexpr const char* kExporting =
    "as many exports run as this server serves at once: try again when one has ended";

v1::RunState to_proto(core::RunState state) {
  switch (state) {
    case core::RunState::kRunning:
      return v1::RUNNING;
    case core::RunState::kFinished:
      return v1::FINISHED;
    case core::RunState::kFailed:
      return v1::FAILED;
    case core::RunState::kCrashed:
      return v1::CRASHED;
    case core::RunState::kStopped:
      return v1::STOPPED;
  }
  return v1::RUN_STATE_UNSPECIFIED;
}

void fill(const query::RunView& view, v1::Run& out) {
  const auto& run = view.run;
  out.set_id(run.id.text());
  out.set_name(run.name);
  out.set_project(run.project);
  out.set_state(to_proto(run.state));
  out.set_created_at_us(run.created_us);
  if (run.ended_us) out.set_ended_at_us(*run.ended_us);
  for (const auto& tag : run.tags) out.add_tags(tag);
  out.set_notes(run.notes);
  out.set_group(run.group);
  out.set_job_type(run.job_type);
  out.set_config_json(run.config_json);
  out.set_summary_json(view.summary_json);
  out.set_end_reason(run.end_reason);
}

void fill(const storage::RunGroup& group, v1::RunGroup& out) {
  out.set_runs(group.runs);
  for (const auto& value : group.by) {
    auto* field = out.add_by();
    if (const auto* number = std::get_if<double>(&value)) field->set_number(*number);
    if (const auto* text = std::get_if<std::string>(&value)) field->set_text(*text);
  }
  for (const auto& metric : group.metrics) {
    auto* target = out.add_metrics();
    target->set_n(metric.n);
    if (metric.mean) target->set_mean(*metric.mean);
    if (metric.std) target->set_std(*metric.std);
    if (metric.min) target->set_min(*metric.min);
    if (metric.max) target->set_max(*metric.max);
  }
}

// The wire is little-endian, and so is every machine this is built for.
template <class Number>
std::string bytes_of(const std::vector<Number>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Number)};
}

v1::ExportHistoryResponse to_proto(const query::ExportBatch& batch) {
  v1::ExportHistoryResponse out;
  for (const auto& key : batch.keys) out.add_keys(key);
  out.set_steps(bytes_of(batch.steps));
  out.set_times_us(bytes_of(batch.times_us));
  for (const auto& column : batch.columns) {
    auto* target = out.add_columns();
    target->set_present(bytes_of(column.present));
    target->set_values(bytes_of(column.values));
  }
  return out;
}

using ExportWriter = StreamWriter<v1::ExportHistoryResponse>;
// With a client that does not read what it asked for: a person may look at it through a pager.
constexpr std::chrono::minutes kPatience{10};

}  // namespace

class RunsService::Impl final : public v1::RunsService::CallbackService {
 public:
  Impl(storage::Database& database, auth::Gate& gate, const RunsServiceOptions& options)
      : database_(database),
        gate_(gate),
        access_log_(options.access_log),
        calls_({options.threads, options.calls}),
        exports_({options.exports, options.exports}) {}

  grpc::ServerUnaryReactor* ListProjects(grpc::CallbackServerContext* context,
                                         const v1::ListProjectsRequest*,
                                         v1::ListProjectsResponse* response) override {
    return answer(context, method("RunsService.ListProjects"),
                  [this, response](auth::Guard& guard) {
                    for (const auto& project : storage::list_projects(database_)) {
                      if (!guard.sees(project.id)) continue;
                      auto* out = response->add_projects();
                      out->set_id(project.id.text());
                      out->set_name(project.name);
                      out->set_run_count(project.run_count);
                      out->set_created_at_us(project.created_us);
                      if (project.last_activity_us)
                        out->set_last_activity_us(*project.last_activity_us);
                    }
                  });
  }

  grpc::ServerUnaryReactor* ListRuns(grpc::CallbackServerContext* context,
                                     const v1::ListRunsRequest* request,
                                     v1::ListRunsResponse* response) override {
    return answer(context, method("RunsService.ListRuns"),
                  [this, request, response](auth::Guard& guard) {
                    if (request->page_size() > 1'000)
                      throw Error(ErrorCode::kInvalidArgument, "page_size must be at most 1,000");
                    guard.project(request->project());
                    query::RunListRequest wanted;
                    wanted.project = request->project();
                    if (request->page_size() != 0) wanted.limit = request->page_size();
                    wanted.cursor = request->page_token();
                    wanted.filter = request->filter();
                    wanted.sort = request->order_by();
                    const auto list = query::list_runs(database_, wanted);
                    for (const auto& run : list.runs) fill(run, *response->add_runs());
                    response->set_next_page_token(list.next_cursor.value_or(""));
                    for (const auto& field : list.unknown_fields)
                      response->add_unknown_fields(field);
                  });
  }

  grpc::ServerUnaryReactor* GroupRuns(grpc::CallbackServerContext* context,
                                      const v1::GroupRunsRequest* request,
                                      v1::GroupRunsResponse* response) override {
    return answer(
        context, method("RunsService.GroupRuns"), [this, request, response](auth::Guard& guard) {
          guard.project(request->project());
          const auto groups = query::groups(database_, {request->project(), request->filter(),
                                                        request->by(), request->metrics()});
          for (const auto& field : groups.by) response->add_by(field);
          for (const auto& field : groups.metrics) response->add_metrics(field);
          for (const auto& group : groups.groups.groups) fill(group, *response->add_groups());
          response->set_more(groups.groups.more == storage::More::kYes);
          for (const auto& field : groups.groups.unknown_fields)
            response->add_unknown_fields(field);
        });
  }

  grpc::ServerUnaryReactor* GetRun(grpc::CallbackServerContext* context,
                                   const v1::GetRunRequest* request, v1::Run* response) override {
    return answer(context, method("RunsService.GetRun"),
                  [this, request, response](auth::Guard& guard) {
                    fill(query::get_run(database_, run_of(guard, request->run())), *response);
                  });
  }

  grpc::ServerWriteReactor<v1::ExportHistoryResponse>* ExportHistory(
      grpc::CallbackServerContext* context, const v1::ExportHistoryRequest* request) override {
    const Method& called = method("RunsService.ExportHistory");
    const CallRecord record(*context, called.call(), access_log_);
    auto* writer = new ExportWriter(*context, kPatience);
    const auto finish = [record, writer](const grpc::Status& status) {
      record.end(status);
      writer->finish(status);
    };
    const bool taken =
        exports_.post([this, &called, writer, record, finish, claim = claim_of(*context),
                       from = origin_of(*context, record.id()), wanted = *request] {
          auto status = grpc::Status::OK;
          try {
            judged(gate_, claim, from, called,
                   [&](auth::Guard& guard) { export_to(*writer, guard, wanted); });
          } catch (...) {
            status = current_status(record.call(), record.id());
          }
          finish(status);
        });
    if (!taken) finish({grpc::StatusCode::RESOURCE_EXHAUSTED, kExporting});
    return writer;
  }

 private:
  core::RunId run_of(auth::Guard& guard, const std::string& id_or_name) {
    return guard.run(id_or_name,
                     [this](std::string_view text) { return query::resolve_run(database_, text); });
  }

  void export_to(ExportWriter& writer, auth::Guard& guard, const v1::ExportHistoryRequest& wanted) {
    const std::vector<std::string> keys(wanted.keys().begin(), wanted.keys().end());
    const auto sink = [&writer](query::ExportBatch&& batch) {
      return writer.write(to_proto(batch));
    };
    query::export_history(database_, run_of(guard, wanted.run()), keys, sink);
  }

  // Runs `work` on the pool of calls. Request and response live until Finish.
  template <class Work>
  grpc::ServerUnaryReactor* answer(grpc::CallbackServerContext* context, const Method& called,
                                   Work work) {
    return answer_on(calls_, gate_, *context, called,
                     CallRecord(*context, called.call(), access_log_), std::move(work));
  }

  storage::Database& database_;
  auth::Gate& gate_;
  const core::AccessLog access_log_;
  Workers calls_, exports_;  // last: their threads use the rest
};

RunsService::RunsService(storage::Database& database, auth::Gate& gate,
                         const RunsServiceOptions& options)
    : impl_(std::make_unique<Impl>(database, gate, options)) {}
RunsService::~RunsService() = default;
grpc::Service& RunsService::service() { return *impl_; }

}  // namespace tracker::rpc
