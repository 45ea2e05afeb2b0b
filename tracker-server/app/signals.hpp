#pragma once

#include <stop_token>

namespace tracker::app {

// SIGTERM and SIGINT ask for a clean stop; a second one does not wait for it. The signals are
// blocked in all threads and taken by one of its own, so it is called before others start. SIGPIPE
// is ignored.
void stop_on_signals(std::stop_source stop);

}  // namespace tracker::app
