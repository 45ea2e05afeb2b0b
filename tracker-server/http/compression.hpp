#pragma once

#include "http/message.hpp"

// Content-Encoding of what handlers answer. Files have compressed forms of their own
// (static_files.hpp).
namespace tracker::http {

// Compresses a body from 1 KB to 64 MB for who takes gzip; for text and the compact series, of
// which half or more goes away. The tag becomes a weak one, as the bytes are others. About 10 ms of
// CPU a MB.
Response compressed(const Request& request, Response response);

}  // namespace tracker::http
