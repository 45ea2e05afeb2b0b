#include "rpc/admin_service.hpp"

#include <grpcpp/support/server_callback.h>
#include <spdlog/spdlog.h>

#include <optional>
#include <utility>

#include "auth/audit.hpp"
#include "core/log_text.hpp"
#include "core/time.hpp"
#include "query/deletion.hpp"
#include "query/runs.hpp"
#include "rpc/unary_call.hpp"
#include "rpc/workers.hpp"
#include "storage/retention.hpp"
#include "storage/run_edit.hpp"
#include "tracker/v1/admin.grpc.pb.h"

namespace tracker::rpc {
namespace {

constexpr std::uint64_t kMostSeconds = std::uint64_t{1'000} * 366 * 24 * 60 * 60;

template <class Request>
std::optional<std::uint64_t> grace_of(const Request& request) {
  return request.has_grace_s() ? std::optional(request.grace_s()) : std::nullopt;
}

void fill_deleted(const storage::DeletedRun& run, v1::DeletedRun& out) {
  out.set_id(run.id.text());
  out.set_project(run.project);
  out.set_name(run.name);
  out.set_deleted_at_us(run.deleted_us);
  out.set_purge_at_us(run.purge_us);
}

std::uint64_t seconds_of(const std::optional<std::int64_t>& time_us) {
  return time_us ? static_cast<std::uint64_t>(*time_us / core::kSecondUs) : 0;
}

std::optional<std::int64_t> time_of(std::uint64_t seconds) {
  if (seconds == 0) return std::nullopt;
  if (seconds > kMostSeconds)
    throw Error(ErrorCode::kInvalidArgument, "a project keeps its data for at most 1,000 years");
  return static_cast<std::int64_t>(seconds) * core::kSecondUs;
}

void fill_retention(const storage::RetentionPolicy& policy, v1::Retention& out) {
  out.set_runs_s(seconds_of(policy.runs_us));
  out.set_system_s(seconds_of(policy.system_us));
  out.set_logs_s(seconds_of(policy.logs_us));
}

storage::RunEdit edit_of(const v1::UpdateRunRequest& request) {
  storage::RunEdit edit;
  if (request.has_name()) edit.name = request.name();
  if (request.has_notes()) edit.notes = request.notes();
  if (request.has_group()) edit.group = request.group();
  if (request.has_job_type()) edit.job_type = request.job_type();
  if (request.has_tags())
    edit.tags.emplace(request.tags().tags().begin(), request.tags().tags().end());
  edit.add_tags = {request.add_tags().begin(), request.add_tags().end()};
  edit.remove_tags = {request.remove_tags().begin(), request.remove_tags().end()};
  if (request.has_config_json()) edit.config = request.config_json();
  if (request.has_summary_json()) edit.summary = request.summary_json();
  return edit;
}

}  // namespace

class AdminService::Impl final : public v1::AdminService::CallbackService {
 public:
  Impl(storage::Database& database, auth::Gate& gate, const core::Clock& clock,
       AdminServiceOptions options)
      : database_(database),
        gate_(gate),
        clock_(clock),
        options_(std::move(options)),
        calls_({.threads = 2, .tasks = 64}) {}

  grpc::ServerUnaryReactor* UpdateRun(grpc::CallbackServerContext* context,
                                      const v1::UpdateRunRequest* request,
                                      v1::UpdateRunResponse* response) override {
    return answer(
        context, method("AdminService.UpdateRun"), [this, request, response](auth::Guard& guard) {
          const core::RunId run = guard.run(request->run(), [this](std::string_view text) {
            return query::resolve_run(database_, text);
          });
          storage::edit_run(database_, run, edit_of(*request));
          const auto view = query::get_run(database_, run);
          response->set_id(run.text());
          response->set_project(view.run.project);
          response->set_name(view.run.name);
          spdlog::info("event=run_edited run={}", run.text());
          auth::note(gate_, guard, "run.update", run.text());
          tell(run);
        });
  }

  grpc::ServerUnaryReactor* DeleteRun(grpc::CallbackServerContext* context,
                                      const v1::DeleteRunRequest* request,
                                      v1::DeletedRun* response) override {
    return answer(
        context, method("AdminService.DeleteRun"), [this, request, response](auth::Guard& guard) {
          const core::RunId run = guard.run(request->run(), [this](std::string_view text) {
            return query::resolve_run(database_, text);
          });
          const auto at = query::delete_at(clock_.now_us(), grace_of(*request));
          fill_deleted(storage::delete_run(database_, run, at), *response);
          spdlog::info("event=run_deleted run={} project={} purge_us={}", run.text(),
                       core::quoted(response->project()), response->purge_at_us());
          auth::note(gate_, guard, "run.delete", run.text());
          tell(run);
        });
  }

