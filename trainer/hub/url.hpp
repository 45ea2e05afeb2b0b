#pragma once

#include <optional>
#include <string>
#include <string_view>

// The little of RFC 3986 that the hub's protocol needs. Pure functions.
namespace trainer::hub {

// An absolute http or https address. `scheme` and `host` are in lower case.
struct Url {
  std::string scheme;
  std::string host;    // an IPv6 address with its brackets
  int port = 0;        // the scheme's own when the address names none
  std::string target;  // path and query, from the first slash; "/" when there is none

  // nullopt for anything else, and for addresses with a user name, white space or control
  // characters.
  static std::optional<Url> parse(std::string_view text);
  // "https://huggingface.co", with the port only where it is not the scheme's own.
  std::string origin() const;
  std::string text() const { return origin() + target; }

  friend bool operator==(const Url&, const Url&) = default;
};

// Same scheme, host and port: the only place a token may go.
bool same_origin(const Url& a, const Url& b);

// The address a Location header means: absolute, "//host/x", "/x", "?x" or "x". nullopt when it is
// none, or when it would go from https to http.
std::optional<Url> follow(const Url& from, std::string_view location);

// An address for people: without its query, which may hold a signature, on one line.
std::string printable_address(std::string_view address);

// Percent-encodes everything but unreserved characters, the slash too: for a revision.
std::string encode_component(std::string_view text);
// As encode_component, but slashes stay: for a path inside a repo.
std::string encode_path(std::string_view path);

}  // namespace trainer::hub
