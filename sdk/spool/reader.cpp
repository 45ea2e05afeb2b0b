#include "spool/reader.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <utility>

#include <tracker/error.hpp>

#include "spool/segment.hpp"

namespace tracker::spool {
namespace {

// Read at once: more and more while the log is being caught up with, little at its end, where most
// of it would be zeros.
constexpr std::size_t kBlockBytes = 256u << 10;
constexpr std::size_t kFirstBlockBytes = 4u << 10;

std::uint64_t word_at(const char* p) noexcept {
  std::uint64_t word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

// What the disk does not give now may be whole: never taken for damage, or for zeros.
[[noreturn]] void unreadable(const std::filesystem::path& path, int error) {
  throw Error(ErrorCode::kUnavailable,
              "cannot read " + path.string() + ": " + std::strerror(error));
}

}  // namespace

// Reads with pread, not through a mapping: a file that is cut off under a mapping is a signal, here
// it is zeros. Bytes that were read before the writer published them may be old, so nothing is
// called unpublished or corrupt before it was read again.
class Reader::Impl {
 public:
  Impl(const std::filesystem::path& directory, Offset from) : directory_(directory), at_(from) {
    const std::vector<Offset> bases = list_segments(directory);
    if (bases.empty()) throw Error(ErrorCode::kNotFound, "no log in " + directory.string());
    const auto after = std::upper_bound(bases.begin(), bases.end(), from);
    if (after == bases.begin()) lost(from);
    open(*std::prev(after));
    if (from > header_.end()) lost(from);
    if (to_bytes(from) % 8 != 0) {
      throw Error(ErrorCode::kDataLoss, "offset " + std::to_string(to_bytes(from)) +
                                            " is between the records of " + directory.string());
    }
  }

  std::variant<Entry, Wait, Corrupt> next() {
    for (;;) {
      if (at_ == header_.end()) {
        if (auto stop = enter_next_segment()) return *stop;
      }
      if (block_.empty() && !dead_ && !announced()) return Wait{at_};
      bool again = false;
      auto found = look(again);
      if (again) continue;
      if (std::holds_alternative<Wait>(found)) {
        block_.clear();
        read_ahead_ = kFirstBlockBytes;
      }
      return found;
    }
  }

  void writer_is_dead() {
    dead_ = true;
    block_.clear();
  }
  std::uint64_t holes() const noexcept { return holes_; }

 private:
  using Result = std::variant<Entry, Wait, Corrupt>;

  [[noreturn]] void lost(Offset from) const {
    throw Error(ErrorCode::kDataLoss, "the part of " + directory_.string() + " that holds offset " +
                                          std::to_string(to_bytes(from)) + " is gone");
  }

  void open(Offset base) {
    const std::filesystem::path path = segment_path(directory_, base);
    base::Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd && errno != ENOENT) unreadable(path, errno);
    if (!fd)
      throw Error(ErrorCode::kDataLoss,
                  "cannot open " + path.string() + ": " + std::strerror(ENOENT));
    char bytes[kSegmentHeaderBytes];
    const ssize_t n = ::pread(fd.get(), bytes, sizeof bytes, 0);
    if (n < 0) unreadable(path, errno);
    SegmentHeader header = decode_segment_header({bytes, static_cast<std::size_t>(n)}, path);
    if (header.base != base)
      throw Error(ErrorCode::kDataLoss, path.string() + " is not the segment its name says");
    header_ = std::move(header);
    fd_ = std::move(fd);
    block_.clear();
  }

  std::optional<Result> enter_next_segment() {
    const std::vector<Offset> bases = list_segments(directory_);
    const auto next = std::lower_bound(bases.begin(), bases.end(), at_);
    if (next == bases.end()) return Wait{at_};
    if (*next != at_) return Corrupt{at_, "the segment that begins here is missing"};
    try {
      open(at_);
    } catch (const Error& e) {
      if (e.code() == ErrorCode::kUnavailable) throw;
      return Corrupt{at_, e.what()};
    }
    return std::nullopt;
  }

  // Reads into `out` from `at` on as much as there is.
  void read_at(std::uint64_t at, std::span<char> out) const {
    std::size_t have = 0;
    while (have < out.size()) {
      const ssize_t n =
          ::pread(fd_.get(), out.data() + have, out.size() - have,
                  static_cast<off_t>(kSegmentHeaderBytes + at - to_bytes(header_.base) + have));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) unreadable(segment_path(directory_, header_.base), errno);
      if (n == 0) return;
      have += static_cast<std::size_t>(n);
    }
  }

  // Has a record been begun at `at_`? What a reader that waits asks many times a second.
  bool announced() const {
    char word[8] = {};
    read_at(to_bytes(at_), word);
    return word_at(word) != 0;
  }