  grpc::ServerUnaryReactor* RestoreRun(grpc::CallbackServerContext* context,
                                       const v1::RestoreRunRequest* request,
                                       v1::RestoreRunResponse* response) override {
    return answer(
        context, method("AdminService.RestoreRun"), [this, request, response](auth::Guard& guard) {
          const core::RunId run = guard.run(request->run(), [this](std::string_view text) {
            return query::resolve_deleted_run(database_, text);
          });
          storage::restore_run(database_, run);
          response->set_id(run.text());
          spdlog::info("event=run_restored run={}", run.text());
          auth::note(gate_, guard, "run.restore", run.text());
          tell(run);
        });
  }

  grpc::ServerUnaryReactor* ListDeletedRuns(grpc::CallbackServerContext* context,
                                            const v1::ListDeletedRunsRequest* request,
                                            v1::ListDeletedRunsResponse* response) override {
    return answer(
        context, method("AdminService.ListDeletedRuns"),
        [this, request, response](auth::Guard& guard) {
          guard.project(request->project());
          for (const auto& run : storage::list_deleted_runs(database_, request->project()))
            fill_deleted(run, *response->add_runs());
        });
  }

  grpc::ServerUnaryReactor* DeleteProject(grpc::CallbackServerContext* context,
                                          const v1::DeleteProjectRequest* request,
                                          v1::DeleteProjectResponse* response) override {
    return answer(context, method("AdminService.DeleteProject"),
                  [this, request, response](auth::Guard& guard) {
                    guard.project(request->project());
                    const auto at = query::delete_at(clock_.now_us(), grace_of(*request));
                    response->set_runs(storage::delete_project(database_, request->project(), at));
                    spdlog::info("event=project_deleted project={} runs={}",
                                 core::quoted(request->project()), response->runs());
                    auth::note(gate_, guard, "project.delete", request->project());
                  });
  }

  grpc::ServerUnaryReactor* RestoreProject(grpc::CallbackServerContext* context,
                                           const v1::RestoreProjectRequest* request,
                                           v1::RestoreProjectResponse* response) override {
    return answer(context, method("AdminService.RestoreProject"),
                  [this, request, response](auth::Guard& guard) {
                    guard.project(request->project());
                    response->set_runs(storage::restore_project(database_, request->project()));
                    spdlog::info("event=project_restored project={} runs={}",
                                 core::quoted(request->project()), response->runs());
                    auth::note(gate_, guard, "project.restore", request->project());
                  });
  }

  grpc::ServerUnaryReactor* GetRetention(grpc::CallbackServerContext* context,
                                         const v1::GetRetentionRequest* request,
                                         v1::Retention* response) override {
    return answer(context, method("AdminService.GetRetention"),
                  [this, request, response](auth::Guard& guard) {
                    guard.project(request->project());
                    fill_retention(storage::retention_of(database_, request->project()), *response);
                  });
  }

  grpc::ServerUnaryReactor* SetRetention(grpc::CallbackServerContext* context,
                                         const v1::SetRetentionRequest* request,
                                         v1::Retention* response) override {
    return answer(context, method("AdminService.SetRetention"),
                  [this, request, response](auth::Guard& guard) {
                    guard.project(request->project());
                    auto policy = storage::retention_of(database_, request->project());
                    if (request->has_runs_s()) policy.runs_us = time_of(request->runs_s());
                    if (request->has_system_s()) policy.system_us = time_of(request->system_s());
                    if (request->has_logs_s()) policy.logs_us = time_of(request->logs_s());
                    storage::set_retention(database_, request->project(), policy);
                    fill_retention(policy, *response);
                    spdlog::info("event=retention_set project={} runs_s={} system_s={} logs_s={}",
                                 core::quoted(request->project()), response->runs_s(),
                                 response->system_s(), response->logs_s());
                    auth::note(gate_, guard, "project.retention", request->project());
                  });
  }

 private:
  void tell(core::RunId run) const {
    if (options_.run_changed) options_.run_changed(run);
  }

  // Runs `work` on the pool. Request and response live until Finish.
  template <class Work>
  grpc::ServerUnaryReactor* answer(grpc::CallbackServerContext* context, const Method& called,
                                   Work work) {
    return answer_on(calls_, gate_, *context, called,
                     CallRecord(*context, called.call(), options_.access_log), std::move(work));
  }

  storage::Database& database_;
  auth::Gate& gate_;
  const core::Clock& clock_;
  const AdminServiceOptions options_;
  Workers calls_;  // last: its threads use the rest
};

AdminService::AdminService(storage::Database& database, auth::Gate& gate, const core::Clock& clock,
                           AdminServiceOptions options)
    : impl_(std::make_unique<Impl>(database, gate, clock, std::move(options))) {}
AdminService::~AdminService() = default;
grpc::Service& AdminService::service() { return *impl_; }

}  // namespace tracker::rpc
