#include "artifacts/directory_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <tracker/error.hpp>

#include "base/atomic_file.hpp"
#include "base/fd.hpp"
#include "core/ids.hpp"

namespace tracker::artifacts {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kMode = 0600;

Error failed(const fs::path& file, int error) {
  return {ErrorCode::kUnavailable,
          "the artifact store cannot use " + file.string() + ": " + std::strerror(error)};
}

// Its name is durable as well.
void make_directory(const fs::path& directory) {
  std::error_code error;
  if (fs::create_directories(directory, error)) base::sync_directory(directory.parent_path());
  if (error) throw failed(directory, error.value());
}

}  // namespace

DirectoryStore::DirectoryStore(fs::path directory) : directory_(std::move(directory)) {
  make_directory(directory_);
}

// A key is a UUID behind the prefix, and nothing else leads to a file.
fs::path DirectoryStore::file_of(const std::string& key) const {
  const std::string name = key.substr(std::min(key.size(), prefix().size()));
  if (!key.starts_with(prefix()) || !core::Uuid::parse(name))
    throw Error(ErrorCode::kDataLoss, "the database names an object that this store cannot have");
  return directory_ / name.substr(0, 2) / name;
}

void DirectoryStore::put(const std::string& key, std::string_view bytes) {
  const fs::path file = file_of(key);
  make_directory(file.parent_path());
  base::write_file_atomically(file, bytes, kMode);
}

std::string DirectoryStore::get(const std::string& key, std::uint32_t most) {
  const fs::path file = file_of(key);
  const base::Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd && errno == ENOENT)
    throw Error(ErrorCode::kDataLoss, "the artifact store has lost " + file.string());
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0) throw failed(file, errno);
  if (status.st_size < 0 || static_cast<std::uint64_t>(status.st_size) > most)
    throw Error(ErrorCode::kDataLoss,
                "the artifact store has another file than was put there: " + file.string());
  std::string out(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t have = 0;
  while (have < out.size()) {
    const ssize_t n = ::read(fd.get(), out.data() + have, out.size() - have);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw failed(file, errno);
    if (n == 0) break;
    have += static_cast<std::size_t>(n);
  }
  out.resize(have);
  return out;
}

void DirectoryStore::remove(const std::string& key) {
  const fs::path file = file_of(key);
  if (::unlink(file.c_str()) != 0 && errno != ENOENT) throw failed(file, errno);
}

}  // namespace tracker::artifacts
