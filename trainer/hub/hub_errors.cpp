#include "hub/hub_errors.hpp"

#include <fmt/format.h>

#include "config/printable.hpp"
#include "hub/cache_layout.hpp"
#include "hub/transport.hpp"
#include "hub/url.hpp"

namespace trainer::hub {
namespace {

std::string host_of(const HttpResponse& response) {
  const auto url = Url::parse(response.url);
  return url ? url->origin() : response.url;
}

std::string name_of(const Repo& repo) {
  return fmt::format("{} '{}'", repo.type == RepoType::kDataset ? "dataset" : "model", repo.id);
}

std::string no_repo(const HubSettings& settings, const Repo& repo) {
  const std::string advice =
      settings.token.empty()
          ? "check the name; if it is private or gated, set HF_TOKEN to a token that may read it"
          : "check the name; if it is private or gated, the token in use (HF_TOKEN or the token "
            "file) may not read it";
  return fmt::format("no {} on {}: {}", name_of(repo), settings.endpoint, advice);
}

std::string gated(const HubSettings& settings, const Repo& repo) {
  const std::string page = page_address(settings.endpoint, repo);
  return settings.token.empty()
             ? fmt::format(
                   "{} is gated: accept its conditions at {}, then set HF_TOKEN to a token of that "
                   "account",
                   name_of(repo), page)
             : fmt::format(
                   "{} is gated and the token in use has no access: accept its conditions at {} "
                   "with the "
                   "token's account (a fine-grained token must also allow gated repos)",
                   name_of(repo), page);
}

std::string too_many(const HttpResponse& response, const HubSettings& settings) {
  std::string_view after = response.header("retry-after");
  const auto reset = retry_after(response, std::chrono::seconds(0));
  const std::string seconds = reset ? fmt::to_string(reset->count()) : std::string();
  after = after.empty() ? std::string_view(seconds) : after;
  const std::string advice = settings.token.empty()
                                 ? "wait, or set HF_TOKEN, which raises the limit"
                                 : "wait, then start again";
  return fmt::format(
      "{} answers 429, too many requests{}: {}", host_of(response),
      after.empty() ? "" : fmt::format(" (retry after {})", config::printable(after, 40)), advice);
}

constexpr std::string_view kProxyAdvice =
    "write user and password into https_proxy (http://USER:PASSWORD@HOST:PORT)";

// What the hub itself says, if anything.
std::string words_of(const HttpResponse& response) {
  const std::string_view words = response.header("x-error-message");
  return words.empty() ? "" : fmt::format(" (it says: {})", config::printable(words));
}

std::string forbidden(const HttpResponse& response, const HubSettings& settings, const Repo& repo) {
  return fmt::format("{} answers 403, forbidden, for {}{}: {}", host_of(response), name_of(repo),
                     words_of(response),
                     settings.token.empty()
                         ? "set HF_TOKEN to a token that may read it, or check the proxy"
                         : "the token in use lacks the right to read it");
}

std::string no_answer(const HttpResponse& response, const HubSettings& settings) {
  const std::string host = host_of(response);
  const std::string other = host == settings.endpoint
                                ? ""
                                : fmt::format(" (where {} sends for the file)", settings.endpoint);
  const std::string_view words =
      response.failure.empty() ? "no answer" : std::string_view(response.failure);
  std::string_view advice = "check the network and https_proxy";
  if (words.find("certificate") != std::string_view::npos) {
    advice = "set SSL_CERT_FILE to the certificates of the proxy in between";
  } else if (words.find("407") != std::string_view::npos) {
    advice = kProxyAdvice;
  }
  return fmt::format(
      "{}{} cannot be reached: {}; {}, set HF_ENDPOINT to a mirror, or give a local directory",
      host, other, words, advice);
}

}  // namespace

Refusal refusal_of(const HttpResponse& response) {
  const std::string_view code = response.header("x-error-code");
  const std::string_view message = response.header("x-error-message");
  if (response.status == 0 || !response.failure.empty()) {
    return Refusal::kNoAnswer;
  }
  if (code == "RevisionNotFound") {
    return Refusal::kNoRevision;
  }
  if (code == "EntryNotFound") {
    return Refusal::kNoFile;
  }
  if (code == "GatedRepo") {
    return Refusal::kGated;
  }
  if (message == "Access to this resource is disabled.") {
    return Refusal::kDisabled;
  }
  if (message == "Invalid credentials in Authorization header") {
    return Refusal::kBadToken;
  }
  if (code == "RepoNotFound" || response.status == 401) {
    return Refusal::kNoRepo;
  }
  switch (response.status) {
    case 403:
      return Refusal::kForbidden;
    case 404:
      // A mirror without error codes: its commit tells whether it knows the repo.
      return Refusal::kNoFile;
    case 407:
      return Refusal::kProxy;
    case 429:
      return Refusal::kTooMany;
    default:
      return response.status >= 500 ? Refusal::kServerFault : Refusal::kOther;
  }
}

Error refusal_error(const HttpResponse& response, const HubSettings& settings, const Repo& repo) {
  const auto text = [&]() -> std::string {
    switch (refusal_of(response)) {
      case Refusal::kNoRepo:
        return no_repo(settings, repo);
      case Refusal::kNoRevision:
        return fmt::format("{} has no revision '{}': see the branches and tags at {}/tree/main",
                           name_of(repo), repo.revision, page_address(settings.endpoint, repo));
      case Refusal::kNoFile:
        return fmt::format("{} has no such file: {}", name_of(repo), response.url);
      case Refusal::kGated:
        return gated(settings, repo);
      case Refusal::kDisabled:
        return fmt::format("{} has been disabled by the hub: choose another one", name_of(repo));
      case Refusal::kBadToken:
        return fmt::format(
            "{} does not accept the token in use: make a new one and set HF_TOKEN, or unset it",
            host_of(response));
      case Refusal::kForbidden:
        return forbidden(response, settings, repo);
      case Refusal::kTooMany:
        return too_many(response, settings);
      case Refusal::kProxy:
        return fmt::format("the proxy on the way to {} wants a user (407): {}", host_of(response),
                           kProxyAdvice);
      case Refusal::kServerFault:
        return fmt::format(
            "{} answers {} for {}{}, again and again: try later, or set HF_ENDPOINT to a mirror",
            host_of(response), response.status, name_of(repo), words_of(response));
      case Refusal::kNoAnswer:
        return no_answer(response, settings);
      case Refusal::kOther:
        break;
    }
    return fmt::format("{} answers {} for {}{}: is HF_ENDPOINT a hub?", host_of(response),
                       response.status, name_of(repo), words_of(response));
  }();
  return {ErrorCode::kHub, text};
}

}  // namespace trainer::hub
