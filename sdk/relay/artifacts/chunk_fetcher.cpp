#include "relay/artifacts/chunk_fetcher.hpp"

#include <atomic>
#include <thread>
#include <utility>

namespace tracker::relay {
namespace {

// What one call asks for: enough that its beginning costs nothing, so little that the streams end
// at about the same time.
constexpr std::size_t kAskedBytes = 16u << 20;
constexpr std::size_t kAskedChunks = 2'048;

// What the receiver of a chunk threw. No Error of its own, so that it is not taken for one of the
// server's, which may pass.
struct NotTaken {
  std::exception_ptr why;
};

}  // namespace

// One fetch; its threads share it.
struct ChunkFetcher::Work {
  const std::vector<artifact::ChunkRef>& chunks;
  const Take& take;
  std::stop_source stop{};
  std::mutex mutex{};  // guards the two below
  std::size_t next = 0;
  std::exception_ptr failure{};

  // The next stretch of chunks; empty at the end.
  std::pair<std::size_t, std::size_t> batch() {
    const std::lock_guard lock(mutex);
    const std::size_t from = next;
    for (std::size_t size = 0; next < chunks.size() && next - from < kAskedChunks; ++next) {
      size += chunks[next].size;
      if (size > kAskedBytes && next > from) break;
    }
    return {from, next};
  }
  // The first failure is the one that is told; all threads stop.
  void fail(const std::exception_ptr& why) {
    const std::lock_guard lock(mutex);
    if (!failure) failure = why;
    stop.request_stop();
  }
  void give(std::size_t index, std::string_view bytes) const {
    try {
      take(index, bytes);
    } catch (...) {
      throw NotTaken{std::current_exception()};
    }
  }
};

void ChunkFetcher::fetch(const std::vector<artifact::ChunkRef>& chunks, const Take& take) {
  Work work{chunks, take};
  const std::stop_callback passed_on(options_.stop, [&] { work.stop.request_stop(); });
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < options_.streams; ++i) threads.emplace_back([&] { run(work); });
  }
  if (options_.stop.stop_requested())
    throw Error(ErrorCode::kUnavailable,
                "interrupted: get it again, and only what is missing is fetched");
  if (work.failure) std::rethrow_exception(work.failure);
}

void ChunkFetcher::run(Work& work) {
  try {
    while (!work.stop.stop_requested()) {
      const auto [from, to] = work.batch();
      if (from == to) return;
      fetch_batch(work, from, to);
    }
  } catch (const NotTaken& failed) {
    work.fail(failed.why);
  } catch (...) {
    work.fail(std::current_exception());
  }
}

void ChunkFetcher::fetch_batch(Work& work, std::size_t from, std::size_t to) {
  std::vector<std::size_t> wanted = take_cached(work, from, to);
  while (!wanted.empty()) {
    // Each chunk that came is a success: the patience begins anew.
    const std::size_t before = wanted.size();
    with_patience(options_.patience, work.stop.get_token(), [&] {
      try {
        stream(work, wanted);
      } catch (const Error& error) {
        if (!passes(error) || wanted.size() == before) throw;
      }
    });
  }
}

std::vector<std::size_t> ChunkFetcher::take_cached(Work& work, std::size_t from, std::size_t to) {
  std::vector<std::size_t> wanted;
  std::string bytes;
  for (std::size_t i = from; i < to; ++i) {
    if (options_.cache == nullptr || !options_.cache->get(work.chunks[i], bytes)) {
      wanted.push_back(i);
      continue;
    }
    work.give(i, bytes);
    if (options_.progress != nullptr) options_.progress->bytes_here += bytes.size();
  }
  return wanted;
}

// Takes what came away from the front of `wanted`, also when it throws: a chunk is given once.
void ChunkFetcher::stream(Work& work, std::vector<std::size_t>& wanted) {
  Call call(work.stop.get_token());
  v1::DownloadChunksRequest request;
  request.set_project(project_);
  for (const std::size_t i : wanted) request.add_sha256(std::string(work.chunks[i].sha256.raw()));
  const auto reader = client_.stub().DownloadChunks(&call.context(), request);
  v1::ArtifactChunk message;
  std::size_t taken = 0;
  const auto take_away = [&] {
    wanted.erase(wanted.begin(), wanted.begin() + static_cast<std::ptrdiff_t>(taken));
  };
  try {
    while (taken < wanted.size() && reader->Read(&message)) {
      const std::size_t index = wanted[taken];
      const artifact::ChunkRef& chunk = work.chunks[index];
      if (message.data().size() != chunk.size || artifact::sha256(message.data()) != chunk.sha256)
        throw Error(ErrorCode::kDataLoss, "what came for the chunk " + chunk.sha256.hex() +
                                              " are other bytes: try again, and have the server "
                                              "checked with `tracker admin check`");
      ++taken;
      work.give(index, message.data());
      if (options_.cache != nullptr) options_.cache->put(chunk, message.data());
      if (options_.progress != nullptr) options_.progress->bytes_fetched += chunk.size;
    }
  } catch (...) {
    call.context().TryCancel();
    reader->Finish();
    take_away();
    throw;
  }
  take_away();
  const grpc::Status status = reader->Finish();
  client_.check(status);
  if (!wanted.empty())
    throw Error(ErrorCode::kUnavailable, "the server ended before it had sent all chunks");
}

}  // namespace tracker::relay
