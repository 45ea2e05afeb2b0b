#pragma once

#include <nlohmann/json.hpp>

#include "http/message.hpp"

// What the answers of users_api and api_keys_api share.
namespace tracker::http {

// Of an answer that may hold a secret: nobody on the way keeps it.
inline Response secret_response(const nlohmann::json& body) {
  auto response = json_response(body);
  response.headers = {{"Cache-Control", "no-store"}};
  return response;
}

}  // namespace tracker::http
