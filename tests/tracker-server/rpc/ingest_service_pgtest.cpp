#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <future>

#include "ingest/stream_state.hpp"
#include "rpc/ingest_service.hpp"
#include "rpc_fixture.hpp"
#include "tracker/v1/ingest.grpc.pb.h"

namespace tracker::rpc {
namespace {

class IngestServiceTest : public RpcTest {
 protected:
  void SetUp() override {
    spdlog::set_level(spdlog::level::critical);  // the faults are the test's own
    RpcTest::SetUp();
    ingest = std::make_unique<ingest::Ingest>(*database, clock);
    ingest->start();
    service = std::make_unique<IngestService>(*ingest);
    serve(service->service());
    stub = v1::IngestService::NewStub(channel);
  }
  void TearDown() override {
    ingest->stop();
    server.reset();
    service.reset();
  }

  v1::StreamRequest hello() const {
    v1::StreamRequest request;
    auto& message = *request.mutable_hello();
    message.set_protocol_version(ingest::kProtocolVersion);
    message.set_frame_version(spool::kFrameVersion);
    message.set_run_id(run.text());
    message.set_writer_id(writer.text());
    message.set_project("imdb");
    return request;
  }

  static v1::StreamRequest frame(std::uint64_t from, std::uint64_t to) {
    spool::Frame rows;
    rows.groups.push_back(storage::make_rows({"loss"}, {static_cast<std::int64_t>(from)}, {0.5}));
    v1::StreamRequest request;
    auto& message = *request.mutable_frame();
    message.set_from(from);
    message.set_to(to);
    message.set_payload(spool::encode_frame(rows));
    return request;
  }

  // One stream as a client has it.
  struct Stream {
    explicit Stream(v1::IngestService::Stub& stub) {
      limit(context);
      call = stub.Stream(&context);
    }
    std::optional<v1::StreamResponse> next() {
      v1::StreamResponse response;
      if (!call->Read(&response)) return std::nullopt;
      return response;
    }
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReaderWriter<v1::StreamRequest, v1::StreamResponse>> call;
  };

  // Epoch of a registration that works as it should, up to the first acknowledgement.
  std::optional<std::uint64_t> deliver_one() {
    Stream stream(*stub);
    stream.call->Write(hello());
    const auto welcome = stream.next();
    if (!welcome || !welcome->has_welcome()) return std::nullopt;
    const auto from = welcome->welcome().acked_offset();
    stream.call->Write(frame(from, from + 10));
    const auto ack = stream.next();
    EXPECT_TRUE(ack && ack->has_ack() && ack->ack().offset() == from + 10);
    stream.call->WritesDone();
    EXPECT_FALSE(stream.next());
    EXPECT_TRUE(stream.call->Finish().ok());
    return welcome->welcome().epoch();
  }

