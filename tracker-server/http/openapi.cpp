#include "http/openapi.hpp"

#include <string>

namespace tracker::http {

Response get_openapi(const ApiContext&, const Request& request) {
  const auto document = openapi_document();
  Response response;
  response.headers.emplace_back("Cache-Control", "no-cache");
  response.body = document.text;
  return with_etag(request, std::string(document.checksum.substr(0, 16)), std::move(response));
}

}  // namespace tracker::http