  // `size` bytes of the log at `at_`, as many as the segment has; what the file lacks is zeros.
  // Valid until the next call. `fresh` says whether they were read by this call.
  std::string_view bytes(std::size_t size, bool& fresh) {
    size = std::min<std::size_t>(size, to_bytes(header_.end()) - to_bytes(at_));
    const std::uint64_t skip = to_bytes(at_) - block_at_;
    fresh = block_.empty() || to_bytes(at_) < block_at_ || skip + size > block_.size();
    if (!fresh) return std::string_view(block_).substr(skip, size);
    block_at_ = to_bytes(at_);
    const std::uint64_t left = to_bytes(header_.end()) - block_at_;
    block_.assign(std::min<std::size_t>(std::max(size, read_ahead_), left), '\0');
    read_ahead_ = std::min(2 * read_ahead_, kBlockBytes);
    read_at(block_at_, block_);
    return std::string_view(block_).substr(0, size);
  }

  // What lies at `at_`. Sets `again` when it moved on (padding, a hole) or needs to read anew.
  Result look(bool& again) {
    bool fresh = false;
    const std::string_view head = bytes(kRecordHeadBytes, fresh);
    const auto retry = [&]() -> Result {
      block_.clear();
      again = true;
      return Wait{at_};
    };
    const std::uint64_t word = word_at(head.data());
    if (word == 0) {
      if (!fresh) return retry();
      return nothing_announced(again);
    }
    const auto announced = unpack_announcement(word, at_);
    const std::uint64_t left = to_bytes(header_.end()) - to_bytes(at_);
    if (!announced) return fresh ? Result(Corrupt{at_, "not the beginning of a record"}) : retry();
    if (announced->kind == kPaddingKind) {
      if (announced->length != left - 8)
        return Corrupt{at_, "padding that does not end with its segment"};
      return move_to(header_.end(), again);
    }
    if (announced->length > kMaxPayloadBytes || record_bytes(announced->length) > left) {
      return Corrupt{at_, "a record longer than a record can be"};
    }
    const Offset next{to_bytes(at_) + record_bytes(announced->length)};
    const std::uint64_t publication = word_at(head.data() + 8);
    if (publication == 0) {
      if (!fresh) return retry();
      if (!dead_) return Wait{at_};
      ++holes_;
      return move_to(next, again);
    }
    return published(*announced, word, publication, next);
  }

  // The head is known to be published; the payload may have been read before that, so a mismatch is
  // read once more.
  Result published(Announcement announced, std::uint64_t word, std::uint64_t publication,
                   Offset next) {
    for (int attempt = 0;; ++attempt) {
      bool fresh = false;
      const std::string_view payload =
          bytes(kRecordHeadBytes + announced.length, fresh).substr(kRecordHeadBytes);
      if (pack_publication(header_.seed, at_, word, payload) == publication) {
        try {
          Entry entry{at_, next, decode_payload(RecordKind{announced.kind}, payload)};
          at_ = next;
          return entry;
        } catch (const Error& e) {
          return Corrupt{at_, e.what()};
        }
      }
      if (attempt == 2) return Corrupt{at_, "a record whose checksum is wrong"};
      block_.clear();
    }
  }

  Result move_to(Offset next, bool& again) {
    at_ = next;
    again = true;
    return Wait{at_};
  }

  // Zeros at `at_`: the end of the log so far, or a hole that was reserved and never announced.
  Result nothing_announced(bool& again) {
    if (!dead_) return Wait{at_};
    const Offset start = at_;
    const SegmentHeader start_header = header_;
    for (;;) {
      if (at_ == header_.end()) {
        if (auto stop = enter_next_segment()) {
          if (std::holds_alternative<Corrupt>(*stop)) return *stop;
          break;  // nothing but zeros up to the end of the last segment
        }
      }
      bool fresh = false;
      const std::string_view zeros = bytes(kBlockBytes, fresh);
      const std::size_t first = zeros.find_first_not_of('\0');
      if (first != std::string_view::npos) {
        ++holes_;
        return move_to(Offset{to_bytes(at_) + first / 8 * 8}, again);
      }
      at_ = Offset{to_bytes(at_) + zeros.size()};
    }
    at_ = start;
    if (header_.base != start_header.base) open(start_header.base);
    block_.clear();
    return Wait{at_};
  }

  std::filesystem::path directory_;
  Offset at_;
  SegmentHeader header_;
  base::Fd fd_;
  std::string block_;
  std::uint64_t block_at_ = 0;
  std::size_t read_ahead_ = kFirstBlockBytes;
  bool dead_ = false;
  std::uint64_t holes_ = 0;
};

Reader::Reader(const std::filesystem::path& writer_directory, Offset from)
    : impl_(std::make_unique<Impl>(writer_directory, from)) {}
Reader::~Reader() = default;
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;

std::variant<Entry, Wait, Corrupt> Reader::next() { return impl_->next(); }
void Reader::writer_is_dead() { impl_->writer_is_dead(); }
std::uint64_t Reader::holes() const noexcept { return impl_->holes(); }

}  // namespace tracker::spool
