// Hub's part that reads a piece of a file.
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "hub/cache_layout.hpp"
#include "hub/hub_errors.hpp"
#include "hub/hub_impl.hpp"

namespace trainer::hub {
namespace {

// The bytes as they arrive, over as many answers as it takes. One thread.
class Piece {
 public:
  explicit Piece(ByteRange range) : range_(range) {}

  bool whole() const noexcept { return bytes_.size() == range_.size; }
  std::size_t size() const noexcept { return bytes_.size(); }
  std::string header() const {
    return fmt::format("Range: bytes={}-{}", next(), range_.begin + range_.size - 1);
  }
  std::vector<std::byte> take() && { return std::move(bytes_); }

  // Called once per answer, before its bytes. False when they are of no use.
  bool begin(const HttpResponse& head) {
    before_ = head.status == kHttpOk ? next() : 0;  // a server without ranges sends all of it
    return head.status == kHttpOk ||
           (head.status == kHttpPartial && is_plain(head) &&
            head.header("content-range").starts_with(fmt::format("bytes {}-", next())));
  }

  // False when no more is wanted.
  bool add(std::span<const std::byte> bytes) {
    const auto passed = static_cast<std::size_t>(std::min<std::uint64_t>(before_, bytes.size()));
    before_ -= passed;
    const std::size_t wanted = std::min(bytes.size() - passed, static_cast<std::size_t>(missing()));
    const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(passed);
    bytes_.insert(bytes_.end(), first, first + static_cast<std::ptrdiff_t>(wanted));
    return !whole();
  }

 private:
  std::uint64_t next() const noexcept { return range_.begin + bytes_.size(); }
  std::uint64_t missing() const noexcept { return range_.size - bytes_.size(); }

  ByteRange range_;
  std::uint64_t before_ = 0;  // bytes of this answer that lie before the piece
  std::vector<std::byte> bytes_;
};

HttpResponse ask(const Transport& transport, HttpRequest request, Piece& piece) {
  request.headers.push_back(piece.header());
  bool begun = false;
  bool useful = false;
  std::exception_ptr thrown;  // must not pass through libcurl's C frames
  HttpResponse response = transport.once(
      request, Redirects::kAll, [&](const HttpResponse& head, std::span<const std::byte> bytes) {
        try {
          if (!begun) useful = piece.begin(head);
          begun = true;
          return useful && piece.add(bytes);
        } catch (...) {
          thrown = std::current_exception();
          return false;
        }
      });
  if (thrown) std::rethrow_exception(thrown);
  return response;
}

}  // namespace

std::vector<std::byte> Hub::read(const Repo& pinned, std::string_view path, ByteRange range) const {
  check(pinned, path);
  const HubSettings& settings = impl_->settings;
  const HttpRequest request{.url = resolve_address(settings.endpoint, pinned, path),
                            .connect_timeout = settings.download_timeout,
                            .idle_timeout = settings.download_timeout};
  Piece piece(range);
  Backoff backoff(settings);
  while (!piece.whole()) {
    const std::size_t before = piece.size();
    HttpResponse response = ask(impl_->transport, request, piece);
    if (piece.whole()) break;
    if (piece.size() > before) backoff.reset();
    if (response.status < 400 && response.failure.empty()) {
      response.failure = fmt::format("{} of {} bytes of {} came", piece.size(), range.size, path);
    }
    if (!backoff.wait_after(response)) throw refusal_error(response, settings, pinned);
  }
  return std::move(piece).take();
}

}  // namespace trainer::hub
