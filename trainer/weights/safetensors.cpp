#include "weights/safetensors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "hub/disk.hpp"
#include "weights/safetensors_header.hpp"

namespace trainer::weights {

SafetensorsFile read_safetensors(std::span<const std::byte> file, std::string_view place) {
  SafetensorsHeader header = parse_header(file, place);
  SafetensorsFile out;
  out.metadata = std::move(header.metadata);
  out.tensors.reserve(header.slots.size());
  for (TensorSlot& slot : header.slots) {
    const auto data = file.subspan(header.data_offset + slot.begin, slot.end - slot.begin);
    out.tensors.push_back(
        {.name = std::move(slot.name),
         .view = {.dtype = slot.dtype, .shape = std::move(slot.shape), .data = data}});
  }
  return out;
}

void write_safetensors(const std::filesystem::path& file,
                       const std::map<std::string, TensorView>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  std::vector<std::pair<const std::string*, const TensorView*>> order;
  for (const auto& [name, view] : tensors) {
    order.emplace_back(&name, &view);
  }
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return writing_rank(a.second->dtype) > writing_rank(b.second->dtype);
  });
  std::vector<TensorSlot> slots;
  std::uint64_t at = 0;
  for (const auto& [name, view] : order) {
    const auto bytes = byte_count(view->dtype, view->shape);
    if (bytes != view->data.size() || !view->strides.empty()) {
      throw Error(ErrorCode::kInternal,
                  fmt::format("{}: tensor '{}' has {} bytes, which are not those of its shape",
                              file.string(), *name, view->data.size()));
    }
    slots.push_back({*name, view->dtype, view->shape, at, at + *bytes});
    at += *bytes;
  }
  const std::string header = format_header(slots, metadata);
  hub::AtomicFile output(file);
  output.reserve(header.size() + at);
  output.write(std::as_bytes(std::span(header)));
  for (const auto& [name, view] : order) {
    output.write(view->data);
  }
  output.commit();
}

}  // namespace trainer::weights
