#include "http/json_body.hpp"

#include <fmt/format.h>

#include "base/utf8.hpp"

namespace tracker::http {
namespace {

Error wrong(const std::string& name, const char* what) {
  return {ErrorCode::kInvalidArgument, fmt::format("`{}` must be {}", name, what)};
}

}  // namespace

nlohmann::json parse_bounded(const std::string& text, int depth) {
  const auto bound = [depth](int at, nlohmann::json::parse_event_t, nlohmann::json&) {
    if (at > depth)
      throw Error(ErrorCode::kInvalidArgument,
                  fmt::format("the body is nested deeper than {} levels", depth));
    return true;
  };
  return nlohmann::json::parse(text, bound, false);
}

void refuse_body(const std::string& what) { throw Error(ErrorCode::kInvalidArgument, what); }

std::string text_member(const nlohmann::json& value, const std::string& member) {
  if (!value.is_string()) refuse_body(fmt::format("`{}` must be a string", member));
  return value.get<std::string>();
}

JsonBody::JsonBody(const Request& request, int depth) {
  if (!request.header("content-type").starts_with("application/json"))
    throw Error(ErrorCode::kInvalidArgument, "the body must be application/json");
  json_ = parse_bounded(request.body, depth);
  if (!json_.is_object())
    throw Error(ErrorCode::kInvalidArgument, "the body must be a JSON object");
}

const nlohmann::json* JsonBody::find(const std::string& name) {
  asked_.insert(name);
  const auto found = json_.find(name);
  return found == json_.end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::string> JsonBody::maybe_text(const std::string& name) {
  const auto* found = find(name);
  if (found == nullptr) return std::nullopt;
  if (!found->is_string()) throw wrong(name, "a text");
  auto text = found->get<std::string>();
  if (!base::is_text(text)) throw wrong(name, "a text without NUL");
  return text;
}

std::string JsonBody::text(const std::string& name) {
  auto text = maybe_text(name);
  if (!text) throw wrong(name, "there");
  return *std::move(text);
}

std::optional<bool> JsonBody::maybe_flag(const std::string& name) {
  const auto* found = find(name);
  if (found == nullptr) return std::nullopt;
  if (!found->is_boolean()) throw wrong(name, "true or false");
  return found->get<bool>();
}

std::optional<std::int64_t> JsonBody::maybe_number(const std::string& name) {
  const auto* found = find(name);
  if (found == nullptr) return std::nullopt;
  if (!found->is_number_integer() ||
      (found->is_number_unsigned() && found->get<std::uint64_t>() > INT64_MAX))
    throw wrong(name, "a whole number");
  return found->get<std::int64_t>();
}

std::string JsonBody::object(const std::string& name) {
  const auto* found = find(name);
  if (found == nullptr || !found->is_object()) throw wrong(name, "an object");
  return found->dump();
}

void JsonBody::end() const {
  for (const auto& [name, value] : json_.items())
    if (!asked_.contains(name))
      throw Error(ErrorCode::kInvalidArgument, fmt::format("`{}` is not known here", name));
}

}  // namespace tracker::http
