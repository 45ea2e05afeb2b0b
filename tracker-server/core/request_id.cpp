#include "core/request_id.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <random>

namespace tracker::core {
namespace {

constexpr std::size_t kLongest = 64;

bool allowed(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

}  // namespace

bool is_request_id(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kLongest && std::all_of(text.begin(), text.end(), allowed);
}

std::string make_request_id() {
  static const std::uint32_t process = std::random_device{}();
  static std::atomic<std::uint32_t> number{0};
  char text[17];
  std::snprintf(text, sizeof text, "%08x%08x", process, ++number);
  return text;
}

std::string request_id(std::string_view from_client) {
  return is_request_id(from_client) ? std::string(from_client) : make_request_id();
}

}  // namespace tracker::core
