#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

// A TCP proxy that does to a connection what networks do: it delays, throttles, falls silent in one
// direction or both, forgets a peer, and cuts, in the middle of a message, by an orderly close or a
// reset. It never reorders and never alters bytes, and a connection that lost a byte passes no
// later one: that would be corruption, which TCP does not do.
namespace test_support {

enum class Cut { kClose, kReset };
enum class Way { kUp, kDown };  // kUp: from whoever connected to what lies behind the proxy

// What happens to the bytes of one direction.
struct WayRules {
  enum class Mode {
    kPass,
    kStall,  // they wait, in the kernel's buffers; nothing is lost
    kDrop,   // they are read and lost; the connection is of no use from then on
  };
  Mode mode = Mode::kPass;
  std::chrono::milliseconds delay{0};
  std::size_t bytes_per_second = 0;  // 0: no limit
};

// Cuts every link when `text` has passed on kUp so often: before it was handed on (the request is
// lost), or as soon as the answer begins to come (the reply is lost).
struct Trap {
  enum class Lose { kRequest, kReply };
  std::string text;
  int skip = 0;
  Lose lose = Lose::kReply;
};

struct ProxyOptions {
  std::string address = "127.0.0.1";  // where it listens
  std::uint16_t port = 0;             // 0: a free one
  std::uint16_t upstream_port = 0;    // of 127.0.0.1; or
  std::filesystem::path upstream_socket{};
};

// One thread of its own; methods from any thread, and what they ask for has happened on return.
class FaultProxy {
 public:
  // Throws std::system_error when it cannot listen.
  explicit FaultProxy(const ProxyOptions& options);
  ~FaultProxy();
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;

  std::uint16_t port() const noexcept;

  // For the links there are and those to come.
  void set(Way way, const WayRules& rules);
  void set_trap(const Trap& trap);
  // Cuts all links once so many more bytes have passed that way.
  void cut_after(Way way, std::size_t bytes, Cut how);
  void cut(Cut how);
  // The links there are hang for ever, half open; new ones are served.
  void abandon();
  // New connections are reset, or served again.
  void refuse();
  void admit();
  // No rules, no traps, the door open; links that lost bytes or hang are reset.
  void heal();

  struct Counts {
    std::uint64_t links = 0, cuts = 0, bytes = 0, sprung = 0;  // sprung: traps
  };
  Counts counts() const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace test_support
