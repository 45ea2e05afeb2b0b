#pragma once

#include <stop_token>

#include "app/config.hpp"

namespace tracker::app {

// The composition root: makes every part of the server in order, serves until `stop` is asked for,
// and takes everything down in the opposite order: what was accepted is committed and acknowledged,
// requests that have begun are answered, the private PostgreSQL is stopped. Throws Error with one
// line for people when the server cannot start.
void run(const Config& config, std::stop_token stop);

}  // namespace tracker::app
