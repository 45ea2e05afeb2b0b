#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "core/request_id.hpp"
#include "http/router.hpp"

// The one line that each request gets in the log (docs/server.md, "The log").
namespace tracker::http {

struct Served {
  std::string_view id, method, target, client;  // the target as it came
  const Route* route = nullptr;                 // null: none, or a page
  std::string run;                              // that the request is about; empty: none
  int status = 0;
  std::size_t bytes = 0;  // of the answer's body
  std::chrono::steady_clock::duration time{};
};

// At info, debug or not at all, as the mode says.
void log_request(core::AccessLog mode, const Served& served);

// Does the request change nothing? GET, HEAD, and the POSTs that ask with a body.
bool reads_only(std::string_view method, std::string_view path) noexcept;

// {"error":{…}} of a status from 500 on gets "request_id"; other bodies stay as they are.
void add_request_id(Response& response, std::string_view id);

}  // namespace tracker::http
