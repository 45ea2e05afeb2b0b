#include "rpc/server.hpp"

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <tracker/error.hpp>

namespace tracker::rpc {
namespace {

// gRPC reads the files again by itself. TLS 1.2 is the least it speaks.
std::shared_ptr<grpc::ServerCredentials> credentials(const ServerOptions& options) {
  if (!options.tls) return grpc::InsecureServerCredentials();
  const auto provider = std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
      options.tls->key.string(), options.tls->certificate.string(),
      static_cast<unsigned>(options.tls_reload.count()));
  grpc::experimental::TlsServerCredentialsOptions tls(provider);
  tls.watch_identity_key_cert_pairs();
  tls.set_cert_request_type(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  return grpc::experimental::TlsServerCredentials(tls);
}

int ms(std::chrono::milliseconds time) { return static_cast<int>(time.count()); }

void add_lifetimes(grpc::ServerBuilder& builder, const ServerOptions& options) {
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, ms(options.keepalive));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, ms(options.keepalive));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // Clients ping as often as we do; gRPC's default would call that an attack.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             ms(options.keepalive) / 4);
  if (options.connection_age.count() == 0) return;
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, ms(options.connection_age));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, ms(options.connection_grace));
}

}  // namespace

class Server::Impl {
 public:
  Impl(ServerOptions options, std::vector<grpc::Service*> services)
      : options_(std::move(options)), services_(std::move(services)) {}

  void start() {
    grpc::ServerBuilder builder;
    const bool v6 = options_.address.find(':') != std::string::npos;
    const auto host = v6 ? fmt::format("[{}]", options_.address) : options_.address;
    const auto address = fmt::format("{}:{}", host, options_.port);
    builder.AddListeningPort(address, credentials(options_), &port_);
    add_lifetimes(builder, options_);
    // Without it a second server would share the port instead of being told that it is taken.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.SetMaxReceiveMessageSize(static_cast<int>(options_.message_bytes));
    for (auto* service : services_) builder.RegisterService(service);
    server_ = builder.BuildAndStart();
    if (server_ && port_ != 0) return;
    server_.reset();
    throw Error(
        ErrorCode::kUnavailable,
        fmt::format("cannot listen on {} for gRPC: stop what uses the port, or give another with "
                    "--grpc-listen (port 0 takes a free one)",
                    address));
  }

  void stop(std::chrono::milliseconds patience) {
    if (!server_) return;
    server_->Shutdown(std::chrono::system_clock::now() + patience);
    server_->Wait();
    server_.reset();
  }

  std::uint16_t port() const noexcept { return static_cast<std::uint16_t>(port_); }

 private:
  ServerOptions options_;
  std::vector<grpc::Service*> services_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

Server::Server(ServerOptions options, std::vector<grpc::Service*> services)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(services))) {}
Server::~Server() { impl_->stop(std::chrono::milliseconds(0)); }
void Server::start() { impl_->start(); }
std::uint16_t Server::port() const noexcept { return impl_->port(); }
void Server::stop(std::chrono::milliseconds patience) { impl_->stop(patience); }

}  // namespace tracker::rpc
