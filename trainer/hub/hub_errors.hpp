#pragma once

#include "config/error.hpp"
#include "hub/http_client.hpp"
#include "hub/hub.hpp"

// What a refusal of the hub means, and what to do about it. Pure.
namespace trainer::hub {

// What an answer that is not the file says. The hub tells by X-Error-Code; a bare 401 may mean
// missing, private or gated, since the hub does not tell strangers which.
enum class Refusal {
  kNoRepo,
  kNoRevision,
  kNoFile,
  kGated,
  kDisabled,
  kBadToken,
  kForbidden,
  kTooMany,
  kProxy,
  kServerFault,
  kNoAnswer,
  kOther
};
Refusal refusal_of(const HttpResponse& response);

// One line for people: what was asked for, what the hub said, the remedy.
Error refusal_error(const HttpResponse& response, const HubSettings& settings, const Repo& repo);

}  // namespace trainer::hub
