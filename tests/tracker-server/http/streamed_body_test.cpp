#include <atomic>
#include <memory>

#include "edge_fixture.hpp"

// Answers whose bodies come piece by piece.
namespace tracker::http {
namespace {

constexpr std::size_t kPiece = 1u << 20;

class StreamedBody : public EdgeTest {
 protected:
  // `pieces` of a MiB each are announced; what comes after the first `good` is an error.
  void add_large(std::size_t pieces, std::size_t good) {
    const auto handler = [this, pieces, good](const Request&) {
      Response response;
      response.content_type = "application/octet-stream";
      const auto next = std::make_shared<std::size_t>(0);
      response.rest = BodyRest{pieces * kPiece, [this, next, good] {
                                 ++asked_;
                                 if (*next == good) throw Error(ErrorCode::kDataLoss, "damaged");
                                 return std::string(kPiece, static_cast<char>('a' + (*next)++));
                               }};
      return response;
    };
    routes_.push_back(
        {Method::kGet, "/api/v1/large", auth::Access::kPublic, Runs::kOnWorker, handler});
    start();
  }

  std::atomic<std::size_t> asked_{0};
};

TEST_F(StreamedBody, ComesWholeAndTheConnectionGoesOn) {
  add_large(3, 3);
  const auto answer = ask({url("http", "/api/v1/large"), {}, {}, ""});
  EXPECT_EQ(answer.result, CURLE_OK);
  EXPECT_EQ(answer.status, 200);
  ASSERT_EQ(answer.body.size(), 3 * kPiece);
  EXPECT_EQ(answer.body.substr(2 * kPiece - 1, 2), "bc");
  Socket socket(server_->port());
  socket.send_get("/api/v1/large");
  EXPECT_EQ(socket.read_to(std::string(kPiece, 'c')).find("HTTP/1.1 200"), 0u);
  socket.send_get("/api/v1/in");
  EXPECT_NE(socket.read_to("inside").find("HTTP/1.1 200"), std::string::npos);
}

TEST_F(StreamedBody, OneThatBreaksIsCutShort) {
  add_large(3, 1);
  const auto answer = ask({url("http", "/api/v1/large"), {}, {}, ""});
  EXPECT_EQ(answer.result, CURLE_PARTIAL_FILE);
  EXPECT_EQ(answer.body.size(), kPiece);
  EXPECT_EQ(asked_, 2u);
}

TEST_F(StreamedBody, AClientThatGoesEndsTheReading) {
  add_large(100, 100);
  {
    Socket socket(server_->port());
    socket.send_get("/api/v1/large");
    socket.read_to("aaaa");
  }
  server_->stop(std::chrono::seconds(10));
  EXPECT_LT(asked_, 100u);
}

}  // namespace
}  // namespace tracker::http
