#include "data/fingerprint.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <memory>

#include "config/error.hpp"

namespace trainer::data {

std::string fingerprint_of(const std::vector<Example>& rows) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  bool good = context != nullptr && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
  const auto add = [&](const std::string& text) {
    // c_str() ends in the zero byte that follows each text.
    good = good && EVP_DigestUpdate(context.get(), text.c_str(), text.size() + 1) == 1;
  };
  for (const Example& row : rows) {
    add(row.text);
    if (row.text_pair) add(*row.text_pair);
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  good = good && EVP_DigestFinal_ex(context.get(), digest.data(), &length) == 1;
  if (!good) throw Error(ErrorCode::kInternal, "OpenSSL has no SHA-256");
  return fmt::format("{:02x}", fmt::join(digest.begin(), digest.begin() + length, ""));
}

}  // namespace trainer::data
