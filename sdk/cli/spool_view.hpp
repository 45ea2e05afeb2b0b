#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "spool/inspect.hpp"

// How a spool looks on the screen and in JSON (docs/cli.md: tracker spool). Pure functions.
namespace tracker::cli {

using SpoolAt = std::pair<std::filesystem::path, spool::SpoolState>;

std::string_view kind_name(spool::RecordKind kind);
std::string_view relay_name(spool::RelayState state);
// "running", how the run ended, "died" (ended without saying so), or "damaged".
std::string_view state_name(const spool::SpoolState& state);
// Bytes of the log that no server has acknowledged.
std::uint64_t waiting_bytes(const spool::SpoolState& state);

std::string spool_table(const std::vector<SpoolAt>& spools);
nlohmann::ordered_json spool_row(const SpoolAt& spool);  // of `tracker spool ls --json`

std::string spool_details(const SpoolAt& spool);
nlohmann::ordered_json spool_json(const SpoolAt& spool);

// One line, without its end.
std::string record_line(const spool::Entry& entry, const std::vector<std::string>& keys);
nlohmann::ordered_json record_json(const spool::Entry& entry, const std::vector<std::string>& keys);

}  // namespace tracker::cli
