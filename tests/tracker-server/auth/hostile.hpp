#pragma once

#include <string>
#include <vector>

// Values that somebody sends who means harm.
namespace tracker::auth {

inline std::vector<std::string> hostile_values() {
  return {"' OR 1=1 --",
          "'; DROP TABLE run; --",
          "x') UNION SELECT password FROM account --",
          "1; SELECT pg_sleep(30)",
          "\\",
          "\"",
          "%",
          "_",
          "$1",
          "{}",
          "name:\"'; DELETE FROM project; --\"",
          "name ~ \"(a+)+$\"",
          "../../../../etc/passwd",
          "..\\..\\windows",
          "/etc/passwd",
          "file:///etc/passwd",
          "http://127.0.0.1:8080/",
          "<script>alert(1)</script>",
          "${jndi:ldap://x}",
          "-1",
          "18446744073709551616",
          "NaN",
          "\xFF\xFE\xFD",
          "\xED\xA0\x80",
          "a\x01\x1B[2Jb",
          std::string(1, '\x7F'),
          std::string(8'000, 'A'),
          std::string(4'000, '('),
          std::string(4'000, '['),
          std::string(2'000, '-') + "lr"};
}

}  // namespace tracker::auth
