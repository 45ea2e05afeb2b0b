#include "relay/trust.hpp"

#include <curl/curl.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <tracker/error.hpp>

namespace tracker::relay {
namespace {

std::string named_file() {
  const char* named = std::getenv(kCaFileVariable);
  return named != nullptr ? named : "";
}

// Where the distribution keeps them.
std::string systems_file() {
  const auto* curl = curl_version_info(CURLVERSION_NOW);
  return curl->cainfo != nullptr ? curl->cainfo : "";
}

std::string content(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

std::string ca_file() {
  const std::string named = named_file();
  return named.empty() ? systems_file() : named;
}

std::string all_certificates() { return content(systems_file()) + '\n' + content(named_file()); }

void set_ca_file(const std::string& file) {
  ::setenv(kCaFileVariable, std::filesystem::absolute(file).c_str(), 1);
}

std::string ca_certificates() {
  const std::string file = ca_file();
  std::string text = content(file);
  if (text.find("-----BEGIN") == std::string::npos) {
    throw Error(ErrorCode::kFailedPrecondition,
                "'" + file +
                    "' holds no certificates in PEM form: give the file of the authority "
                    "that signed the server's certificate with --ca-file or $TRACKER_CA_FILE");
  }
  return text;
}

}  // namespace tracker::relay
