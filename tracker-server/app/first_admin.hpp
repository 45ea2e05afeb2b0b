#pragma once

#include <string>

#include "app/config.hpp"
#include "auth/gate.hpp"

// Whom a server lets in without a key, and how it gets its first admin (docs/access.md).
namespace tracker::app {

// Who reaches a server on loopback is on its machine: nothing is asked of them until somebody has
// made a user.
auth::Anonymous anonymous(const Config& config);

// Of a server that asks for a login although nobody has one: a line in the log says what to do,
// with a one-time link for the first admin. `http` is the server's own address.
void say_if_nobody_can_come(auth::Gate& gate, const Config& config, const std::string& http);

}  // namespace tracker::app
