#include "hub/download.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>

#include "hub/cache_layout.hpp"
#include "hub/checksum.hpp"
#include "hub/disk.hpp"
#include "hub/hub_errors.hpp"

namespace trainer::hub {
namespace {

constexpr int kOk = 200;
constexpr int kPartial = 206;
constexpr int kRangeNotSatisfiable = 416;

// The file that grows. One thread.
class Part {
 public:
  Part(const Download& download, const Progress& progress)
      : download_(download),
        progress_(progress),
        fd_(open_file(download.incomplete, O_RDWR | O_CREAT)) {
    struct stat info {};
    if (fstat(fd_.get(), &info) != 0) {
      throw io_error(download.incomplete, "read", errno);
    }
    offset_ = static_cast<std::uint64_t>(info.st_size);
    if (download.size && offset_ > *download.size) {
      start_over();
    }
    seek();
  }

  std::uint64_t offset() const noexcept { return offset_; }
  bool whole() const noexcept { return download_.size && offset_ == *download_.size; }
  int fd() const noexcept { return fd_.get(); }

  void start_over() {
    if (ftruncate(fd_.get(), 0) != 0) {
      throw io_error(download_.incomplete, "written", errno);
    }
    offset_ = 0;
    seek();
  }

  // Called once per answer, before its bytes: whether they continue what is there. False when they
  // are of no use.
  bool begin(const HttpResponse& head) {
    if (head.status == kPartial) {
      return head.header("content-range").starts_with(fmt::format("bytes {}-", offset_));
    }
    if (head.status == kOk && offset_ > 0) {
      start_over();
    }
    return head.status == kOk;
  }

  void add(std::span<const std::byte> bytes) {
    if (download_.size && bytes.size() > *download_.size - offset_) {
      throw Error(
          ErrorCode::kHub,
          fmt::format("{}: the hub sends more than the {} bytes it named; start again, or ask "
                      "another mirror through HF_ENDPOINT",
                      download_.path, *download_.size));
    }
    write_all(fd_.get(), bytes, download_.incomplete);
    offset_ += bytes.size();
    report();
  }

  void report() const {
    if (progress_) {
      progress_(download_.path, offset_, download_.size.value_or(0));
    }
  }

 private:
  void seek() const {
    if (lseek(fd_.get(), static_cast<off_t>(offset_), SEEK_SET) < 0) {
      throw io_error(download_.incomplete, "read", errno);
    }
  }

  const Download& download_;
  const Progress& progress_;
  FileDescriptor fd_;
  std::uint64_t offset_ = 0;
};

void check_room(const Download& download) {
  std::error_code error;
  std::uint64_t have = std::filesystem::file_size(download.incomplete, error);
  if (error || (download.size && have > *download.size)) {
    have = 0;
  }
  const auto folder = download.incomplete.parent_path();
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
      return attempt.useful || head.status >= 400;
    } catch (...) {
      thrown = std::current_exception();
      return false;
    }
  };
  attempt.response = transport.once(request, Redirects::kAll, sink);
  if (thrown) {
    std::rethrow_exception(thrown);
  }
  if (!begun && attempt.response.status == kOk) {  // an empty body
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
        (response.status == kPartial && !attempt.useful)) {
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
  check_room(download);
  Part part(download, progress);
  bool adopted = part.offset() > 0;
  part.report();
  while (true) {
    fill(transport, settings, download, part);
    if (content_matches(download.incomplete, download.etag)) {
      publish(part.fd(), download.incomplete, download.destination);
      return;
    }
    part.start_over();
    if (!adopted) {
      unlink(download.incomplete.c_str());
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
