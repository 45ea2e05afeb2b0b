#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

// The certificate and the key that a server shows, as PEM files. Any thread.
namespace tracker::core {

struct TlsFiles {
  std::filesystem::path certificate;  // the server's first, then those between it and the root
  std::filesystem::path key;          // of the first one, without a passphrase
};

struct Certificate {
  std::string subject;            // as OpenSSL writes it on one line
  std::int64_t not_after_us = 0;  // since the epoch
};

// Reads both. Throws Error(kFailedPrecondition) that names the file and says what to do: it is not
// there or not PEM, the key is not the certificate's or has a passphrase, or others may read the
// key (allowed are the owner, and the group for a file of root's). An expired certificate is none
// of these.
Certificate check_tls_files(const TlsFiles& files);

// Changes whenever one of the files is replaced or written; empty while one is not there.
std::string tls_stamp(const TlsFiles& files);

}  // namespace tracker::core
