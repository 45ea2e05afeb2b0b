#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weights/dtype.hpp"

// The header of a safetensors file, believed only after every check. Pure: bytes in, layout out.
// Source: the format's page, https://huggingface.co/docs/safetensors.
namespace trainer::weights {

struct TensorSlot {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0;  // from the first byte after the header
  std::uint64_t end = 0;
};

struct SafetensorsHeader {
  std::uint64_t data_offset = 0;  // of the first tensor byte, from the file's start
  std::vector<TensorSlot> slots;  // in the order of their bytes
  std::map<std::string, std::string> metadata;
};

inline constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;
inline constexpr std::size_t kMaxRank = 64;

// `file` is the whole file; only the length and the header are read. `place` names it in errors.
// Throws Error(kInvalidInput), or kUnsupported for a dtype of the format that DType lacks.
SafetensorsHeader parse_header(std::span<const std::byte> file, std::string_view place);
// The same of a file of which only the beginning is here, header_end() bytes at least.
SafetensorsHeader parse_header(std::span<const std::byte> beginning, std::uint64_t file_size,
                               std::string_view place);
// Where the header of a file ends, by the first eight bytes: at most kMaxHeaderBytes behind them,
// and within the file. Throws as parse_header().
std::uint64_t header_end(std::span<const std::byte> beginning, std::uint64_t file_size,
                         std::string_view place);
inline constexpr std::uint64_t kHeaderLengthBytes = 8;

// The header's bytes, the length and the padding to 8 included, for tensors in the order that they
// are to be written.
std::string format_header(const std::vector<TensorSlot>& slots,
                          const std::map<std::string, std::string>& metadata);

}  // namespace trainer::weights
