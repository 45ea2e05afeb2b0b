#pragma once

#include "http/message.hpp"

// Content-Encoding of what handlers answer. Files have compressed forms of their own
// (static_files.hpp).
namespace tracker::http {

// Compresses a body from 1 KB to 64 MB for who takes gzip, if it is JSON or a compact series. About
// 10 ms of CPU a MB. For who takes gzip all tags are weak, as the bytes may be others.
Response encoded(const Request& request, Response response);

}  // namespace tracker::http
