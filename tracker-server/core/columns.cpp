#include "core/columns.hpp"

#include <cstdint>

#include <tracker/error.hpp>

namespace tracker::core {

void put_column(std::string& out, std::string_view column) {
  const auto size = static_cast<std::uint32_t>(column.size());
  for (int i = 0; i < 4; ++i) out.push_back(static_cast<char>(size >> (8 * i)));
  out += column;
}

std::string_view take_column(std::string_view& bytes, const char* what) {
  std::uint32_t size = 0;
  if (bytes.size() < 4)
    throw Error(ErrorCode::kDataLoss, std::string(what) + " is damaged: it ends too early");
  for (int i = 0; i < 4; ++i)
    size |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(bytes[i])) << (8 * i);
  if (bytes.size() - 4 < size)
    throw Error(ErrorCode::kDataLoss, std::string(what) + " is damaged: a column is cut off");
  const std::string_view column = bytes.substr(4, size);
  bytes.remove_prefix(4 + size);
  return column;
}

}  // namespace tracker::core
