#include "relay/trust.hpp"

#include <curl/curl.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <tracker/error.hpp>

namespace tracker::relay {

std::string ca_file() {
  if (const char* named = std::getenv(kCaFileVariable); named != nullptr && *named != '\0')
    return named;
  const auto* curl = curl_version_info(CURLVERSION_NOW);  // where the distribution keeps them
  return curl->cainfo != nullptr ? curl->cainfo : "";
}

void set_ca_file(const std::string& file) {
  ::setenv(kCaFileVariable, std::filesystem::absolute(file).c_str(), 1);
}

std::string ca_certificates() {
  const std::string file = ca_file();
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in || text.find("-----BEGIN") == std::string::npos) {
    throw Error(ErrorCode::kFailedPrecondition,
                "'" + file +
                    "' holds no certificates in PEM form: give the file of the authority "
                    "that signed the server's certificate with --ca-file or $TRACKER_CA_FILE");
  }
  return text;
}

}  // namespace tracker::relay
