#include "relay/credentials.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include <tracker/error.hpp>

#include "base/login_file.hpp"

namespace tracker::relay {
namespace {

namespace interception = grpc::experimental;

class Bearer final : public interception::Interceptor {
 public:
  explicit Bearer(std::string header) : header_(std::move(header)) {}
  void Intercept(interception::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(
            interception::InterceptionHookPoints::PRE_SEND_INITIAL_METADATA))
      methods->GetSendInitialMetadata()->insert({"authorization", header_});
    methods->Proceed();
  }

 private:
  const std::string header_;
};

class BearerFactory final : public interception::ClientInterceptorFactoryInterface {
 public:
  explicit BearerFactory(std::string header) : header_(std::move(header)) {}
  interception::Interceptor* CreateClientInterceptor(interception::ClientRpcInfo*) override {
    return new Bearer(header_);  // gRPC owns it
  }

 private:
  const std::string header_;
};

// What could not stand in a header would end the process inside gRPC.
bool can_be_a_key(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

}  // namespace

std::string api_key(const std::string& url) {
  const char* set = std::getenv(kKeyVariable);
  const bool given = set != nullptr && *set != '\0';
  std::string key = given ? std::string(set) : base::stored_key(url);
  if (can_be_a_key(key)) return key;
  throw Error(ErrorCode::kInvalidArgument,
              given ? "$TRACKER_API_KEY is no key: it has blanks or characters that no key has"
                    : base::login_file().string() + ": the key for " + url +
                          " is no key: run `tracker login` again");
}

std::vector<std::unique_ptr<interception::ClientInterceptorFactoryInterface>> carry(
    const std::string& key) {
  std::vector<std::unique_ptr<interception::ClientInterceptorFactoryInterface>> all;
  if (!key.empty()) all.push_back(std::make_unique<BearerFactory>("Bearer " + key));
  return all;
}

}  // namespace tracker::relay
