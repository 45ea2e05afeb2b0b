#include "relay/artifacts/chunk_sender.hpp"

#include <utility>

#include "relay/channel.hpp"

namespace tracker::relay {
namespace {

constexpr std::size_t kBatchBytes = 8u << 20;
constexpr std::size_t kBatchChunks = 4'096;
// A message may have 8 MiB and a chunk half of it; small chunks share one.
constexpr std::size_t kMessageBytes = 1u << 20;

}  // namespace

ChunkSender::ChunkSender(const ArtifactsClient& client, std::string upload,
                         const UploadOptions& options, std::stop_source stop)
    : client_(client), upload_(std::move(upload)), options_(options), stop_(std::move(stop)) {
  for (unsigned i = 0; i < options.streams; ++i) threads_.emplace_back([this] { run(); });
}

ChunkSender::~ChunkSender() {
  if (threads_.empty()) return;
  stop_.request_stop();
  queue_.close();
}

bool ChunkSender::add(const artifact::ChunkRef& chunk, std::string_view bytes) {
  Batch full;
  {
    const std::lock_guard lock(mutex_);
    if (!given_.insert(chunk.sha256).second) {
      if (options_.progress != nullptr) options_.progress->bytes_known += bytes.size();
      return !stop_.stop_requested();
    }
    gathering_.digests.push_back(chunk.sha256);
    gathering_.bytes.emplace_back(bytes);
    gathering_.size += bytes.size();
    if (gathering_.size < kBatchBytes && gathering_.digests.size() < kBatchChunks) return true;
    full = std::exchange(gathering_, {});
  }
  return queue_.push(std::move(full), stop_.get_token());
}

void ChunkSender::finish() {
  if (!gathering_.digests.empty()) queue_.push(std::move(gathering_), stop_.get_token());
  queue_.close();
  threads_.clear();
  if (failure_) std::rethrow_exception(failure_);
}

void ChunkSender::run() {
  try {
    while (const auto batch = queue_.pop(stop_.get_token()))
      with_patience(options_.patience, stop_.get_token(), [&] { send(*batch); });
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
    stop_.request_stop();
  }
}

void ChunkSender::send(const Batch& batch) {
  const std::vector<std::size_t> which = missing(batch);
  std::size_t bytes = 0;
  for (const std::size_t index : which) bytes += batch.bytes[index].size();
  if (!which.empty()) send_missing(batch, which);
  if (options_.progress == nullptr) return;
  options_.progress->bytes_sent += bytes;
  options_.progress->bytes_known += batch.size - bytes;
}

std::vector<std::size_t> ChunkSender::missing(const Batch& batch) {
  v1::FindMissingRequest request;
  request.set_upload(upload_);
  for (const auto& digest : batch.digests) request.add_sha256(std::string(digest.raw()));
  const auto response =
      client_.call(&ArtifactsClient::Stub::FindMissing, request, stop_.get_token());
  std::vector<std::size_t> which;
  for (const std::uint32_t index : response.missing()) {
    if (index >= batch.digests.size())
      throw Error(ErrorCode::kInternal, "the server asked for a chunk that it was not told of");
    which.push_back(index);
  }
  return which;
}

void ChunkSender::send_missing(const Batch& batch, const std::vector<std::size_t>& which) {
  Call call(stop_.get_token());
  v1::UploadChunksResponse response;
  const auto stream = client_.stub().UploadChunks(&call.context(), &response);
  v1::UploadChunksRequest message;
  message.set_upload(upload_);
  std::size_t size = 0;
  bool open = true;
  for (const std::size_t index : which) {
    auto* chunk = message.add_chunks();
    chunk->set_sha256(std::string(batch.digests[index].raw()));
    chunk->set_data(batch.bytes[index]);
    size += batch.bytes[index].size();
    if (size < kMessageBytes) continue;
    open = stream->Write(message);
    if (!open) break;  // Finish() knows why
    message.Clear();
    size = 0;
  }
  if (open && message.chunks_size() > 0) open = stream->Write(message);
  if (open) stream->WritesDone();
  client_.check(stream->Finish());
}

}  // namespace tracker::relay
