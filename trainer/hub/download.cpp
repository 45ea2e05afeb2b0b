#include "hub/download.hpp"

#include <fmt/format.h>

#include <exception>
#include <system_error>

#include "hub/cache_layout.hpp"
#include "hub/checksum.hpp"
#include "hub/hub_errors.hpp"
#include "hub/part_file.hpp"

namespace trainer::hub {
namespace {

constexpr int kRangeNotSatisfiable = 416;

// Of a file whose size the hub does not tell: those are small texts that it compresses.
constexpr std::uint64_t kLargestUntold = 4ULL << 30U;

// The file that grows, and who hears of it. One thread.
class Part {
 public:
  Part(const Download& download, const Progress& progress)
      : download_(download), progress_(progress), file_(download.part, download.size) {}

  std::uint64_t offset() const noexcept { return file_.offset(); }
  bool whole() const noexcept { return download_.size && offset() == *download_.size; }
  bool is_right() const {
    if (file_.path().empty()) {
      return is_tag_of_nothing(download_.etag);
    }
    return content_matches(file_.path(), download_.etag);
  }
  void start_over() { file_.start_over(); }
  void publish() { file_.publish(download_.destination); }

  // Called once per answer, before its bytes: whether they continue what is there. False when they
  // are of no use.
  bool begin(const HttpResponse& head) {
    if (head.status == kHttpPartial) {
      return head.header("content-range").starts_with(fmt::format("bytes {}-", offset())) &&
             is_plain(head);
    }
    if (head.status == kHttpOk && offset() > 0) {
      start_over();
    }
    return head.status == kHttpOk;
  }

  void add(std::span<const std::byte> bytes) {
    const std::uint64_t limit = download_.size.value_or(kLargestUntold);
    if (bytes.size() > limit - offset()) {
      start_over();
      throw Error(
          ErrorCode::kHub,
          fmt::format("{}: the hub sends more than the {} bytes it named; start again, or ask "
                      "another mirror through HF_ENDPOINT",
                      download_.path, limit));
    }
    file_.append(bytes);
    report();
  }

  void report() const {
    if (progress_) {
      progress_(download_.path, offset(), download_.size.value_or(0));
    }
  }

 private:
  const Download& download_;
  const Progress& progress_;
  PartFile file_;
};

void check_room(const Download& download, std::uint64_t have) {
  std::error_code error;
  const auto folder = download.destination.parent_path();
  const auto space = std::filesystem::space(folder, error);
  if (!error && download.size && space.available < *download.size - have) {
    throw Error(
        ErrorCode::kIo,
        fmt::format(
            "{}: no room for {}: {} bytes are needed, {} are free; make room, or set HF_HOME to "
            "another disk",
            folder.string(), download.path, *download.size - have, space.available));
  }
}

struct Attempt {
  HttpResponse response;
  bool useful = false;  // an answer that holds the file's bytes
};

Attempt ask(const Transport& transport, const HubSettings& settings, const Download& download,
            Part& part) {
  HttpRequest request{.url = resolve_address(settings.endpoint, download.repo, download.path),
                      .connect_timeout = settings.download_timeout,
                      .idle_timeout = settings.download_timeout};
  if (part.offset() > 0) {
    request.headers.push_back(fmt::format("Range: bytes={}-", part.offset()));
  }
  Attempt attempt;
  bool begun = false;
  std::exception_ptr thrown;  // must not pass through libcurl's C frames
  const BodySink sink = [&](const HttpResponse& head, std::span<const std::byte> bytes) {
    try {
      if (!begun) {
        begun = true;
        attempt.useful = part.begin(head);
      }
      if (attempt.useful) {
        part.add(bytes);
      }
      return attempt.useful;
    } catch (...) {
      thrown = std::current_exception();
      return false;
    }
  };
  attempt.response = transport.once(request, Redirects::kAll, sink);
  if (thrown) {
    std::rethrow_exception(thrown);
  }
  if (!begun && attempt.response.status == kHttpOk) {  // an empty body
    attempt.useful = part.begin(attempt.response);
  }
  return attempt;
}

[[noreturn]] void give_up(const HttpResponse& response, const HubSettings& settings,
                          const Download& download, const Part& part) {
  if (part.offset() == 0 || response.status >= 400) {
    throw refusal_error(response, settings, download.repo);
  }
  throw Error(
      ErrorCode::kHub,
      fmt::format(
          "{}: the download broke off at {} of {} bytes ({}); start again, it goes on from there",
          download.path, part.offset(), download.size ? fmt::to_string(*download.size) : "?",
          response.failure.empty() ? "connection closed" : response.failure));
}

void fill(const Transport& transport, const HubSettings& settings, const Download& download,
          Part& part) {
  Backoff backoff(settings);
  std::uint64_t furthest = part.offset();
  while (!part.whole()) {
    Attempt attempt = ask(transport, settings, download, part);
    HttpResponse& response = attempt.response;
    const bool over = attempt.useful && response.complete();
    if (over && (part.whole() || !download.size)) {
      return;
    }
    // Not offset() > 0: a server without ranges may cut at one place for ever.
    if (part.offset() > furthest) {
      furthest = part.offset();
      backoff.reset();
    }
    if (response.status == kRangeNotSatisfiable ||
        (response.status == kHttpPartial && !attempt.useful)) {
      part.start_over();
      response.failure = "the server does not continue where asked";
    } else if (over && response.failure.empty()) {
      response.failure = "the connection was closed early";
    }
    if (!backoff.wait_after(response)) {
      give_up(response, settings, download, part);
    }
  }
}

}  // namespace

void fetch(const Transport& transport, const HubSettings& settings, const Download& download,
           const Progress& progress) {
  Part part(download, progress);
  check_room(download, part.offset());
  bool adopted = part.offset() > 0;
  part.report();
  while (true) {
    fill(transport, settings, download, part);
    if (part.is_right()) {
      part.publish();
      return;
    }
    part.start_over();
    if (!adopted) {
      throw Error(
          ErrorCode::kHub,
          fmt::format(
              "{}: what arrived is not what the hub named ({}): the checksum differs; a proxy or "
              "mirror "
              "in between alters files: start again, or ask the hub itself through HF_ENDPOINT",
              download.path, download.etag));
    }
    adopted = false;  // the fault may lie in what an earlier process left
  }
}

}  // namespace trainer::hub
