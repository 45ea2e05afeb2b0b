#include "base/uuid.hpp"

#include <sys/random.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <tracker/error.hpp>

namespace tracker::base {

std::string make_uuid() {
  unsigned char b[16];
  std::size_t have = 0;
  while (have < sizeof b) {
    const ssize_t n = ::getrandom(b + have, sizeof b - have, 0);
    if (n > 0)
      have += static_cast<std::size_t>(n);
    else if (errno != EINTR)
      throw Error(ErrorCode::kInternal, "no random numbers from the kernel", std::strerror(errno));
  }
  b[6] = static_cast<unsigned char>((b[6] & 0x0F) | 0x40);
  b[8] = static_cast<unsigned char>((b[8] & 0x3F) | 0x80);
  std::string out;
  for (std::size_t i = 0; i < 16; ++i) {
    char hex[3];
    std::snprintf(hex, sizeof hex, "%02x", b[i]);
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += hex;
  }
  return out;
}

}  // namespace tracker::base
