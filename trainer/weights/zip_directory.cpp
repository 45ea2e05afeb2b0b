#include "weights/zip_directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "config/error.hpp"
#include "config/printable.hpp"

namespace trainer::weights {
namespace {

constexpr std::uint32_t kLocalSignature = 0x04034b50;
constexpr std::uint32_t kCentralSignature = 0x02014b50;
constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::uint32_t kEnd64Signature = 0x06064b50;
constexpr std::uint32_t kLocator64Signature = 0x07064b50;
constexpr std::size_t kLocalBytes = 30;
constexpr std::size_t kCentralBytes = 46;
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kEnd64Bytes = 56;
constexpr std::size_t kLocator64Bytes = 20;
constexpr std::uint16_t kZip64Extra = 1;
constexpr std::uint16_t kEncrypted = 1;
constexpr std::uint32_t kIn64 = 0xffffffff;  // the number is in the zip64 part

// A number of a record, little-endian.
template <typename Number>
std::uint64_t number(std::span<const std::byte> record, std::size_t offset) {
  Number value;
  std::memcpy(&value, record.data() + offset, sizeof(value));
  return value;
}

struct Range {
  std::uint64_t begin = 0;
  std::uint64_t size = 0;
};

struct Member {
  std::string name;
  std::uint64_t header = 0;
  std::uint64_t size = 0;
};

class DirectoryReader {
 public:
  DirectoryReader(std::span<const std::byte> file, std::string_view place)
      : file_(file), place_(place) {}

  std::map<std::string, std::span<const std::byte>, std::less<>> read() {
    const Range range = directory();
    std::map<std::string, std::span<const std::byte>, std::less<>> members;
    std::vector<Range> taken;
    for (std::uint64_t at = range.begin; at < range.begin + range.size;) {
      Member member = central_record(at, range.begin + range.size);
      const Range data = data_of(member, range.begin);
      taken.push_back({member.header, data.begin + data.size - member.header});
      if (!members.emplace(std::move(member.name), file_.subspan(data.begin, data.size)).second) {
        wrong("a member is there twice");
      }
    }
    check_apart(taken);
    return members;
  }

 private:
  [[noreturn]] void wrong(std::string_view what) const {
    throw Error(
        ErrorCode::kInvalidInput,
        fmt::format("{}: its zip directory is broken ({}): fetch the file again", place_, what));
  }

  // `size` bytes of the file that begin with the signature.
  std::span<const std::byte> record(std::uint64_t begin, std::size_t size,
                                    std::uint32_t signature) const {
    if (begin > file_.size() || size > file_.size() - begin) wrong("a record outside the file");
    const auto bytes = file_.subspan(begin, size);
    if (number<std::uint32_t>(bytes, 0) != signature) wrong("a record that is none");
    return bytes;
  }

  Range directory() const {
    if (file_.size() < kEndBytes) wrong("cut short");
    const std::uint64_t end_begin = file_.size() - kEndBytes;
    if (number<std::uint32_t>(file_.subspan(end_begin), 0) != kEndSignature) wrong("cut short");
    const auto end = record(end_begin, kEndBytes, kEndSignature);
    Range range{number<std::uint32_t>(end, 16), number<std::uint32_t>(end, 12)};
    std::uint64_t limit = end_begin;
    // torch.save writes the zip64 records always, however small the file is.
    if (end_begin >= kLocator64Bytes &&
        number<std::uint32_t>(file_.subspan(end_begin - kLocator64Bytes), 0) ==
            kLocator64Signature) {
      limit = number<std::uint64_t>(
          record(end_begin - kLocator64Bytes, kLocator64Bytes, kLocator64Signature), 8);
      const auto end64 = record(limit, kEnd64Bytes, kEnd64Signature);
      range = {number<std::uint64_t>(end64, 48), number<std::uint64_t>(end64, 40)};
    }
    if (range.begin > limit || range.size != limit - range.begin) wrong("it is not where it says");
    return range;
  }

