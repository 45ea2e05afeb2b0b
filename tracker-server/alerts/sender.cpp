#include "alerts/sender.hpp"

#include <curl/curl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>

#include "alerts/addresses.hpp"
#include "artifact/sha256.hpp"
#include "core/time.hpp"

namespace tracker::alerts {
namespace {

using Curl = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using Lines = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

constexpr std::size_t kMostAnswer = 64u << 10;

const char* name_of(spool::AlertLevel level) {
  switch (level) {
    case spool::AlertLevel::kInfo:
      return "info";
    case spool::AlertLevel::kWarning:
      return "warning";
    case spool::AlertLevel::kError:
      break;
  }
  return "error";
}

Curl make_curl() {
  static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return {ready ? curl_easy_init() : nullptr, curl_easy_cleanup};
}

void add(Lines& lines, const std::string& line) {
  lines.reset(curl_slist_append(lines.release(), line.c_str()));
}

// Called with the address that a connection is about to be made to.
struct Gate {
  bool open = false;  // any address will do
  std::string refused;

  static curl_socket_t socket(void* self, curlsocktype, curl_sockaddr* address) {
    auto& gate = *static_cast<Gate*>(self);
    if (!gate.open && !is_public(address->addr)) {
      gate.refused = text_of(address->addr);
      return CURL_SOCKET_BAD;
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  }
};

// Answers are not looked at; an endless one is cut off.
std::size_t drop(char*, std::size_t size, std::size_t count, void* seen) {
  auto& bytes = *static_cast<std::size_t*>(seen);
  bytes += size * count;
  return bytes > kMostAnswer ? 0 : size * count;
}

void set_common(CURL* curl, const Targets& targets, const char* protocols) {
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(targets.timeout.count()));
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, protocols);
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
}

// Of an address, as libcurl understands it; empty if it has no such part.
std::string part_of(const std::string& url, CURLUPart wanted) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), curl_url_cleanup);
  char* part = nullptr;
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK ||
      curl_url_get(parsed.get(), wanted, &part, 0) != CURLUE_OK)
    return {};
  std::string out(part);
  curl_free(part);
  return out;
}

std::string post(const Targets& targets, const std::string& url, const std::string& body) {
  const std::string host = part_of(url, CURLUPART_HOST);
  const Curl curl = make_curl();
  if (!curl) return "curl cannot be used";
  Gate gate;
  gate.open = std::find(targets.allowed_hosts.begin(), targets.allowed_hosts.end(), host) !=
              targets.allowed_hosts.end();
  std::size_t answered = 0;
  Lines headers(nullptr, curl_slist_free_all);
  add(headers, "Content-Type: application/json");
  add(headers, "Expect:");
  if (!targets.webhook_secret.empty())
    add(headers, "X-Tracker-Signature: sha256=" + signature_of(body, targets.webhook_secret));
  set_common(curl.get(), targets, "http,https");
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_OPENSOCKETFUNCTION, &Gate::socket);
  curl_easy_setopt(curl.get(), CURLOPT_OPENSOCKETDATA, &gate);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &drop);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answered);
  const CURLcode code = curl_easy_perform(curl.get());
  if (!gate.refused.empty() && code != CURLE_OK)
    return fmt::format(
        "the webhook at {} has the address {}, which is not public: --alert-allow-host {} allows "
        "it",
        host, gate.refused, host);
  if (code != CURLE_OK)
    return fmt::format("the webhook at {} cannot be reached: {}", host, curl_easy_strerror(code));
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status >= 200 && status < 300) return {};
  return fmt::format("the webhook at {} answered {}", host, status);
}

struct Upload {
  std::string_view left;
  static std::size_t read(char* to, std::size_t size, std::size_t count, void* self) {
    auto& upload = *static_cast<Upload*>(self);
    const std::size_t n = std::min(size * count, upload.left.size());
    std::memcpy(to, upload.left.data(), n);
    upload.left.remove_prefix(n);
    return n;
  }
};

