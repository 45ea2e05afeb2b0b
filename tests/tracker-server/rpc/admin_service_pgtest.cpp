#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <optional>

#include "core/clock.hpp"
#include "rpc/admin_service.hpp"
#include "rpc_fixture.hpp"
#include "tracker/v1/admin.grpc.pb.h"

namespace tracker::rpc {
namespace {

constexpr std::int64_t kWeekUs = 7LL * 24 * 3600 * 1'000'000;

class AdminServiceTest : public RpcTest {
 protected:
  void SetUp() override {
    spdlog::set_level(spdlog::level::critical);
    RpcTest::SetUp();
    run = storage::make_writer(*database).run.text();
    serve(service().service());
    stub = v1::AdminService::NewStub(channel);
  }
  void TearDown() override {
    server.reset();
    service_.reset();
  }
  AdminService& service() {
    if (!service_) service_ = std::make_unique<AdminService>(*database, *gate, clock);
    return *service_;
  }
  template <class Request, class Response>
  grpc::Status call(grpc::Status (v1::AdminService::Stub::*method)(grpc::ClientContext*,
                                                                   const Request&, Response*),
                    const Request& request, Response& response) {
    grpc::ClientContext context;
    limit(context);
    return (stub.get()->*method)(&context, request, &response);
  }
  grpc::Status remove(v1::DeletedRun& deleted, std::optional<std::uint64_t> grace = {}) {
    v1::DeleteRunRequest request;
    request.set_run(run);
    if (grace) request.set_grace_s(*grace);
    return call(&v1::AdminService::Stub::DeleteRun, request, deleted);
  }

  core::ManualClock clock{storage::kNow};
  std::unique_ptr<AdminService> service_;
  std::unique_ptr<v1::AdminService::Stub> stub;
  std::string run;
};

TEST_F(AdminServiceTest, ARunIsDeletedForAWeekUnlessAskedOtherwise) {
  v1::DeletedRun deleted;
  ASSERT_TRUE(remove(deleted).ok());
  EXPECT_EQ(deleted.id(), run);
  EXPECT_EQ(deleted.project(), "imdb");
  EXPECT_EQ(deleted.purge_at_us(), storage::kNow + kWeekUs);
  EXPECT_EQ(remove(deleted).error_code(), grpc::StatusCode::NOT_FOUND);
  v1::RestoreRunRequest back;
  back.set_run("imdb/" + run.substr(0, 8));
  v1::RestoreRunResponse restored;
  ASSERT_TRUE(call(&v1::AdminService::Stub::RestoreRun, back, restored).ok());
  EXPECT_EQ(restored.id(), run);
  ASSERT_TRUE(remove(deleted, 60).ok());
  EXPECT_EQ(deleted.purge_at_us(), storage::kNow + 60'000'000);
}

TEST_F(AdminServiceTest, AGracePeriodBeyondReasonIsRefused) {
  v1::DeletedRun deleted;
  EXPECT_EQ(remove(deleted, ~std::uint64_t{0}).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ask("SELECT count(*) FROM run WHERE deleted_us IS NOT NULL"), "0");
}

TEST_F(AdminServiceTest, RetentionChangesWhatIsNamed) {
  v1::SetRetentionRequest request;
  request.set_project("imdb");
  request.set_runs_s(100);
  v1::Retention policy;
  ASSERT_TRUE(call(&v1::AdminService::Stub::SetRetention, request, policy).ok());
  request.clear_runs_s();
  request.set_logs_s(5);
  ASSERT_TRUE(call(&v1::AdminService::Stub::SetRetention, request, policy).ok());
  EXPECT_EQ(policy.runs_s(), 100u);
  EXPECT_EQ(policy.system_s(), 0u);
  EXPECT_EQ(policy.logs_s(), 5u);
  request.set_runs_s(0);
  ASSERT_TRUE(call(&v1::AdminService::Stub::SetRetention, request, policy).ok());
  EXPECT_EQ(policy.runs_s(), 0u);
  request.set_project("unknown");
  EXPECT_EQ(call(&v1::AdminService::Stub::SetRetention, request, policy).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace tracker::rpc
