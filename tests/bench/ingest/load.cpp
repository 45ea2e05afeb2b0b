#include "load.hpp"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <random>
#include <stdexcept>
#include <thread>

#include <tracker/v1/ingest.grpc.pb.h>

#include "core/ids.hpp"
#include "frame/frame.hpp"

namespace tracker::bench {
namespace {

using Steady = std::chrono::steady_clock;
constexpr std::int64_t kLoadStart = 1'700'000'000'000'000;
constexpr std::size_t kDistinct = 2'000;  // payloads a stream; after that steps begin again

double seconds_since(Steady::time_point start) {
  return std::chrono::duration<double>(Steady::now() - start).count();
}

std::string payload(const LoadShape& shape, std::size_t number, std::mt19937& random) {
  std::normal_distribution<float> noise(0, 0.05F);
  spool::RowGroup group;
  for (std::size_t k = 0; k < shape.keys; ++k)
    group.keys.push_back("train/metric_" + std::to_string(k));
  for (std::size_t r = 0; r < shape.rows; ++r) {
    const auto step = static_cast<std::int64_t>(number * shape.rows + r);
    group.steps.push_back(step);
    group.times_us.push_back(kLoadStart + step * 250'000 +
                             static_cast<std::int64_t>(random() % 10'000));
    group.order.push_back(static_cast<std::uint32_t>(r));
  }
  for (std::size_t k = 0; k < shape.keys; ++k)
    for (std::size_t r = 0; r < shape.rows; ++r)
      group.values.push_back(static_cast<double>(
          1.0F +
          std::exp(-static_cast<float>(group.steps[r]) / 2'000.0F) * static_cast<float>(k + 1) +
          noise(random)));
  spool::Frame frame;
  frame.groups.push_back(std::move(group));
  return spool::encode_frame(frame);
}

// One stream, on two threads: this one sends, another reads acknowledgements.
class Stream {
 public:
  Stream(const std::shared_ptr<grpc::Channel>& channel, const LoadShape& shape,
         const std::vector<std::string>& payloads)
      : stub_(v1::IngestService::NewStub(channel)),
        shape_(shape),
        payloads_(payloads),
        call_(stub_->Stream(&context_)) {}

  void run(Steady::time_point until) {
    hello();
    const auto start = Steady::now();
    const double pace = shape_.frames_per_second / static_cast<double>(shape_.streams);
    std::jthread reader([this] { read(); });
    std::uint64_t offset = acked_;
    for (std::size_t i = 0; Steady::now() < until; ++i) {
      const std::string& bytes = payloads_[i % payloads_.size()];
      if (pace > 0)
        std::this_thread::sleep_until(start +
                                      std::chrono::duration<double>(static_cast<double>(i) / pace));
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return offset - acked_ <= shape_.window || !failure_.empty(); });
        if (!failure_.empty()) throw std::runtime_error(failure_);
        on_the_way_.push_back({offset + bytes.size(), Steady::now()});
      }
      v1::StreamRequest request;
      request.mutable_frame()->set_from(offset);
      request.mutable_frame()->set_to(offset +
                                      bytes.size());  // as if the log were as long as its frames
      request.mutable_frame()->set_payload(bytes);
      const bool more_at_once = pace == 0;
      grpc::WriteOptions options;
      if (more_at_once) options.set_buffer_hint();
      if (!call_->Write(request, options)) throw std::runtime_error("the stream broke");
      offset += bytes.size();
      ++frames;
    }
    bytes_sent = offset;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, std::chrono::seconds(60),
                        [&] { return acked_ >= offset || !failure_.empty(); });
      if (acked_ < offset) throw std::runtime_error("frames were not acknowledged " + failure_);
    }
    call_->WritesDone();
    reader.join();
  }

  std::uint64_t frames = 0, bytes_sent = 0;
  std::vector<double> ack_ms;

 private:
  struct Sent {
    std::uint64_t end;
    Steady::time_point at;
  };

  void hello() {
    v1::StreamRequest request;
    v1::Hello& hello = *request.mutable_hello();
    hello.set_protocol_version(1);
    hello.set_frame_version(spool::kFrameVersion);
    hello.set_run_id(core::RunId::random().text());
    hello.set_writer_id(core::WriterId::random().text());
    hello.set_project("bench");
    call_->Write(request);
    v1::StreamResponse response;
    if (!call_->Read(&response) || !response.has_welcome())
      throw std::runtime_error("no welcome: " + response.ShortDebugString());
    acked_ = response.welcome().acked_offset();
  }

  void read() {
    v1::StreamResponse response;
    while (call_->Read(&response)) {
      const auto now = Steady::now();
      const std::lock_guard lock(mutex_);
      if (response.has_ack()) {
        acked_ = response.ack().offset();
        while (!on_the_way_.empty() && on_the_way_.front().end <= acked_) {
          ack_ms.push_back(
              std::chrono::duration<double, std::milli>(now - on_the_way_.front().at).count());
          on_the_way_.pop_front();
        }
      } else {
        failure_ = response.ShortDebugString();
      }
      changed_.notify_all();
    }
    const std::lock_guard lock(mutex_);
    if (!on_the_way_.empty() && failure_.empty()) failure_ = "the stream ended";
    changed_.notify_all();
  }

  std::unique_ptr<v1::IngestService::Stub> stub_;
  const LoadShape& shape_;
  const std::vector<std::string>& payloads_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::StreamRequest, v1::StreamResponse>> call_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Sent> on_the_way_;
  std::uint64_t acked_ = 0;
  std::string failure_;
};

}  // namespace

std::vector<std::string> make_payloads(const LoadShape& shape, std::size_t count) {
  std::mt19937 random(1);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(payload(shape, i, random));
  return out;
}

LoadResult run_load(const std::string& address, const LoadShape& shape,
                    std::chrono::seconds duration) {
  const std::vector<std::string> payloads = make_payloads(shape, kDistinct);
  const auto channel = grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
  std::vector<std::unique_ptr<Stream>> streams;
  for (std::size_t i = 0; i < shape.streams; ++i)
    streams.push_back(std::make_unique<Stream>(channel, shape, payloads));
  const auto start = Steady::now();
  {
    std::vector<std::jthread> threads;
    for (const auto& stream : streams) threads.emplace_back([&] { stream->run(start + duration); });
  }
  LoadResult result;
  result.seconds = seconds_since(start);
  for (const auto& stream : streams) {
    result.frames += stream->frames;
    result.payload_bytes += stream->bytes_sent;
    result.ack_ms.insert(result.ack_ms.end(), stream->ack_ms.begin(), stream->ack_ms.end());
  }
  result.points = result.frames * shape.keys * shape.rows;
  return result;
}

double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return values[at];
}

}  // namespace tracker::bench
