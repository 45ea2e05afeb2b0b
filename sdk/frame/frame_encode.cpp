#include <zstd.h>

#include <bit>
#include <cstring>
#include <limits>
#include <unordered_map>

#include <tracker/error.hpp>

#include "base/bytes.hpp"
#include "frame/frame.hpp"
#include "frame/frame_columns.hpp"

namespace tracker::spool {
namespace {

constexpr int kZstdLevel = 1;

bool is_constant(const double* values, std::size_t rows) noexcept {
  const auto first = std::bit_cast<std::uint64_t>(values[0]);
  for (std::size_t i = 1; i < rows; ++i) {
    if (std::bit_cast<std::uint64_t>(values[i]) != first) return false;
  }
  return true;
}

// Bit for bit, so that NaN payloads and the sign of zero survive.
bool is_float(double value) noexcept {
  const double magnitude = value < 0 ? -value : value;
  if (magnitude > std::numeric_limits<float>::max() &&
      magnitude <= std::numeric_limits<double>::max())
    return false;
  return std::bit_cast<std::uint64_t>(static_cast<double>(static_cast<float>(value))) ==
         std::bit_cast<std::uint64_t>(value);
}

template <class T>
void put_shuffled(std::string& out, const double* values, std::size_t rows) {
  const std::size_t start = out.size();
  out.resize(start + rows * sizeof(T));
  char* to = out.data() + start;
  for (std::size_t row = 0; row < rows; ++row) {
    char bytes[sizeof(T)];
    const T value = static_cast<T>(values[row]);
    std::memcpy(bytes, &value, sizeof(T));
    for (std::size_t byte = 0; byte < sizeof(T); ++byte) to[byte * rows + row] = bytes[byte];
  }
}

void put_column(std::string& out, const double* values, std::size_t rows) {
  if (rows > 1 && is_constant(values, rows)) {
    base::put(out, ColumnEncoding::kConstant);
    base::put(out, values[0]);
    return;
  }
  bool floats = true;
  for (std::size_t i = 0; floats && i < rows; ++i) floats = is_float(values[i]);
  base::put(out, floats ? ColumnEncoding::kFloat32 : ColumnEncoding::kFloat64);
  if (floats) {
    put_shuffled<float>(out, values, rows);
  } else {
    put_shuffled<double>(out, values, rows);
  }
}

void put_deltas(std::string& out, const std::vector<std::int64_t>& numbers) {
  std::uint64_t before = 0;
  for (const std::int64_t number : numbers) {
    const auto now = static_cast<std::uint64_t>(number);
    base::put_varint(out, base::zigzag(static_cast<std::int64_t>(now - before)));
    before = now;
  }
}

using KeyIndex = std::unordered_map<std::string_view, std::size_t>;

void put_group(std::string& out, const RowGroup& group, const KeyIndex& index) {
  const std::size_t rows = group.rows();
  if (rows == 0 || group.values.size() != rows * group.keys.size() || group.order.size() != rows ||
      group.steps.size() != (group.system ? 0 : rows)) {
    throw Error(ErrorCode::kInternal, "a row group whose columns differ in length");
  }
  base::put(out, static_cast<std::uint8_t>(group.system));
  base::put_varint(out, group.keys.size());
  for (const std::string& key : group.keys) base::put_varint(out, index.at(key));
  base::put_varint(out, rows);
  if (!group.system) put_deltas(out, group.steps);
  put_deltas(out, group.times_us);
  std::uint32_t before = 0;
  for (const std::uint32_t position : group.order) {
    base::put_varint(out, position - before);
    before = position;
  }
  for (std::size_t k = 0; k < group.keys.size(); ++k)
    put_column(out, group.values.data() + k * rows, rows);
}

std::string content_of(const Frame& frame) {
  KeyIndex index;
  std::vector<std::string_view> keys;
  for (const RowGroup& group : frame.groups) {
    for (const std::string& key : group.keys) {
      if (index.emplace(key, keys.size()).second) keys.push_back(key);
    }
  }
  std::string out;
  base::put_varint(out, keys.size());
  for (const std::string_view key : keys) {
    base::put_varint(out, key.size());
    out.append(key);
  }
  base::put_varint(out, frame.groups.size());
  for (const RowGroup& group : frame.groups) put_group(out, group, index);
  base::put_varint(out, frame.records.size());
  std::string payload;
  for (const Record& record : frame.records) {
    payload.clear();
    encode_payload(record, payload);
    base::put(out, kind_of(record));
    base::put_varint(out, payload.size());
    out += payload;
  }
  return out;
}

}  // namespace

std::string encode_frame(const Frame& frame) {
  const std::string content = content_of(frame);
  std::string out(1 + ZSTD_compressBound(content.size()), '\0');
  out[0] = static_cast<char>(kFrameVersion);
  const std::size_t n =
      ZSTD_compress(out.data() + 1, out.size() - 1, content.data(), content.size(), kZstdLevel);
  if (ZSTD_isError(n))
    throw Error(ErrorCode::kInternal, "zstd cannot compress a frame", ZSTD_getErrorName(n));
  out.resize(1 + n);
  return out;
}

}  // namespace tracker::spool
