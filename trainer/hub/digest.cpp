#include "hub/digest.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

#include "config/error.hpp"

namespace trainer::hub {
namespace {

void check(bool good) {
  if (!good) throw Error(ErrorCode::kInternal, "OpenSSL cannot compute a digest");
}

}  // namespace

void Digest::Deleter::operator()(evp_md_ctx_st* context) const noexcept {
  EVP_MD_CTX_free(context);
}

Digest::Digest(Kind kind) : context_(EVP_MD_CTX_new()) {
  const EVP_MD* function = kind == Kind::kSha256 ? EVP_sha256() : EVP_sha1();
  check(context_ != nullptr && EVP_DigestInit_ex(context_.get(), function, nullptr) == 1);
}

void Digest::add(const void* data, std::size_t size) {
  check(EVP_DigestUpdate(context_.get(), data, size) == 1);
}

std::string Digest::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  check(EVP_DigestFinal_ex(context_.get(), bytes.data(), &size) == 1);
  return fmt::format("{:02x}", fmt::join(bytes.begin(), bytes.begin() + size, ""));
}

}  // namespace trainer::hub
