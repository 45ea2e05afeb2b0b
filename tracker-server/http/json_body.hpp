#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>

#include "http/message.hpp"

// The JSON object that a request's body is, member by member. Throws Error(kInvalidArgument) that
// names what is wrong; a member that nobody asked for is wrong too, so that a slip is not taken for
// a default.
namespace tracker::http {

// Discarded if it is no JSON. A text that is nested deeper is an Error(kInvalidArgument): who
// writes such a value out again does it by recursion.
nlohmann::json parse_bounded(const std::string& text, int depth);

// For bodies that are read without JsonBody.
[[noreturn]] void refuse_body(const std::string& what);  // Error(kInvalidArgument)
std::string text_member(const nlohmann::json& value, const std::string& member);

class JsonBody {
 public:
  // Not `application/json`, no JSON, no object, or nested deeper: refused.
  explicit JsonBody(const Request& request, int depth = 2);

  std::string text(const std::string& name);
  std::optional<std::string> maybe_text(const std::string& name);
  std::optional<bool> maybe_flag(const std::string& name);
  std::optional<std::int64_t> maybe_number(const std::string& name);
  // A member that is an object, as JSON without spaces.
  std::string object(const std::string& name);
  // After the last of them, before anything is done.
  void end() const;

 private:
  const nlohmann::json* find(const std::string& name);  // null counts as absent

  nlohmann::json json_;
  std::set<std::string> asked_;
};

}  // namespace tracker::http
