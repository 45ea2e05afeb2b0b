#pragma once

#include <nlohmann/json.hpp>

#include "storage/media.hpp"

namespace tracker::http {

// One of the `media` of docs/http-api.md. Content of type application/json becomes JSON, other
// content a string, whose bytes need not be UTF-8. Whatever was logged: content that is no JSON, or
// nested deeper than 64 levels, is left out; it is still there by its hash.
nlohmann::json media_json(const storage::MediaRow& row);

}  // namespace tracker::http
