#include "artifact/sha256.hpp"

#include <openssl/evp.h>

#include <algorithm>

#include <tracker/error.hpp>

#include "base/hex.hpp"

namespace tracker::artifact {
namespace {

void check(bool good) {
  if (!good) throw Error(ErrorCode::kInternal, "OpenSSL cannot compute SHA-256");
}

}  // namespace

std::string Sha256::hex() const { return base::to_hex(raw()); }

std::string_view Sha256::raw() const noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::optional<Sha256> Sha256::from_hex(std::string_view text) {
  if (text.size() != 2 * Sha256{}.bytes.size()) return std::nullopt;
  const auto bytes = base::from_hex(text);
  return bytes ? from_raw(*bytes) : std::nullopt;
}

std::optional<Sha256> Sha256::from_raw(std::string_view bytes) {
  Sha256 digest;
  if (bytes.size() != digest.bytes.size()) return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), digest.bytes.begin());
  return digest;
}

void Sha256Hasher::Deleter::operator()(evp_md_ctx_st* context) const noexcept {
  EVP_MD_CTX_free(context);
}

Sha256Hasher::Sha256Hasher() : context_(EVP_MD_CTX_new()) {
  check(context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
}

void Sha256Hasher::add(std::string_view bytes) {
  check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

Sha256 Sha256Hasher::finish() {
  Sha256 digest;
  check(EVP_DigestFinal_ex(context_.get(), digest.bytes.data(), nullptr) == 1);
  return digest;
}

Sha256 sha256(std::string_view bytes) {
  Sha256Hasher hasher;
  hasher.add(bytes);
  return hasher.finish();
}

}  // namespace tracker::artifact
