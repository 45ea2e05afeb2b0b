#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "relay/discovery.hpp"
#include "relay/http_request.hpp"

namespace tracker::cli {

// What only the server's HTTP API has (docs/http-api.md): users, keys, members, the audit log,
// media. One thread.
class ApiClient {
 public:
  // Finds the server behind the address, and shows it the key of relay/credentials.hpp. Throws
  // Error when nothing answers there.
  explicit ApiClient(const std::string& url);

  // Instead of that key; an empty one shows none.
  void set_key(std::string key) { key_ = std::move(key); }
  const std::string& key() const noexcept { return key_; }
  const relay::Server& server() const noexcept { return server_; }

  // `path` is what follows /api/v1/, its values escaped(). Block, a minute at the longest; the
  // whole answer, an object. Throw Error with the server's own line and the code of its status:
  // kUnauthenticated, kPermissionDenied, kNotFound, …; kUnavailable when nobody answers,
  // kUnimplemented for an answer that no server of ours gives.
  nlohmann::json get(const std::string& path) { return ask("GET", path, {}); }
  std::string bytes(const std::string& path);  // of what is no JSON
  nlohmann::json post(const std::string& path, const nlohmann::json& body) {
    return ask("POST", path, body);
  }
  nlohmann::json remove(const std::string& path) { return ask("DELETE", path, {}); }

  // Logs in with a password, and makes a key of that name: its text, which nobody can be told
  // again. The login ends with it. Throws as post().
  struct Login {
    std::string user, password, key_name;
  };
  std::string make_key(const Login& login);

 private:
  relay::HttpRequest request(const std::string& method, const std::string& path) const;
  nlohmann::json ask(const std::string& method, const std::string& path,
                     const nlohmann::json& body);

  relay::Server server_;
  std::string key_, cookie_, csrf_;
};

// A value of a path or query, with what has a meaning there escaped.
std::string escaped(const std::string& text);

}  // namespace tracker::cli
