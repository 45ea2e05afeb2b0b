#include "support/certificates/certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdio>
#include <stdexcept>

namespace test_support {
namespace {

struct Free {
  void operator()(X509* certificate) const noexcept { ::X509_free(certificate); }
  void operator()(EVP_PKEY* key) const noexcept { ::EVP_PKEY_free(key); }
  void operator()(X509_EXTENSION* part) const noexcept { ::X509_EXTENSION_free(part); }
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

constexpr long kDay = 86'400;

void check(bool good) {
  if (!good) throw std::runtime_error("OpenSSL could not make a certificate");
}

Owned<EVP_PKEY> new_key() {
  Owned<EVP_PKEY> key(::EVP_EC_gen("P-256"));
  check(key != nullptr);
  return key;
}

Owned<X509> new_certificate(const std::string& name, EVP_PKEY& key, long from, long to) {
  static long serial = 1'000;
  Owned<X509> certificate(::X509_new());
  check(certificate && ::X509_set_version(certificate.get(), 2) == 1);
  ::ASN1_INTEGER_set(::X509_get_serialNumber(certificate.get()), ++serial);
  ::X509_gmtime_adj(::X509_getm_notBefore(certificate.get()), from);
  ::X509_gmtime_adj(::X509_getm_notAfter(certificate.get()), to);
  ::X509_set_pubkey(certificate.get(), &key);
  const auto* text = reinterpret_cast<const unsigned char*>(name.c_str());
  ::X509_NAME_add_entry_by_txt(::X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                               text, -1, -1, 0);
  return certificate;
}

void add(X509& certificate, X509& issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  ::X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION> part(::X509V3_EXT_conf_nid(nullptr, &context, kind, value));
  check(part && ::X509_add_ext(&certificate, part.get(), -1) == 1);
}

Owned<std::FILE> create(const std::filesystem::path& file, mode_t mode) {
  Owned<std::FILE> out(std::fopen(file.c_str(), "w"));
  check(out != nullptr && ::chmod(file.c_str(), mode) == 0);
  return out;
}

}  // namespace

struct Authority::Parts {
  Owned<EVP_PKEY> key;
  Owned<X509> certificate;
};

Authority::Authority(const std::string& name) : parts_(std::make_unique<Parts>()) {
  parts_->key = new_key();
  parts_->certificate = new_certificate(name, *parts_->key, -kDay, 30 * kDay);
  X509& certificate = *parts_->certificate;
  ::X509_set_issuer_name(&certificate, ::X509_get_subject_name(&certificate));
  add(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
  add(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
  add(certificate, certificate, NID_subject_key_identifier, "hash");
  check(::X509_sign(&certificate, parts_->key.get(), ::EVP_sha256()) > 0);
}

Authority::~Authority() = default;

void Authority::write(const std::filesystem::path& file) const {
  const auto out = create(file, 0644);
  check(::PEM_write_X509(out.get(), parts_->certificate.get()) == 1);
}

void Authority::issue(const Wanted& wanted) {
  const auto key = new_key();
  const long to = static_cast<long>(wanted.life.count());
  const auto certificate = new_certificate(wanted.name, *key, std::min(-kDay, to - kDay), to);
  X509& issuer = *parts_->certificate;
  ::X509_set_issuer_name(certificate.get(), ::X509_get_subject_name(&issuer));
  add(*certificate, issuer, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1");
  add(*certificate, issuer, NID_ext_key_usage, "serverAuth");
  add(*certificate, issuer, NID_authority_key_identifier, "keyid:always");
  check(::X509_sign(certificate.get(), parts_->key.get(), ::EVP_sha256()) > 0);
  const auto certificate_file = create(wanted.certificate, 0644);
  check(::PEM_write_X509(certificate_file.get(), certificate.get()) == 1);
  const auto key_file = create(wanted.key, 0600);
  check(::PEM_write_PrivateKey(key_file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) ==
        1);
}

}  // namespace test_support
