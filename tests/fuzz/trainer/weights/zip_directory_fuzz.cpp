#include <algorithm>
#include <cstdlib>
#include <vector>

#include "config/error.hpp"
#include "weights/zip_directory.hpp"

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

// Any bytes as a zip file: refused with an Error of one line, or members that lie inside it, apart.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = std::as_bytes(std::span(data, size));
  try {
    std::vector<std::span<const std::byte>> members;
    for (const auto& [name, bytes] : trainer::weights::read_zip_directory(file, "fuzz")) {
      demand(bytes.data() >= file.data() &&
             bytes.data() + bytes.size() <= file.data() + file.size());
      members.push_back(bytes);
    }
    std::sort(members.begin(), members.end(),
              [](const auto& a, const auto& b) { return a.data() < b.data(); });
    for (std::size_t i = 1; i < members.size(); ++i) {
      demand(members[i - 1].data() + members[i - 1].size() <= members[i].data());
    }
  } catch (const trainer::Error& error) {
    demand(std::string_view(error.what()).find('\n') == std::string_view::npos);
  }
  return 0;
}
