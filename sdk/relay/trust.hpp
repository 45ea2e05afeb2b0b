#pragma once

#include <string>

// Whose certificates a client believes: those signed by the file that $TRACKER_CA_FILE names, else
// those of the system's authorities. Discovery and gRPC use the same; files that lie
// elsewhere (references of artifacts) may be signed by either. Any thread.
namespace tracker::relay {

inline constexpr const char* kCaFileVariable = "TRACKER_CA_FILE";

// The file of the authorities, PEM. Empty if the system has none.
std::string ca_file();

// What --ca-file of a program does: sets the variable, so that the relay which a command starts
// through the SDK believes the same. Before other threads start.
void set_ca_file(const std::string& file);

// The system's authorities and those of $TRACKER_CA_FILE, PEM: for hosts that are no tracker
// server. Empty if there are none.
std::string all_certificates();

// The content of ca_file(). Throws Error(kFailedPrecondition) if it cannot be read.
std::string ca_certificates();

}  // namespace tracker::relay
