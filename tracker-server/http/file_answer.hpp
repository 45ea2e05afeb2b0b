#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "http/message.hpp"

// Files that users stored, as answers that a browser cannot be harmed by, whole or a range (RFC
// 9110, section 14).
namespace tracker::http {

// [first, second) of a file of `size` bytes, as a `Range` header asks. Absent: no range, or one
// that is to be ignored (another unit, several ranges, nonsense): the whole file. Throws
// Error(kInvalidArgument) for a range that the file does not have; range_error() answers it.
std::optional<std::pair<std::uint64_t, std::uint64_t>> byte_range(std::string_view header,
                                                                  std::uint64_t size);

struct StoredFile {
  std::string path;  // in the artifact
  std::uint64_t size = 0;
  std::string etag;  // without quotes; equal bytes have equal tags
};
// The bytes [from, from + size).
using OpenRange = std::function<BodyRest(std::uint64_t from, std::uint64_t size)>;

// Status, type, disposition, range and caching. `open` is called at most once. With `?inline=1` a
// picture or a plain text may be shown by the browser, in a sandbox; everything else is a download.
Response file_answer(const Request& request, const StoredFile& file, const OpenRange& open);

}  // namespace tracker::http
