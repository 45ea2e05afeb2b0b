#include "integration/campaign/truth.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <new>
#include <system_error>

namespace campaign {
namespace {

std::size_t size_for(const Plan& plan) { return sizeof(Ledger::Head) + kWriters * plan.rows; }

void* map(const std::filesystem::path& file, std::size_t size) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), file.string());
  if (size == 0) {
    size = std::filesystem::file_size(file);
  } else if (const int error = ::posix_fallocate(fd, 0, static_cast<off_t>(size)); error != 0) {
    // Its room is taken at once: on a full disk a first touch would be a signal.
    throw std::system_error(error, std::generic_category(), file.string());
  }
  void* at = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ::close(fd);
  if (at == MAP_FAILED) throw std::system_error(errno, std::generic_category(), file.string());
  return at;
}

}  // namespace

std::uint64_t mix(std::uint64_t x) {  // splitmix64
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

std::string key_name(std::uint64_t key) {
  return key % 2 == 0 ? "train/k" + std::to_string(key) : "eval/k" + std::to_string(key);
}

std::vector<std::uint64_t> keys_of(const Plan& plan, std::uint64_t writer, std::uint64_t row) {
  std::vector<std::uint64_t> keys{0};
  const std::uint64_t chance = mix(plan.seed ^ (row * 8 + writer));
  for (std::uint64_t key = 1; key < plan.keys; ++key)
    if (key < plan.keys / 2 + 1 || chance % 5 == 0) keys.push_back(key);
  return keys;
}

double value_of(const Plan& plan, std::uint64_t writer, std::uint64_t row, std::uint64_t key) {
  const std::uint64_t h = mix(mix(plan.seed + writer) ^ (row * 131 + key));
  using Limits = std::numeric_limits<double>;
  switch (h % 256) {
    case 0:
      return Limits::quiet_NaN();
    case 1:
      return Limits::infinity();
    case 2:
      return -Limits::infinity();
    default:
      break;
  }
  if (h & 256) return static_cast<float>(static_cast<std::int32_t>(h >> 32)) / 4096.0f;
  return static_cast<double>(h >> 11) * 0x1p-53;
}

std::string console_line(const Plan& plan, std::uint64_t line) {
  return "line " + std::to_string(line) + " of " + std::to_string(plan.seed) + ": " +
         std::to_string(mix(plan.seed ^ line));
}

void Ledger::create(const std::filesystem::path& file, const Plan& plan) {
  const std::size_t size = size_for(plan);
  void* at = map(file, size);
  (new (at) Head{})->plan = plan;
  ::munmap(at, size);
}

Ledger::Ledger(const std::filesystem::path& file)
    : head_(static_cast<Head*>(map(file, 0))), size_(std::filesystem::file_size(file)) {}

Ledger::~Ledger() { ::munmap(head_, size_); }

std::atomic<Row>& Ledger::row(std::uint64_t writer, std::uint64_t row) const noexcept {
  auto* rows = reinterpret_cast<std::atomic<Row>*>(head_ + 1);
  return rows[writer * head_->plan.rows + row];
}

}  // namespace campaign
