#include <cstdlib>
#include <string_view>
#include <vector>

#include "config/error.hpp"
#include "weights/pytorch_file.hpp"

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

constexpr std::size_t kLargestCopy = 1U << 16U;

// Inside the file, no larger than it, and readable to the last element.
void check(const trainer::weights::TensorView& view, std::span<const std::byte> file) {
  demand(view.data.empty() || (view.data.data() >= file.data() &&
                               view.data.data() + view.data.size() <= file.data() + file.size()));
  const auto bytes = trainer::weights::byte_count(view.dtype, view.shape);
  demand(bytes.has_value() && *bytes <= file.size());  // a view may repeat its elements
  if (*bytes > kLargestCopy) return;
  std::vector<std::byte> copy(*bytes);
  trainer::weights::copy_row_major(view, copy);
}

}  // namespace

// Any bytes: refused with an Error of one line, or tensors that lie inside the file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = std::as_bytes(std::span(data, size));
  try {
    for (const auto& tensor : trainer::weights::read_pytorch(file, "fuzz")) {
      check(tensor.view, file);
    }
  } catch (const trainer::Error& error) {
    demand(std::string_view(error.what()).find('\n') == std::string_view::npos);
  }
  return 0;
}
