// The spool's reader on segments that anybody may have written. The first byte chooses:
//   even: the rest is a record area as it stands;
//   odd:  the rest is records, each a kind, a length (2 bytes) and a payload, which get right heads
//   and checksums, so
//         that the payload decoders see everything.
// Whatever it is: reading ends, and what decodes encodes to the same bytes.
#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include <tracker/error.hpp>

#include "base/bytes.hpp"
#include "spool/reader.hpp"
#include "spool/segment.hpp"

namespace {

using namespace tracker::spool;

// In memory: what the reader opens is a file, which is written anew each time and made once.
const std::filesystem::path& directory() {
  static const std::filesystem::path path = [] {
    char name[] = "/dev/shm/spool-fuzz-XXXXXX";
    if (::mkdtemp(name) == nullptr) std::abort();
    std::atexit([] { std::filesystem::remove_all(directory()); });
    return std::filesystem::path(name);
  }();
  return path;
}

void write_segment(const std::string& bytes) {
  static const int fd =
      ::open(segment_path(directory(), Offset{0}).c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  const auto size = static_cast<ssize_t>(bytes.size());
  if (::pwrite(fd, bytes.data(), bytes.size(), 0) != size || ::ftruncate(fd, size) != 0)
    std::abort();
}

std::string with_heads(std::string_view input, std::uint32_t seed) {
  std::string out;
  while (input.size() >= 3) {
    const auto kind = static_cast<std::uint8_t>(input[0]);
    std::uint16_t length;
    std::memcpy(&length, input.data() + 1, 2);
    input.remove_prefix(3);
    const std::string_view payload = input.substr(0, length);
    input.remove_prefix(payload.size());
    const Offset at{out.size()};
    const std::uint64_t announcement =
        pack_announcement({static_cast<std::uint32_t>(payload.size()), kind}, at);
    tracker::base::put(out, announcement);
    tracker::base::put(out, pack_publication(seed, at, announcement, payload));
    out += payload;
    out.resize((out.size() + 7) / 8 * 8, '\0');
  }
  return out;
}

void read_all(bool dead) {
  Reader reader(directory(), Offset{0});
  if (dead) reader.writer_is_dead();
  std::uint64_t before = 0;
  for (;;) {
    const auto next = reader.next();
    const auto* entry = std::get_if<Entry>(&next);
    if (entry == nullptr) return;
    if (to_bytes(entry->at) < before || entry->next <= entry->at) std::abort();
    before = to_bytes(entry->next);
    std::string payload, again;
    encode_payload(entry->record, payload);
    encode_payload(decode_payload(kind_of(entry->record), payload), again);
    if (payload != again) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  // Room for the input and some zeros: a larger segment only makes each run slower.
  SegmentHeader header;
  header.capacity = (2 * size + 256) / 8 * 8;
  std::string file = encode_segment_header(header);
  file +=
      input[0] % 2 == 0 ? std::string(input.substr(1)) : with_heads(input.substr(1), header.seed);
  write_segment(file);
  read_all(false);
  read_all(true);
  return 0;
}
