#include "app/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include <tracker/error.hpp>

#include "core/host_name.hpp"

namespace tracker::app {
namespace {

namespace fs = std::filesystem;
using Kind = Setting::Kind;

Error bad(std::string what) { return Error(ErrorCode::kInvalidArgument, std::move(what)); }

// <exe>/../share/tracker/dashboard, in the build tree as in an install.
std::string default_dashboard() {
  std::error_code error;
  const auto program = fs::read_symlink("/proc/self/exe", error);
  return (program.parent_path().parent_path() / "share" / "tracker" / "dashboard").string();
}

std::string allowed_host(const std::string& text) {
  auto name = core::host_name(text);
  if (!name.empty() && text.find_first_of("/ @?#*") == std::string::npos) return name;
  throw bad(
      fmt::format("`{}` is not the name of a machine: give it as the browser's address has "
                  "it between // and /, like tracker.example.org",
                  text));
}

// "90", "90s", "5m", "2h"; 0 to a day.
std::chrono::seconds duration(const std::string& text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  const std::string_view unit(parsed.ptr, static_cast<std::size_t>(end - parsed.ptr));
  const std::int64_t scale = unit.empty() || unit == "s" ? 1
                             : unit == "m"               ? 60
                             : unit == "h"               ? 3'600
                                                         : 0;
  constexpr std::int64_t kDay = 86'400;
  if (parsed.ec != std::errc() || scale == 0 || number < 0 || number > kDay / scale)
    throw bad(fmt::format("`{}` is not a time from 0 to 24h, as 30s, 5m or 1h", text));
  return std::chrono::seconds(number * scale);
}

std::string address_with(const std::string& text, std::initializer_list<const char*> schemes) {
  for (const char* scheme : schemes)
    if (text.starts_with(scheme) && text.size() > std::string_view(scheme).size()) return text;
  throw bad(
      fmt::format("`{}` is no address that begins with {}", text, fmt::join(schemes, " or ")));
}

// What can stand in a header of a mail without being taken for more.
std::string mail_address(const std::string& text) {
  const auto at = text.find('@');
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < 0x7f && std::string_view("<>\",;:()[]").find(c) == std::string_view::npos;
  });
  if (plain && at != std::string::npos && at > 0 && at + 1 < text.size()) return text;
  throw bad(fmt::format("`{}` is no mail address, as somebody@example.org", text));
}

void set_log_level(Config& config, const std::string& value) {
  constexpr std::array kLevels{"debug", "info", "warn", "error"};
  if (std::find(kLevels.begin(), kLevels.end(), value) == kLevels.end())
    throw bad(fmt::format("`{}` is none of debug, info, warn, error", value));
  config.log_level = value;
}

void set_access_log(Config& config, const std::string& value) {
  if (value == "off")
    config.access_log = core::AccessLog::kOff;
  else if (value == "writes")
    config.access_log = core::AccessLog::kWrites;
  else if (value == "all")
    config.access_log = core::AccessLog::kAll;
  else
    throw bad(fmt::format("`{}` is none of off, writes, all", value));
}

std::vector<Setting> settings_of_access() {
  return {
      {"data-dir", Kind::kText, "DIR", "Where the server keeps its files; made if absent", "",
       [](Config& c, const std::string& v) { c.data_directory = v; }},
      {"database-url", Kind::kText, "URL",
       "PostgreSQL to use, as postgresql://user:password@host/database; without it the server runs "
       "a private one under the data directory",
       "", [](Config& c, const std::string& v) { c.database_url = v; }, true},
      {"listen", Kind::kText, "ADDRESS:PORT",
       "Address of the dashboard and the HTTP API; port 0 takes a free one", "127.0.0.1:8080",
       [](Config& c, const std::string& v) { c.http = Endpoint::parse(v); }},
      {"grpc-listen", Kind::kText, "ADDRESS:PORT",
       "Address that runs are sent to; port 0 takes a free one", "127.0.0.1:8081",
       [](Config& c, const std::string& v) { c.grpc = Endpoint::parse(v); }},
      {"tls-cert", Kind::kText, "FILE",
       "Certificate (PEM, with those between it and the root) for TLS on both addresses", "",
       [](Config& c, const std::string& v) { c.tls_certificate = v; }},
      {"tls-key", Kind::kText, "FILE", "Its key (PEM, no passphrase, readable by nobody else)", "",
       [](Config& c, const std::string& v) { c.tls_key = v; }},
      {"dashboard-dir", Kind::kText, "DIR", "Files of the dashboard", default_dashboard(),
       [](Config& c, const std::string& v) { c.dashboard_directory = v; }},
      {"allow-host", Kind::kList, "NAME",
       "Another name that the server is reached by (a proxy's, a tunnel's); may be repeated", "",
       [](Config& c, const std::string& v) { c.allowed_hosts.push_back(allowed_host(v)); }},
      {"allow-anonymous", Kind::kFlag, "",
       "Ask nobody for a login, on whatever address: everybody who reaches the server can read and "
       "write everything",
       "false",
       [](Config& c, const std::string& v) {
         c.anonymous = v == "true" ? Anonymous::kAllowed : Anonymous::kRefused;
       }},
  };
}

