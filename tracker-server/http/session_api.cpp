#include "http/session_api.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "auth/sessions.hpp"
#include "http/admission.hpp"
#include "http/json_body.hpp"

namespace tracker::http {
namespace {

using nlohmann::json;

constexpr const char* kThrottledFor = "60";  // seconds: as long as an account's counter leaks one

auth::Gate& gate_of(const ApiContext& context) {
  if (context.gate == nullptr) throw Error(ErrorCode::kInternal, "a route without a gate");
  return *context.gate;
}

Response session_response(auth::Gate& gate, const auth::Principal& who) {
  const bool user = who.kind == auth::Principal::Kind::kUser;
  json body = {{"user", nullptr}, {"csrf_token", nullptr}, {"key", nullptr}};
  if (user) body["user"] = {{"name", who.name}, {"server_admin", who.is_server_admin()}};
  if (!who.csrf.empty()) body["csrf_token"] = who.csrf;
  if (!who.key.empty()) body["key"] = who.key;
  body["open"] = gate.is_open();
  auto response = json_response(body);
  response.headers = {{"Cache-Control", "no-store"}};
  return response;
}

void set_cookie(const Request& request, const std::string& value, std::int64_t seconds,
                Response& response) {
  response.headers.emplace_back(
      "Set-Cookie",
      fmt::format("{}={}; HttpOnly; SameSite=Strict; Path=/; Max-Age={}{}",
                  session_cookie_name(request), value, seconds, request.secure ? "; Secure" : ""));
}

Response begun(const ApiContext& context, const Request& request, const std::string& secret) {
  auto& gate = gate_of(context);
  const auto who = gate.identify({.key = {}, .session = secret}, origin_of(request));
  auto response = session_response(gate, who);
  set_cookie(request, secret, auth::kSessionAgeUs / 1'000'000, response);
  return response;
}

Response too_many(const Error& error) {
  auto response = error_response(error.code(), error.what());
  response.headers.emplace_back("Retry-After", kThrottledFor);
  return response;
}

}  // namespace

// A key that is not good is its owner's error; a session that has ended is nobody's.
Response get_session(const ApiContext& context, const Request& request) {
  auto& gate = gate_of(context);
  const auto claim = claim_of(request);
  const auto who = gate.identify(claim, origin_of(request));
  if (!claim.key.empty() && who.kind == auth::Principal::Kind::kNobody)
    gate.open(claim, auth::Access::kSignedIn, origin_of(request));  // throws, in its words
  return session_response(gate, who);
}

Response log_in(const ApiContext& context, const Request& request) {
  JsonBody body(request);
  const auth::Login login{body.text("user"), body.text("password")};
  body.end();
  try {
    return begun(context, request, auth::log_in(gate_of(context), login, origin_of(request)));
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kResourceExhausted) return too_many(error);
    throw;
  }
}

Response log_out(const ApiContext& context, const Request& request) {
  auto& gate = gate_of(context);
  auth::log_out(gate, *request.guard);
  auto response = session_response(gate, {});
  set_cookie(request, "", 0, response);
  return response;
}

Response change_password(const ApiContext& context, const Request& request) {
  JsonBody body(request);
  const auth::PasswordChange change{body.text("old_password"), body.text("new_password")};
  body.end();
  auto& gate = gate_of(context);
  try {
    auth::change_password(gate, *request.guard, change);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kResourceExhausted) return too_many(error);
    throw;
  }
  return session_response(gate, request.guard->who());
}

Response use_first_start(const ApiContext& context, const Request& request) {
  JsonBody body(request);
  const auto token = body.text("token");
  const auth::Login login{body.text("user"), body.text("password")};
  body.end();
  return begun(context, request,
               auth::use_first_start(gate_of(context), token, login, origin_of(request)));
}

}  // namespace tracker::http
