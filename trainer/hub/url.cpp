#include "hub/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "config/printable.hpp"

namespace trainer::hub {
namespace {

constexpr int kMaxPort = 65535;
constexpr std::string_view kHex = "0123456789ABCDEF";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lowered(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

int default_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

std::string encode(std::string_view text, std::string_view kept) {
  std::string result;
  for (const char c : text) {
    if (is_unreserved(c) || kept.find(c) != std::string_view::npos) {
      result += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      result += '%';
      result += kHex[byte >> 4U];
      result += kHex[byte & 15U];
    }
  }
  return result;
}

// Where the port begins in "host:port"; npos when there is none. Colons inside [::1] are the
// host's.
std::size_t port_colon(std::string_view authority) {
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.rfind(':');
  return colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)
             ? colon
             : std::string_view::npos;
}

}  // namespace

std::optional<Url> Url::parse(std::string_view text) {
  const bool printable =
      std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c != '\x7f'; });
  const std::size_t colon = text.find("://");
  if (!printable || colon == std::string_view::npos) {
    return std::nullopt;
  }
  Url url;
  url.scheme = lowered(text.substr(0, colon));
  text.remove_prefix(colon + 3);
  text = text.substr(0, text.find('#'));
  const std::size_t end = std::min(text.find_first_of("/?"), text.size());
  const std::string_view authority = text.substr(0, end);
  const std::size_t port_at = port_colon(authority);
  url.host = lowered(authority.substr(0, port_at));
  url.port = default_port(url.scheme);
  if (port_at != std::string_view::npos) {
    const std::string_view digits = authority.substr(port_at + 1);
    const auto [last, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
    if (error != std::errc() || last != digits.data() + digits.size() || url.port < 1 ||
        url.port > kMaxPort) {
      return std::nullopt;
    }
  }
  const std::string_view target = text.substr(end);
  url.target = target.starts_with('/') ? std::string(target) : fmt::format("/{}", target);
  const bool known = url.scheme == "http" || url.scheme == "https";
  return known && !url.host.empty() && url.host.find('@') == std::string::npos
             ? std::optional(std::move(url))
             : std::nullopt;
}

std::string Url::origin() const {
  const std::string base = scheme + "://" + host;
  return port == default_port(scheme) ? base : base + ":" + std::to_string(port);
}

bool same_origin(const Url& a, const Url& b) {
  return a.scheme == b.scheme && a.host == b.host && a.port == b.port;
}

std::optional<Url> follow(const Url& from, std::string_view location) {
  const std::string_view path = std::string_view(from.target).substr(0, from.target.find('?'));
  std::optional<Url> to;
  if (location.empty()) {
    return std::nullopt;
  }
  const std::size_t mark = location.find("://");
  if (mark != std::string_view::npos && location.find_first_of("/?#") > mark) {
    to = Url::parse(location);
  } else if (location.starts_with("//")) {
    to = Url::parse(from.scheme + ":" + std::string(location));
  } else if (location.front() == '/') {
    to = Url::parse(from.origin() + std::string(location));
  } else if (location.front() == '?') {
    to = Url::parse(from.origin() + std::string(path) + std::string(location));
  } else {
    to = Url::parse(from.origin() + std::string(path.substr(0, path.rfind('/') + 1)) +
                    std::string(location));
  }
  return to && from.scheme == "https" && to->scheme != "https" ? std::nullopt : to;
}

std::string printable_address(std::string_view address) {
  return config::printable(address.substr(0, address.find('?')));
}

std::string encode_component(std::string_view text) { return encode(text, ""); }
std::string encode_path(std::string_view path) { return encode(path, "/"); }

}  // namespace trainer::hub
