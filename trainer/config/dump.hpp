#pragma once

#include <string>

namespace trainer::config {

// JSON as text. Bytes that are not UTF-8, which a path or a file's name may have, become U+FFFD: a
// strict dump throws, after all the work whose result it was to write. `indent` below 0: one line.
template <class Json>
std::string dump_text(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace trainer::config
