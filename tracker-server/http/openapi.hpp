#pragma once

#include <string_view>

#include "http/api.hpp"

// The description of the HTTP API for programs: tracker-server/http/openapi.json, embedded when the
// program is built. tests/e2e/openapi checks it against a running server.
namespace tracker::http {

struct EmbeddedText {
  std::string_view text, checksum;  // SHA-256, hex
};
EmbeddedText openapi_document() noexcept;

Response get_openapi(const ApiContext& context, const Request& request);

}  // namespace tracker::http
