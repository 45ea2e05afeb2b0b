#include "support/process/temp_directory.hpp"

#include <stdlib.h>
#include <sys/stat.h>

#include <stdexcept>
#include <string>
#include <system_error>

namespace test_support {

TempDirectory::TempDirectory() {
  std::string name = "/tmp/tracker-test-XXXXXX";
  if (!mkdtemp(name.data())) throw std::runtime_error("mkdtemp failed under /tmp");
  // A PostgreSQL cluster below it may run as another user, who has to get through.
  chmod(name.c_str(), 0755);
  path_ = name;
}

TempDirectory::~TempDirectory() {
  std::error_code ignored;  // a file that appears while we delete is no failure of the test
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace test_support
