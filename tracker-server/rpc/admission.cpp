#include "rpc/admission.hpp"

#include <string_view>
#include <utility>

namespace tracker::rpc {

auth::Claim claim_of(const grpc::CallbackServerContext& context) {
  const auto found = context.client_metadata().find("authorization");
  if (found == context.client_metadata().end()) return {};
  const std::string_view header(found->second.data(), found->second.size());
  return {std::string(auth::bearer(header)), {}};
}

auth::Origin origin_of(const grpc::CallbackServerContext& context, std::string request_id) {
  const std::string peer = context.peer();
  std::string_view address = peer;
  address.remove_prefix(address.starts_with("ipv") ? 5 : 0);
  address = address.substr(0, address.rfind(':'));
  // An IPv6 address comes as %5B…%5D.
  if (address.starts_with("%5B")) address = address.substr(3, address.size() - 6);
  if (address.starts_with("[")) address = address.substr(1, address.size() - 2);
  return {std::string(address), std::move(request_id)};
}

}  // namespace tracker::rpc