  core::ManualClock clock{storage::kNow};
  const core::RunId run = core::RunId::random();
  const core::WriterId writer = core::WriterId::random();
  std::unique_ptr<ingest::Ingest> ingest;
  std::unique_ptr<IngestService> service;
  std::unique_ptr<v1::IngestService::Stub> stub;
};

TEST_F(IngestServiceTest, ABatchMeansTheSameAsItsFramesOneByOne) {
  Stream stream(*stub);
  stream.call->Write(hello());
  const auto welcome = stream.next();
  ASSERT_TRUE(welcome && welcome->has_welcome());
  ASSERT_EQ(welcome->welcome().max_batch_frames(), 1'000u);
  v1::StreamRequest request;
  for (std::uint64_t from = 0; from < 30; from += 10)
    *request.mutable_batch()->add_frames() = frame(from, from + 10).frame();
  stream.call->Write(request);
  std::uint64_t acked = 0;
  while (acked < 30) {
    const auto ack = stream.next();
    ASSERT_TRUE(ack && ack->has_ack());
    acked = ack->ack().offset();
  }
  EXPECT_EQ(ask("SELECT count(*) FROM frame"), "3");
  // One that does not fit is answered once, and those behind it are void.
  stream.call->Write(request);
  const auto rewind = stream.next();
  ASSERT_TRUE(rewind && rewind->has_rewind());
  EXPECT_EQ(rewind->rewind().acked_offset(), 30u);
  stream.call->WritesDone();
  EXPECT_FALSE(stream.next());
  EXPECT_EQ(ask("SELECT count(*) FROM frame"), "3");
}

TEST_F(IngestServiceTest, ABatchOfTooManyFramesEndsTheStream) {
  Stream stream(*stub);
  stream.call->Write(hello());
  ASSERT_TRUE(stream.next());
  v1::StreamRequest request;
  for (std::uint64_t at = 0; at < 1'001; ++at)
    *request.mutable_batch()->add_frames() = frame(at, at + 1).frame();
  stream.call->Write(request);
  EXPECT_FALSE(stream.next());
  EXPECT_EQ(stream.call->Finish().error_message(), "a batch has more frames than Welcome allows");
  EXPECT_EQ(ask("SELECT count(*) FROM frame"), "0");
}

TEST_F(IngestServiceTest, AFrameBeforeHelloEndsTheStream) {
  Stream stream(*stub);
  stream.call->Write(frame(0, 10));
  EXPECT_FALSE(stream.next());
  const auto status = stream.call->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(status.error_message(), "a frame came before Welcome");
  EXPECT_EQ(ask("SELECT count(*) FROM frame"), "0");
}

TEST_F(IngestServiceTest, AMessageOfNoKnownKindEndsTheStream) {
  Stream stream(*stub);
  stream.call->Write({});
  EXPECT_FALSE(stream.next());
  EXPECT_EQ(stream.call->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(IngestServiceTest, ARefusalIsTheLastWordOfAStreamThatEndsWell) {
  Stream stream(*stub);
  auto request = hello();
  request.mutable_hello()->set_protocol_version(999);
  stream.call->Write(request);
  const auto response = stream.next();
  ASSERT_TRUE(response && response->has_refusal());
  EXPECT_EQ(response->refusal().reason(), v1::Refusal::VERSION);
  EXPECT_FALSE(stream.next());
  EXPECT_TRUE(stream.call->Finish().ok());
}

// The registration waits for a lock of ours: its Welcome comes to a stream that is gone.
TEST_F(IngestServiceTest, AStreamThatIsCancelledBeforeWelcomeIsHarmless) {
  {
    const auto connection = database->sql();
    pqxx::work blocker(*connection);
    blocker.exec("LOCK TABLE project IN EXCLUSIVE MODE");
    Stream stream(*stub);
    stream.call->Write(hello());
    ASSERT_TRUE(eventually([&] {
      return ask("SELECT count(*) FROM pg_locks "
                 "WHERE relation = 'project'::regclass AND NOT granted") == "1";
    }));
    stream.context.TryCancel();
    EXPECT_EQ(stream.call->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  ASSERT_TRUE(eventually([&] { return ask("SELECT epoch FROM writer_stream") == "1"; }));
  EXPECT_EQ(deliver_one(), 2u);
}

TEST_F(IngestServiceTest, AClientThatDisappearsWithAFrameUnderWayLeavesItsWriterUsable) {
  for (std::uint64_t epoch = 1; epoch <= 20; ++epoch) {
    Stream stream(*stub);
    stream.call->Write(hello());
    const auto welcome = stream.next();
    ASSERT_TRUE(welcome && welcome->has_welcome());
    EXPECT_EQ(welcome->welcome().epoch(), epoch);
    const auto from = welcome->welcome().acked_offset();
    stream.call->Write(frame(from, from + 10));
    stream.context.TryCancel();
    EXPECT_EQ(stream.call->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  EXPECT_EQ(deliver_one(), 21u);
}

TEST_F(IngestServiceTest, AStopEndsAStreamThatIsOpen) {
  Stream stream(*stub);
  stream.call->Write(hello());
  const auto welcome = stream.next();
  ASSERT_TRUE(welcome && welcome->has_welcome());
  auto stopping = std::async(std::launch::async, [&] {
    ingest->stop();
    server->stop(std::chrono::seconds(10));
  });
  EXPECT_FALSE(stream.next());
  EXPECT_EQ(stream.call->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(stopping.wait_for(std::chrono::minutes(1)), std::future_status::ready);
}

}  // namespace
}  // namespace tracker::rpc
