#include <gtest/gtest.h>

#include <cstring>
#include <future>

#include "rpc/runs_service.hpp"
#include "rpc_fixture.hpp"
#include "tracker/v1/runs.grpc.pb.h"

namespace tracker::rpc {
namespace {

constexpr std::int64_t kFrames = 20, kRowsPerFrame = 20'000;  // 10 MB: more than gRPC takes ahead

class RunsServiceTest : public RpcTest {
 protected:
  void SetUp() override {
    RpcTest::SetUp();
    auto writer = storage::make_writer(*database);
    run = writer.run.text();
    for (std::int64_t frame = 0; frame < kFrames; ++frame) {
      std::vector<std::int64_t> steps;
      std::vector<double> values;
      for (std::int64_t row = 0; row < kRowsPerFrame; ++row) {
        steps.push_back(frame * kRowsPerFrame + row);
        values.push_back(static_cast<double>(steps.back()) / 2);
      }
      storage::log_rows(*database, writer, storage::make_rows({"loss"}, steps, values));
    }
    service = std::make_unique<RunsService>(*database, *gate, RunsServiceOptions{.exports = 1});
    serve(service->service());
    stub = v1::RunsService::NewStub(channel);
  }
  void TearDown() override {
    server.reset();
    service.reset();
  }

  using Reader = std::unique_ptr<grpc::ClientReader<v1::ExportHistoryResponse>>;
  Reader start_export(grpc::ClientContext& context) {
    limit(context);
    v1::ExportHistoryRequest request;
    request.set_run(run);
    return stub->ExportHistory(&context, request);
  }

  // How a whole export ends, and how many rows came; each must be the next step.
  std::pair<grpc::StatusCode, std::int64_t> export_all() {
    grpc::ClientContext context;
    const auto reader = start_export(context);
    std::int64_t rows = 0;
    v1::ExportHistoryResponse batch;
    while (reader->Read(&batch)) {
      for (std::size_t at = 0; at < batch.steps().size(); at += sizeof(std::int64_t)) {
        std::int64_t step = 0;
        std::memcpy(&step, batch.steps().data() + at, sizeof step);
        EXPECT_EQ(step, rows++);
      }
    }
    return {reader->Finish().error_code(), rows};
  }

  std::string run;
  std::unique_ptr<RunsService> service;
  std::unique_ptr<v1::RunsService::Stub> stub;
};

TEST_F(RunsServiceTest, AnExportWhoseClientDoesNotReadStopsNoOtherCall) {
  grpc::ClientContext stalled;
  const auto reader = start_export(stalled);
  v1::ExportHistoryResponse batch;
  ASSERT_TRUE(reader->Read(&batch));
  EXPECT_EQ(export_all().first, grpc::StatusCode::RESOURCE_EXHAUSTED);
  for (int i = 0; i < 10; ++i) {
    grpc::ClientContext context;
    limit(context);
    v1::ListProjectsResponse projects;
    const auto status = stub->ListProjects(&context, {}, &projects);
    ASSERT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(projects.projects_size(), 1);
  }
  stalled.TryCancel();
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(RunsServiceTest, AClientThatDisappearsInMidExportMakesRoomForTheNext) {
  {
    grpc::ClientContext context;
    const auto reader = start_export(context);
    v1::ExportHistoryResponse batch;
    ASSERT_TRUE(reader->Read(&batch));
    context.TryCancel();
    EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  auto outcome = export_all();
  EXPECT_TRUE(eventually([&] {
    if (outcome.first == grpc::StatusCode::RESOURCE_EXHAUSTED) outcome = export_all();
    return outcome.first != grpc::StatusCode::RESOURCE_EXHAUSTED;
  }));
  EXPECT_EQ(outcome.first, grpc::StatusCode::OK);
  EXPECT_EQ(outcome.second, kFrames * kRowsPerFrame);
}

TEST_F(RunsServiceTest, AnExportThatIsCancelledBeforeItBeginsIsHarmless) {
  for (int i = 0; i < 50; ++i) {
    grpc::ClientContext context;
    const auto reader = start_export(context);
    context.TryCancel();
    const auto code = reader->Finish().error_code();
    EXPECT_TRUE(code == grpc::StatusCode::CANCELLED || code == grpc::StatusCode::RESOURCE_EXHAUSTED)
        << code;
  }
}

TEST_F(RunsServiceTest, AStopEndsAnExportThatIsStalled) {
  grpc::ClientContext context;
  const auto reader = start_export(context);
  v1::ExportHistoryResponse batch;
  ASSERT_TRUE(reader->Read(&batch));
  auto stopping = std::async(std::launch::async, [&] {
    server->stop(std::chrono::milliseconds(0));
    service.reset();
  });
  EXPECT_EQ(stopping.wait_for(std::chrono::minutes(1)), std::future_status::ready);
  while (reader->Read(&batch)) {
  }
  EXPECT_FALSE(reader->Finish().ok());
}

TEST_F(RunsServiceTest, RunsAreFilteredGroupedAndAskedForInTheLanguage) {
  const auto list = [&](const std::string& filter) {
    grpc::ClientContext context;
    limit(context);
    v1::ListRunsRequest request;
    request.set_project("imdb");
    request.set_filter(filter);
    request.set_order_by("-loss.last");
    v1::ListRunsResponse response;
    const auto status = stub->ListRuns(&context, request, &response);
    return status.ok() ? std::to_string(response.runs_size()) + " " +
                             std::to_string(response.unknown_fields_size())
                       : status.error_message();
  };
  EXPECT_EQ(list("state:running and not lr > 1"), "1 2");  // lr, and loss: nothing is compacted yet
  EXPECT_EQ(list("state:failed"), "0 1");
  EXPECT_EQ(list("lr >"), "filter, position 5: expected a value, found the end");
  grpc::ClientContext context;
  limit(context);
  v1::GroupRunsRequest request;
  request.set_project("imdb");
  request.set_by("state,lr");
  request.set_metrics("loss.last");
  v1::GroupRunsResponse groups;
  ASSERT_TRUE(stub->GroupRuns(&context, request, &groups).ok());
  ASSERT_EQ(groups.groups_size(), 1);
  EXPECT_EQ(groups.groups(0).by(0).text(), "running");
  EXPECT_FALSE(groups.groups(0).by(1).has_text() || groups.groups(0).by(1).has_number());
  EXPECT_EQ(groups.groups(0).metrics(0).n(), 0);
}

TEST_F(RunsServiceTest, AnExportOfARunThatIsNotThereIsNotFound) {
  run = core::RunId::random().text();
  EXPECT_EQ(export_all().first, grpc::StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace tracker::rpc