std::vector<Setting> settings_of_alerts() {
  return {
      {"alert-webhook", Kind::kList, "URL",
       "Address that alerts of runs are sent to as JSON; may be repeated", "",
       [](Config& c, const std::string& v) {
         c.alert_webhooks.push_back(address_with(v, {"https://", "http://"}));
       },
       true},
      {"alert-secret", Kind::kText, "TEXT",
       "Signs what webhooks get (X-Tracker-Signature: HMAC-SHA-256 of the body)", "",
       [](Config& c, const std::string& v) { c.alert_secret = v; }, true},
      {"alert-allow-host", Kind::kList, "NAME",
       "A webhook's host that may have a loopback or private address; may be repeated", "",
       [](Config& c, const std::string& v) { c.alert_allowed_hosts.push_back(allowed_host(v)); }},
      {"smtp-url", Kind::kText, "URL", "Mail server for alerts: smtp://host:25 or smtps://host", "",
       [](Config& c, const std::string& v) {
         c.smtp_url = address_with(v, {"smtp://", "smtps://"});
       },
       true},
      {"mail-from", Kind::kText, "ADDRESS", "Who mails of alerts come from", "tracker@localhost",
       [](Config& c, const std::string& v) { c.mail_from = mail_address(v); }},
      {"mail-to", Kind::kList, "ADDRESS", "Who gets mails of alerts; may be repeated", "",
       [](Config& c, const std::string& v) { c.mail_to.push_back(mail_address(v)); }},
  };
}

std::vector<Setting> settings_of_running() {
  return {
      {"log-level", Kind::kText, "LEVEL", "How much is said on stderr: debug, info, warn, error",
       "info", set_log_level},
      {"access-log", Kind::kText, "WHICH",
       "Requests with a line in the log at info: off, writes (reads are at debug), all", "writes",
       set_access_log},
      {"drain-delay", Kind::kText, "TIME",
       "When asked to stop, go on serving for so long although /readyz says 503, so that a load "
       "balancer looks elsewhere first",
       "0s", [](Config& c, const std::string& v) { c.drain_delay = duration(v); }},
      {"grpc-connection-age", Kind::kText, "TIME",
       "Age at which clients are told to connect again, so that they spread over servers; 0: never",
       "30m", [](Config& c, const std::string& v) { c.grpc_connection_age = duration(v); }},
      {"artifact-store", Kind::kText, "WHERE",
       "Where chunks of artifacts go: database, a folder (/srv/artifacts) that all servers share, "
       "or "
       "s3://BUCKET[/FOLDER] with the keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
       "database", [](Config& c, const std::string& v) { c.artifact_store = v; }},
      {"s3-endpoint", Kind::kText, "URL",
       "Address of an S3 that is not Amazon's; without it https://s3.REGION.amazonaws.com", "",
       [](Config& c, const std::string& v) { c.s3_endpoint = v; }},
      {"s3-region", Kind::kText, "NAME", "Region of the bucket", "us-east-1",
       [](Config& c, const std::string& v) { c.s3_region = v; }},
  };
}

// In the order of --help and docs/server.md.
std::vector<Setting> make_settings() {
  std::vector<Setting> all;
  for (auto& part : {settings_of_access(), settings_of_alerts(), settings_of_running()})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace

std::span<const Setting> settings() {
  static const std::vector<Setting> all = make_settings();
  return all;
}

}  // namespace tracker::app