  // The record at `at`, which moves behind it.
  Member central_record(std::uint64_t& at, std::uint64_t end) const {
    const auto fixed = record(at, kCentralBytes, kCentralSignature);
    const std::uint64_t name_size = number<std::uint16_t>(fixed, 28);
    const std::uint64_t extra_size = number<std::uint16_t>(fixed, 30);
    const std::uint64_t comment_size = number<std::uint16_t>(fixed, 32);
    const std::uint64_t size = kCentralBytes + name_size + extra_size + comment_size;
    if (size > end - at) wrong("a record outside the directory");
    const auto whole = file_.subspan(at, size);
    Member member{
        .name = std::string(reinterpret_cast<const char*>(whole.data()) + kCentralBytes, name_size),
        .header = number<std::uint32_t>(fixed, 42),
        .size = number<std::uint32_t>(fixed, 24)};
    check_stored(fixed, member);
    std::uint64_t packed = number<std::uint32_t>(fixed, 20);
    read_zip64(whole.subspan(kCentralBytes + name_size, extra_size),
               {&member.size, &packed, &member.header});
    if (packed != member.size) wrong("a member of two sizes");
    at += size;
    return member;
  }

  void check_stored(std::span<const std::byte> fixed, const Member& member) const {
    const bool encrypted = (number<std::uint16_t>(fixed, 8) & kEncrypted) != 0;
    if (encrypted || number<std::uint16_t>(fixed, 10) != 0) {
      throw Error(ErrorCode::kUnsupported,
                  fmt::format("{}: its member '{}' is {}, which torch.save never does: save the "
                              "weights once more",
                              place_, config::printable(member.name),
                              encrypted ? "encrypted" : "compressed"));
    }
  }

  // Numbers that did not fit into the record, in this order.
  void read_zip64(std::span<const std::byte> extra, std::vector<std::uint64_t*> numbers) const {
    std::erase_if(numbers, [](const std::uint64_t* each) { return *each != kIn64; });
    while (!numbers.empty()) {
      if (extra.size() < 4) wrong("a size is missing");
      const std::uint64_t size = number<std::uint16_t>(extra, 2);
      if (size > extra.size() - 4) wrong("a field outside its record");
      if (number<std::uint16_t>(extra, 0) == kZip64Extra) {
        if (size < numbers.size() * 8) wrong("a size is missing");
        for (std::size_t i = 0; i < numbers.size(); ++i) {
          *numbers[i] = number<std::uint64_t>(extra, 4 + 8 * i);
        }
        return;
      }
      extra = extra.subspan(4 + size);
    }
  }

  // Where the bytes lie: behind the member's own header, which repeats its name.
  Range data_of(const Member& member, std::uint64_t directory) const {
    const auto local = record(member.header, kLocalBytes, kLocalSignature);
    const std::uint64_t name_size = number<std::uint16_t>(local, 26);
    const std::uint64_t begin =
        member.header + kLocalBytes + name_size + number<std::uint16_t>(local, 28);
    if (begin > directory || member.size > directory - begin) wrong("a member outside the file");
    const auto name = file_.subspan(member.header + kLocalBytes, name_size);
    if (!std::equal(name.begin(), name.end(), std::as_bytes(std::span(member.name)).begin(),
                    std::as_bytes(std::span(member.name)).end())) {
      wrong("a member of two names");
    }
    return {begin, member.size};
  }

  void check_apart(std::vector<Range>& taken) const {
    std::sort(taken.begin(), taken.end(),
              [](const Range& a, const Range& b) { return a.begin < b.begin; });
    for (std::size_t i = 1; i < taken.size(); ++i) {
      if (taken[i].begin < taken[i - 1].begin + taken[i - 1].size) wrong("members overlap");
    }
  }

  std::span<const std::byte> file_;
  std::string_view place_;
};

}  // namespace

std::map<std::string, std::span<const std::byte>, std::less<>> read_zip_directory(
    std::span<const std::byte> file, std::string_view place) {
  return DirectoryReader(file, place).read();
}

bool begins_as_zip(std::span<const std::byte> file) noexcept {
  return file.size() >= sizeof(kLocalSignature) &&
         number<std::uint32_t>(file, 0) == kLocalSignature;
}

}  // namespace trainer::weights
