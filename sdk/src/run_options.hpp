#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <tracker/run.hpp>

#include "src/writer_session.hpp"

namespace tracker {

// What a new run's settings come to: ids, a name, the server's address, the first record. Throws
// Error(kInvalidArgument) for settings that no server would take.
WriterSession::Options options_for(const RunSettings& settings);

// `bytes` as a text of a record. Throws Error(kInvalidArgument) that names `what` if it is longer
// than `most`.
std::string bounded_text(std::string_view bytes, std::size_t most, const char* what);
std::vector<std::string> bounded_tags(const std::vector<std::string>& tags);

}  // namespace tracker