std::string mail(const Targets& targets, const storage::Alert& alert) {
  const Curl curl = make_curl();
  if (!curl) return "curl cannot be used";
  const std::string text = mail_text(targets, alert);
  Upload upload{text};
  Lines to(nullptr, curl_slist_free_all);
  for (const std::string& address : targets.mail_to) add(to, "<" + address + ">");
  const std::string from = "<" + targets.mail_from + ">";
  set_common(curl.get(), targets, "smtp,smtps");
  curl_easy_setopt(curl.get(), CURLOPT_URL, targets.smtp_url.c_str());
  // A password goes through TLS or nowhere: who stands in between may take STARTTLS out of the
  // offer.
  const bool secret = !part_of(targets.smtp_url, CURLUPART_USER).empty() ||
                      !part_of(targets.smtp_url, CURLUPART_PASSWORD).empty();
  curl_easy_setopt(curl.get(), CURLOPT_USE_SSL,
                   static_cast<long>(secret ? CURLUSESSL_ALL : CURLUSESSL_TRY));
  curl_easy_setopt(curl.get(), CURLOPT_MAIL_FROM, from.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_MAIL_RCPT, to.get());
  curl_easy_setopt(curl.get(), CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_READFUNCTION, &Upload::read);
  curl_easy_setopt(curl.get(), CURLOPT_READDATA, &upload);
  const CURLcode code = curl_easy_perform(curl.get());
  if (code == CURLE_OK) return {};
  if (code == CURLE_USE_SSL_FAILED)
    return "the mail server offers no TLS (STARTTLS), and the name and password of --smtp-url are "
           "not sent without it: use smtps://, or an address without them";
  return fmt::format("the mail server cannot be used: {}", curl_easy_strerror(code));
}

std::string base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int n = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                reinterpret_cast<const unsigned char*>(bytes.data()),
                                static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(n));
  return out;
}

// Nothing of it can end a line or begin a header: RFC 2047, in pieces a line may have.
std::string encoded_words(const std::string& text) {
  constexpr std::size_t kPiece = 42;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = std::min(at + kPiece, text.size());
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    if (!out.empty()) out += "\r\n ";
    out += "=?UTF-8?B?" + base64(std::string_view(text).substr(at, end - at)) + "?=";
    at = end;
  }
  return out;
}

}  // namespace

std::string webhook_body(const storage::Alert& alert) {
  return nlohmann::json{
      {"event", "alert"},         {"level", name_of(alert.level)},
      {"title", alert.title},     {"text", alert.text},
      {"project", alert.project}, {"run", {{"id", alert.run.text()}, {"name", alert.run_name}}},
      {"time_us", alert.time_us}}
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string signature_of(const std::string& body, const std::string& secret) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest, &size);
  return artifact::Sha256::from_raw({reinterpret_cast<const char*>(digest), size}).value().hex();
}

std::string mail_text(const Targets& targets, const storage::Alert& alert) {
  const std::string subject = fmt::format("[{}] {}/{}: {}", name_of(alert.level), alert.project,
                                          alert.run_name, alert.title);
  const std::string body = fmt::format("{}\n\nrun {} of project {}, id {}\n", alert.text,
                                       alert.run_name, alert.project, alert.run.text());
  std::string out = fmt::format(
      "Date: {:%a, %d %b %Y %H:%M:%S} +0000\r\nFrom: <{}>\r\nTo: {}\r\nMessage-ID: "
      "<alert-{}-{}@tracker>\r\n"
      "Subject: {}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
      "Content-Transfer-Encoding: base64\r\n\r\n",
      fmt::gmtime(static_cast<std::time_t>(alert.time_us / core::kSecondUs)), targets.mail_from,
      fmt::join(targets.mail_to, ", "), alert.id, alert.run.text(), encoded_words(subject));
  const std::string encoded = base64(body);
  for (std::size_t at = 0; at < encoded.size(); at += 76) out += encoded.substr(at, 76) + "\r\n";
  return out;
}

std::string target_id(std::string_view target) { return artifact::sha256(target).hex(); }

Delivery send(const Targets& targets, const storage::Alert& alert) {
  Delivery out{alert.told, {}};
  const auto tell = [&](const std::string& target, const auto& how) {
    const std::string id = target_id(target);
    if (std::find(out.told.begin(), out.told.end(), id) != out.told.end()) return;
    std::string failure = how();
    if (failure.empty())
      out.told.push_back(id);
    else if (out.failure.empty())
      out.failure = std::move(failure);
  };
  const std::string body = webhook_body(alert);
  for (const std::string& url : targets.webhooks)
    tell("webhook " + url, [&] { return post(targets, url, body); });
  if (!targets.smtp_url.empty() && !targets.mail_to.empty())
    tell(fmt::format("mail {}", fmt::join(targets.mail_to, " ")),
         [&] { return mail(targets, alert); });
  return out;
}

}  // namespace tracker::alerts
