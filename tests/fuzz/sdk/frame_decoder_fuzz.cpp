// The frame decoder on payloads that anybody may have sent. The first byte chooses: even, the rest
// is a payload as it stands; odd, the rest is the content, which is compressed first, so that the
// decoder behind zstd sees everything. What decodes must encode, and decode to the same bytes
// again.
#include <zstd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include <tracker/error.hpp>

#include "frame/frame.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string payload(reinterpret_cast<const char*>(data + 1), size - 1);
  if (data[0] % 2 == 1) {
    std::string packed(1 + ZSTD_compressBound(payload.size()),
                       static_cast<char>(tracker::spool::kFrameVersion));
    packed.resize(
        1 + ZSTD_compress(packed.data() + 1, packed.size() - 1, payload.data(), payload.size(), 1));
    payload = std::move(packed);
  }
  try {
    const auto frame = tracker::spool::decode_frame(payload);
    const std::string once = tracker::spool::encode_frame(frame);
    if (tracker::spool::encode_frame(tracker::spool::decode_frame(once)) != once) std::abort();
  } catch (const tracker::Error&) {
    return 0;
  }
  return 0;
}
