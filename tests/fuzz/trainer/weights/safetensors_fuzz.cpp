#include <algorithm>
#include <cstdlib>

#include "config/error.hpp"
#include "weights/safetensors_header.hpp"

// Any bytes: refused with an Error, or a layout in which every tensor lies inside the file, one
// behind the other.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  try {
    const auto header = trainer::weights::parse_header(bytes, "fuzz");
    std::uint64_t at = 0;
    for (const auto& slot : header.slots) {
      if (slot.begin != at || slot.end < slot.begin || header.data_offset + slot.end > size) {
        std::abort();
      }
      at = slot.end;
    }
    if (header.data_offset + at != size) {
      std::abort();
    }
    // What was accepted, written and read again, is the same.
    const auto again = trainer::weights::format_header(header.slots, header.metadata);
    const std::string file = again + std::string(static_cast<std::size_t>(at), '\0');
    if (trainer::weights::parse_header(std::as_bytes(std::span(file)), "again").slots.size() !=
        header.slots.size()) {
      std::abort();
    }
  } catch (const trainer::Error&) {
  }
  return 0;
}
