#pragma once

#include <grpcpp/support/client_interceptor.h>

#include <memory>
#include <string>
#include <vector>

// The API key that a client shows to a server (docs/access.md): $TRACKER_API_KEY, else what
// `tracker login` stored for the address. Any thread.
namespace tracker::relay {

inline constexpr const char* kKeyVariable = "TRACKER_API_KEY";

// For the address in normal form; empty if there is none. Throws Error(kInvalidArgument) for one
// that cannot be a key, and for a file of `tracker login` that is not JSON.
std::string api_key(const std::string& url);

// Makes every call of a channel carry it; none for an empty key.
std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> carry(
    const std::string& key);

}  // namespace tracker::relay
