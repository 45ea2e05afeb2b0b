#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// What a JSON document that people store may be: metadata of artifacts, specs of saved views and
// reports. Pure; looks at the text without building it.
namespace tracker::core {

inline constexpr std::size_t kMostDocumentBytes = 256u << 10;
inline constexpr int kMostDocumentDepth = 32;

// An object, of at most that many bytes and levels (the object itself is the first), of UTF-8
// without NUL, also not escaped: PostgreSQL cannot hold it. Throws Error(kInvalidArgument) that
// begins with `what` and says what is wrong.
void check_document(std::string_view json, const std::string& what);

}  // namespace tracker::core
