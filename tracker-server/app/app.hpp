#pragma once

#include <stop_token>

#include "app/config.hpp"

namespace tracker::app {

// The composition root: makes every part of the server, serves until `stop` is asked for, and takes
// it down from the edge where data comes in: what was accepted is committed and acknowledged on
// streams that are still open, then calls and requests that have begun are answered, the private
// PostgreSQL is stopped last. Throws Error with one line for people when the server cannot start.
void run(const Config& config, std::stop_token stop);

}  // namespace tracker::app
