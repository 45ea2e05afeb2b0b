#include "core/tls_files.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <memory>

#include <tracker/error.hpp>

namespace tracker::core {
namespace {

struct Free {
  void operator()(BIO* bio) const noexcept { ::BIO_free(bio); }
  void operator()(X509* certificate) const noexcept { ::X509_free(certificate); }
  void operator()(EVP_PKEY* key) const noexcept { ::EVP_PKEY_free(key); }
};

Error bad(const std::filesystem::path& file, const std::string& what) {
  return Error(ErrorCode::kFailedPrecondition, file.string() + ": " + what);
}

std::unique_ptr<BIO, Free> open(const std::filesystem::path& file) {
  std::unique_ptr<BIO, Free> bio(::BIO_new_file(file.c_str(), "r"));
  if (!bio) throw bad(file, std::string("cannot be read: ") + std::strerror(errno));
  return bio;
}

// As PostgreSQL has it for its own keys.
void check_permissions(const std::filesystem::path& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0)
    throw bad(file, std::string("cannot be read: ") + std::strerror(errno));
  if (!S_ISREG(info.st_mode)) throw bad(file, "is no ordinary file");
  const mode_t refused = info.st_uid == 0 ? 0037 : 0077;
  if ((info.st_mode & refused) != 0) throw bad(file, "others may read this key: chmod 600 it");
}

// Instead of a question at the terminal: an encrypted key fails.
int no_passphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return 0;
}

std::int64_t not_after(const X509& certificate, const std::filesystem::path& file) {
  std::tm time{};
  if (::ASN1_TIME_to_tm(::X509_get0_notAfter(&certificate), &time) != 1)
    throw bad(file, "the certificate has no date of expiry that can be read");
  return std::int64_t{::timegm(&time)} * 1'000'000;
}

}  // namespace

Certificate check_tls_files(const TlsFiles& files) {
  const std::unique_ptr<X509, Free> certificate(
      ::PEM_read_bio_X509(open(files.certificate).get(), nullptr, nullptr, nullptr));
  if (!certificate)
    throw bad(files.certificate, "holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)");
  check_permissions(files.key);
  bool asked = false;
  const std::unique_ptr<EVP_PKEY, Free> key(
      ::PEM_read_bio_PrivateKey(open(files.key).get(), nullptr, no_passphrase, &asked));
  if (asked) throw bad(files.key, "the key has a passphrase: store it without one (openssl pkey)");
  if (!key) throw bad(files.key, "holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)");
  if (::X509_check_private_key(certificate.get(), key.get()) != 1)
    throw bad(files.key, "is not the key of the certificate in " + files.certificate.string());
  char subject[256] = "";
  ::X509_NAME_oneline(::X509_get_subject_name(certificate.get()), subject, sizeof subject);
  return {subject, not_after(*certificate, files.certificate)};
}

std::string tls_stamp(const TlsFiles& files) {
  std::string stamp;
  for (const auto* file : {&files.certificate, &files.key}) {
    struct stat info {};
    if (::stat(file->c_str(), &info) != 0) return {};
    for (const std::int64_t part :
         {std::int64_t(info.st_dev), std::int64_t(info.st_ino), std::int64_t(info.st_size),
          std::int64_t(info.st_mtim.tv_sec), std::int64_t(info.st_mtim.tv_nsec)})
      stamp += std::to_string(part) + ' ';
  }
  return stamp;
}

}  // namespace tracker::core
