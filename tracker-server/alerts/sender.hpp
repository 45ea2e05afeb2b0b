#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "storage/alerts.hpp"

// One alert on its way out of the server: by a webhook, by mail.
namespace tracker::alerts {

struct Targets {
  std::vector<std::string> webhooks;       // http:// or https:// addresses that take a POST
  std::string webhook_secret;              // signs what they get; empty: no signature
  std::vector<std::string> allowed_hosts;  // these may have addresses that are not public
  // smtp://host:port or smtps://; empty: no mail. A name and password in it go through TLS only.
  std::string smtp_url;
  std::string mail_from;
  std::vector<std::string> mail_to;
  std::chrono::milliseconds timeout{10'000};  // of each

  bool none() const noexcept { return webhooks.empty() && (smtp_url.empty() || mail_to.empty()); }
};

// What names a target in the database, which has no business with the secrets in its address: a
// webhook's is made of the address, that of mails of whom they go to.
std::string target_id(std::string_view target);

// What came of it: who has the alert now, and what went wrong with the first that failed (all are
// tried); empty if nothing did.
struct Delivery {
  std::vector<std::string> told;  // ids, those of before among them
  std::string failure;
};
// Sends the alert to all targets that it was not told yet. Blocks for at most the timeout of each.
// Any thread; throws nothing but std::bad_alloc.
//
// A webhook gets JSON {"event":"alert","level","title","text","project","run":{"id","name"},
// "time_us"} with X-Tracker-Signature: sha256=HMAC-SHA-256 of the body, in hex. The address is
// looked at when the connection is made, after the name was resolved, so that no name can lead to
// an address that is not public; proxies of the environment and redirects are not followed.
Delivery send(const Targets& targets, const storage::Alert& alert);

// Their bodies, for tests. `boundary` of dates and ids is the alert's own time.
std::string webhook_body(const storage::Alert& alert);
std::string signature_of(const std::string& body, const std::string& secret);
std::string mail_text(const Targets& targets, const storage::Alert& alert);

}  // namespace tracker::alerts
